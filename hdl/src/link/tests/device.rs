//! A link with memories, a line and a program behind it.

use std::collections::HashMap;

use frazil_wire::{Decoded, Decoder, Header, Kind, MAGIC_REPLY, MAGIC_REQUEST, Region, Status, encode};
use rand::RngExt;
use rand_pcg::Pcg64;

use crate::link::Link;
use crate::link::bench::{Bench, random};

/// Clocks of silence that end a frame in these tests.
pub const IDLE: u32 = 300;

/// One clock's outputs.
struct Seen {
    tx: Option<u8>,
    address: (u8, u32),
    write: Option<u8>,
    run: Option<u16>,
}

pub struct Device {
    bench: Bench<Link>,
    rng: Pcg64,
    memory: HashMap<(u8, u32), u8>,
    /// Bus addresses of the last two clocks, the older one last.
    addresses: [(u8, u32); 2],
    tx_wait: u64,
    run_left: u64,
    /// Clocks for which the line is busy with each byte: at most this many.
    pub tx_slow: u64,
    /// Clocks without a byte between two received ones: at most this many.
    pub rx_slow: u64,
    /// Clocks that a run takes.
    pub run_clocks: u64,
    /// Clocks so far.
    pub clock: u64,
    /// Bytes sent, with their clocks.
    pub sent: Vec<(u8, u64)>,
    /// Entries of the programs started.
    pub runs: Vec<u16>,
    /// Writes on the bus.
    pub writes: usize,
}

impl Device {
    /// A device that expects number 0.
    pub fn new(seed: u64) -> Self {
        let mut device = Self::unsynced(seed);
        let sync = request(Kind::Sync, 255, Region::Registers, 0, 0);
        assert_eq!(device.status(&sync, &[]), Some(Status::Ok));
        device.sent.clear();
        device
    }

    /// A device after power-up.
    pub fn unsynced(seed: u64) -> Self {
        Self {
            bench: Bench::new(Link::new(IDLE).unwrap()),
            rng: random(seed),
            memory: HashMap::new(),
            addresses: [(0, 0); 2],
            tx_wait: 0,
            run_left: 0,
            tx_slow: 0,
            rx_slow: 1,
            run_clocks: 0,
            clock: 0,
            sent: Vec::new(),
            runs: Vec::new(),
            writes: 0,
        }
    }

    /// What is at an address; places never written hold a pattern.
    pub fn at(&self, region: u8, address: u32) -> u8 {
        let pattern = (address.wrapping_mul(0x9E37_79B1) >> 13) as u8 ^ (region << 5);
        self.memory.get(&(region, address)).copied().unwrap_or(pattern)
    }

    pub fn step(&mut self, rx: Option<u8>) {
        let (region, address) = self.addresses[1];
        let rdata = u64::from(self.at(region, address));
        let (tx_busy, run_busy) = (self.tx_wait > 0, self.run_left > 0);
        let drive = |b: &mut Link| {
            b.rx_valid.next = rx.is_some();
            b.rx_data.next = u64::from(rx.unwrap_or(MAGIC_REQUEST)).into();
            b.bus_rdata.next = rdata.into();
            b.tx_busy.next = tx_busy;
            b.run_busy.next = run_busy;
        };
        let seen = self.bench.cycle(drive, observe);
        self.after(seen);
    }

    fn after(&mut self, seen: Seen) {
        self.tx_wait = self.tx_wait.saturating_sub(1);
        self.run_left = self.run_left.saturating_sub(1);
        if let Some(byte) = seen.tx {
            self.sent.push((byte, self.clock));
            self.tx_wait = self.rng.random_range(0..=self.tx_slow);
        }
        if let Some(byte) = seen.write {
            self.memory.insert(seen.address, byte);
            self.writes += 1;
        }
        if let Some(entry) = seen.run {
            self.runs.push(entry);
            self.run_left = self.run_clocks;
        }
        self.addresses = [seen.address, self.addresses[0]];
        self.clock += 1;
    }

    pub fn wait(&mut self, clocks: u64) {
        (0..clocks).for_each(|_| self.step(None));
    }

    /// Bytes to the link; returns the clock of the last one.
    pub fn receive(&mut self, bytes: &[u8]) -> u64 {
        let mut last = self.clock;
        for byte in bytes {
            last = self.clock;
            self.step(Some(*byte));
            // The link needs a clock to judge a header.
            let gap = self.rng.random_range(1..=self.rx_slow);
            self.wait(gap);
        }
        last
    }

    /// A request and its reply, if one comes.
    pub fn ask(&mut self, bytes: &[u8]) -> Option<(Header, Vec<u8>)> {
        self.sent.clear();
        self.receive(bytes);
        let mut decoder = Decoder::new(MAGIC_REPLY);
        let mut taken = 0;
        let patience = self.clock + 100 + self.run_clocks;
        while self.clock < patience + 10 * self.sent.len() as u64 * (1 + self.tx_slow) {
            self.step(None);
            decoder.push(&self.sent[taken..].iter().map(|(b, _)| *b).collect::<Vec<u8>>());
            taken = self.sent.len();
            if let Some(found) = decoder.next_frame() {
                return Some(whole(found));
            }
        }
        assert!(self.sent.is_empty(), "bytes that are no reply");
        None
    }

    /// The status of a request's reply, whose other fields must be right.
    pub fn status(&mut self, request: &Header, payload: &[u8]) -> Option<Status> {
        let (reply, data) = self.ask(&encode(request, payload))?;
        let same = |h: &Header| (h.kind, h.seq, h.address);
        assert_eq!(same(&reply), same(request));
        assert_eq!(usize::from(reply.len), data.len());
        Status::from_code(reply.region_or_status)
    }
}

fn whole(found: Decoded) -> (Header, Vec<u8>) {
    match found {
        Decoded::Frame(header, payload) => (header, payload),
        Decoded::BadPayload(header) => panic!("the reply's payload is damaged: {header:?}"),
    }
}

fn observe(link: &Link) -> Seen {
    let data = |valid: bool, data: u64| valid.then_some(data as u8);
    Seen {
        tx: data(link.tx_start.val(), link.tx_data.val().to_u64()),
        address: (link.bus_region.val().to_u64() as u8, link.bus_addr.val().to_u64() as u32),
        write: data(link.bus_we.val(), link.bus_wdata.val().to_u64()),
        run: link.run_start.val().then(|| link.run_entry.val().to_u64() as u16),
    }
}

/// A request's header.
pub fn request(kind: Kind, seq: u8, region: Region, address: u32, len: usize) -> Header {
    Header {
        magic: MAGIC_REQUEST,
        kind: kind as u8,
        seq,
        region_or_status: region as u8,
        address,
        len: len as u16,
    }
}

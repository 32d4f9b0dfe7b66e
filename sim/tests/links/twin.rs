//! The link kernel with memories, beside the simulated device: the same bytes go to both.

use std::time::Duration;

use frazil_hdl::link::Link;
use frazil_sim::device::{DeviceConfig, Engine, Memories, SimDevice};
use frazil_sim::replay::Recorder;
use frazil_wire::{
    Decoded, Decoder, Header, Kind, MAGIC_REPLY, MAGIC_REQUEST, PROTOCOL_VERSION, REGISTER_BYTES, Region,
    Register, Transport, encode,
};
use rand::RngExt;
use rand_pcg::Pcg64;

use super::random;

/// Clocks of silence that end a frame.
pub const IDLE: u32 = 60;
/// Clocks of a run.
const RUN: u64 = 77;

const CONFIG: DeviceConfig = DeviceConfig {
    version: PROTOCOL_VERSION,
    lanes: 8,
    pixels: 2,
    design_id: 0x0123_4567_89AB_CDEF,
    clock_hz: 24_000_000,
    memory_words: 32,
    baud: 3_000_000,
};

/// A program: every byte becomes itself plus the entry.
struct Add;

fn add(memory: &mut [u8], entry: u32) {
    memory.iter_mut().for_each(|a| *a = a.wrapping_add(entry as u8));
}

impl Engine for Add {
    fn run(&mut self, memories: &mut Memories, entry: u32) -> Option<u64> {
        add(&mut memories.memory, entry);
        Some(RUN)
    }
}

/// Both devices.
pub struct Twin {
    pub recorder: Recorder<Link>,
    device: SimDevice<Add>,
    rng: Pcg64,
    /// By region.
    memories: [Vec<u8>; 2],
    addresses: [(usize, usize); 2],
    tx_wait: u32,
    run_left: u64,
    sent: Vec<u8>,
}

impl Twin {
    pub fn new(seed: u64) -> Self {
        let memory = vec![0; CONFIG.memory_words as usize * usize::from(CONFIG.lanes)];
        Self {
            recorder: Recorder::new(Box::new(Link::new(IDLE).unwrap()), |b| &mut b.clock).unwrap(),
            device: SimDevice::new(CONFIG, Add),
            rng: random(seed),
            memories: [registers(), memory],
            addresses: [(0, 0); 2],
            tx_wait: 0,
            run_left: 0,
            sent: Vec::new(),
        }
    }

    /// Gives both the bytes, then silence, and returns the reply, which must be the same.
    pub fn ask(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.device.write_all(bytes).unwrap();
        let due = drain(&mut self.device);
        self.sent.clear();
        for byte in bytes {
            self.step(Some(*byte));
            let gap = self.rng.random_range(1..4);
            (0..gap).for_each(|_| self.step(None));
        }
        let mut silent = 0;
        while silent < u64::from(IDLE) + RUN + 5 {
            let before = self.sent.len();
            self.step(None);
            silent = if self.sent.len() > before { 0 } else { silent + 1 };
        }
        assert_eq!(self.sent, due, "after {bytes:02x?}");
        due
    }

    /// The memories of both, which must be the same.
    pub fn assert_same_memories(&self) {
        assert_eq!(self.device.memories().memory, self.memories[1]);
    }

    fn step(&mut self, rx: Option<u8>) {
        let (region, address) = self.addresses[1];
        let rdata = self.memories.get(region).and_then(|m| m.get(address)).copied().unwrap_or(0);
        let (idle, tx_busy, run_busy) = (self.rng.random::<u8>(), self.tx_wait > 0, self.run_left > 0);
        let drive = |b: &mut Link| {
            b.rx_valid.next = rx.is_some();
            b.rx_data.next = u64::from(rx.unwrap_or(idle)).into();
            b.bus_rdata.next = u64::from(rdata).into();
            b.tx_busy.next = tx_busy;
            b.run_busy.next = run_busy;
        };
        self.tx_wait = self.tx_wait.saturating_sub(1);
        self.run_left = self.run_left.saturating_sub(1);
        let address = |b: &Link| (b.bus_region.val().to_u64() as usize, b.bus_addr.val().to_u64() as usize);
        let seen = self.recorder.cycle(drive, |b| {
            let data = (b.tx_start.val(), b.tx_data.val().to_u64() as u8);
            let run = (b.run_start.val(), b.run_entry.val().to_u64() as u32);
            (address(b), b.bus_we.val(), b.bus_wdata.val().to_u64() as u8, data, run)
        });
        let (address, write, byte, data, run) = seen.unwrap();
        self.apply(address, write.then_some(byte), data.0.then_some(data.1), run.0.then_some(run.1));
    }

    fn apply(&mut self, address: (usize, usize), write: Option<u8>, tx: Option<u8>, run: Option<u32>) {
        self.addresses = [address, self.addresses[0]];
        if let (Some(byte), 1..) = (write, address.0)
            && let Some(cell) = self.memories.get_mut(address.0).and_then(|m| m.get_mut(address.1))
        {
            *cell = byte;
        }
        if let Some(byte) = tx {
            self.sent.push(byte);
            self.tx_wait = self.rng.random_range(0..6);
        }
        if let Some(entry) = run {
            add(&mut self.memories[1], entry);
            self.run_left = RUN;
            let start = Register::Cycles.address() as usize;
            self.memories[0][start..start + 4].copy_from_slice(&(RUN as u32).to_le_bytes());
        }
    }
}

fn drain(device: &mut SimDevice<Add>) -> Vec<u8> {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 64]);
    loop {
        match device.read(&mut buffer, Duration::ZERO).unwrap() {
            0 => return bytes,
            n => bytes.extend_from_slice(&buffer[..n]),
        }
    }
}

/// The registers, read from a simulated device.
fn registers() -> Vec<u8> {
    let mut device = SimDevice::new(CONFIG, Add);
    let header = Header {
        magic: MAGIC_REQUEST,
        kind: Kind::Read as u8,
        seq: 0,
        region_or_status: Region::Registers as u8,
        address: 0,
        len: REGISTER_BYTES as u16,
    };
    let sync = Header { kind: Kind::Sync as u8, seq: 255, len: 0, ..header };
    device.write_all(&encode(&sync, &[])).unwrap();
    drain(&mut device);
    device.write_all(&encode(&header, &[])).unwrap();
    let mut decoder = Decoder::new(MAGIC_REPLY);
    decoder.push(&drain(&mut device));
    match decoder.next_frame() {
        Some(Decoded::Frame(_, payload)) => payload,
        other => panic!("no registers: {other:?}"),
    }
}

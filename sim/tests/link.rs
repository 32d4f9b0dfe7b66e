//! The link's kernels against their emitted Verilog, and against the simulated device.

mod links;

use frazil_hdl::link::{HeaderRegister, PayloadCrc, SerialLink};
use frazil_sim::replay::Recorder;
use frazil_wire::{HEADER_LEN, Header, Kind, MAGIC_REQUEST, Status, encode};
use links::bank::{Combinational, Lines};
use links::latch::latch_free;
use links::twin::Twin;
use links::{byte, random, replay};
use rand::RngExt;
use rand_pcg::Pcg64;
use rust_hdl::prelude::*;

/// Levels of a serial line: bytes, now and then with a damaged stop bit or noise between them.
fn levels(rng: &mut Pcg64, clocks_per_bit: u32, clocks: usize) -> Vec<bool> {
    let mut line = Vec::new();
    while line.len() < clocks {
        let value = byte(rng);
        let bits = [false].into_iter().chain((0..8).map(|i| (value >> i) & 1 == 1));
        let bits: Vec<bool> = bits.chain([!rng.random_bool(0.1)]).collect();
        bits.iter().for_each(|b| line.extend(vec![*b; clocks_per_bit as usize]));
        line.extend(vec![true; rng.random_range(0..12)]);
        if rng.random_bool(0.1) {
            line.extend((0..20).map(|_| rng.random::<bool>()));
        }
    }
    line
}

#[test]
fn serial_lines() {
    const SPEEDS: [u32; 4] = [4, 5, 8, 20];
    let mut rng = random(1);
    let mut lines = SPEEDS.map(|s| levels(&mut rng, s, 8000).into_iter());
    let mut recorder = Recorder::new(Box::new(Lines::new(&SPEEDS)), |b| &mut b.clock).unwrap();
    let mut heard = [0; SPEEDS.len()];
    for _ in 0..8000 {
        let drive = |b: &mut Lines| {
            for (i, line) in lines.iter_mut().enumerate() {
                b.rx[i].next = line.next().unwrap_or(true);
                b.tx_data[i].next = u64::from(byte(&mut rng)).into();
                b.tx_start[i].next = rng.random_bool(0.1);
            }
        };
        let valid = recorder.cycle(drive, |b| [0, 1, 2, 3].map(|i| b.rx_valid[i].val())).unwrap();
        heard.iter_mut().zip(valid).for_each(|(n, v)| *n += usize::from(v));
    }
    assert!(heard.iter().all(|n| *n > 20), "{heard:?}");
    replay("serial lines", &recorder);
}

#[test]
fn header_register() {
    let mut rng = random(2);
    let mut recorder = Recorder::new(Box::<HeaderRegister>::default(), |b| &mut b.clock).unwrap();
    for _ in 0..4000 {
        let what = rng.random_range(0..12);
        let drive = |b: &mut HeaderRegister| {
            b.data.next = u64::from(byte(&mut rng)).into();
            b.fresh.next = what == 0;
            b.push.next = (1..6).contains(&what);
            b.answer.next = what == 6;
            b.pop.next = (7..11).contains(&what);
            b.status.next = rng.random_range(0..4u64).into();
            b.keep_len.next = rng.random();
        };
        recorder.cycle(drive, |_| ()).unwrap();
    }
    replay("header register", &recorder);
}

#[test]
fn payload_crc() {
    let mut rng = random(3);
    let mut recorder = Recorder::new(Box::<PayloadCrc>::default(), |b| &mut b.clock).unwrap();
    for _ in 0..4000 {
        let drive = |b: &mut PayloadCrc| {
            b.data.next = u64::from(byte(&mut rng)).into();
            b.take.next = rng.random();
            b.restart.next = rng.random_bool(0.02);
        };
        recorder.cycle(drive, |_| ()).unwrap();
    }
    replay("payload CRC", &recorder);
}

#[test]
fn judge_and_crc_maps() {
    let mut rng = random(4);
    let mut recorder = Recorder::new(Box::<Combinational>::default(), |b| &mut b.clock).unwrap();
    for _ in 0..6000 {
        let seq: u8 = byte(&mut rng);
        let expected = if rng.random() { seq.wrapping_add(rng.random_range(0..3)) } else { byte(&mut rng) };
        let code = |rng: &mut Pcg64| {
            u64::from(if rng.random_bool(0.9) { rng.random_range(0..7) } else { byte(rng) })
        };
        let drive = |b: &mut Combinational| {
            b.kind.next = code(&mut rng).into();
            b.region.next = code(&mut rng).into();
            b.seq.next = u64::from(seq).into();
            b.expected.next = u64::from(expected).into();
            b.fits.next = rng.random_bool(0.8);
            b.synced.next = rng.random_bool(0.8);
        };
        recorder.cycle(drive, |_| ()).unwrap();
    }
    replay("judge and CRC maps", &recorder);
}

/// The first request after power-up.
fn sync(seq: u8) -> Vec<u8> {
    let kind = Kind::Sync as u8;
    encode(&Header { magic: MAGIC_REQUEST, kind, seq, region_or_status: 0, address: 0, len: 0 }, &[])
}

/// A request of any sort, and its payload if it is a write.
fn any_request(rng: &mut Pcg64, seq: &mut u8) -> Vec<u8> {
    let kind = [1, 2, 2, 3, 3, 3, 3, 4, 5, rng.random()][rng.random_range(0..10)];
    let region = if rng.random_bool(0.9) { rng.random_range(0..3).min(1) } else { byte(rng) };
    let address = if rng.random_bool(0.8) { rng.random_range(0..140) } else { rng.random_range(0..1 << 24) };
    let len = [0, 1, 2, 3, rng.random_range(0..40), 4097][rng.random_range(0..6)];
    if rng.random_bool(0.15) {
        *seq = seq.wrapping_add(rng.random_range(0..4));
    }
    let header = Header { magic: MAGIC_REQUEST, kind, seq: *seq, region_or_status: region, address, len };
    let is_write = kind == Kind::Write as u8;
    let payload: Vec<u8> = (0..if is_write { len } else { 0 }).map(|_| byte(rng)).collect();
    encode(&header, &payload)
}

fn damage(rng: &mut Pcg64, frame: &mut Vec<u8>) {
    match rng.random_range(0..20) {
        0 => {
            let at = rng.random_range(0..frame.len());
            frame[at] ^= 1 << rng.random_range(0..8);
        }
        1 => frame.truncate(rng.random_range(0..frame.len())),
        2 => drop(frame.remove(rng.random_range(0..frame.len()))),
        3 => {
            let garbage: Vec<u8> = (0..rng.random_range(1..30)).map(|_| byte(rng)).collect();
            frame.splice(0..0, garbage);
        }
        4..8 if frame.len() > HEADER_LEN => {
            let at = rng.random_range(HEADER_LEN..frame.len());
            frame[at] ^= byte(rng).max(1);
        }
        _ => {}
    }
}

/// Kernel and simulated device get the same requests, good, refused and damaged ones, and must give the same
/// replies and end with the same memories; then the emitted Verilog must repeat every clock of it.
#[test]
fn link_equals_the_simulated_device() {
    let mut rng = random(5);
    let mut twin = Twin::new(6);
    let (mut seq, mut statuses, mut silent) = (0, [0; 4], 0);
    twin.ask(&sync(255));
    for _ in 0..600 {
        let mut frame = any_request(&mut rng, &mut seq);
        damage(&mut rng, &mut frame);
        let reply = twin.ask(&frame);
        if rng.random_bool(0.2) {
            twin.ask(&frame);
        }
        match reply.get(3) {
            Some(status) => statuses[usize::from(*status)] += 1,
            None => silent += 1,
        }
        if reply.get(3) == Some(&(Status::Ok as u8)) && rng.random_bool(0.9) {
            seq = reply[2].wrapping_add(1);
        }
    }
    assert!(statuses.iter().all(|n| *n >= 5) && silent > 20, "{statuses:?}, {silent} unanswered");
    twin.assert_same_memories();
    replay("link", &twin.recorder);
}

/// The whole serial link, bit by bit on the line.
#[test]
fn serial_link() {
    const CLOCKS: u32 = 4;
    let mut rng = random(7);
    let block = SerialLink::new(CLOCKS, 2000).unwrap();
    let mut recorder = Recorder::new(Box::new(block), |b| &mut b.clock).unwrap();
    let (mut seq, mut line) = (0, Vec::new());
    for i in 0..60 {
        let mut frame = if i == 0 { sync(255) } else { any_request(&mut rng, &mut seq) };
        frame.truncate(80);
        seq = seq.wrapping_add(1);
        for value in frame {
            let bits = [false].into_iter().chain((0..8).map(|i| (value >> i) & 1 == 1)).chain([true]);
            bits.for_each(|b| line.extend([b; CLOCKS as usize]));
        }
        line.extend(vec![true; (HEADER_LEN + 45) * 10 * CLOCKS as usize]);
    }
    let (mut falls, mut was) = (0, true);
    for level in line {
        let drive = |b: &mut SerialLink| {
            b.rx.next = level;
            b.bus_rdata.next = u64::from(byte(&mut rng)).into();
            b.run_busy.next = false;
        };
        let tx = recorder.cycle(drive, |b| b.tx.val()).unwrap();
        falls += usize::from(was && !tx);
        was = tx;
    }
    assert!(falls > 1000, "{falls} falling edges of replies");
    replay("serial link", &recorder);
}

/// Every state assigns every signal: the emitted text makes no latch. The control shows that one would be seen.
#[test]
fn the_serial_link_has_no_latches() {
    let mut block = Box::new(SerialLink::new(8, 5120).unwrap());
    block.connect_all();
    let latch = "module top(input a, input b, output reg q); always @(*) if (a) q = b; endmodule";
    for (verilog, due) in [(generate_verilog(block.as_ref()), true), (latch.to_string(), false)] {
        let found = latch_free("the_serial_link_has_no_latches", &verilog);
        assert!(found.is_none_or(|free| free == due));
    }
}

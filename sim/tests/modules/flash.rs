//! The flash into the ring.

use frazil_hdl::flash::{FlashChip, FlashReader, FlashSpec};
use frazil_hdl::top::TopSpec;
use frazil_sim::cycle::flash::Reader;
use frazil_sim::replay::Recorder;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

use super::{CYCLES, replay};
use crate::common;

/// Bytes that the flash holds before those that are read.
const BEFORE: usize = 5;

/// Runs under random stalls: each byte comes to its place once, none before its word is free, every word that the
/// loader may take stands, and the cycle model knows each clock.
#[test]
fn reader_fills_the_ring() {
    run(8, FlashSpec { ring_words: 16, offset: 0x9A_B3C5 }, 0.3, "flash reader");
    run(16, FlashSpec { ring_words: 128, offset: 0x10_0000 }, 0.02, "flash reader of 16 lanes");
}

fn run(lanes: usize, spec: FlashSpec, takes: f64, name: &str) {
    let mut rng = Pcg64::seed_from_u64(8);
    let content: Vec<u8> = (0..CYCLES).map(|_| rng.random()).collect();
    let block = FlashReader::new(lanes, 1024, Some(spec));
    let mut recorder = Recorder::new(Box::new(block), |b| &mut b.clock).unwrap();
    let mut cycles = idle(&mut recorder);
    while cycles < CYCLES {
        let clocks = rng.random_range(100..CYCLES / 2);
        let mut run = Run::new(lanes, spec, &content);
        (0..clocks).for_each(|clock| run.clock(&mut recorder, &mut rng, clock, takes));
        assert!(clocks < 1000 || run.written > 100, "only {} bytes", run.written);
        cycles += clocks + idle(&mut recorder);
    }
    replay(name, &recorder);
}

/// Between runs nothing moves.
fn idle(recorder: &mut Recorder<FlashReader>) -> usize {
    for clock in 0..3 {
        let rest = |b: &FlashReader| (b.write.val(), b.pulse.val(), b.select.val());
        let seen = recorder.cycle(|b| (b.busy.next, b.load.next) = (false, false), rest).unwrap();
        assert!(clock < 2 || seen == (false, false, true));
    }
    3
}

struct Run<'a> {
    lanes: usize,
    spec: FlashSpec,
    content: &'a [u8],
    flash: FlashChip,
    model: Reader,
    sampled: u8,
    /// Whether the present layer is streamed.
    streamed: bool,
    written: usize,
    taken: usize,
}

impl<'a> Run<'a> {
    fn new(lanes: usize, spec: FlashSpec, content: &'a [u8]) -> Self {
        let mut held = vec![0; BEFORE];
        held.extend(content);
        let flash = FlashChip::new(spec.offset - BEFORE as u32, held);
        let model = Reader::new(&TopSpec { lanes, flash: Some(spec), ..common::spec() });
        Self { lanes, spec, content, flash, model, sampled: 0, streamed: false, written: 0, taken: 0 }
    }

    fn clock(&mut self, recorder: &mut Recorder<FlashReader>, rng: &mut Pcg64, clock: usize, takes: f64) {
        // Descriptors come while memory is blocked; one layer in two is streamed, and one group in two.
        let load = (clock % 200 == 9).then(|| rng.random());
        let turn = (clock % 40 == 30).then(|| rng.random());
        let blocked = load.is_some() || rng.random_bool(0.2);
        let asks = !(9..=10).contains(&(clock % 200)) && clock % 40 != 31 && rng.random_bool(takes);
        let io = u64::from(self.sampled);
        let drive = |b: &mut FlashReader| {
            b.busy.next = true;
            b.load.next = load.is_some();
            b.field.next = 2.into();
            b.word.next = (u64::from(load == Some(true)) << 15 | 7).into();
            b.blocked.next = blocked;
            b.io.next = io.into();
            b.taken.next = false;
            (b.turn.next, b.turn_to_ring.next) = (turn.is_some(), turn == Some(true));
        };
        // The loader takes what stands, in the same clock.
        let filled = self.model.filled();
        let taken = asks && filled;
        let seen = recorder.cycle(|b| (drive(b), b.taken.next = taken).0, observe).unwrap();
        assert_eq!((seen.filled, seen.write), (filled, self.model.writes(blocked)), "clock {clock}");
        if seen.write {
            self.check(&seen);
        }
        assert!(!(taken && self.streamed) || seen.place == self.taken & 0xFF);
        self.take(taken);
        match load {
            Some(streamed) => self.model.fetch(Some(streamed)),
            None => self.model.clock(blocked, taken),
        }
        self.model.turn(turn);
        self.streamed = load.or(turn).unwrap_or(self.streamed);
        assert_eq!(self.model.bytes(self.taken as u64), self.written as u64);
        self.wires(&seen);
    }

    fn check(&mut self, seen: &Seen) {
        let (word, lane) = (self.written / self.lanes, self.written % self.lanes);
        assert_eq!((seen.addr, seen.lane), (1024 - self.spec.ring_words + word % self.spec.ring_words, lane));
        assert_eq!(seen.byte, self.content[self.written]);
        assert!(word < self.taken + self.spec.ring_words, "the ring overflows");
        self.written += 1;
    }

    fn take(&mut self, taken: bool) {
        if taken && self.streamed {
            self.taken += 1;
            assert!(self.taken * self.lanes <= self.written, "taken before it stands");
        }
    }

    /// The pads.
    fn wires(&mut self, seen: &Seen) {
        if seen.step {
            assert!(!(seen.drive && self.flash.drives()));
            self.sampled = self.flash.data();
        }
        self.flash.select(seen.select);
        if seen.pulse {
            self.flash.rise(!seen.drive || seen.command);
            self.flash.fall();
        }
    }
}

struct Seen {
    write: bool,
    addr: usize,
    lane: usize,
    byte: u8,
    place: usize,
    filled: bool,
    step: bool,
    pulse: bool,
    select: bool,
    command: bool,
    drive: bool,
}

fn observe(b: &FlashReader) -> Seen {
    Seen {
        write: b.write.val(),
        addr: b.addr.val().to_u16().into(),
        lane: b.lane.val().to_u8().into(),
        byte: b.byte.val().to_u8(),
        place: b.place.val().to_u8().into(),
        filled: b.filled.val(),
        step: b.step.val(),
        pulse: b.pulse.val(),
        select: b.select.val(),
        command: b.command.val(),
        drive: b.drive.val(),
    }
}

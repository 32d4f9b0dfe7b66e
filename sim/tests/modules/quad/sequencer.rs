//! Descriptors to units.

use std::collections::VecDeque;

use frazil_hdl::quad::QuadSequencer;
use frazil_sim::replay::Recorder;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

use crate::{CYCLES, replay};

/// Programs of random length; each layer's descriptor is given while it stands, then started; cycles are counted.
#[test]
fn quad_sequencer_runs_a_program() {
    let mut rng = Pcg64::seed_from_u64(5);
    let mut recorder = Recorder::new(Box::<QuadSequencer>::default(), |b| &mut b.clock).unwrap();
    let mut total = 0;
    while total < CYCLES {
        total += program(&mut recorder, &mut rng);
    }
    replay("quad sequencer", &recorder);
}

/// Runs one program and returns its clocks.
fn program(recorder: &mut Recorder<QuadSequencer>, rng: &mut Pcg64) -> usize {
    let layers = rng.random_range(0..4);
    let entry: u16 = 4 * rng.random_range(0..100);
    let begin = |b: &mut QuadSequencer| (b.start.next, b.entry.next) = (true, u64::from(entry).into());
    recorder.cycle(begin, |b| assert!(!b.busy.val())).unwrap();
    let mut addresses = VecDeque::from([0u16; 4]);
    let (mut issuing, mut writing) = (0, 0);
    let (mut cycles, mut given, mut started) = (0u64, Vec::new(), 0);
    loop {
        let row = addresses.pop_front().unwrap().wrapping_sub(entry) / 4;
        let op: u8 = if row < layers { 1 } else { 0 };
        let drive = |b: &mut QuadSequencer| {
            b.start.next = false;
            b.op.next = u64::from(op).into();
            (b.issuing.next, b.writing.next) = (issuing > 0, writing > 0);
        };
        let observe = |b: &QuadSequencer| {
            let counter = u64::from(b.cycles.val().to_u32());
            (b.busy.val(), b.addr.val().to_u16(), b.load.val(), b.start_layer.val(), counter)
        };
        let (busy, address, load, start, counter) = recorder.cycle(drive, observe).unwrap();
        if !busy {
            assert_eq!(writing, 0);
            assert_eq!(counter, cycles);
            break;
        }
        cycles += 1;
        issuing -= i32::from(issuing > 0);
        writing -= i32::from(writing > 0);
        if start {
            assert_eq!(issuing, 0);
            (started, issuing) = (started + 1, rng.random_range(8..30));
            writing = issuing + rng.random_range(1..20);
            assert_eq!(given.len(), started);
        }
        if load {
            given.push(row);
        }
        addresses.push_back(address);
    }
    assert_eq!(given, (0..=layers).collect::<Vec<_>>());
    assert_eq!(started, usize::from(layers));
    cycles as usize
}

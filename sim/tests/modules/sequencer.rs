//! Descriptors to units.

use frazil_hdl::chip::Sequencer;
use frazil_sim::replay::Recorder;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

use super::{CYCLES, replay};

/// A program of random ops; fields arrive in order, units are started once each, cycles are counted.
#[test]
fn sequencer_runs_a_program() {
    let mut rng = Pcg64::seed_from_u64(5);
    let mut recorder = Recorder::new(Box::<Sequencer>::default(), |b| &mut b.clock).unwrap();
    let mut total = 0;
    while total < CYCLES {
        total += program(&mut recorder, &mut rng);
    }
    replay("sequencer", &recorder);
}

fn program(recorder: &mut Recorder<Sequencer>, rng: &mut Pcg64) -> usize {
    use frazil_model::plan::descriptor::{USED_WORDS, WORDS};
    let ops: Vec<u16> = (0..rng.random_range(0..4)).map(|_| rng.random_range(1..3)).chain([0]).collect();
    let entry: usize = rng.random_range(0..4);
    let memory: Vec<u16> = (0..(entry + ops.len()) * WORDS)
        .map(|i| {
            if i % WORDS == 0 {
                *ops.get((i / WORDS).wrapping_sub(entry)).unwrap_or(&9)
            } else {
                rng.random()
            }
        })
        .collect();
    recorder
        .cycle(
            |b| {
                b.start.next = true;
                b.entry.next = (entry as u64).into()
            },
            |b| assert!(!b.busy.val()),
        )
        .unwrap();
    let (mut data, mut unit_left, mut cycles) = (0u16, 0u32, 0u64);
    let (mut loads, mut starts) = (Vec::new(), Vec::new());
    loop {
        let seen = recorder
            .cycle(
                |b| {
                    b.start.next = false;
                    b.program_data.next = u64::from(data).into();
                    b.unit_busy.next = unit_left > 0;
                },
                |b| {
                    let load = b.load.val().then(|| (b.field.val().to_u8(), b.word.val().to_u16()));
                    let start = match (b.start_conv.val(), b.start_frozen.val()) {
                        (false, false) => None,
                        (conv, frozen) => {
                            assert!(conv != frozen);
                            Some(if conv { 1 } else { 2 })
                        }
                    };
                    (
                        b.busy.val(),
                        b.program_addr.val().to_u16(),
                        load,
                        start,
                        b.cycles.val().to_u32(),
                        b.frozen.val(),
                    )
                },
            )
            .unwrap();
        let (busy, address, load, start, counter, frozen) = seen;
        if !busy {
            assert_eq!(u64::from(counter), cycles);
            break;
        }
        assert!(!frozen || starts.last() == Some(&2));
        cycles += 1;
        unit_left = unit_left.saturating_sub(1);
        if let Some(op) = start {
            starts.push(op);
            unit_left = rng.random_range(2..20);
        }
        loads.extend(load);
        data = memory.get(address as usize).copied().unwrap_or(0);
    }
    let expected: Vec<(u8, u16)> = (0..ops.len())
        .flat_map(|d| (0..USED_WORDS).map(move |w| (d, w)))
        .map(|(d, w)| (w as u8, memory[(entry + d) * WORDS + w]))
        .collect();
    assert_eq!(loads, expected);
    assert_eq!(starts, ops[..ops.len() - 1]);
    cycles as usize
}

//! Descriptors to units.

use frazil_hdl::chip::Sequencer;
use frazil_hdl::num::Bus;
use frazil_model::plan::descriptor::WORDS;
use frazil_sim::replay::Recorder;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

use super::{CYCLES, replay};

/// Programs of random ops; fields arrive in order, units are started once each, cycles are counted.
#[test]
fn sequencer_runs_a_program() {
    run::<8>("sequencer of 8");
    run::<16>("sequencer of 16");
}

fn run<const N: usize>(name: &str) {
    let mut rng = Pcg64::seed_from_u64(5);
    let mut recorder = Recorder::new(Box::<Sequencer<N>>::default(), |b| &mut b.clock).unwrap();
    let mut total = 0;
    while total < CYCLES {
        total += program(&mut recorder, &mut rng);
    }
    replay(name, &recorder);
}

/// What is seen of the sequencer in a clock.
struct Seen {
    busy: bool,
    address: u16,
    load: Option<(u8, u16)>,
    start: Option<u16>,
    counter: u32,
    frozen: bool,
}

fn observe<const N: usize>(b: &Sequencer<N>) -> Seen {
    let starts = (b.start_layer.val(), b.start_frozen.val());
    assert!(starts != (true, true));
    Seen {
        busy: b.busy.val(),
        address: b.addr.val().to_u16(),
        load: b.load.val().then(|| (b.field.val().to_u8(), b.word.val().to_u16())),
        start: (starts.0 || starts.1).then_some(if starts.0 { 1 } else { 2 }),
        counter: b.cycles.val().to_u32(),
        frozen: b.frozen.val(),
    }
}

/// Runs one program and returns its clocks.
fn program<const N: usize>(recorder: &mut Recorder<Sequencer<N>>, rng: &mut Pcg64) -> usize {
    let ops: Vec<u16> = (0..rng.random_range(0..4)).map(|_| rng.random_range(1..3)).chain([0]).collect();
    let entry: usize = rng.random_range(0..100);
    let mut fields: Vec<u16> = (0..ops.len() * WORDS).map(|_| rng.random()).collect();
    ops.iter().enumerate().for_each(|(i, op)| fields[i * WORDS] = *op);
    let bytes: Vec<i8> = fields.iter().flat_map(|f| f.to_le_bytes()).map(|b| b as i8).collect();
    let word = |address: u16| {
        Bus::<N>::from_slice(bytes.chunks(N).nth(usize::from(address).wrapping_sub(entry)).unwrap_or(&[]))
    };
    recorder
        .cycle(|b| (b.start.next, b.entry.next) = (true, (entry as u64).into()), |b| assert!(!b.busy.val()))
        .unwrap();
    let (mut address, mut unit_left, mut cycles) = (0, 0u32, 0u64);
    let (mut loads, mut starts) = (Vec::new(), Vec::new());
    loop {
        let drive = |b: &mut Sequencer<N>| {
            b.start.next = false;
            b.data.next = word(address);
            b.unit_busy.next = unit_left > 0;
        };
        let seen = recorder.cycle(drive, observe).unwrap();
        if !seen.busy {
            assert_eq!(u64::from(seen.counter), cycles);
            break;
        }
        assert!(!seen.frozen || starts.last() == Some(&2));
        cycles += 1;
        unit_left = unit_left.saturating_sub(1);
        if let Some(op) = seen.start {
            starts.push(op);
            unit_left = rng.random_range(2..20);
        }
        loads.extend(seen.load);
        address = seen.address;
    }
    let expected: Vec<(u8, u16)> = fields.iter().enumerate().map(|(i, f)| ((i % WORDS) as u8, *f)).collect();
    assert_eq!(loads, expected);
    assert_eq!(starts, ops[..ops.len() - 1]);
    cycles as usize
}

//! The FIFO of fetched words.

use std::collections::VecDeque;

use frazil_hdl::array::{FifoStyle, WordFifo};
use frazil_hdl::num::Bus;
use frazil_sim::replay::Recorder;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

use super::{CYCLES, replay};

/// Pushes while there is space, pops at random; words come out as they went in.
#[test]
fn fifo_keeps_order_and_marks() {
    run::<8>(FifoStyle::BlockRam, "fifo of 8");
    run::<8>(FifoStyle::MarksInRegisters, "fifo of 8 with marks in registers");
    run::<8>(FifoStyle::Distributed, "fifo of 8 in distributed RAM");
    run::<16>(FifoStyle::BlockRam, "fifo of 16");
}

fn run<const N: usize>(style: FifoStyle, name: &str) {
    let mut rng = Pcg64::seed_from_u64(2);
    let mut recorder = Recorder::new(Box::new(WordFifo::<N>::new(style)), |b| &mut b.clock).unwrap();
    let mut expected = VecDeque::new();
    let (mut begun, mut most) = (false, 0);
    for cycle in 0..CYCLES {
        let clear = cycle % 1500 == 1499;
        let item = (
            rng.random::<[i8; N]>(),
            rng.random::<u16>() & (u16::MAX >> (16 - N)),
            rng.random::<[bool; 3]>(),
        );
        // Phases of filling and of emptying.
        let pops = rng.random_bool(if cycle / 300 % 2 == 0 { 0.3 } else { 0.9 });
        let seen = recorder
            .cycle(
                |b| {
                    b.clear.next = clear;
                    b.push.next = begun;
                    b.word.next = Bus(item.0);
                    b.mask.next = u64::from(item.1).into();
                    (b.complete.next, b.last.next, b.outside.next) = item.2.into();
                    b.pop.next = pops && b.valid.val();
                },
                |b| {
                    let marks = [b.out_complete.val(), b.out_last.val(), b.out_outside.val()];
                    let out = (b.out_word.val().0, b.out_mask.val().to_u16(), marks);
                    (b.valid.val().then_some(out), b.pop.val(), b.space.val())
                },
            )
            .unwrap();
        if let Some(out) = seen.0 {
            assert_eq!(Some(&out), expected.front(), "clock {cycle}");
        }
        if seen.1 {
            expected.pop_front();
        }
        if begun {
            expected.push_back(item);
        }
        most = most.max(expected.len());
        // A read is begun one clock before its word is pushed.
        begun = seen.2 && rng.random_bool(0.8) && !clear;
        if clear {
            expected.clear();
        }
    }
    assert!((60..=64).contains(&most), "{most} words at most");
    replay(name, &recorder);
}

//! The FIFO of fetched accesses.

use std::collections::VecDeque;

use frazil_hdl::num::Bus;
use frazil_hdl::quad::QuadFifo;
use frazil_sim::replay::Recorder;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

use crate::{CYCLES, replay};

#[derive(Clone, Debug, PartialEq)]
struct Item {
    words: [i8; 64],
    outside: u64,
    position: u64,
    mask: u64,
    flags: [bool; 3],
}

impl Item {
    fn random(rng: &mut Pcg64) -> Self {
        Self {
            words: std::array::from_fn(|_| rng.random()),
            outside: rng.random_range(0..16),
            position: rng.random_range(0..32),
            mask: rng.random_range(0..1 << 16),
            flags: rng.random(),
        }
    }

    fn drive(&self, b: &mut QuadFifo) {
        b.words.next = Bus(self.words);
        b.outside.next = self.outside.into();
        b.position.next = self.position.into();
        b.mask.next = self.mask.into();
        (b.complete.next, b.last.next, b.slide.next) = self.flags.into();
    }

    fn shown(b: &QuadFifo) -> Self {
        Self {
            words: b.out_words.val().0,
            outside: b.out_outside.val().to_u64(),
            position: b.out_position.val().to_u64(),
            mask: b.out_mask.val().to_u64(),
            flags: [b.out_complete.val(), b.out_last.val(), b.out_slide.val()],
        }
    }
}

/// Pushes ten clocks after there was space, as a fetcher with a long way to memory does; pops at random. Accesses
/// come out as they went in, and from the second clock after their push on.
#[test]
fn quad_fifo_keeps_order_and_marks() {
    let mut rng = Pcg64::seed_from_u64(2);
    let mut recorder = Recorder::new(Box::<QuadFifo>::default(), |b| &mut b.clock).unwrap();
    let mut stored: VecDeque<(usize, Item)> = VecDeque::new();
    let mut coming = VecDeque::from([false; 10]);
    let mut most = 0;
    for cycle in 0..CYCLES {
        let clear = cycle % 1500 == 1499;
        let (item, push) = (Item::random(&mut rng), coming.pop_back().unwrap());
        // Phases of filling and of emptying.
        let pops = rng.random_bool(if cycle / 300 % 2 == 0 { 0.3 } else { 0.95 });
        let (shown, popped, space) = recorder
            .cycle(
                |b| {
                    b.clear.next = clear;
                    b.push.next = push;
                    item.drive(b);
                    b.pop.next = pops && b.valid.val();
                },
                |b| (b.valid.val().then(|| Item::shown(b)), b.pop.val(), b.space.val()),
            )
            .unwrap();
        let due = stored.front().filter(|(since, _)| since + 2 <= cycle).map(|(_, item)| item);
        assert_eq!(shown.as_ref(), due, "clock {cycle}");
        if popped {
            stored.pop_front();
        }
        if push {
            stored.push_back((cycle, item));
        }
        most = most.max(stored.len());
        coming.push_front(space && rng.random_bool(0.9));
        if clear {
            stored.clear();
            coming = VecDeque::from([false; 10]);
        }
    }
    assert!((60..=64).contains(&most), "{most} accesses at most");
    replay("quad fifo", &recorder);
}

//! Multipliers and accumulators.

use frazil_hdl::mac::Lanes;
use frazil_hdl::num::Bus;
use frazil_sim::replay::Recorder;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

use super::{CYCLES, byte, replay};

/// Dot products with random gaps; sums stand ready exactly three clocks after their last operands.
#[test]
fn lanes_accumulate_capture_and_shift() {
    const N: usize = 4;
    let mut rng = Pcg64::seed_from_u64(2);
    let mut recorder = Recorder::new(Box::<Lanes<N>>::default(), |b| &mut b.clock).unwrap();
    let mut sums = [0i32; N];
    let mut due: Vec<(usize, [i32; N])> = Vec::new();
    let (mut left, mut first, mut wait) = (3u32, true, 0u32);
    let mut shifting: Option<(usize, [i32; N])> = None;
    for cycle in 0..CYCLES {
        let valid = wait == 0 && rng.random_bool(0.8);
        let (a, w): (i8, [i8; N]) = (byte(&mut rng), std::array::from_fn(|_| byte(&mut rng)));
        let last = valid && left == 1;
        let shift = shifting.is_some();
        let (captured, sum) = recorder
            .cycle(
                |b| {
                    b.act.next = u64::from(a as u8).into();
                    b.weights.next = Bus(w);
                    b.valid.next = valid;
                    b.first.next = first;
                    b.last.next = last;
                    b.shift.next = shift;
                },
                |b| (b.captured.val(), b.sum.val().get()),
            )
            .unwrap();
        let expected = due.iter().find(|(at, _)| *at == cycle).map(|(_, sums)| *sums);
        assert_eq!(captured, expected.is_some(), "cycle {cycle}");
        if let Some((lane, held)) = shifting {
            assert_eq!(sum, i64::from(held[lane]), "cycle {cycle}, lane {lane}");
        }
        shifting = match (expected, shifting) {
            (Some(held), _) => {
                assert_eq!(sum, i64::from(held[0]));
                // The first lane is seen twice: now, and in the first clock of shifting.
                Some((0, held))
            }
            (None, Some((lane, held))) if lane + 1 < N => Some((lane + 1, held)),
            _ => None,
        };
        wait = wait.saturating_sub(1);
        if valid {
            (0..N).for_each(|i| sums[i] = if first { 0 } else { sums[i] } + i32::from(a) * i32::from(w[i]));
            first = last;
            left -= 1;
            if last {
                due.push((cycle + 3, sums));
                left = rng.random_range(1..9);
                wait = 9;
            }
        }
    }
    assert!(due.len() > 100);
    replay("lanes", &recorder);
}

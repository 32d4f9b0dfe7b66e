//! Sums to int8.

use frazil_hdl::mac::Requantiser;
use frazil_hdl::num::S;
use frazil_sim::replay::Recorder;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

use super::{CYCLES, begin, byte, replay};

/// Random sums and parameters, corner values included; results equal the reference in `42 + shifts` clocks each.
#[test]
fn requantiser_equals_the_reference() {
    const LANES: usize = 4;
    let mut rng = Pcg64::seed_from_u64(4);
    let mut recorder = Recorder::new(Box::new(Requantiser::new(LANES)), |b| &mut b.clock).unwrap();
    let mut total = 0;
    while total < 3 * CYCLES {
        total += layer(&mut recorder, &mut rng, LANES);
    }
    replay("requantiser", &recorder);
}

/// One layer of one pixel and two groups, the second not full.
fn layer(recorder: &mut Recorder<Requantiser>, rng: &mut Pcg64, lanes: usize) -> usize {
    use frazil_model::plan::descriptor::Field::*;
    use frazil_model::requant::ChannelParameters;
    let last_lanes = rng.random_range(1..=lanes);
    let channels = lanes + last_lanes;
    let (low, high): (i8, i8) = (rng.random_range(-128..=0), rng.random_range(0..=127));
    let zero_point = byte(rng);
    let base: u16 = rng.random_range(0..8);
    let parameters: Vec<ChannelParameters> = (0..channels)
        .map(|_| ChannelParameters {
            bias: rng.random_range(-100_000..100_000),
            multiplier: if rng.random_bool(0.1) { 0 } else { rng.random_range(1 << 30..=i32::MAX) },
            left_shift: if rng.random_bool(0.8) { 0 } else { rng.random_range(0..4) },
            right_shift: rng.random_range(0..16),
        })
        .collect();
    let sums: Vec<i32> = (0..channels)
        .map(|_| {
            if rng.random_bool(0.1) {
                [i32::MIN, i32::MAX, -1, 0, 1][rng.random_range(0..5)]
            } else {
                rng.random_range(-1_000_000..1_000_000)
            }
        })
        .collect();
    let memory = frazil_model::plan::pack_parameters(&parameters);
    let word = |at: usize| u64::from(u16::from_le_bytes([memory[2 * at], memory[2 * at + 1]]));
    let zp = (zero_point as u8 as u16) << 8;
    let clamp = u16::from(low as u8) | u16::from(high as u8) << 8;
    let fields = [
        (OutBase, 500u16),
        (ParameterBase, base),
        (Groups, 2),
        (LastLanes, last_lanes as u16),
        (ZeroPoints, zp),
        (Clamp, clamp),
    ];
    begin(recorder, fields.map(|(field, word)| (field as u64, word.into())));
    recorder.cycle(|b| b.start.next = false, |_| ()).unwrap();
    let (mut results, mut cycles, mut data) = (Vec::new(), 0, 0u64);
    for (first, count) in [(0, lanes), (lanes, last_lanes)] {
        recorder.cycle(|b| b.last_issued.next = true, |_| ()).unwrap();
        let (mut lane, mut spent) = (first, 0);
        let mut captured = true;
        loop {
            let sum = sums.get(lane).copied().unwrap_or(0);
            let seen = recorder
                .cycle(
                    |b| {
                        b.last_issued.next = false;
                        b.captured.next = captured;
                        b.sum.next = S::wrap(i64::from(sum));
                        b.param_data.next = data.into();
                    },
                    |b| {
                        (
                            b.occupied.val(),
                            b.shift.val(),
                            b.wr_en.val().then(|| (b.wr_addr.val().to_u16(), b.wr_data.val().to_u8() as i8)),
                            b.param_addr.val().to_u16(),
                        )
                    },
                )
                .unwrap();
            let (occupied, shift, write, address) = seen;
            if !occupied {
                break;
            }
            assert_eq!(shift, write.is_some());
            lane += usize::from(shift);
            results.extend(write);
            let at = (address as usize).wrapping_sub(8 * base as usize);
            data = if at < memory.len() / 2 { word(at) } else { 0 };
            spent += usize::from(!captured);
            captured = false;
        }
        let shifts = |p: &ChannelParameters| usize::from(p.left_shift) + usize::from(p.right_shift);
        let expected: usize = parameters[first..first + count].iter().map(|p| 42 + shifts(p)).sum();
        assert_eq!(spent, expected, "clocks of a group");
        cycles += spent;
    }
    let expected: Vec<(u16, i8)> = parameters
        .iter()
        .zip(&sums)
        .enumerate()
        .map(|(i, (p, sum))| {
            (500 + i as u16, p.requantize(sum.wrapping_add(p.bias), zero_point.into(), low, high))
        })
        .collect();
    assert_eq!(results, expected);
    cycles
}

//! Activation memory to the frozen front end and back.

use frazil_hdl::chip::Feeder;
use frazil_sim::replay::Recorder;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

use super::{CYCLES, begin, replay};

/// Bytes go out in order under random stalls, results come back in order.
#[test]
fn feeder_streams_under_stalls() {
    use frazil_model::plan::descriptor::Field::*;
    let mut rng = Pcg64::seed_from_u64(6);
    let mut recorder = Recorder::new(Box::<Feeder>::default(), |b| &mut b.clock).unwrap();
    let mut total = 0;
    while total < CYCLES {
        let (input, output): (u16, u16) = (rng.random_range(1..200), rng.random_range(1..100));
        let fields = [(InBase, 30), (OutBase, 700), (StepX, input), (StepY, output)];
        begin(&mut recorder, fields.map(|(field, word)| (field as u64, word.into())));
        let stall = if rng.random() { 0.0 } else { 0.5 };
        let (mut data, mut taken, mut stored, mut cycle) = (0u16, Vec::new(), Vec::new(), 0u32);
        loop {
            let (ready, valid) = (!rng.random_bool(stall), rng.random_bool(0.5) && cycle > 3);
            let seen = recorder
                .cycle(
                    |b| {
                        b.start.next = false;
                        b.x_ready.next = ready;
                        b.y_valid.next = valid
                    },
                    |b| {
                        (
                            b.busy.val(),
                            b.x_valid.val(),
                            b.rd_addr.val().to_u16(),
                            b.wr_en.val().then(|| b.wr_addr.val().to_u16()),
                        )
                    },
                )
                .unwrap();
            if !seen.0 {
                break;
            }
            cycle += 1;
            assert!(cycle != 2 || seen.1, "the first byte is offered two clocks after start");
            if seen.1 && ready {
                taken.push(data);
            }
            stored.extend(seen.3);
            data = seen.2;
            total += 1;
        }
        let expected: Vec<u16> = (30..30 + input).collect();
        assert!(expected.starts_with(&taken));
        assert!(stall > 0.0 || taken.len() as u32 == (cycle - 1).min(input.into()), "a byte a clock");
        assert_eq!(stored, (700..700 + output).collect::<Vec<u16>>());
    }
    replay("feeder", &recorder);
}

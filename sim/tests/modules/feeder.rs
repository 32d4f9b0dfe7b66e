//! Memory to the frozen front end and back.

use frazil_hdl::chip::Feeder;
use frazil_sim::replay::Recorder;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

use super::{CYCLES, begin, replay};

/// Bytes of a word.
const LANES: u16 = 8;
/// First word of the input, first word of the output, words from plane to plane.
const PLACES: (u16, u16, u16) = (30, 700, 200);

/// Bytes go out in order under random stalls, results come back to their lanes.
#[test]
fn feeder_streams_under_stalls() {
    let mut rng = Pcg64::seed_from_u64(6);
    let mut recorder = Recorder::new(Box::new(Feeder::new(LANES.into(), true)), |b| &mut b.clock).unwrap();
    let mut total = 0;
    while total < CYCLES {
        let (input, pixels, channels): (u16, u16, u16) =
            (rng.random_range(1..200), rng.random_range(1..20), rng.random_range(1..20));
        let (from, to, plane) = PLACES;
        let fields = [(6, from), (22, to), (8, input), (9, pixels * channels), (10, channels), (11, plane)];
        begin(&mut recorder, fields.map(|(field, word)| (field, word.into())));
        let (taken, stored, cycles) = stream(&mut recorder, &mut rng, if total % 2 == 0 { 0.0 } else { 0.5 });
        let expected: Vec<(u16, u16)> = (0..input).map(|i| (from + i / LANES, i % LANES)).collect();
        assert!(expected.starts_with(&taken));
        let place = |p: u16, c: u16| (to + p + c / LANES * plane, c % LANES);
        let results: Vec<_> = (0..pixels).flat_map(|p| (0..channels).map(move |c| place(p, c))).collect();
        assert_eq!(stored, results);
        total += cycles;
    }
    replay("feeder", &recorder);
}

/// Places (word, lane) of the bytes taken and stored, and the clocks.
type Streamed = (Vec<(u16, u16)>, Vec<(u16, u16)>, usize);

fn stream(recorder: &mut Recorder<Feeder>, rng: &mut Pcg64, stall: f64) -> Streamed {
    let (mut read, mut taken, mut stored, mut cycle) = (None, Vec::new(), Vec::new(), 0);
    loop {
        let (ready, valid) = (!rng.random_bool(stall), rng.random_bool(0.4) && cycle > 3);
        let drive = |b: &mut Feeder| {
            b.start.next = false;
            b.x_ready.next = ready;
            b.y_valid.next = valid;
        };
        let seen = recorder
            .cycle(drive, |b| {
                let wrote = b.wr_en.val().then(|| (b.wr_addr.val().to_u16(), b.wr_lane.val().to_u16()));
                let offers = b.x_valid.val().then(|| b.rd_lane.val().to_u16());
                (b.busy.val(), offers, b.rd_addr.val().to_u16(), wrote)
            })
            .unwrap();
        if !seen.0 {
            return (taken, stored, cycle);
        }
        cycle += 1;
        assert!(cycle != 2 || seen.1.is_some(), "the first byte is offered two clocks after start");
        if let Some(lane) = seen.1 {
            let word = read.expect("a byte is offered only if its word was read in the clock before");
            if ready {
                taken.push((word, lane));
            }
        }
        // One port: a clock that writes reads nothing.
        read = seen.3.is_none().then_some(seen.2);
        stored.extend(seen.3);
    }
}

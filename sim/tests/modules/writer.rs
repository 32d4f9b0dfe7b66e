//! Where results go.

use frazil_hdl::array::Writer;
use frazil_sim::replay::Recorder;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

use super::{CYCLES, begin, replay};

/// Random layers; the addresses equal nested loops, and nothing is written beyond the edges.
#[test]
fn writer_places_results() {
    run(true, "writer of blocks");
    run(false, "writer of rows");
}

fn run(rows: bool, name: &str) {
    let mut rng = Pcg64::seed_from_u64(4);
    let mut recorder = Recorder::new(Box::new(Writer::new(rows)), |b| &mut b.clock).unwrap();
    let mut cycles = 0;
    while cycles < CYCLES {
        let layer = Layer::random(&mut rng, rows);
        begin(&mut recorder, layer.fields());
        for expected in layer.writes() {
            // Some clocks without a result, then the result.
            for result in std::iter::repeat_n(false, rng.random_range(0..4)).chain([true]) {
                let seen = recorder
                    .cycle(
                        |b| {
                            b.start.next = false;
                            b.result.next = result
                        },
                        |b| {
                            assert!(b.busy.val());
                            b.write.val().then(|| b.addr.val().to_u16())
                        },
                    )
                    .unwrap();
                assert_eq!(seen, expected.filter(|_| result));
                cycles += 1;
            }
        }
        recorder.cycle(|b| b.result.next = false, |b| assert!(!b.busy.val())).unwrap();
    }
    replay(name, &recorder);
}

struct Layer {
    /// Blocks of several rows, anywhere; or of one, one word after the other.
    rows: bool,
    groups: u16,
    blocks: (u16, u16),
    pixels: (u16, u16),
    /// Fields 22 to 27.
    steps: [u16; 6],
    last: (u16, u16),
    skip: u16,
}

impl Layer {
    fn random(rng: &mut Pcg64, rows: bool) -> Self {
        let pixels = (rng.random_range(1..4), if rows { rng.random_range(1..4) } else { 1 });
        Self {
            groups: rng.random_range(1..4),
            blocks: (rng.random_range(1..4), rng.random_range(1..4)),
            pixels,
            rows,
            steps: rng.random(),
            last: (rng.random_range(1..=pixels.0), rng.random_range(1..=pixels.1)),
            skip: rng.random_range(0..3),
        }
    }

    fn fields(&self) -> Vec<(u64, u64)> {
        let pair = |(x, y): (u16, u16)| x | y << 8;
        let mut fields = vec![
            (2, self.groups),
            (12, self.blocks.0),
            (13, self.blocks.1),
            (21, pair(self.pixels)),
            (28, pair(self.last)),
            (29, self.skip),
        ];
        fields.extend((22..).zip(self.steps));
        fields.into_iter().map(|(field, word)| (field, u64::from(word))).collect()
    }

    /// For each result word its address, if it is written.
    fn writes(&self) -> Vec<Option<u16>> {
        let [base, group_step, block_step, row_step, pixel_step, pixel_row] = self.steps.map(u32::from);
        let (columns, rows) = (u32::from(self.blocks.0), u32::from(self.blocks.1));
        let (px, py) = (u32::from(self.pixels.0), u32::from(self.pixels.1));
        let (mut writes, mut written) = (Vec::new(), 0u16);
        for block in 0..u32::from(self.groups) * rows * columns {
            let (group, y, x) = (block / (rows * columns), block / columns % rows, block % columns);
            writes.extend((0..self.skip).map(|_| None));
            for (iy, ix) in (0..py).flat_map(|iy| (0..px).map(move |ix| (iy, ix))) {
                let at = base
                    + group * group_step
                    + y * row_step
                    + x * block_step
                    + ix * pixel_step
                    + iy * ((px - 1) * pixel_step + pixel_row);
                let beyond = (x + 1 == columns && ix >= self.last.0.into())
                    || (y + 1 == rows && iy >= self.last.1.into());
                let at = if self.rows { at as u16 } else { self.steps[0].wrapping_add(written) };
                written = written.wrapping_add(u16::from(!beyond));
                writes.push((!beyond).then_some(at));
            }
        }
        writes
    }
}

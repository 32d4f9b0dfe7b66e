//! Where results go.

use frazil_hdl::num::Bus;
use frazil_hdl::quad::QuadWriter;
use frazil_sim::replay::Recorder;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

use super::{begin, descriptor};
use crate::{CYCLES, replay};

/// Random layers, some started while the results of the one before come; the addresses equal nested loops, and
/// nothing is written beyond the edges.
#[test]
fn quad_writer_places_results() {
    let mut rng = Pcg64::seed_from_u64(4);
    let mut recorder = Recorder::new(Box::<QuadWriter>::default(), |b| &mut b.clock).unwrap();
    let mut cycles = 0;
    let mut layer = Layer::random(&mut rng);
    begin(&mut recorder, layer.descriptor());
    while cycles < 2 * CYCLES {
        let (next, quads) = (Layer::random(&mut rng), layer.quads());
        let early = rng.random_bool(0.7).then(|| rng.random_range(4..8usize)).filter(|n| *n < quads.len());
        cycles += results(&mut recorder, &mut rng, &quads, 3, quads.len() - early.unwrap_or(0));
        if early.is_none() {
            recorder.cycle(|b| b.result.next = false, |b| assert!(!b.busy.val())).unwrap();
        }
        recorder.cycle(|b| b.result.next = false, |_| ()).unwrap();
        begin(&mut recorder, next.descriptor());
        let rest = &quads[quads.len() - early.unwrap_or(0)..];
        cycles += results(&mut recorder, &mut rng, rest, 0, rest.len());
        layer = next;
    }
    replay("quad writer", &recorder);
}

/// The first `count` of these quads, the first after some clocks.
fn results(
    recorder: &mut Recorder<QuadWriter>,
    rng: &mut Pcg64,
    quads: &[Vec<Option<u16>>],
    mut pause: usize,
    count: usize,
) -> usize {
    let mut cycles = 0;
    for expected in &quads[..count] {
        // Some clocks without a result, then the result.
        for result in std::iter::repeat_n(false, pause).chain([true]) {
            let drive = |b: &mut QuadWriter| (b.start.next, b.result.next) = (false, result);
            let seen = recorder.cycle(drive, observe).unwrap();
            assert_eq!(seen, (true, if result { expected.clone() } else { vec![None; 4] }));
            cycles += 1;
        }
        pause = if rng.random() { 0 } else { rng.random_range(0..4) };
    }
    cycles
}

fn observe(b: &QuadWriter) -> (bool, Vec<Option<u16>>) {
    let addresses = [&b.addr_0, &b.addr_1, &b.addr_2, &b.addr_3].map(|addr| addr.val().to_u16());
    let write = b.write.val().to_u8();
    (b.busy.val(), (0..4).map(|j| (write >> j & 1 == 1).then_some(addresses[j])).collect())
}

struct Layer {
    passes: u16,
    spread: bool,
    groups: u16,
    blocks: (u16, u16),
    pixels: (u16, u16),
    base: u16,
    group_step: u16,
    block_step: u16,
    row_step: u16,
    run_step: u16,
    gap: u16,
    last: (u16, u16),
    width: i32,
    pitch: i32,
    x_block: i32,
}

/// A position: column and word.
type Place = (i32, u16);

impl Layer {
    fn random(rng: &mut Pcg64) -> Self {
        let (passes, spread) = (rng.random_range(1..4), rng.random_bool(0.3));
        let shapes = [(16, 1), (4, 4), (8, 2), (4, 2), (rng.random_range(1..17), 1)];
        let mut pixels = shapes[rng.random_range(0..5)];
        if spread {
            pixels = (rng.random_range(1..5), 1);
        }
        let width = rng.random_range(1..20);
        let pitch = width + rng.random_range(0..9);
        Self {
            passes,
            spread,
            groups: if spread { 4 * passes - rng.random_range(0..4) } else { passes },
            blocks: (rng.random_range(1..4), rng.random_range(1..4)),
            pixels,
            base: rng.random(),
            group_step: rng.random(),
            block_step: rng.random(),
            row_step: rng.random(),
            run_step: rng.random(),
            gap: rng.random(),
            last: (rng.random_range(1..=pixels.0), rng.random_range(1..=pixels.1)),
            width,
            pitch,
            x_block: rng.random_range(0..=pitch),
        }
    }

    fn descriptor(&self) -> Bus<64> {
        let pair = |(x, y): (u16, u16)| x | y << 8;
        descriptor(&[
            (2, self.passes),
            (3, u16::from(self.spread) << 4),
            (12, self.blocks.0),
            (13, self.blocks.1),
            (14, self.pitch as u16),
            (20, pair(self.pixels)),
            (21, self.groups),
            (22, self.base),
            (23, self.group_step),
            (24, self.block_step),
            (25, self.row_step),
            (26, self.run_step),
            (27, self.gap),
            (28, pair(self.last)),
            (29, self.width as u16),
            (31, self.x_block as u16),
        ])
    }

    fn wrap(&self, (x, at): Place) -> Place {
        if x >= self.width { (x - self.pitch, at.wrapping_sub(self.gap)) } else { (x, at) }
    }

    /// For each quad its four addresses, if they are written.
    fn quads(&self) -> Vec<Vec<Option<u16>>> {
        let mut quads = Vec::new();
        for pass in 0..self.passes {
            let step = if self.spread { self.group_step.wrapping_mul(4) } else { self.group_step };
            let mut line = self.base.wrapping_add(pass.wrapping_mul(step));
            for row in 0..self.blocks.1 {
                let mut block = (0, line);
                for column in 0..self.blocks.0 {
                    let ends = (column + 1 == self.blocks.0, row + 1 == self.blocks.1);
                    quads.extend((0..4).map(|quad| self.quad(pass, block, quad, ends)));
                    block = self.wrap((block.0 + self.x_block, block.1.wrapping_add(self.block_step)));
                }
                line = line.wrapping_add(self.row_step);
            }
        }
        quads
    }

    fn quad(&self, pass: u16, (x, at): Place, quad: u16, ends: (bool, bool)) -> Vec<Option<u16>> {
        let limit = (
            if ends.0 { self.last.0 } else { self.pixels.0 },
            if ends.1 { self.last.1 } else { self.pixels.1 },
        );
        let (run, column) =
            (4 * quad / self.pixels.0.next_multiple_of(4), 4 * quad % self.pixels.0.next_multiple_of(4));
        let (run, column) = if self.spread { (0, 0) } else { (run, column) };
        let step =
            if self.spread { quad.wrapping_mul(self.group_step) } else { run.wrapping_mul(self.run_step) };
        // From quad to quad of a run.
        let next = |(x, at): &Place| Some(self.wrap((x + 4, at.wrapping_add(4))));
        let first = (x, at.wrapping_add(step));
        let start = std::iter::successors(Some(first), next).nth(usize::from(column / 4)).unwrap();
        let pixel = |j: u16| {
            let (x, at) = self.wrap((start.0 + i32::from(j), start.1.wrapping_add(j)));
            let real = !self.spread || 4 * pass + quad < self.groups;
            (x >= 0 && real && column + j < limit.0 && run < limit.1).then_some(at)
        };
        (0..4).map(pixel).collect()
    }
}

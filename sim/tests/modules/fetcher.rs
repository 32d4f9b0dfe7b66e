//! The reads of a layer.

use frazil_hdl::array::Fetcher;
use frazil_sim::replay::Recorder;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

use super::{CYCLES, begin, replay};

/// Random layers under random stalls; the reads equal nested loops.
#[test]
fn fetcher_reads_a_layer() {
    run(true, "fetcher of blocks");
    run(false, "fetcher of rows");
}

fn run(rows: bool, name: &str) {
    let mut rng = Pcg64::seed_from_u64(3);
    let mut recorder = Recorder::new(Box::new(Fetcher::new(rows)), |b| &mut b.clock).unwrap();
    let mut cycles = 0;
    while cycles < CYCLES {
        let layer = Layer::random(&mut rng, rows);
        begin(&mut recorder, layer.fields());
        cycles += layer.run(&mut recorder, &mut rng);
    }
    replay(name, &recorder);
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    mask: u16,
    offset: u16,
    dx: u8,
    dy: u8,
}

#[derive(Debug, PartialEq, Eq)]
struct Read {
    address: Option<u16>,
    mask: u16,
    complete: bool,
    last: bool,
}

struct Layer {
    vector: bool,
    shared: bool,
    lists: Vec<Vec<Entry>>,
    groups: u16,
    /// Fields 6 to 19.
    fetch: [u16; 14],
    pixel: (u16, u16),
    pixels: (u16, u16),
}

impl Layer {
    fn random(rng: &mut Pcg64, rows: bool) -> Self {
        let (groups, shared) = (rng.random_range(1..4), rng.random());
        let lists = if shared { 1 } else { groups };
        let mut entry = || Entry {
            mask: if rng.random_bool(0.3) { 0 } else { rng.random() },
            offset: rng.random(),
            dx: rng.random_range(0..8),
            dy: rng.random_range(0..8),
        };
        let lists = (0..lists).map(|l| (0..3 + l % 3).map(|_| entry()).collect()).collect();
        let mut fetch: [u16; 14] = rng.random();
        // The widths of the steps from block to block and from pixel to pixel.
        (fetch[2], fetch[4]) = (fetch[2] % 256, fetch[4] % 256);
        (fetch[6], fetch[7]) = (rng.random_range(1..4), rng.random_range(1..4));
        // Near the image's corner, so that windows cross its edges.
        (fetch[8], fetch[9]) =
            (rng.random_range(0..4u16).wrapping_sub(2), rng.random_range(0..4u16).wrapping_sub(2));
        (fetch[10], fetch[11]) = (rng.random_range(0..4), rng.random_range(0..4));
        (fetch[12], fetch[13]) = (rng.random_range(1..12), rng.random_range(1..12));
        let (pixel, pixels) = (
            (rng.random_range(0..3), rng.random_range(0..3)),
            (rng.random_range(1..4), if rows { rng.random_range(1..3) } else { 1 }),
        );
        Self { vector: rng.random(), shared, lists, groups, fetch, pixel, pixels }
    }

    fn fields(&self) -> Vec<(u64, u64)> {
        let flags = u16::from(self.vector) | u16::from(self.shared) << 1;
        let pair = |(x, y): (u16, u16)| x | y << 8;
        let mut fields = vec![(2, self.groups), (3, flags), (20, pair(self.pixel)), (21, pair(self.pixels))];
        fields.extend((6..).zip(self.fetch));
        fields.into_iter().map(|(field, word)| (field, u64::from(word))).collect()
    }

    /// List memory: the groups' lists, each from an even entry.
    fn list_memory(&self) -> Vec<Entry> {
        let mut memory = Vec::new();
        for list in &self.lists {
            memory.extend(list);
            memory.resize(memory.len().next_multiple_of(2), list[0]);
        }
        memory
    }

    fn reads(&self) -> Vec<Read> {
        let [base, group_step, block_step, row_step, pixel_step, pixel_row, blocks_x, blocks_y, ..] =
            self.fetch;
        let [.., x_origin, y_origin, x_block, y_block, in_w, in_h] = self.fetch;
        let (px, py) = if self.vector { (1, 1) } else { self.pixels };
        let mut reads = Vec::new();
        for (group, by, bx) in itertools(self.groups, blocks_y, blocks_x) {
            let list = &self.lists[if self.shared { 0 } else { usize::from(group) }];
            for (index, entry) in list.iter().enumerate() {
                for (iy, ix) in (0..py).flat_map(|y| (0..px).map(move |x| (y, x))) {
                    let times = |a: u16, b: u16| a.wrapping_mul(b);
                    let row = times(px - 1, pixel_step).wrapping_add(pixel_row);
                    let address = [
                        base,
                        times(group, group_step),
                        times(by, row_step),
                        times(bx, block_step),
                        times(ix, pixel_step),
                        times(iy, row),
                        entry.offset,
                    ];
                    let sum = |terms: &[u16]| terms.iter().fold(0u16, |sum, term| sum.wrapping_add(*term));
                    let x =
                        sum(&[x_origin, times(bx, x_block), u16::from(entry.dx), times(ix, self.pixel.0)]);
                    let y =
                        sum(&[y_origin, times(by, y_block), u16::from(entry.dy), times(iy, self.pixel.1)]);
                    let last_pixel = (ix, iy) == (px - 1, py - 1);
                    reads.push(Read {
                        address: (x % 512 < in_w && y % 512 < in_h).then(|| sum(&address)),
                        mask: entry.mask,
                        complete: last_pixel && (!self.vector || entry.mask != 0),
                        last: index + 1 == list.len(),
                    });
                }
            }
        }
        reads
    }

    fn run(&self, recorder: &mut Recorder<Fetcher>, rng: &mut Pcg64) -> usize {
        let (memory, expected) = (self.list_memory(), self.reads());
        let (mut shown, mut found, mut cycles) = (0usize, Vec::new(), 0);
        let (mut going, mut group): (Option<u16>, usize) = (None, 0);
        let mut stale = 3;
        while found.len() < expected.len() || stale > 0 {
            let entry = memory[shown % memory.len()];
            // The loader is never two groups ahead.
            let listed = (cycles / 20).min(self.lists.len()).min(group + 2);
            let (free, space) = (rng.random_bool(0.7), rng.random_bool(0.8));
            let seen = recorder
                .cycle(
                    |b| {
                        b.start.next = false;
                        b.listed.next = (listed as u64).into();
                        // The entries of the group at hand, as the loader gives them by parity.
                        let parity = |odd: usize| {
                            let group = (0..self.lists.len().min(listed)).rev().find(|g| g % 2 == odd);
                            (group.map_or(1, |g| self.lists[g].len()) as u64).into()
                        };
                        (b.entries_even.next, b.entries_odd.next) = (parity(0), parity(1));
                        b.mask.next = u64::from(entry.mask).into();
                        b.offset.next = u64::from(entry.offset).into();
                        b.dx.next = u64::from(entry.dx).into();
                        b.dy.next = u64::from(entry.dy).into();
                        b.free.next = free;
                        b.space.next = space;
                    },
                    |b| {
                        let read = b.push.val().then(|| Read {
                            address: going,
                            mask: b.push_mask.val().to_u16(),
                            complete: b.push_complete.val(),
                            last: b.push_last.val(),
                        });
                        if let Some(read) = &read {
                            assert_eq!(b.push_outside.val(), read.address.is_none());
                        }
                        let asked = (b.request.val() && free).then(|| b.addr.val().to_u16());
                        (b.entry.val().to_u16(), read, asked, b.group.val().to_u8())
                    },
                )
                .unwrap();
            shown = usize::from(seen.0);
            found.extend(seen.1);
            (going, group) = (seen.2, usize::from(seen.3));
            cycles += 1;
            assert!(cycles < 100_000, "{} of {}", found.len(), expected.len());
            stale -= usize::from(found.len() == expected.len() && stale > 0);
        }
        if let Some(at) = (0..found.len()).find(|at| found[*at] != expected[*at]) {
            panic!("read {at} of {}: {:?}, not {:?}", found.len(), found[at], expected[at]);
        }
        cycles
    }
}

fn itertools(groups: u16, rows: u16, columns: u16) -> impl Iterator<Item = (u16, u16, u16)> {
    (0..groups).flat_map(move |g| (0..rows).flat_map(move |y| (0..columns).map(move |x| (g, y, x))))
}

//! From fetched words to products.

use std::collections::VecDeque;

use frazil_hdl::array::Issuer;
use frazil_sim::replay::Recorder;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

use super::{CYCLES, begin, replay};

/// Clocks between two blocks' ends.
const INTERVAL: usize = 16;

/// Random words under random stalls; products come in the order of the masks' bits, with their weights and marks.
#[test]
fn issuer_issues_products() {
    let mut rng = Pcg64::seed_from_u64(8);
    let mut recorder = Recorder::new(Box::new(Issuer::new(INTERVAL)), |b| &mut b.clock).unwrap();
    let mut cycles = 0;
    while cycles < CYCLES {
        let layer = Layer::random(&mut rng);
        begin(&mut recorder, layer.fields());
        cycles += layer.run(&mut recorder, &mut rng);
    }
    replay("issuer", &recorder);
}

/// A word: mask, complete, last entry.
type Word = (u16, bool, bool);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Product {
    sel: u8,
    weight: u16,
    first: bool,
    last: bool,
    slot: u8,
}

struct Layer {
    blocks: usize,
    shared: bool,
    /// Masks of each group's operands.
    groups: Vec<Vec<u16>>,
}

impl Layer {
    fn random(rng: &mut Pcg64) -> Self {
        let shared = rng.random();
        let mut list = || (0..rng.random_range(1..5)).map(|_| 1 + rng.random_range(0..0xFFFF)).collect();
        let first: Vec<u16> = list();
        let groups = (0..4).map(|g| if g == 0 || shared { first.clone() } else { list() }).collect();
        Self { blocks: rng.random_range(1..4), shared, groups }
    }

    fn fields(&self) -> Vec<(u64, u64)> {
        let flags = if self.shared { 4 | 8 } else { 0 };
        vec![(3, flags | 1), (30, self.blocks as u64)]
    }

    /// Each group's list for each block; some operands take two words.
    fn words(&self, rng: &mut Pcg64) -> VecDeque<Word> {
        let mut words = VecDeque::new();
        for list in self.groups.iter().flat_map(|list| std::iter::repeat_n(list, self.blocks)) {
            for (i, mask) in list.iter().enumerate() {
                if rng.random() {
                    words.push_back((rng.random(), false, rng.random()));
                }
                words.push_back((*mask, true, i + 1 == list.len()));
            }
        }
        words
    }

    fn products(&self) -> Vec<Product> {
        let (mut products, mut base) = (Vec::new(), 0);
        for (group, list) in self.groups.iter().enumerate() {
            let count: u32 = list.iter().map(|mask| mask.count_ones()).sum();
            for _ in 0..self.blocks {
                let bits = list.iter().flat_map(|mask| (0..16).filter(move |bit| mask >> bit & 1 == 1));
                products.extend(bits.enumerate().map(|(i, sel)| Product {
                    sel,
                    weight: base + i as u16,
                    first: i == 0,
                    last: i as u32 + 1 == count,
                    slot: if self.shared { 0 } else { group as u8 },
                }));
            }
            base += if self.shared { 0 } else { count as u16 };
        }
        products
    }

    fn run(&self, recorder: &mut Recorder<Issuer>, rng: &mut Pcg64) -> usize {
        let (mut words, expected) = (self.words(rng), self.products());
        let (mut found, mut cycles, mut weight, mut readable) = (Vec::new(), 0, 0u16, 0u16);
        let mut ends = Vec::new();
        while found.len() < expected.len() {
            let offered = words.front().copied().filter(|_| rng.random_bool(0.8));
            let most = expected.iter().map(|p| p.weight).max().unwrap_or(0) + 1;
            readable = most.min(readable + u16::from(rng.random_bool(0.5)));
            let (mask, complete, last) = offered.unwrap_or_default();
            let seen = recorder
                .cycle(
                    |b| {
                        b.start.next = false;
                        b.word_valid.next = offered.is_some();
                        b.mask.next = u64::from(mask).into();
                        b.complete.next = complete;
                        b.last_entry.next = last;
                        b.weights.next = u64::from(readable).into();
                    },
                    |b| {
                        let product = b.valid.val().then(|| Product {
                            sel: b.sel.val().to_u8(),
                            weight,
                            first: b.first.val(),
                            last: b.last.val(),
                            slot: b.slot.val().to_u8(),
                        });
                        assert!(b.vector_mode.val());
                        (product, b.weight.val().to_u16(), b.pop.val())
                    },
                )
                .unwrap();
            if seen.0.is_some_and(|p| p.last) {
                ends.push(cycles);
            }
            found.extend(seen.0);
            weight = seen.1;
            if seen.2 {
                assert!(words.pop_front().is_some() && offered.is_some());
            }
            cycles += 1;
            assert!(cycles < 100_000, "{} of {}", found.len(), expected.len());
        }
        assert_eq!(found, expected);
        assert!(words.is_empty());
        assert!(ends.windows(2).all(|pair| pair[1] - pair[0] >= INTERVAL));
        cycles
    }
}

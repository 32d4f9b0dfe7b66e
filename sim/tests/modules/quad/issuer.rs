//! From fetched words to products.

use std::collections::VecDeque;

use frazil_hdl::num::Bus;
use frazil_hdl::quad::QuadIssuer;
use frazil_sim::replay::Recorder;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

use super::{begin, descriptor};
use crate::{CYCLES, replay};

/// Clocks between two blocks' ends.
const INTERVAL: usize = 16;

/// Random accesses under random stalls; products come in the order of the masks' bits, with their operands, weights
/// and marks.
#[test]
fn quad_issuer_issues_products() {
    let mut rng = Pcg64::seed_from_u64(8);
    let mut recorder = Recorder::new(Box::new(QuadIssuer::new(INTERVAL)), |b| &mut b.clock).unwrap();
    let mut cycles = 0;
    while cycles < 2 * CYCLES {
        let layer = Layer::random(&mut rng);
        // The slots follow those of the layer before.
        recorder
            .cycle(|b| b.first_slot.next = u64::from(layer.slot).into(), |b| assert!(!b.busy.val()))
            .unwrap();
        begin(&mut recorder, layer.descriptor());
        cycles += layer.run(&mut recorder, &mut rng);
    }
    replay("quad issuer", &recorder);
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    mask: u16,
    accesses: usize,
    slides: bool,
}

/// An access: the number of its entry, whether it is the entry's last, whether the entry is its list's.
#[derive(Debug, Clone, Copy, Default)]
struct Access {
    number: usize,
    entry: Option<Entry>,
    complete: bool,
    last: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Product {
    /// Number of the entry whose words are the operands.
    entry: usize,
    /// Byte in dense mode; in vector mode the pixels that the operands have moved.
    bit: u32,
    row: u16,
    word: Option<u8>,
    first: bool,
    last: bool,
    slot: u8,
}

struct Layer {
    vector: bool,
    spread: bool,
    shared: bool,
    blocks: usize,
    slot: u8,
    lists: Vec<Vec<Entry>>,
}

impl Layer {
    fn random(rng: &mut Pcg64) -> Self {
        let (vector, shared): (bool, bool) = rng.random();
        let spread = !vector && rng.random();
        let mut entry = || Entry {
            mask: if rng.random() { rng.random_range(1..=u16::MAX) } else { 1 << rng.random_range(0..4) },
            accesses: rng.random_range(1..6),
            slides: vector && rng.random(),
        };
        let mut list = |n: usize| (0..n).map(|_| entry()).collect::<Vec<_>>();
        let first = list(3);
        let lists = (0..4).map(|p| if p == 0 || shared { first.clone() } else { list(1 + p) }).collect();
        Self { vector, spread, shared, blocks: rng.random_range(1..4), slot: rng.random_range(0..32), lists }
    }

    fn descriptor(&self) -> Bus<64> {
        let shared = if self.shared { 4 | 8 } else { 0 };
        let flags = u16::from(self.vector) | shared | u16::from(self.spread) << 4;
        descriptor(&[(2, self.lists.len() as u16), (3, flags), (30, self.blocks as u16)])
    }

    /// The entries of each pass, block by block.
    fn entries(&self) -> impl Iterator<Item = (Entry, bool)> {
        let lists = self.lists.iter().flat_map(|list| std::iter::repeat_n(list, self.blocks));
        lists.flat_map(|list| list.iter().enumerate().map(|(i, entry)| (*entry, i + 1 == list.len())))
    }

    fn accesses(&self) -> VecDeque<Access> {
        let mut accesses = VecDeque::new();
        for (number, (entry, last)) in self.entries().enumerate() {
            for access in 1..=entry.accesses {
                let complete = access == entry.accesses;
                accesses.push_back(Access { number, entry: Some(entry), complete, last });
            }
        }
        accesses
    }

    fn products(&self) -> Vec<Product> {
        let (mut products, mut entry, mut base) = (Vec::new(), 0, 0);
        for (pass, list) in self.lists.iter().enumerate() {
            let count: u32 = list.iter().map(|e| e.mask.count_ones()).sum();
            for _ in 0..self.blocks {
                let mut at = 0u16;
                for e in list {
                    for bit in (0..16).filter(|bit| e.mask >> bit & 1 == 1) {
                        let (row, word) =
                            if self.spread { (at, None) } else { (at / 4, Some((at % 4) as u8)) };
                        products.push(Product {
                            entry,
                            bit: if self.vector && !e.slides { 0 } else { bit },
                            row: base + row,
                            word,
                            first: at == 0,
                            last: u32::from(at) + 1 == count,
                            slot: if self.shared { self.slot } else { (self.slot + pass as u8) % 32 },
                        });
                        at += 1;
                    }
                    entry += 1;
                }
            }
            let rows = if self.spread { count } else { count.div_ceil(4) };
            base += if self.shared { 0 } else { rows as u16 };
        }
        products
    }

    fn run(&self, recorder: &mut Recorder<QuadIssuer>, rng: &mut Pcg64) -> usize {
        let (mut accesses, expected) = (self.accesses(), self.products());
        let rows = expected.iter().map(|p| p.row).max().unwrap_or(0) + 1;
        let (mut found, mut cycles, mut readable, mut ends) = (Vec::new(), 0, 0u16, Vec::new());
        // What the datapath would do: the buffer's and the operands' entry, and how far they have moved.
        let (mut popped, mut buffer, mut operands, mut moved) = (None::<Access>, None, None, 0);
        let mut read = 0;
        let steady = rng.random();
        while found.len() < expected.len() {
            let offered = accesses.front().copied().filter(|_| steady || rng.random_bool(0.8));
            readable = rows.min(readable + u16::from(steady || rng.random_bool(0.3)));
            let access = offered.unwrap_or_default();
            let drive = |b: &mut QuadIssuer| {
                b.start.next = false;
                b.access.next = offered.is_some();
                b.mask.next = u64::from(access.entry.map_or(0x55, |e| e.mask)).into();
                b.complete.next = access.complete;
                b.last_entry.next = access.last;
                b.slides.next = access.entry.is_some_and(|e| e.slides);
                b.weights.next = u64::from(readable).into();
            };
            let observe = |b: &QuadIssuer| {
                assert_eq!((b.vector_mode.val(), b.spread.val()), (self.vector, self.spread));
                // What is decided in the last clock of the layer stands in the next.
                assert!(b.busy.val() || found.len() + 1 == expected.len());
                let product = b.valid.val().then(|| Product {
                    entry: operands.expect("operands"),
                    bit: if self.vector { moved } else { u32::from(b.sel.val().to_u8()) },
                    row: read,
                    word: (!self.spread).then(|| b.weight_word.val().to_u8()),
                    first: b.first.val(),
                    last: b.last.val(),
                    slot: b.slot.val().to_u8(),
                });
                let acts = (b.enter.val(), b.take.val(), b.slide.val());
                let released = b.released.val().to_u16();
                // The only block of a pass is done with its rows one by one.
                if self.blocks == 1 && !self.shared {
                    assert_eq!(released, read);
                }
                assert!(released <= read && !(self.shared && released > 0));
                (product, acts, b.pop.val(), b.weight.val().to_u16())
            };
            let (product, (enter, take, slide), pop, row) = recorder.cycle(drive, observe).unwrap();
            if let Some(product) = product {
                assert!(product.row < readable);
                if product.last {
                    ends.push(cycles);
                }
                found.push(product);
            }
            moved += u32::from(slide);
            if take {
                let Some((number, true)) = buffer else { panic!("the buffer is not complete: {buffer:?}") };
                (operands, moved, buffer) = (Some(number), 0, None);
            }
            assert_eq!(enter, popped.is_some());
            if let Some(access) = popped {
                assert!(buffer.is_none_or(|(number, done)| number == access.number && !done));
                buffer = Some((access.number, access.complete));
            }
            assert!(!pop || offered.is_some());
            popped = if pop { accesses.pop_front() } else { None };
            read = row;
            cycles += 1;
            assert!(cycles < 100_000, "{} of {}", found.len(), expected.len());
        }
        assert_eq!(found, expected);
        assert!(accesses.is_empty());
        assert!(ends.windows(2).all(|pair| pair[1] - pair[0] >= INTERVAL));
        cycles
    }
}

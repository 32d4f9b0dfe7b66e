//! The main memory: four words read and four written in every clock.

use std::collections::VecDeque;

use frazil_hdl::num::Bus;
use frazil_hdl::quad::QuadMemory;
use frazil_sim::replay::Recorder;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

use crate::{CYCLES, replay};

/// Words of the real memory.
const WORDS: usize = 20480;

/// A clock's write: addresses, enabled words, bytes, data.
#[derive(Clone)]
struct Write {
    addresses: [usize; 4],
    enabled: u64,
    mask: u64,
    data: [i8; 64],
}

/// Few rows of every segment, so that reads meet writes.
fn row(rng: &mut Pcg64) -> usize {
    let edges = [0, 1, 1023, 1024, 4095, 4096, 4097, 5118, 5119];
    if rng.random_bool(0.95) {
        edges[rng.random_range(0..edges.len())]
    } else {
        rng.random_range(0..WORDS / 4)
    }
}

/// Four addresses in banks of their own, or all the same.
fn addresses(rng: &mut Pcg64, equal: bool) -> [usize; 4] {
    let mut banks = [0, 1, 2, 3];
    banks.shuffle(rng);
    let common = row(rng);
    let rows = rng.random::<bool>().then_some(common);
    match equal {
        true => [4 * common + banks[0]; 4],
        false => banks.map(|bank| 4 * rows.unwrap_or_else(|| row(rng)) + bank),
    }
}

impl Write {
    fn random(rng: &mut Pcg64) -> Self {
        Self {
            addresses: addresses(rng, false),
            enabled: rng.random_range(0..16),
            mask: if rng.random() { 0xffff } else { rng.random_range(0..1 << 16) },
            data: std::array::from_fn(|_| rng.random()),
        }
    }

    fn apply(&self, words: &mut [[i8; 16]]) {
        for j in (0..4).filter(|j| self.enabled >> j & 1 == 1) {
            for i in (0..16).filter(|i| self.mask >> i & 1 == 1) {
                words[self.addresses[j]][i] = self.data[16 * j + i];
            }
        }
    }

    fn meets(&self, address: usize) -> bool {
        (0..4).any(|j| self.enabled >> j & 1 == 1 && self.addresses[j] == address)
    }
}

fn drive(b: &mut QuadMemory, reads: [usize; 4], write: &Write) {
    let bits = |address: usize| -> rust_hdl::prelude::Bits<16> { (address as u64).into() };
    [b.rd_addr_0.next, b.rd_addr_1.next, b.rd_addr_2.next, b.rd_addr_3.next] = reads.map(bits);
    [b.wr_addr_0.next, b.wr_addr_1.next, b.wr_addr_2.next, b.wr_addr_3.next] = write.addresses.map(bits);
    b.wr_en.next = write.enabled.into();
    b.wr_mask.next = write.mask.into();
    b.wr_data.next = Bus(write.data);
}

#[test]
fn quad_memory_reads_and_writes_four_words() {
    let mut rng = Pcg64::seed_from_u64(3);
    let mut recorder = Recorder::new(Box::new(QuadMemory::new(WORDS)), |b| &mut b.clock).unwrap();
    let mut words = vec![[0i8; 16]; WORDS];
    // What the reads of the last clocks show, newest first; nothing where a read met the write of before.
    let mut expected: VecDeque<[Option<[i8; 16]>; 4]> = VecDeque::from([[None; 4]; QuadMemory::READ_CLOCKS]);
    let mut before: Option<Write> = None;
    let mut checked = 0;
    for cycle in 0..CYCLES {
        let write = Write::random(&mut rng);
        let equal = rng.random_bool(0.2);
        let reads = addresses(&mut rng, equal);
        let seen = recorder.cycle(|b| drive(b, reads, &write), |b| b.rd_data.val().0).unwrap();
        for (j, due) in expected.pop_back().unwrap().iter().enumerate() {
            let word = &seen[16 * j..][..16];
            assert!(due.is_none_or(|due| due == word), "clock {cycle}, word {j}");
            checked += usize::from(due.is_some());
        }
        // `words` holds the writes up to two clocks ago; that of the clock before is on its way.
        let defined = |address: usize| before.as_ref().is_none_or(|w| !w.meets(address));
        expected.push_front(reads.map(|address| defined(address).then_some(words[address])));
        if let Some(before) = before.replace(write) {
            before.apply(&mut words);
        }
    }
    assert!(checked > 3 * CYCLES, "{checked} words");
    replay("quad memory", &recorder);
}

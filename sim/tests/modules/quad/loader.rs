//! A stream into the array's own memories.

use std::collections::VecDeque;

use frazil_hdl::num::Bus;
use frazil_hdl::quad::QuadLoader;
use frazil_sim::replay::Recorder;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

use super::{begin, descriptor};
use crate::{CYCLES, replay};

/// Rows of the weight ring.
const RING: usize = 8;

/// Random streams read under stalls, used up at random; each word goes where it belongs, nothing too early.
#[test]
fn quad_loader_loads_a_stream() {
    let mut rng = Pcg64::seed_from_u64(6);
    let mut recorder = Recorder::new(Box::new(QuadLoader::new(RING)), |b| &mut b.clock).unwrap();
    let (mut cycles, mut slot) = (0, 0);
    while cycles < 2 * CYCLES {
        let stream = Stream { slot, ..Stream::random(&mut rng) };
        // The slots of the next stream follow.
        slot = (slot + stream.passes.iter().filter(|pass| pass.parameters).count()) % 32;
        begin(&mut recorder, stream.descriptor());
        cycles += stream.run(&mut recorder, &mut rng);
    }
    replay("quad loader", &recorder);
}

struct Pass {
    parameters: bool,
    list: usize,
    entries: u16,
    rows: usize,
}

struct Stream {
    at: usize,
    /// The first parameters' slot.
    slot: usize,
    /// Parameters, list and weights are those of the first pass.
    shared: [bool; 3],
    spread: bool,
    passes: Vec<Pass>,
}

/// Where a word or a row goes: 0 to 3 parameters of banks (4: of all), 5 list, 6 weights; its place; its address.
type Placed = (u8, u16, usize);

impl Stream {
    fn random(rng: &mut Pcg64) -> Self {
        let (mut shared, spread): ([bool; 3], bool) = rng.random();
        // Weights may only be shared together with parameters.
        shared[2] &= shared[0];
        let mut pass = |p: usize| {
            let has = |i: usize| p == 0 || !shared[i];
            Pass {
                parameters: has(0),
                list: if has(1) { rng.random_range(1..5) } else { 0 },
                entries: rng.random_range(1..512),
                rows: if has(2) { rng.random_range(1..=RING) } else { 0 },
            }
        };
        let passes = (0..5).map(&mut pass).collect();
        Self { at: 4 * rng.random_range(0..100), slot: 0, shared, spread, passes }
    }

    fn descriptor(&self) -> Bus<64> {
        let bits = [self.shared[1], self.shared[2], self.shared[0], self.spread];
        let flags = (1..).zip(bits).map(|(bit, on)| u16::from(on) << bit).sum();
        descriptor(&[(1, self.at as u16), (2, self.passes.len() as u16), (3, flags)])
    }

    fn parameter_words(&self, pass: &Pass) -> usize {
        if !pass.parameters {
            0
        } else if self.spread {
            32
        } else {
            8
        }
    }

    /// Addresses of each pass's header, parameters, list and weights.
    fn places(&self) -> Vec<[usize; 4]> {
        let mut at = self.at;
        let place = |pass: &Pass| {
            let list = at + 1 + self.parameter_words(pass);
            let weights = (list + pass.list).next_multiple_of(4);
            let places = [at, at + 1, list, weights];
            at = weights + 4 * pass.rows;
            places
        };
        self.passes.iter().map(place).collect()
    }

    /// What is loaded, in order, pass by pass.
    fn placed(&self) -> Vec<Vec<Placed>> {
        let (mut slot, mut list, mut row) = (self.slot, 0, 0);
        let mut passes = Vec::new();
        for (pass, [_, parameters, lists, weights]) in self.passes.iter().zip(self.places()) {
            let mut placed = Vec::new();
            placed.extend((0..pass.list).map(|i| (5, (list + i) as u16, lists + i)));
            placed.extend((0..self.parameter_words(pass)).map(|i| {
                let bank = if self.spread { (i / 8) as u8 } else { 4 };
                (bank, (8 * slot + i % 8) as u16, parameters + i)
            }));
            placed.extend((0..pass.rows).map(|i| (6, (row + i) as u16, weights + 4 * i)));
            slot = (slot + usize::from(pass.parameters)) % 32;
            list += pass.list;
            row += pass.rows;
            passes.push(placed);
        }
        passes
    }

    fn header(&self, asked: Option<(usize, bool)>) -> Bus<8> {
        let places = self.places();
        let found = asked.and_then(|(at, _)| places.iter().position(|place| place[0] == at));
        let Some(pass) = found.map(|p| &self.passes[p]) else { return Bus([0x77; 8]) };
        let words = [pass.list as u16, pass.entries, 4 * pass.rows as u16, u16::from(pass.parameters)];
        let bytes: Vec<i8> =
            words.iter().flat_map(|word| word.to_le_bytes()).map(|byte| byte as i8).collect();
        Bus::from_slice(&bytes)
    }

    fn run(&self, recorder: &mut Recorder<QuadLoader>, rng: &mut Pcg64) -> usize {
        let expected = self.placed();
        let ends: Vec<usize> = expected
            .iter()
            .scan(0, |end, placed| {
                *end += placed.len();
                Some(*end)
            })
            .collect();
        let total = ends.last().copied().unwrap_or(0);
        let mut asked = VecDeque::from([None; 4]);
        let (mut found, mut cycles, mut written) = (Vec::new(), 0, 0usize);
        let (mut fetched, mut issued, mut halves) = (0usize, 0usize, false);
        while found.len() < total {
            // A pass is fetched and issued some time after it has come.
            let came = |p: usize| found.len() >= ends[p];
            if fetched < self.passes.len() && came(fetched) && rng.random_bool(0.3) {
                fetched += 1;
            }
            if issued < fetched && rng.random_bool(0.2) {
                issued += 1;
            }
            let released: usize = self.passes[..issued].iter().map(|p| p.rows).sum();
            let arrives: Option<(usize, bool)> = asked.pop_front().flatten();
            let free = rng.random_bool(0.7);
            let drive = |b: &mut QuadLoader| {
                b.start.next = false;
                b.fetched.next = (fetched as u64).into();
                b.issued.next = (issued as u64).into();
                b.released.next = (released as u64).into();
                b.free.next = free;
                b.header.next = self.header(arrives);
            };
            let observe = |b: &QuadLoader| {
                assert!(usize::from(b.weights.val().to_u16()) <= written);
                let asks =
                    (b.request.val() && free).then(|| (usize::from(b.addr.val().to_u16()), b.row.val()));
                let listed = usize::from(b.listed.val().to_u8());
                // A word's second entry follows its first.
                let second = b.write_list.val() && !b.list_at.val().to_u16().is_multiple_of(2);
                assert_eq!(second, halves);
                halves = b.write_list.val() && !second;
                (writes(b), asks, listed, [b.entries_even.val().to_u16(), b.entries_odd.val().to_u16()])
            };
            let (placed, asks, listed, entries) = recorder.cycle(drive, observe).unwrap();
            assert!(placed.len() <= 1);
            for (kind, at) in placed {
                let (address, row) = arrives.expect("it was asked for four clocks ago");
                assert_eq!(row, kind == 6);
                found.push((kind, at, address));
                written += usize::from(kind == 6);
                assert!(written <= released + RING, "the ring overflows");
                let pass = ends.iter().filter(|end| found.len() > **end).count();
                assert!(pass < fetched + 2, "a list too early");
                assert_eq!(entries[pass % 2], self.passes[pass].entries);
            }
            let lists = self
                .passes
                .iter()
                .zip(&ends)
                .filter(|(p, _)| p.list > 0)
                .map(|(p, end)| end - self.parameter_words(p) - p.rows);
            assert!(listed <= lists.filter(|end| found.len() >= *end).count());
            asked.push_back(asks);
            cycles += 1;
            assert!(cycles < 100_000, "{} of {total}", found.len());
        }
        assert_eq!(found, expected.concat());
        cycles
    }
}

fn writes(b: &QuadLoader) -> Vec<(u8, u16)> {
    let mut writes = Vec::new();
    let bank = match b.write_parameter.val().to_u8() {
        0 => None,
        15 => Some(4),
        one => Some(one.trailing_zeros() as u8),
    };
    writes.extend(bank.map(|bank| (bank, b.parameter_at.val().to_u16())));
    let entry = b.list_at.val().to_u16();
    if b.write_list.val() && entry.is_multiple_of(2) {
        writes.push((5, entry / 2));
    }
    if b.write_weight.val() {
        writes.push((6, b.weight.val().to_u16()));
    }
    writes
}

//! The accesses of a layer.

use std::collections::VecDeque;

use frazil_hdl::num::Bus;
use frazil_hdl::quad::QuadFetcher;
use frazil_sim::replay::Recorder;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

use super::{begin, descriptor};
use crate::{CYCLES, replay};

/// Random layers under random stalls; the accesses equal nested loops.
#[test]
fn quad_fetcher_reads_a_layer() {
    let mut rng = Pcg64::seed_from_u64(3);
    let mut recorder = Recorder::new(Box::<QuadFetcher>::default(), |b| &mut b.clock).unwrap();
    let mut cycles = 0;
    while cycles < 2 * CYCLES {
        let layer = Layer::random(&mut rng);
        begin(&mut recorder, layer.descriptor());
        cycles += layer.run(&mut recorder, &mut rng);
    }
    replay("quad fetcher", &recorder);
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    mask: u16,
    offset: u16,
    delta: u16,
    dx: i32,
    accesses: u8,
    slide: bool,
}

#[derive(Debug, PartialEq, Eq)]
struct Access {
    /// Addresses of the used words inside the image.
    words: Vec<Option<u16>>,
    position: Option<usize>,
    mask: u16,
    complete: bool,
    last: bool,
    slide: bool,
}

struct Layer {
    shared: bool,
    lists: Vec<Vec<Entry>>,
    passes: u16,
    base: u16,
    pass_step: u16,
    block_step: u16,
    row_step: u16,
    width: i32,
    run_step: u16,
    blocks: (u16, u16),
    pitch: i32,
    gap: u16,
    x_block: i32,
    size: u16,
    /// Words of an access.
    words: usize,
    access_step: i32,
    runs: u16,
}

/// A position: column and word.
type Place = (i32, u16);

impl Layer {
    fn random(rng: &mut Pcg64) -> Self {
        let (passes, shared) = (rng.random_range(1..4), rng.random());
        let mut entry = || Entry {
            mask: rng.random_range(1..=u16::MAX),
            offset: rng.random(),
            delta: rng.random(),
            dx: rng.random_range(-8..8),
            accesses: rng.random_range(1..=8),
            slide: rng.random(),
        };
        let lists = if shared { 1 } else { passes };
        let lists = (0..lists).map(|l| (0..1 + (3 + l) % 4).map(|_| entry()).collect()).collect();
        let width = rng.random_range(1..20);
        let pitch = width + rng.random_range(0..9);
        Self {
            shared,
            lists,
            passes,
            base: rng.random(),
            pass_step: rng.random(),
            block_step: rng.random(),
            row_step: rng.random(),
            width,
            run_step: rng.random(),
            blocks: (rng.random_range(1..4), rng.random_range(1..4)),
            pitch,
            gap: rng.random(),
            x_block: rng.random_range(0..=pitch),
            size: rng.random(),
            words: [1, 2, 4][rng.random_range(0..3)],
            access_step: rng.random_range(0..20),
            runs: rng.random_range(1..5),
        }
    }

    fn descriptor(&self) -> Bus<64> {
        descriptor(&[
            (2, self.passes),
            (3, u16::from(self.shared) << 1),
            (6, self.base),
            (7, self.pass_step),
            (8, self.block_step),
            (9, self.row_step),
            (10, self.width as u16),
            (11, self.run_step),
            (12, self.blocks.0),
            (13, self.blocks.1),
            (14, self.pitch as u16),
            (15, self.gap),
            (16, self.x_block as u16),
            (17, self.size),
            (18, self.words as u16 | (self.access_step as u16) << 8),
            (20, 4 | self.runs << 8),
        ])
    }

    fn list(&self, pass: u16) -> &[Entry] {
        &self.lists[if self.shared { 0 } else { usize::from(pass) }]
    }

    /// List memory: the passes' lists, each from an even entry.
    fn list_memory(&self) -> Vec<Entry> {
        let mut memory = Vec::new();
        for list in &self.lists {
            memory.extend(list);
            memory.resize(memory.len().next_multiple_of(2), list[0]);
        }
        memory
    }

    fn wrap(&self, (x, at): Place) -> Place {
        if x >= self.width { (x - self.pitch, at.wrapping_sub(self.gap)) } else { (x, at) }
    }

    fn accesses(&self) -> Vec<Access> {
        let mut found = Vec::new();
        for pass in 0..self.passes {
            let mut line = 0u16;
            for _ in 0..self.blocks.1 {
                let mut block = (0, line);
                for _ in 0..self.blocks.0 {
                    self.block(pass, block, &mut found);
                    block = self.wrap((block.0 + self.x_block, block.1.wrapping_add(self.block_step)));
                }
                line = line.wrapping_add(self.row_step);
            }
        }
        found
    }

    fn block(&self, pass: u16, block: Place, found: &mut Vec<Access>) {
        let list = self.list(pass);
        for (index, entry) in list.iter().enumerate() {
            let plane = pass.wrapping_mul(self.pass_step).wrapping_add(self.base).wrapping_add(entry.offset);
            let mut position = 0;
            for run in 0..self.runs {
                let at = block.1.wrapping_add(entry.delta).wrapping_add(run.wrapping_mul(self.run_step));
                let mut place = self.wrap((block.0 + entry.dx, at));
                for access in 0..entry.accesses {
                    found.push(Access {
                        words: (0..self.words).map(|j| self.word(place, j, plane)).collect(),
                        position: (position < 20).then_some(position),
                        mask: entry.mask,
                        complete: run + 1 == self.runs && access + 1 == entry.accesses,
                        last: index + 1 == list.len(),
                        slide: entry.slide,
                    });
                    position += self.words;
                    let step = self.access_step;
                    place = self.wrap((place.0 + step, place.1.wrapping_add(step as u16)));
                }
            }
        }
    }

    /// The address of a word inside the image.
    fn word(&self, (x, at): Place, j: usize, plane: u16) -> Option<u16> {
        let right = if self.words == 2 { 2 * j } else { j };
        let (x, at) = self.wrap((x + right as i32, at.wrapping_add(right as u16)));
        (x >= 0 && at < self.size).then(|| plane.wrapping_add(at))
    }

    fn run(&self, recorder: &mut Recorder<QuadFetcher>, rng: &mut Pcg64) -> usize {
        let (memory, expected) = (self.list_memory(), self.accesses());
        let (mut shown, mut found, mut cycles, mut pass) = (0usize, Vec::new(), 0, 0);
        let mut asked = VecDeque::from([None; 4]);
        let stalls = if rng.random() { 0.0 } else { 0.4 };
        let mut stale = 12;
        while found.len() < expected.len() || stale > 0 {
            let entry = memory[shown % memory.len()];
            // The loader is never two passes ahead.
            let listed = (cycles / 20).min(self.lists.len()).min(pass + 2);
            let space = !rng.random_bool(stalls);
            let arrives = asked.pop_front().flatten();
            let drive = |b: &mut QuadFetcher| {
                b.start.next = false;
                b.listed.next = (listed as u64).into();
                // The entries of the pass at hand, as the loader gives them by parity.
                let parity = |odd: usize| {
                    let pass = (0..self.lists.len().min(listed)).rev().find(|p| p % 2 == odd);
                    (pass.map_or(1, |p| self.lists[p].len()) as u64).into()
                };
                (b.entries_even.next, b.entries_odd.next) = (parity(0), parity(1));
                b.mask.next = u64::from(entry.mask).into();
                b.offset.next = u64::from(entry.offset).into();
                b.delta.next = u64::from(entry.delta).into();
                b.dx.next = ((entry.dx & 63) as u64).into();
                b.accesses.next = u64::from(entry.accesses).into();
                b.slide.next = entry.slide;
                b.space.next = space;
            };
            let observe = |b: &QuadFetcher| {
                let addresses = [&b.addr_0, &b.addr_1, &b.addr_2, &b.addr_3].map(|addr| addr.val().to_u16());
                let access = b.push.val().then(|| self.seen(b, arrives));
                (
                    usize::from(b.entry.val().to_u16()),
                    access,
                    b.request.val().then_some(addresses),
                    b.pass.val(),
                )
            };
            let seen = recorder.cycle(drive, observe).unwrap();
            shown = seen.0;
            found.extend(seen.1);
            asked.push_back(seen.2);
            pass = usize::from(seen.3.to_u8());
            cycles += 1;
            assert!(cycles < 100_000, "{} of {}", found.len(), expected.len());
            stale -= usize::from(found.len() == expected.len() && stale > 0);
        }
        if let Some(at) = (0..found.len()).find(|at| expected.get(*at) != Some(&found[*at])) {
            panic!("access {at} of {}: {:?}, not {:?}", found.len(), found[at], expected.get(at));
        }
        if stalls == 0.0 {
            // Only entries with one access take longer than their accesses.
            let starts = 20 * self.passes as usize + 40;
            let single = expected.iter().filter(|a| a.complete).count();
            assert!(cycles <= expected.len() + single + starts, "{cycles} for {}", expected.len());
        }
        cycles
    }

    fn seen(&self, b: &QuadFetcher, addresses: Option<[u16; 4]>) -> Access {
        let addresses = addresses.expect("it was asked for four clocks ago");
        let outside = b.push_outside.val().to_u8();
        for j in self.words..4 {
            assert_eq!(addresses[j], addresses[j % self.words], "a word that nobody uses");
        }
        let inside = |j: usize| (outside >> j & 1 == 0).then_some(addresses[j]);
        Access {
            words: (0..self.words).map(inside).collect(),
            position: Some(usize::from(b.push_position.val().to_u8())).filter(|position| *position < 20),
            mask: b.push_mask.val().to_u16(),
            complete: b.push_complete.val(),
            last: b.push_last.val(),
            slide: b.push_slide.val(),
        }
    }
}

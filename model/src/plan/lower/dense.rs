//! Dense mode: every output channel sums products with all input channels of a window.

use super::job::{Frame, Job, Read, blocks, of_group};
use super::parts;
use crate::plan::{ArrayStyle, Capacity};

/// A word of a window and what its bytes are.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Index of the source.
    pub source: usize,
    /// Words from the source's beginning, for a window at row 0 and column 0.
    pub offset: usize,
    /// Row and column in the window.
    pub at: (usize, usize),
    /// For each byte its tap, if it has one.
    pub taps: Vec<Option<u32>>,
}

/// A dense layer before its list is made.
pub struct Dense<'a> {
    pub frame: Frame,
    /// Words of a window.
    pub cells: &'a [Cell],
    /// `[output channel][tap]`: what a tap is to be multiplied with, wider than a byte if need be.
    pub values: &'a [Vec<i32>],
    /// Rows and columns of a window, to know whether it leaves the input.
    pub kernel: (usize, usize),
}

impl Dense<'_> {
    /// The layer with all products, groups sharing their list, or with those only whose weights are not all zero;
    /// in the block with the fewest clocks; on the quad array perhaps in several parts. Empty if entries cannot reach
    /// that far.
    pub fn jobs(&self, skip: bool, capacity: &Capacity) -> Vec<Job> {
        match capacity.style {
            ArrayStyle::Quad => self.quads(skip, capacity.weight_words),
            _ => self.job(skip, capacity).into_iter().collect(),
        }
    }

    fn job(&self, skip: bool, capacity: &Capacity) -> Option<Job> {
        let lanes = capacity.lanes;
        let groups = self.frame.groups;
        let copies: Vec<Vec<Vec<usize>>> = (0..groups).map(|group| self.copies(group, lanes)).collect();
        let mut plans: Vec<Vec<(Read, Vec<u32>)>> = match skip {
            true => copies.iter().map(|copies| self.list(copies)).collect(),
            false => vec![self.list(&largest(&copies, 1))],
        };
        if plans.iter().all(|plan| *plan == plans[0]) {
            plans.truncate(1);
        }
        let lists: Vec<Vec<Read>> =
            plans.iter().map(|plan| plan.iter().map(|(read, _)| *read).collect()).collect();
        let words: Vec<Vec<(u32, u32)>> = plans.iter().map(|plan| numbered(plan)).collect();
        let weights = (0..groups).map(|group| self.weights(of_group(&words, group), group, lanes)).collect();
        let taps = if words.len() == 1 && !skip {
            words[0].iter().map(|&(tap, _)| tap).collect()
        } else {
            Vec::new()
        };
        let job = Job {
            frame: self.frame.clone(),
            vector: false,
            block: (1, 1),
            quads: None,
            checked: true,
            lists,
            weights,
            taps,
        };
        self.blocked(job, capacity)
    }

    fn blocked(&self, job: Job, capacity: &Capacity) -> Option<Job> {
        let span = |axis: fn(&Cell) -> usize| self.cells.iter().map(|cell| axis(cell) + 1).max().unwrap_or(1);
        let span = (span(|cell| cell.at.0), span(|cell| cell.at.1));
        let (fetch, output) = (&self.frame.fetch, self.frame.drain.size);
        let candidates = blocks(capacity, output).filter_map(|block| {
            let checked = fetch.check(span, self.kernel, output, capacity.lanes)?;
            let job = Job { block, checked, ..job.clone() };
            Some((job.clocks(capacity), job))
        });
        candidates.min_by_key(|(clocks, _)| *clocks).map(|(_, job)| job)
    }

    /// For each cell and byte how often a group's products take it.
    pub fn copies(&self, group: usize, lanes: usize) -> Vec<Vec<usize>> {
        let channels = self.values.iter().skip(group * lanes).take(lanes);
        let most = |tap: &Option<u32>| {
            let value =
                |row: &Vec<i32>| tap.and_then(|tap| row.get(tap as usize)).map_or(0, |&v| parts::count(v));
            channels.clone().map(value).max().unwrap_or(0)
        };
        self.cells.iter().map(|cell| cell.taps.iter().map(most).collect()).collect()
    }

    /// Entries with the taps of their products. A word whose bytes are taken several times is read as often.
    pub fn list(&self, copies: &[Vec<usize>]) -> Vec<(Read, Vec<u32>)> {
        let mut list = Vec::new();
        for (cell, copies) in self.cells.iter().zip(copies) {
            for copy in 0..copies.iter().copied().max().unwrap_or(0) {
                list.push(cell.read(|byte| copies[byte] > copy));
            }
        }
        // A group has at least one product.
        if list.is_empty() {
            list.extend(self.cells.iter().map(|cell| cell.read(|byte| cell.taps[byte].is_some())).take(1));
        }
        list
    }

    /// The weights of a group: a word for each product.
    pub fn weights(&self, words: &[(u32, u32)], group: usize, lanes: usize) -> Vec<u8> {
        let lane =
            |lane: usize, tap: u32| self.values.get(group * lanes + lane).map_or(0, |row| row[tap as usize]);
        let word = |&(tap, copy): &(u32, u32)| {
            (0..lanes).map(move |l| parts::part(lane(l, tap), copy as usize) as u8)
        };
        words.iter().flat_map(word).collect()
    }
}

impl Cell {
    /// An entry that takes these of the cell's bytes.
    fn read(&self, takes: impl Fn(usize) -> bool) -> (Read, Vec<u32>) {
        let taken = |&(byte, tap): &(usize, &Option<u32>)| tap.is_some() && takes(byte);
        let bytes: Vec<(usize, u32)> = self
            .taps
            .iter()
            .enumerate()
            .filter(taken)
            .filter_map(|(byte, tap)| Some((byte, (*tap)?)))
            .collect();
        let mask = bytes.iter().fold(0, |mask, (byte, _)| mask | 1u16 << byte);
        let read = Read { source: self.source, offset: self.offset, at: self.at, mask, slide: false };
        (read, bytes.into_iter().map(|(_, tap)| tap).collect())
    }
}

/// Copies for all of some groups; `least` is 1 for one of every tap, so that weights can be exchanged.
pub fn largest(groups: &[Vec<Vec<usize>>], least: usize) -> Vec<Vec<usize>> {
    let mut all = groups.first().cloned().unwrap_or_default();
    for (cell, copies) in all.iter_mut().enumerate() {
        for (byte, copies) in copies.iter_mut().enumerate() {
            *copies = groups.iter().map(|group| group[cell][byte]).fold(least, usize::max);
        }
    }
    all
}

/// The tap of each weight word and how many before it have the same.
pub fn numbered(plan: &[(Read, Vec<u32>)]) -> Vec<(u32, u32)> {
    let mut seen = std::collections::HashMap::new();
    let number = |&tap: &u32| {
        let count = seen.entry(tap).or_insert(0u32);
        *count += 1;
        (tap, *count - 1)
    };
    plan.iter().flat_map(|(_, taps)| taps).map(number).collect()
}

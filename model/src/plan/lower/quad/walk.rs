//! How the quad array goes through a layer.

use super::super::job::{Drain, Job, Read, of_group};
use crate::plan::quad::{Field, LANES, PIXELS, QUAD, QUADS, QuadEntry, pass_words};
use crate::plan::stream::PARAMETER_WORDS;

/// Clocks that a layer takes besides its blocks and the first pass's list: its descriptor, the pipelines' length. An
/// estimate.
pub const LAYER_CLOCKS: u64 = 60;

/// A walk over a layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Walk {
    /// Four groups at once, each by a quad, all at the same pixels.
    pub spread: bool,
    /// Blocks reach from one line into the next.
    pub flat: bool,
    /// Columns from line to line where columns are counted, those between the lines included.
    pub pitch: usize,
    /// Columns of the input.
    pub width: usize,
    /// What is added to a read's column; `None` if columns need not be counted.
    pub origin: Option<i64>,
    /// Words of an access, and columns to the next one.
    pub access: (usize, usize),
    /// Rows and columns from pixel to pixel.
    pub stride: (usize, usize),
}

impl Walk {
    /// Groups of a pass.
    pub fn groups(&self) -> usize {
        if self.spread { QUADS } else { 1 }
    }

    /// Most columns of a line: what is added to a column before it is compared must not reach the sign of the
    /// hardware's 11 bits.
    pub fn most_columns(&self, block: (usize, usize)) -> usize {
        let reached = (1 << (QuadEntry::COLUMN_BITS - 1)).max(self.access.1).max(block.1 * self.stride.1);
        Field::Pitch.most().saturating_sub(reached)
    }

    /// Pixels of a layer's output in lines of the walk's pitch.
    pub fn line(&self, drain: &Drain) -> usize {
        (drain.size.0 - 1) * self.pitch + drain.size.1
    }

    /// Rows of blocks, and blocks in a row.
    pub fn blocks(&self, drain: &Drain, block: (usize, usize)) -> (usize, usize) {
        if self.flat { (1, self.line(drain).div_ceil(block.1)) } else { drain.blocks(block) }
    }

    /// The pixels of a block, row and column, that lie within the output.
    pub fn pixels(
        &self,
        drain: &Drain,
        block: (usize, usize),
        at: (usize, usize),
    ) -> impl Iterator<Item = (usize, usize)> {
        let (flat, pitch, size) = (self.flat, self.pitch.max(1), drain.size);
        let place = move |(y, x): (usize, usize)| {
            let (row, column) = (at.0 * block.0 + y, at.1 * block.1 + x);
            if flat { (column / pitch, column % pitch) } else { (row, column) }
        };
        let all = (0..block.0).flat_map(move |y| (0..block.1).map(move |x| (y, x)));
        all.map(place).filter(move |pixel| pixel.0 < size.0 && pixel.1 < size.1)
    }

    /// Accesses of an entry for a run of pixels.
    pub fn accesses(&self, read: &Read, run: usize) -> usize {
        let right = if read.slide { 15 - read.mask.leading_zeros() as usize } else { 0 };
        (run + right).div_ceil(self.access.0.max(1))
    }

    /// What a pass brings: parameters, entries, words of weights.
    fn brings(&self, job: &Job, pass: usize) -> (bool, usize, usize) {
        let own = |of: usize| pass == 0 || of > 1;
        let list = of_group(&job.lists, pass);
        let products: usize = list.iter().map(|read| read.mask.count_ones() as usize).sum();
        let weights = if pass == 0 || !job.shares_weights() { products * self.groups() } else { 0 };
        (own(job.frame.parameters.len()), if own(job.lists.len()) { list.len() } else { 0 }, weights)
    }

    /// Words of a pass in the stream.
    pub fn words(&self, job: &Job, pass: usize) -> usize {
        let (parameters, entries, weights) = self.brings(job, pass);
        pass_words(parameters, entries, weights, self.spread)
    }

    /// Clocks that a layer takes: an estimate. A block takes as long as its products, as its accesses, or as the
    /// requantisers need; accesses share the memory's port with the stream of the next pass.
    pub fn clocks(&self, job: &Job) -> u64 {
        let blocks = job.blocks();
        let pass = |pass: usize| {
            let accesses = self.block_accesses(job, pass);
            let block = job.products(pass).max(accesses).max(LANES as u64);
            let (list, weights) = self.port(job, pass);
            (blocks * block).max(blocks * accesses + list + weights)
        };
        let first = self.port(job, 0).0;
        (0..job.passes()).map(pass).sum::<u64>() + first + LAYER_CLOCKS
    }

    /// Accesses of a block.
    fn block_accesses(&self, job: &Job, pass: usize) -> u64 {
        let reads = of_group(&job.lists, pass).iter();
        let accesses: usize = reads.map(|read| self.accesses(read, job.block.1)).sum();
        (accesses * job.block.0) as u64
    }

    /// What makes a walk better than others, the least first: clocks, accesses, blocks, unused pixels of a block.
    pub fn cost(&self, job: &Job) -> (u64, u64, u64, usize) {
        let accesses = (0..job.passes()).map(|pass| self.block_accesses(job, pass)).sum::<u64>();
        let unused = PIXELS - job.block.0 * job.block.1;
        (self.clocks(job), job.blocks() * accesses, job.blocks(), unused)
    }

    /// Clocks in which the port reads a pass's part of the stream: what comes before the weights, and these.
    fn port(&self, job: &Job, pass: usize) -> (u64, u64) {
        let (parameters, entries, weights) = self.brings(job, pass);
        let parameters = if parameters { PARAMETER_WORDS * self.groups() } else { 0 };
        let list = 1 + parameters + entries.div_ceil(2);
        (list as u64, weights.div_ceil(QUAD) as u64)
    }
}

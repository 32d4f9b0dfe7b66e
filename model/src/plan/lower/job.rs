//! A layer before it has addresses.

use super::quad::Walk;
use crate::plan::descriptor::MOST_COORDINATE;
use crate::plan::entry::reach;
use crate::plan::stream::PARAMETER_WORDS;
use crate::plan::{ArrayStyle, Capacity};
use crate::requant::fit::{Requantiser, Target};

/// Clocks that a layer takes besides its blocks: its descriptor, the pipeline's length. An estimate.
const LAYER_CLOCKS: u64 = 64;

/// A place in the arena: a buffer and words from its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    pub buffer: usize,
    pub start: usize,
}

/// How windows walk over the input. Pairs are row, column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fetch {
    /// Words from one input row to the next, and from column to column.
    pub pitch: (usize, usize),
    /// Rows and columns of the input.
    pub size: (usize, usize),
    /// First window: negative with padding.
    pub origin: (i64, i64),
    /// Rows and columns from output pixel to output pixel.
    pub stride: (usize, usize),
    /// Words from group to group: 0 in dense mode.
    pub group_step: usize,
}

/// Where results go. Pairs are row, column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drain {
    /// Words from the target's beginning to the first result.
    pub base: usize,
    /// Output pixels.
    pub size: (usize, usize),
    /// Words from pixel to pixel.
    pub step: (usize, usize),
    /// Words from group to group.
    pub group_step: usize,
}

/// An entry of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Read {
    /// Index of the source.
    pub source: usize,
    /// Words from the source's beginning, for a window at row 0 and column 0.
    pub offset: usize,
    /// Row and column in the window.
    pub at: (usize, usize),
    /// As in the entry.
    pub mask: u16,
    /// Quad array: each product takes the word to the right of the one before.
    pub slide: bool,
}

/// What a layer computes, for people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    pub macs: u64,
    pub weights: u64,
    pub zero_weights: u64,
}

/// What a layer has whatever its mode and block.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// Index of the graph's node.
    pub node: usize,
    /// Tensors that it reads; addresses count from the first.
    pub sources: Vec<Slot>,
    pub target: Slot,
    pub fetch: Fetch,
    pub drain: Drain,
    pub groups: usize,
    /// What a read outside the input gives.
    pub pad: i8,
    pub finish: Target,
    /// One for each lane; of every group, or one for all.
    pub parameters: Vec<Vec<Requantiser>>,
    pub work: Work,
}

/// A layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    pub frame: Frame,
    /// Lanes multiply their own byte.
    pub vector: bool,
    /// Rows and columns of a block.
    pub block: (usize, usize),
    /// How the quad array walks; `None` for the others.
    pub quads: Option<Walk>,
    /// Whether reads are compared with the input's size; needless, and wrong for far taps, where none is outside.
    pub checked: bool,
    /// Of every pass, or one for all.
    pub lists: Vec<Vec<Read>>,
    /// Words of every pass, or of one for all.
    pub weights: Vec<Vec<u8>>,
    /// For dense layers whose groups share their list: the tap of each weight word.
    pub taps: Vec<u32>,
}

/// The element of a group, of those of every group or the only one.
pub fn of_group<T>(all: &[Vec<T>], group: usize) -> &[T] {
    all.get(if all.len() == 1 { 0 } else { group }).map_or(&[], Vec::as_slice)
}

impl Fetch {
    /// Whether windows of this kernel stay within the input.
    fn contains(&self, kernel: (usize, usize), output: (usize, usize)) -> bool {
        let inside = |origin: i64, stride: usize, kernel: usize, output: usize, size: usize| {
            origin >= 0 && origin as usize + (output - 1) * stride + kernel <= size
        };
        inside(self.origin.0, self.stride.0, kernel.0, output.0, self.size.0)
            && inside(self.origin.1, self.stride.1, kernel.1, output.1, self.size.1)
    }

    /// How a block may read whose entries span these rows and columns: `Some(true)` with coordinates that are
    /// checked, `Some(false)` without, `None` not at all.
    ///
    /// Pixels of a block beyond the output's edge are not written, so what they read does not matter.
    pub fn check(
        &self,
        span: (usize, usize),
        kernel: (usize, usize),
        output: (usize, usize),
        lanes: usize,
    ) -> Option<bool> {
        if self.contains(kernel, output) {
            return Some(false);
        }
        let (columns, rows) = reach(lanes)?;
        let reached = span.0 <= rows + 1 && span.1 <= columns + 1;
        (reached && self.size.0 <= MOST_COORDINATE && self.size.1 <= MOST_COORDINATE).then_some(true)
    }
}

impl Drain {
    /// Whether the results of all groups, in raster order, lie one after the other.
    pub fn contiguous(&self, groups: usize) -> bool {
        let (rows, columns) = self.size;
        let lines = self.step.1 == 1 && (rows == 1 || self.step.0 == columns);
        lines && (groups == 1 || self.group_step == rows * columns)
    }

    /// Blocks in a column and in a row.
    pub fn blocks(&self, block: (usize, usize)) -> (usize, usize) {
        (self.size.0.div_ceil(block.0), self.size.1.div_ceil(block.1))
    }
}

impl Job {
    /// Rows of blocks, and blocks in a row.
    pub fn block_counts(&self) -> (usize, usize) {
        let drain = &self.frame.drain;
        self.quads.map_or_else(|| drain.blocks(self.block), |walk| walk.blocks(drain, self.block))
    }

    /// Blocks of a pass.
    pub fn blocks(&self) -> u64 {
        let (rows, columns) = self.block_counts();
        rows as u64 * columns as u64
    }

    /// Groups of channels that are computed at once.
    pub fn groups_at_once(&self) -> usize {
        self.quads.map_or(1, |walk| walk.groups())
    }

    /// How often the blocks are gone through.
    pub fn passes(&self) -> usize {
        self.frame.groups.div_ceil(self.groups_at_once())
    }

    /// Clocks of the products of a block.
    pub fn products(&self, pass: usize) -> u64 {
        let slots = self.quads.is_some() && self.vector;
        let clocks =
            |read: &Read| if slots { 16 - read.mask.leading_zeros() } else { read.mask.count_ones() };
        of_group(&self.lists, pass).iter().map(|read| u64::from(clocks(read))).sum()
    }

    /// Whether all groups use the weights of the first. Groups with parameters of their own repeat the weights: the
    /// hardware waits for a group's weights only, which come after its parameters.
    pub fn shares_weights(&self) -> bool {
        self.weights.len() == 1 && self.frame.parameters.len() == 1
    }

    /// Quad array: whether no weight is for two blocks, so that a pass may have more than the ring holds.
    pub fn streams_weights(&self) -> bool {
        self.blocks() == 1 && (self.passes() == 1 || !self.shares_weights())
    }

    /// Clocks in which products are issued.
    pub fn issue_clocks(&self) -> u64 {
        (0..self.passes()).map(|pass| self.blocks() * self.products(pass)).sum()
    }

    /// Clocks that the layer takes: an estimate that knows the three limits of a block (products, the memory's port,
    /// the requantisers) and that a group's stream is read through the same port.
    pub fn clocks(&self, capacity: &Capacity) -> u64 {
        if let Some(walk) = &self.quads {
            return walk.clocks(self);
        }
        let requantise = capacity.interval();
        let group = |group: usize| {
            let port = self.block_port(group);
            let block = self.products(group).max(port).max(requantise);
            let stream = self.group_words(group, capacity.lanes) as u64;
            (self.blocks() * block).max(self.blocks() * port + stream)
        };
        (0..self.frame.groups).map(group).sum::<u64>() + LAYER_CLOCKS
    }

    /// Clocks in which a block of a group uses the memory's port.
    pub fn block_port(&self, group: usize) -> u64 {
        let pixels = (self.block.0 * self.block.1) as u64;
        of_group(&self.lists, group).len() as u64 * if self.vector { 1 } else { pixels } + pixels
    }

    /// Words of a group's part of the stream: those before the weights, and the weights.
    pub fn group_parts(&self, group: usize, lanes: usize) -> (usize, usize) {
        let own = |of: usize| group == 0 || of > 1;
        let parameters = if own(self.frame.parameters.len()) { PARAMETER_WORDS } else { 0 };
        let list = if own(self.lists.len()) { of_group(&self.lists, group).len().div_ceil(2) } else { 0 };
        let weights = if group == 0 || !self.shares_weights() {
            of_group(&self.weights, group).len() / lanes
        } else {
            0
        };
        (1 + parameters + list, weights)
    }

    /// Words of a group's part of the stream.
    fn group_words(&self, group: usize, lanes: usize) -> usize {
        let (before, weights) = self.group_parts(group, lanes);
        before + weights
    }

    /// Words of the whole stream.
    pub fn stream_words(&self, lanes: usize) -> usize {
        (0..self.passes()).map(|pass| self.pass_words(pass, lanes)).sum()
    }

    /// Words of a pass's part of the stream.
    pub fn pass_words(&self, pass: usize, lanes: usize) -> usize {
        self.quads.map_or_else(|| self.group_words(pass, lanes), |walk| walk.words(self, pass))
    }

    /// The layer of one of its groups only.
    pub fn only(&self, group: usize) -> Self {
        let mut job = self.clone();
        fn keep<T: Clone>(all: &[Vec<T>], group: usize) -> Vec<Vec<T>> {
            vec![of_group(all, group).to_vec()]
        }
        job.lists = keep(&self.lists, group);
        job.weights = keep(&self.weights, group);
        job.frame.parameters = keep(&self.frame.parameters, group);
        job.frame.groups = 1;
        job.frame.sources.iter_mut().for_each(|slot| slot.start += group * self.frame.fetch.group_step);
        job.frame.target.start += group * self.frame.drain.group_step;
        let share = |all: u64| {
            all / self.frame.groups as u64 + u64::from((group as u64) < all % self.frame.groups as u64)
        };
        let Work { macs, weights, zero_weights } = self.frame.work;
        job.frame.work =
            Work { macs: share(macs), weights: share(weights), zero_weights: share(zero_weights) };
        job
    }
}

/// The blocks that the array's pixels allow for an output of this size: rows, columns.
pub fn blocks(capacity: &Capacity, output: (usize, usize)) -> impl Iterator<Item = (usize, usize)> {
    let pixels = capacity.pixels;
    let most = if capacity.style == ArrayStyle::Line { 1 } else { output.0 };
    let rows = move |columns: usize| (1..=(pixels / columns).min(most)).map(move |rows| (rows, columns));
    (1..=pixels.min(output.1)).rev().flat_map(rows)
}

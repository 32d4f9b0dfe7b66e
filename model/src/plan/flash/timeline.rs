//! What layers and the flash do when: an estimate, group by group, of how long a program takes whose streams come from
//! memory and from the flash in turn.

use super::FlashCapacity;
use crate::plan::Capacity;
use crate::plan::descriptor::BYTES;
use crate::plan::lower::Job;

/// Clocks from a layer's start, or from the end of a group's part of the stream, to the first word of the next.
const HEADER_CLOCKS: u64 = 4;
/// Clocks from the last product of a layer to its end, beside those of the requantisers.
const DRAIN_CLOCKS: u64 = 8;

/// What a group of a layer takes.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// Words of its part of the stream before the weights, and of the weights.
    words: (u64, u64),
    /// Clocks of all blocks, and of all but one.
    pass: (u64, u64),
    /// Clocks in which its blocks use the memory's port; those in which its first block reads, and in which results are
    /// written.
    port: u64,
    reads: u64,
    writes: u64,
}

impl Group {
    pub fn new(job: &Job, group: usize, capacity: &Capacity) -> Self {
        let (before, weights) = job.group_parts(group, capacity.lanes);
        let (blocks, port) = (job.blocks(), job.block_port(group));
        let block = job.products(group).max(port).max(capacity.interval());
        Self {
            words: (before as u64, weights as u64),
            pass: (blocks * block, blocks.saturating_sub(1) * block),
            port: blocks * port,
            reads: port,
            writes: blocks * capacity.pixels as u64,
        }
    }

    /// Words of its part of the stream.
    pub fn words(&self) -> usize {
        (self.words.0 + self.words.1) as usize
    }
}

/// The array and the flash between two layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// Clocks since the run began.
    pub now: u64,
    flash: Flash,
    fetch: u64,
    requantise: u64,
}

impl Timeline {
    pub fn new(capacity: &Capacity, flash: FlashCapacity) -> Self {
        let words = BYTES / capacity.lanes;
        let fetch = (words * (1 + capacity.lanes / 2) + 3) as u64;
        Self { now: 0, flash: Flash::new(flash, capacity.lanes), fetch, requantise: capacity.interval() }
    }

    /// Whether it is the other one in all but the time.
    pub fn is_like(&self, other: &Self) -> bool {
        let state = |timeline: &Self| {
            let Flash { reads, taken, came, clock, .. } = timeline.flash;
            (reads, came - taken, timeline.now - clock)
        };
        state(self) == state(other)
    }

    /// One layer, some of whose groups come from the flash.
    pub fn run(&mut self, groups: &[Group], streamed: impl Fn(usize) -> bool) {
        self.flash.hold(self.fetch);
        self.now += self.fetch;
        let (mut loaded, mut ends, mut came) = (self.now, [self.now; 2], self.flash.bytes());
        for (at, group) in groups.iter().enumerate() {
            let (streamed, (before, weights)) = (streamed(at), group.words);
            self.flash.reads |= streamed;
            self.flash.advance(loaded.max(ends[0]) + HEADER_CLOCKS);
            let begun = self.flash.take(before, 0, streamed).max(ends[1]);
            // Later groups' weights come while there are blocks to compute.
            loaded = self.flash.take(weights, if at == 0 { group.reads } else { 0 }, streamed);
            let stolen = self.flash.bytes() - came;
            came = self.flash.bytes();
            self.flash.hold(group.writes / 2);
            let port = ends[1] + group.port + before + weights + stolen;
            let end = (begun + group.pass.0).max(loaded + group.pass.1).max(port);
            ends = [ends[1], end];
        }
        self.now = ends[1] + self.requantise + DRAIN_CLOCKS;
        self.flash.advance(self.now);
    }
}

/// The flash's reader: half bytes, of which one comes in a clock unless the ring is full or memory is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Flash {
    reads: bool,
    /// Half bytes of a word and of the ring.
    word: i64,
    ring: i64,
    /// Half bytes taken, and come; the latter are negative before the first.
    taken: i64,
    came: i64,
    /// The clock up to which they are counted.
    clock: u64,
}

impl Flash {
    fn new(flash: FlashCapacity, lanes: usize) -> Self {
        let word = (2 * lanes) as i64;
        let came = -(FlashCapacity::LATENCY as i64);
        Self { reads: false, word, ring: word * flash.ring_words as i64, taken: 0, came, clock: 0 }
    }

    /// Bytes that have come.
    fn bytes(&self) -> u64 {
        self.came.max(0) as u64 / 2
    }

    /// Nothing comes for so many clocks.
    fn hold(&mut self, clocks: u64) {
        self.clock += clocks;
    }

    fn advance(&mut self, clock: u64) {
        let clocks = if self.reads { clock.saturating_sub(self.clock) } else { 0 };
        self.came = (self.came + clocks as i64).min(self.taken + self.ring);
        self.clock = self.clock.max(clock);
    }

    /// The loader takes so many words from now on, if they come from the ring each once it has come, while the memory's
    /// port is needed for so many other clocks, and by the flash every other clock; gives the clock after the last one.
    fn take(&mut self, words: u64, others: u64, streamed: bool) -> u64 {
        let words = words as i64;
        let needed = if streamed { self.taken + words * self.word } else { self.taken };
        let slots = words + others as i64;
        let room = if self.reads { needed + self.ring - self.came } else { 0 };
        let port = slots + slots.min(room / 2);
        let wait = (needed - self.came).max(0).max(port) as u64;
        self.taken = needed;
        self.advance(self.clock + wait);
        self.clock
    }
}

//! The schedule of the FIFO and the issuer.

use std::collections::VecDeque;

use frazil_model::plan::descriptor::{Descriptor, Field};

use super::{FIFO_FULL, LayerClocks};

/// A fetched word, as far as the schedule goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word {
    /// Products of its entry.
    pub products: u32,
    /// It completes its entry's operands.
    pub complete: bool,
    /// Its entry is the last of the list.
    pub last: bool,
}

/// From fetched words to products.
pub(super) struct Issuer {
    fifo: VecDeque<Word>,
    /// Words that have stood long enough to be at the output.
    visible: usize,
    space: bool,
    popped: bool,
    weights_shared: bool,
    interval: u64,
    blocks: u16,
    rest: u32,
    rest_last: bool,
    gap: u64,
    at: u64,
    base: u64,
    blocks_left: u16,
    done: usize,
}

impl Issuer {
    pub fn new(descriptor: &Descriptor, interval: u64) -> Self {
        let blocks = descriptor.get(Field::Blocks);
        Self {
            fifo: VecDeque::new(),
            visible: 0,
            space: true,
            popped: false,
            weights_shared: descriptor.get(Field::Flags) & 4 != 0,
            interval,
            blocks,
            rest: 0,
            rest_last: false,
            gap: 0,
            at: 0,
            base: 0,
            blocks_left: blocks,
            done: 0,
        }
    }

    /// Groups done.
    pub fn done(&self) -> usize {
        self.done
    }

    /// Weights that are done with.
    pub fn released(&self) -> u64 {
        self.base
    }

    /// Another read may be begun.
    pub fn space(&self) -> bool {
        self.space
    }

    /// One clock without the FIFO's edge; returns whether a block's last product was issued.
    pub fn clock(&mut self, weights: u64, counts: &mut LayerClocks) -> bool {
        let (busy, one) = (self.rest != 0, self.rest == 1);
        let ends = one && self.rest_last;
        let go = busy && self.at != weights && (!ends || self.gap == 0);
        match (go, busy, self.at != weights) {
            (true, ..) => counts.products += 1,
            (_, false, _) => counts.no_operands += 1,
            (_, _, false) => counts.no_weight += 1,
            _ => counts.no_room += 1,
        }
        let free = !busy || (go && one);
        let word = self.fifo.front().copied().filter(|_| self.visible > 0);
        self.popped = word.is_some_and(|word| !word.complete || free);
        self.gap = self.gap.saturating_sub(1);
        if go {
            self.rest -= 1;
            self.at += 1;
        }
        if go && ends {
            self.end_block();
        }
        if let Some(word) = word.filter(|word| word.complete && free) {
            (self.rest, self.rest_last) = (word.products, word.last);
        }
        go && ends
    }

    fn end_block(&mut self) {
        self.gap = self.interval.saturating_sub(1);
        self.blocks_left = self.blocks_left.wrapping_sub(1);
        if self.blocks_left == 0 {
            self.blocks_left = self.blocks;
            self.done += 1;
            if !self.weights_shared {
                self.base = self.at;
            }
        }
        self.at = self.base;
    }

    /// The FIFO's edge: what was taken goes, what is pushed comes.
    pub fn fifo_clock(&mut self, push: Option<Word>) {
        self.space = self.fifo.len() < FIFO_FULL;
        if self.popped {
            self.fifo.pop_front();
        }
        self.visible = self.fifo.len();
        self.fifo.extend(push);
    }
}

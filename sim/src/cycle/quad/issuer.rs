//! The schedule of the FIFO and the issuer.

use std::collections::VecDeque;

use frazil_model::plan::descriptor::{Descriptor, FLAG_VECTOR, FLAG_WEIGHTS_SHARED};
use frazil_model::plan::quad::{FLAG_SPREAD, Field};

use super::fetcher::Access;
use crate::cycle::LayerClocks;

/// Accesses in the FIFO up to which another may be begun.
const FIFO_SPACE: usize = 52;

/// The step at hand.
#[derive(Debug, Clone, Copy)]
struct Step {
    /// It has a product.
    weighted: bool,
    /// It is its entry's last.
    one: bool,
    /// It is its block's last.
    ends: bool,
}

/// Whether each row of weights is for one block, so that it is done with at once.
pub(super) fn used_once(descriptor: &Descriptor) -> bool {
    descriptor.get(Field::Blocks) == 1 && descriptor.get(Field::Flags) & FLAG_WEIGHTS_SHARED == 0
}

/// From fetched words to products.
pub(super) struct Issuer {
    fifo: VecDeque<Access>,
    /// Accesses that have stood long enough to be at the output.
    visible: usize,
    space: bool,
    popped: bool,
    vector: bool,
    spread: bool,
    weights_shared: bool,
    /// No row of weights is used by two blocks.
    used_once: bool,
    interval: u64,
    blocks: u16,
    full: Option<Access>,
    rest: u16,
    rest_last: bool,
    step: Option<Step>,
    gap: u64,
    row: u64,
    word: u8,
    base: u64,
    released: u64,
    available: bool,
    blocks_left: u16,
    done: usize,
}

impl Issuer {
    pub fn new(descriptor: &Descriptor, interval: u64) -> Self {
        let (flags, blocks) = (descriptor.get(Field::Flags), descriptor.get(Field::Blocks));
        Self {
            fifo: VecDeque::new(),
            visible: 0,
            space: true,
            popped: false,
            vector: flags & FLAG_VECTOR != 0,
            spread: flags & FLAG_SPREAD != 0,
            weights_shared: flags & FLAG_WEIGHTS_SHARED != 0,
            used_once: used_once(descriptor),
            interval,
            blocks,
            full: None,
            rest: 0,
            rest_last: false,
            step: None,
            gap: 0,
            row: 0,
            word: 0,
            base: 0,
            released: 0,
            available: false,
            blocks_left: blocks,
            done: 0,
        }
    }

    /// Passes done.
    pub fn done(&self) -> usize {
        self.done
    }

    /// Rows of weights that are done with.
    pub fn released(&self) -> u64 {
        self.released
    }

    /// Another access may be begun: there is room, and the loader need not pass because weights are short.
    pub fn space(&self) -> bool {
        self.space && (self.visible == 0 || self.available)
    }

    /// One clock without the FIFO's edge, with so many rows of weights; returns whether a block's last product was
    /// issued.
    pub fn clock(&mut self, rows: u64, counts: &mut LayerClocks) -> bool {
        let go = self.step.filter(|step| self.available && (!step.ends || self.gap == 0));
        match (go, self.step) {
            (Some(Step { weighted: true, .. }), _) => counts.products += 1,
            (Some(_), _) | (_, None) => counts.no_operands += 1,
            _ if !self.available => counts.no_weight += 1,
            _ => counts.no_room += 1,
        }
        let takes = self.full.filter(|_| self.step.is_none() || go.is_some_and(|step| step.one));
        let access = self.fifo.front().copied().filter(|_| self.visible > 0);
        let pops = access.filter(|_| self.full.is_none() || takes.is_some());
        self.popped = pops.is_some();
        self.gap = self.gap.saturating_sub(1);
        self.released = if self.used_once { self.row } else { self.base };
        self.weights(go, rows);
        match (takes, go) {
            (Some(access), _) => self.refill(access.mask, access.last),
            (None, Some(Step { one: false, .. })) => self.refill(self.rest, self.rest_last),
            (None, Some(_)) => self.step = None,
            (None, None) => {}
        }
        if takes.is_some() {
            self.full = None;
        }
        if let Some(access) = pops.filter(|access| access.complete) {
            self.full = Some(access);
        }
        go.is_some_and(|step| step.ends)
    }

    /// The first step of these bits.
    fn refill(&mut self, bits: u16, last: bool) {
        let others = if self.vector { bits >> 1 } else { bits & bits.wrapping_sub(1) };
        (self.rest, self.rest_last) = (others, last);
        let one = others == 0;
        self.step = Some(Step { weighted: !self.vector || bits & 1 == 1, one, ends: one && last });
    }

    /// The weights after a step.
    fn weights(&mut self, go: Option<Step>, rows: u64) {
        let now = self.row != rows;
        self.available = now;
        let Some(step) = go else { return };
        let after = self.row + 1;
        if step.ends {
            self.end_block(after, rows);
        } else if step.weighted {
            if self.spread || self.word == 3 {
                (self.row, self.available) = (after, after != rows);
            }
            self.word = (self.word + 1) % 4;
        }
    }

    fn end_block(&mut self, after: u64, rows: u64) {
        (self.gap, self.word) = (self.interval.saturating_sub(1), 0);
        (self.row, self.available) = (self.base, true);
        self.blocks_left = self.blocks_left.wrapping_sub(1);
        if self.blocks_left == 0 {
            self.blocks_left = self.blocks;
            self.done += 1;
            if !self.weights_shared {
                (self.base, self.row, self.available) = (after, after, after != rows);
            }
        }
    }

    /// The FIFO's edge: what was taken goes, what is pushed comes.
    pub fn fifo_clock(&mut self, push: Option<Access>) {
        self.space = self.fifo.len() <= FIFO_SPACE;
        if self.popped {
            self.fifo.pop_front();
        }
        self.visible = self.fifo.len();
        self.fifo.extend(push);
    }
}

//! The writer's schedule.

use std::collections::VecDeque;

use frazil_model::plan::descriptor::{Descriptor, Field};

use super::Timing;

/// When result words leave the requantisers, and which of them are written.
pub(super) struct Writer {
    timing: Timing,
    clock: u64,
    /// Clocks in which words stand.
    due: VecDeque<u64>,
    pixels: (u16, u16),
    blocks: (u16, u16),
    skip: u16,
    groups_left: u16,
    x_left: u16,
    y_left: u16,
    skip_left: u16,
    px: u16,
    py: u16,
}

impl Writer {
    pub fn new(descriptor: &Descriptor, timing: &Timing) -> Self {
        let get = |field| descriptor.get(field);
        let low_high = |field| (get(field) & 0xFF, get(field) >> 8);
        let blocks = (get(Field::BlocksX), get(Field::BlocksY));
        Self {
            timing: *timing,
            clock: 0,
            due: VecDeque::new(),
            pixels: low_high(Field::Block),
            blocks,
            skip: get(Field::Skip),
            groups_left: descriptor.groups(),
            x_left: blocks.0,
            y_left: blocks.1,
            skip_left: get(Field::Skip),
            px: 0,
            py: 0,
        }
    }

    /// Words are still to come.
    pub fn busy(&self) -> bool {
        self.groups_left != 0
    }

    /// A block's last product was issued in the clock that has just been.
    pub fn schedule(&mut self) {
        let Timing { lanes, pixels, requantisers, result_clocks, latency, .. } = self.timing;
        let first = self.clock - 1 + latency;
        let at = |p: usize| first + ((p / requantisers) * lanes * result_clocks + p % requantisers) as u64;
        self.due.extend((0..pixels).map(at));
    }

    /// One clock; whether a result has the memory's port.
    pub fn clock(&mut self) -> bool {
        let now = self.clock;
        self.clock += 1;
        if self.due.front() != Some(&now) {
            return false;
        }
        self.due.pop_front();
        match self.skip_left {
            0 => self.advance(),
            _ => self.skip_left -= 1,
        }
        true
    }

    fn advance(&mut self) {
        self.px += 1;
        if self.px != self.pixels.0 {
            return;
        }
        (self.px, self.py) = (0, self.py + 1);
        if self.py != self.pixels.1 {
            return;
        }
        (self.py, self.skip_left) = (0, self.skip);
        self.x_left = self.x_left.wrapping_sub(1);
        if self.x_left == 0 {
            self.x_left = self.blocks.0;
            self.y_left = self.y_left.wrapping_sub(1);
            if self.y_left == 0 {
                self.y_left = self.blocks.1;
                self.groups_left -= 1;
            }
        }
    }
}

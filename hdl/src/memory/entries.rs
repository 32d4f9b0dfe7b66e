//! The memory of the entry lists.

use rust_hdl::prelude::*;

use super::text;
use crate::num::Bus;

/// Bits of an entry's column and row, in this order, with lists for `lanes` lanes.
pub(super) fn step_bits(lanes: usize) -> (usize, usize) {
    if lanes == 16 { (5, 5) } else { (3, 4) }
}

/// A block RAM of list entries: written by memory words of two entries, read by entry, as fields.
///
/// `N` is 8 or 16; an entry has 4 `N` bits: `N` of the mask, 16 of the offset, then column (3, for 16 lanes 5)
/// and row (4, for 16 lanes 5); the first entry of a word is its low half. The fields are those of the entry at
/// `rd_addr` of the clock before; one that is written in that clock is undefined. Addresses count modulo the
/// depth.
#[derive(LogicBlock)]
pub struct EntryRam<const N: usize> {
    /// Clock of both ports.
    pub clock: Signal<In, Clock>,
    /// Word address of a write: half of its first entry's number.
    pub wr_addr: Signal<In, Bits<16>>,
    /// Two entries.
    pub wr_data: Signal<In, Bus<N>>,
    /// Whether to write.
    pub wr_en: Signal<In, Bit>,
    /// Entry to read.
    pub rd_addr: Signal<In, Bits<16>>,
    /// Bytes of the operand words that are multiplied, one bit each, the upper ones 0.
    pub mask: Signal<Out, Bits<16>>,
    /// Address of the operand word, from the block's base.
    pub offset: Signal<Out, Bits<16>>,
    /// Column, from the block's.
    pub dx: Signal<Out, Bits<5>>,
    /// Row, from the block's.
    pub dy: Signal<Out, Bits<5>>,
    _words: Vec<[i8; N]>,
    _text: String,
}

impl<const N: usize> EntryRam<N> {
    /// A memory of at least `entries` entries, rounded up to a power of two; all zero in simulation.
    pub fn new(entries: usize) -> Self {
        let entries = entries.next_power_of_two().max(4);
        Self {
            clock: Default::default(),
            wr_addr: Default::default(),
            wr_data: Default::default(),
            wr_en: Default::default(),
            rd_addr: Default::default(),
            mask: Default::default(),
            offset: Default::default(),
            dx: Default::default(),
            dy: Default::default(),
            _words: vec![[0; N]; entries / 2],
            _text: text::entries(N, entries, step_bits(N)),
        }
    }

    /// The entry at the read address.
    fn entry(&self) -> u64 {
        let address = self.rd_addr.val().to_u64() as usize;
        let word = &self._words[address / 2 % self._words.len()];
        let half = if address.is_multiple_of(2) { &word[..N / 2] } else { &word[N / 2..] };
        half.iter().rev().fold(0, |bits, byte| bits << 8 | u64::from(*byte as u8))
    }
}

impl<const N: usize> Logic for EntryRam<N> {
    fn update(&mut self) {
        if !self.clock.pos_edge() {
            return;
        }
        let (entry, (x, y)) = (self.entry(), step_bits(N));
        let field = |from: usize, bits: usize| entry >> from & ((1 << bits) - 1);
        self.mask.next = field(0, N).into();
        self.offset.next = field(N, 16).into();
        self.dx.next = field(N + 16, x).into();
        self.dy.next = field(N + 16 + x, y).into();
        if self.wr_en.val() {
            let depth = self._words.len();
            self._words[self.wr_addr.val().to_u64() as usize % depth] = self.wr_data.val().0;
        }
    }

    fn connect(&mut self) {
        self.mask.connect();
        self.offset.connect();
        self.dx.connect();
        self.dy.connect();
    }

    fn hdl(&self) -> Verilog {
        Verilog::Wrapper(Wrapper { code: self._text.clone(), cores: String::new() })
    }

    fn timing(&self) -> Vec<TimingInfo> {
        vec![TimingInfo {
            name: "entries".into(),
            clock: "clock".into(),
            inputs: ["wr_addr", "wr_data", "wr_en", "rd_addr"].map(String::from).to_vec(),
            outputs: ["mask", "offset", "dx", "dy"].map(String::from).to_vec(),
        }]
    }
}

//! A memory of whole words: one write port, one read port.

use rust_hdl::prelude::*;

use super::text;
use crate::num::Bus;

/// Bytes of the widest word; anything wider is a row of several.
const WORD: usize = 16;

/// A block RAM of words of `N` bytes, for rings and first-in-first-out queues.
///
/// `rd_data` holds the word at `rd_addr` of the clock before. A word that is written in the clock in which it is
/// read is undefined. Addresses count modulo the depth.
#[derive(LogicBlock)]
pub struct WordRam<const N: usize> {
    /// Clock of both ports.
    pub clock: Signal<In, Clock>,
    /// Word address of a write.
    pub wr_addr: Signal<In, Bits<16>>,
    /// Word to write.
    pub wr_data: Signal<In, Bus<N>>,
    /// Whether to write.
    pub wr_en: Signal<In, Bit>,
    /// Word address of a read.
    pub rd_addr: Signal<In, Bits<16>>,
    /// The word read, one clock later.
    pub rd_data: Signal<Out, Bus<N>>,
    _words: Vec<[i8; N]>,
    _text: String,
}

impl<const N: usize> WordRam<N> {
    /// A memory of at least `depth` words, rounded up to a power of two; all zero in simulation.
    pub fn new(depth: usize) -> Self {
        let depth = depth.next_power_of_two().max(2);
        Self {
            clock: Default::default(),
            wr_addr: Default::default(),
            wr_data: Default::default(),
            wr_en: Default::default(),
            rd_addr: Default::default(),
            rd_data: Default::default(),
            _words: vec![[0; N]; depth],
            _text: if N > WORD { text::rows(N, depth) } else { text::words(N, depth) },
        }
    }
}

impl<const N: usize> Logic for WordRam<N> {
    fn update(&mut self) {
        if !self.clock.pos_edge() {
            return;
        }
        let depth = self._words.len();
        self.rd_data.next = Bus(self._words[self.rd_addr.val().to_u64() as usize % depth]);
        if self.wr_en.val() {
            self._words[self.wr_addr.val().to_u64() as usize % depth] = self.wr_data.val().0;
        }
    }

    fn connect(&mut self) {
        self.rd_data.connect();
    }

    fn hdl(&self) -> Verilog {
        Verilog::Wrapper(Wrapper { code: self._text.clone(), cores: String::new() })
    }

    fn timing(&self) -> Vec<TimingInfo> {
        vec![TimingInfo {
            name: "words".into(),
            clock: "clock".into(),
            inputs: ["wr_addr", "wr_data", "wr_en", "rd_addr"].map(String::from).to_vec(),
            outputs: vec!["rd_data".into()],
        }]
    }
}

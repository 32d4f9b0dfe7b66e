//! On-chip memory with a byte-wide write port and a word-wide read port.

mod text;

use rust_hdl::prelude::*;
use serde::{Deserialize, Serialize};

use crate::num::Bus;

/// What the memory is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemoryStyle {
    /// Block RAM: one read and one write port.
    BlockRam,
    /// The four 256 kbit single-port memories of an iCE40UP5K, 16 bits wide each.
    Spram,
}

/// A memory of `depth` words of `B` bytes.
///
/// ```text
///   write: wr_addr (bytes, 24) -> ┌────────┐
///          wr_data (8), wr_en  -> │ memory │ -> rd_data (8 * B), one clock after
///   read:  rd_addr (words, 16) -> └────────┘    rd_addr
/// ```
///
/// Latency: `rd_data` holds word `rd_addr` of the clock before. A word that is written in the clock in which it
/// is read gives an undefined result (block RAM); in the [`MemoryStyle::Spram`] form a write keeps `rd_data`, as
/// the one port is taken. Addresses above the depth are out of range: a write is lost, a read is undefined.
#[derive(LogicBlock)]
pub struct Memory<const B: usize> {
    /// Clock of both ports.
    pub clock: Signal<In, Clock>,
    /// Byte address of a write; byte 0 of word 0 is 0.
    pub wr_addr: Signal<In, Bits<24>>,
    /// Byte to write.
    pub wr_data: Signal<In, Bits<8>>,
    /// Whether to write.
    pub wr_en: Signal<In, Bit>,
    /// Word address of a read.
    pub rd_addr: Signal<In, Bits<16>>,
    /// The word read.
    pub rd_data: Signal<Out, Bus<B>>,
    _words: Vec<[i8; B]>,
    _style: MemoryStyle,
    _text: String,
}

impl<const B: usize> Memory<B> {
    /// A memory of `depth` words, all zero in simulation.
    ///
    /// `B` must be a power of two, and even for [`MemoryStyle::Spram`].
    pub fn new(depth: usize, style: MemoryStyle) -> Self {
        Self {
            clock: Default::default(),
            wr_addr: Default::default(),
            wr_data: Default::default(),
            wr_en: Default::default(),
            rd_addr: Default::default(),
            rd_data: Default::default(),
            _words: vec![[0; B]; depth],
            _style: style,
            _text: match style {
                MemoryStyle::BlockRam => text::block_ram(B, depth),
                MemoryStyle::Spram => text::spram(B),
            },
        }
    }

    fn write(&mut self) {
        let address = self.wr_addr.val().to_u64() as usize;
        if let Some(word) = self._words.get_mut(address / B) {
            word[address % B] = self.wr_data.val().to_u8() as i8;
        }
    }
}

impl<const B: usize> Logic for Memory<B> {
    fn update(&mut self) {
        if !self.clock.pos_edge() {
            return;
        }
        let writes = self.wr_en.val();
        if !(writes && self._style == MemoryStyle::Spram) {
            let word = self._words.get(self.rd_addr.val().to_u64() as usize);
            self.rd_data.next = Bus(word.copied().unwrap_or([0; B]));
        }
        if writes {
            self.write();
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
            name: "memory".into(),
            clock: "clock".into(),
            inputs: ["wr_addr", "wr_data", "wr_en", "rd_addr"].map(String::from).to_vec(),
            outputs: vec!["rd_data".into()],
        }]
    }
}

//! The one memory that holds everything: a single port.

use rust_hdl::prelude::*;

use super::{MemoryStyle, text};
use crate::num::Bus;

/// Words of the memory that [`MemoryStyle::Spram`] makes, whatever their width.
pub const SPRAM_WORDS: usize = 16384;

/// A memory of words of `N` bytes with one access a clock: a read, or a write of any of the word's bytes.
///
/// `rd_data` holds the word at `addr` of the clock before, if that was a read. After a write it is undefined in
/// an SPRAM, and the last word read in block RAM; simulation keeps the last word read in both. Addresses count
/// modulo the depth rounded up to a power of two; above the depth a write is lost and a read undefined.
#[derive(LogicBlock)]
pub struct MainMemory<const N: usize> {
    /// Clock.
    pub clock: Signal<In, Clock>,
    /// Word address.
    pub addr: Signal<In, Bits<16>>,
    /// Word to write.
    pub wr_data: Signal<In, Bus<N>>,
    /// Bytes to write, bit i for byte i; 0 reads.
    pub wr_mask: Signal<In, Bits<16>>,
    /// The word read, one clock later.
    pub rd_data: Signal<Out, Bus<N>>,
    _words: Vec<[i8; N]>,
    _text: String,
}

impl<const N: usize> MainMemory<N> {
    /// A memory of `words` words, all zero in simulation; always [`SPRAM_WORDS`] for [`MemoryStyle::Spram`].
    ///
    /// Eight bytes take all four SPRAMs of an iCE40UP5K.
    pub fn new(words: usize, style: MemoryStyle) -> Self {
        let words = if style == MemoryStyle::Spram { SPRAM_WORDS } else { words.max(2) };
        Self {
            clock: Default::default(),
            addr: Default::default(),
            wr_data: Default::default(),
            wr_mask: Default::default(),
            rd_data: Default::default(),
            _words: vec![[0; N]; words],
            _text: match style {
                MemoryStyle::BlockRam => text::single_port(N, words),
                MemoryStyle::Spram => text::spram_single_port(N),
            },
        }
    }

    fn write(&mut self, address: usize, mask: u64) {
        if let Some(word) = self._words.get_mut(address) {
            let bytes = word.iter_mut().zip(self.wr_data.val().0).enumerate();
            bytes.filter(|(i, _)| mask >> i & 1 == 1).for_each(|(_, (to, from))| *to = from);
        }
    }
}

impl<const N: usize> Logic for MainMemory<N> {
    fn update(&mut self) {
        if !self.clock.pos_edge() {
            return;
        }
        let mask = self.wr_mask.val().to_u64() & ((1 << N) - 1);
        let address = self.addr.val().to_u64() as usize % self._words.len().next_power_of_two();
        if mask != 0 {
            self.write(address, mask);
        } else {
            self.rd_data.next = Bus(self._words.get(address).copied().unwrap_or([0; N]));
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
            name: "main_memory".into(),
            clock: "clock".into(),
            inputs: ["addr", "wr_data", "wr_mask"].map(String::from).to_vec(),
            outputs: vec!["rd_data".into()],
        }]
    }
}

//! The main memory of the quad array: four words read and four words written in every clock.

mod text;

use std::collections::VecDeque;

use rust_hdl::prelude::*;
use text::Part;

use crate::num::Bus;

/// Words of a row, and banks: word address modulo 4.
const BANKS: usize = 4;
/// Bytes of a word.
const BYTES: usize = 16;

type Word = [i8; BYTES];

/// A memory of words of 16 bytes in four banks, with a read and a write port of four words each.
///
/// **Read.** Word j of `rd_data` (bytes 16 j to 16 j + 15) is that at `rd_addr_j` of [`Self::READ_CLOCKS`] clocks
/// before; the memory reads in every clock. A bank gives one row (address / 4) a clock: words of the same bank get
/// the row of the lowest-numbered one.
///
/// **Write.** Word j of `wr_data` goes to `wr_addr_j` if bit j of `wr_en` is set, its bytes by `wr_mask`. Words
/// written together lie in different banks; of two in one bank the lowest-numbered is written. Written in clock t,
/// they are seen by reads of clock t + 2 or later, not by those of clock t or before; in clock t + 1 the word read
/// is undefined.
///
/// Both addresses meet a few look-up tables before their first register. Above the depth a read is undefined, a
/// write lost.
#[derive(LogicBlock)]
pub struct QuadMemory {
    /// Clock.
    pub clock: Signal<In, Clock>,
    /// Address of word 0 to read.
    pub rd_addr_0: Signal<In, Bits<16>>,
    /// Address of word 1 to read.
    pub rd_addr_1: Signal<In, Bits<16>>,
    /// Address of word 2 to read.
    pub rd_addr_2: Signal<In, Bits<16>>,
    /// Address of word 3 to read.
    pub rd_addr_3: Signal<In, Bits<16>>,
    /// The words read.
    pub rd_data: Signal<Out, Bus<64>>,
    /// Address of word 0 to write.
    pub wr_addr_0: Signal<In, Bits<16>>,
    /// Address of word 1 to write.
    pub wr_addr_1: Signal<In, Bits<16>>,
    /// Address of word 2 to write.
    pub wr_addr_2: Signal<In, Bits<16>>,
    /// Address of word 3 to write.
    pub wr_addr_3: Signal<In, Bits<16>>,
    /// Words to write, bit j for word j.
    pub wr_en: Signal<In, Bits<4>>,
    /// Bytes to write of each of them, bit i for byte i.
    pub wr_mask: Signal<In, Bits<16>>,
    /// The words to write.
    pub wr_data: Signal<In, Bus<64>>,
    _rows: Vec<[Word; BANKS]>,
    /// What was read in the last clocks, newest first.
    _reading: VecDeque<Bus<64>>,
    /// The write of the clock before.
    _writing: Option<Write>,
    _text: String,
}

/// The block RAMs of a memory of so many words.
pub(super) fn parts(words: usize) -> Vec<Part> {
    text::parts(rows(words))
}

fn rows(words: usize) -> usize {
    words.div_ceil(BANKS).max(1)
}

struct Write {
    /// Row and data of each bank that is written.
    banks: [Option<(usize, Word)>; BANKS],
    mask: u64,
}

impl QuadMemory {
    /// Clocks from an address to its word.
    pub const READ_CLOCKS: usize = 4;
    /// Clocks from a write to the clock in which the word stands in memory.
    pub const WRITE_CLOCKS: usize = 3;

    /// A memory of at least `words` words (rounded up to a multiple of 4, at least 4), all zero in simulation.
    pub fn new(words: usize) -> Self {
        let rows = rows(words);
        Self {
            clock: Default::default(),
            rd_addr_0: Default::default(),
            rd_addr_1: Default::default(),
            rd_addr_2: Default::default(),
            rd_addr_3: Default::default(),
            rd_data: Default::default(),
            wr_addr_0: Default::default(),
            wr_addr_1: Default::default(),
            wr_addr_2: Default::default(),
            wr_addr_3: Default::default(),
            wr_en: Default::default(),
            wr_mask: Default::default(),
            wr_data: Default::default(),
            _rows: vec![[[0; BYTES]; BANKS]; rows],
            _reading: vec![Bus::default(); Self::READ_CLOCKS - 1].into(),
            _writing: None,
            _text: text::memory(rows),
        }
    }

    fn read(&self) -> Bus<64> {
        let signals = [&self.rd_addr_0, &self.rd_addr_1, &self.rd_addr_2, &self.rd_addr_3];
        let addresses = signals.map(|a| a.val().to_u64() as usize);
        let word = |address: usize| {
            let bank = address % BANKS;
            let first = addresses.into_iter().find(|a| a % BANKS == bank).unwrap_or(address);
            self._rows.get(first / BANKS).map_or([0; BYTES], |row| row[bank])
        };
        let words = addresses.map(word);
        Bus(std::array::from_fn(|i| words[i / BYTES][i % BYTES]))
    }

    fn offered(&self) -> Write {
        let signals = [&self.wr_addr_0, &self.wr_addr_1, &self.wr_addr_2, &self.wr_addr_3];
        let (enabled, data) = (self.wr_en.val().to_u64(), self.wr_data.val().0);
        let mut banks = [None; BANKS];
        for j in (0..BANKS).rev().filter(|j| enabled >> j & 1 == 1) {
            let address = signals[j].val().to_u64() as usize;
            let word = std::array::from_fn(|i| data[BYTES * j + i]);
            banks[address % BANKS] = Some((address / BANKS, word));
        }
        Write { banks, mask: self.wr_mask.val().to_u64() }
    }

    fn write(&mut self, write: &Write) {
        for (bank, (row, word)) in write.banks.iter().enumerate().filter_map(|(b, w)| Some((b, (*w)?))) {
            if let Some(row) = self._rows.get_mut(row) {
                let bytes = row[bank].iter_mut().zip(word).enumerate();
                bytes.filter(|(i, _)| write.mask >> i & 1 == 1).for_each(|(_, (to, from))| *to = from);
            }
        }
    }
}

impl Logic for QuadMemory {
    /// Reads in the clock of the address, writes in the clock after: as far as a reader can see, the same.
    fn update(&mut self) {
        if !self.clock.pos_edge() {
            return;
        }
        self._reading.push_front(self.read());
        self.rd_data.next = self._reading.pop_back().unwrap_or_default();
        let offered = self.offered();
        if let Some(write) = self._writing.replace(offered) {
            self.write(&write);
        }
    }

    fn connect(&mut self) {
        self.rd_data.connect();
    }

    fn hdl(&self) -> Verilog {
        Verilog::Wrapper(Wrapper { code: self._text.clone(), cores: String::new() })
    }

    fn timing(&self) -> Vec<TimingInfo> {
        let inputs = [
            "rd_addr_0",
            "rd_addr_1",
            "rd_addr_2",
            "rd_addr_3",
            "wr_addr_0",
            "wr_addr_1",
            "wr_addr_2",
            "wr_addr_3",
            "wr_en",
            "wr_mask",
            "wr_data",
        ];
        vec![TimingInfo {
            name: "quad_memory".into(),
            clock: "clock".into(),
            inputs: inputs.map(String::from).to_vec(),
            outputs: vec!["rd_data".into()],
        }]
    }
}

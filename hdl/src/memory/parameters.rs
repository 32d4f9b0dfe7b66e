//! The memory of the channels' parameters.

use rust_hdl::prelude::*;

use super::text;
use crate::num::Bus;

/// Bytes of a channel's parameters.
const BYTES: usize = 8;
/// Memory words of a slot: `N` channels of 8 bytes in words of `N` bytes.
const SLOT_WORDS: usize = 8;

/// A block RAM of slots, each with the 8-byte parameters of `N` channels; `N` is 8 or 16.
///
/// Written in memory words of `N` bytes, so that a word holds `N / 8` channels; read by channel. `rd_data` is the
/// channel at `rd_addr` of the clock before; one that is written in that clock is undefined.
#[derive(LogicBlock)]
pub struct ParameterRam<const N: usize> {
    /// Clock of both ports.
    pub clock: Signal<In, Clock>,
    /// `slot * 8 + word`, modulo the slots.
    pub wr_addr: Signal<In, Bits<8>>,
    /// Word to write.
    pub wr_data: Signal<In, Bus<N>>,
    /// Whether to write.
    pub wr_en: Signal<In, Bit>,
    /// `slot * 16 + channel`, modulo the slots; channels count modulo `N`.
    pub rd_addr: Signal<In, Bits<9>>,
    /// The channel's parameters, one clock later, little endian.
    pub rd_data: Signal<Out, Bus<8>>,
    _words: Vec<[i8; N]>,
    _text: String,
}

impl<const N: usize> ParameterRam<N> {
    /// A memory of at least `slots` slots, rounded up to a power of two; all zero in simulation.
    pub fn new(slots: usize) -> Self {
        let slots = slots.next_power_of_two();
        Self {
            clock: Default::default(),
            wr_addr: Default::default(),
            wr_data: Default::default(),
            wr_en: Default::default(),
            rd_addr: Default::default(),
            rd_data: Default::default(),
            _words: vec![[0; N]; slots * SLOT_WORDS],
            _text: text::parameters(N, slots),
        }
    }

    fn read(&self) -> [i8; BYTES] {
        let address = self.rd_addr.val().to_u64() as usize;
        let channel = (address / 16 * N + address % N) % (self._words.len() * N / BYTES);
        let start = channel * BYTES;
        std::array::from_fn(|i| self._words[(start + i) / N][(start + i) % N])
    }
}

impl<const N: usize> Logic for ParameterRam<N> {
    fn update(&mut self) {
        if !self.clock.pos_edge() {
            return;
        }
        self.rd_data.next = Bus(self.read());
        if self.wr_en.val() {
            let depth = self._words.len();
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
            name: "parameters".into(),
            clock: "clock".into(),
            inputs: ["wr_addr", "wr_data", "wr_en", "rd_addr"].map(String::from).to_vec(),
            outputs: vec!["rd_data".into()],
        }]
    }
}

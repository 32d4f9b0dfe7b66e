//! The RustHDL module.

use rust_hdl::prelude::*;

use super::state::{Inputs, State};
use super::{DatapathError, DatapathSpec, text};
use crate::num::Bus;

/// `N` lanes by P pixels of multiply-accumulate, and the requantisers behind them.
///
/// **Operands.** The next words are those of a chain of P - 1 words, then `word`, or N times `pad` if `outside`:
/// `take` makes them the current words. `shift` keeps all but the first of them in the chain, each one pixel down.
///
/// **Sums.** In a clock with `valid`, lane l of pixel p multiplies `weights[l]` with byte `sel` (dense) or byte l
/// (`vector`) of current word p; sel counts modulo N. `first` starts new sums, `last` completes them; there may
/// be gaps. Two completions must be at least [`DatapathSpec::interval`] clocks apart.
///
/// **Parameters** of a channel, in one word: bits 0 to 27 bias (two's complement), 28 to 58 multiplier (31 bits),
/// 59 to 63 right shift. `slot` goes with `last`; `param_addr` is `slot * 16 + channel`, and `params` is that
/// address's word one clock later.
///
/// **Results**: `sum + bias`, times the multiplier, TFLite's two roundings to the bit, plus `zero_point`, clamped
/// to `low..=high` (int8, stable from the first `last` of a layer to its last word). A word of N results for each
/// pixel, pixels 0 to P - 1 in this order, each with one pulse of `out_valid`.
///
/// # Schedule
/// Let m be [`MultiplierStyle::clocks`](super::MultiplierStyle::clocks), c
/// [`DatapathSpec::clocks_per_result`], clock 0 the one with `valid` and `last`. All clocks are those in which a
/// register can be read.
///
/// | clock | what |
/// |---|---|
/// | 1 | operands and weights stand in their registers |
/// | m | products |
/// | m + 1 | sums; the parameters' address of channel 0, which advances every c clocks, P / R times over all channels |
/// | m + 2 + r | slice r: its first sum stands in front, captured; its parameters too (delayed by r) |
/// | + 1 | sum with bias |
/// | + 1 + rows | product, where rows is the number of stages or passes |
/// | + 2 + rows | shifted and saturated |
/// | + 3 + rows | rounded, zero point added |
/// | + 4 + rows | clamped, in the packer; the n-th result follows n * c clocks after the first |
/// | + 5 + rows | R > 1 only: the output register |
///
/// Slice r owns the pixels whose number modulo R is r; so words come in pixel order, never two in a clock. A sum
/// wraps at `sum_bits`, the sum with its bias at `requant_bits`: the plan proves that neither happens.
#[derive(LogicBlock)]
pub struct Datapath<const N: usize> {
    /// Clock.
    pub clock: Signal<In, Clock>,
    /// Word that enters the operand chain.
    pub word: Signal<In, Bus<N>>,
    /// The word lies outside the input: the pad value enters instead.
    pub outside: Signal<In, Bit>,
    /// Pad value, int8.
    pub pad: Signal<In, Bits<8>>,
    /// Moves the operand chain.
    pub shift: Signal<In, Bit>,
    /// Makes the chain's words and the entering one current.
    pub take: Signal<In, Bit>,
    /// Byte of the current words that all lanes use, dense only.
    pub sel: Signal<In, Bits<4>>,
    /// Each lane uses its own byte.
    pub vector_mode: Signal<In, Bit>,
    /// One int8 weight for each lane.
    pub weights: Signal<In, Bus<N>>,
    /// Whether this clock's products count.
    pub valid: Signal<In, Bit>,
    /// They start new sums.
    pub first: Signal<In, Bit>,
    /// They complete the sums.
    pub last: Signal<In, Bit>,
    /// Parameter slot of the sums, with `last`.
    pub slot: Signal<In, Bits<5>>,
    /// Output zero point, int8.
    pub zero_point: Signal<In, Bits<8>>,
    /// Smallest result, int8.
    pub low: Signal<In, Bits<8>>,
    /// Largest result, int8.
    pub high: Signal<In, Bits<8>>,
    /// The parameter word of the address of the clock before.
    pub params: Signal<In, Bus<8>>,
    /// `slot * 16 + channel`.
    pub param_addr: Signal<Out, Bits<9>>,
    /// Results of a pixel.
    pub out_word: Signal<Out, Bus<N>>,
    /// Whether `out_word` is complete.
    pub out_valid: Signal<Out, Bit>,
    _state: Box<State<N>>,
    _text: String,
}

impl<const N: usize> Datapath<N> {
    /// A datapath of this shape.
    ///
    /// # Errors
    /// The shape cannot be built.
    pub fn new(spec: &DatapathSpec) -> Result<Self, DatapathError> {
        spec.check(N)?;
        Ok(Self {
            clock: Default::default(),
            word: Default::default(),
            outside: Default::default(),
            pad: Default::default(),
            shift: Default::default(),
            take: Default::default(),
            sel: Default::default(),
            vector_mode: Default::default(),
            weights: Default::default(),
            valid: Default::default(),
            first: Default::default(),
            last: Default::default(),
            slot: Default::default(),
            zero_point: Default::default(),
            low: Default::default(),
            high: Default::default(),
            params: Default::default(),
            param_addr: Default::default(),
            out_word: Default::default(),
            out_valid: Default::default(),
            _state: Box::new(State::new(*spec)),
            _text: text::datapath(N, spec),
        })
    }

    fn inputs(&self) -> Inputs<N> {
        let byte = |signal: &Signal<In, Bits<8>>| signal.val().to_u8() as i8;
        Inputs {
            word: self.word.val().0,
            outside: self.outside.val(),
            pad: byte(&self.pad),
            shift: self.shift.val(),
            take: self.take.val(),
            sel: self.sel.val().to_u8().into(),
            vector: self.vector_mode.val(),
            weights: self.weights.val().0,
            valid: self.valid.val(),
            first: self.first.val(),
            last: self.last.val(),
            slot: self.slot.val().to_u8(),
            zero_point: byte(&self.zero_point),
            low: byte(&self.low),
            high: byte(&self.high),
            params: u64::from_le_bytes(self.params.val().0.map(|b| b as u8)),
        }
    }
}

impl<const N: usize> Logic for Datapath<N> {
    fn update(&mut self) {
        if self.clock.pos_edge() {
            let inputs = self.inputs();
            self._state.clock(&inputs);
            let (valid, word) = self._state.output();
            self.param_addr.next = self._state.parameter_address().into();
            self.out_word.next = Bus(word);
            self.out_valid.next = valid;
        }
    }

    fn connect(&mut self) {
        self.param_addr.connect();
        self.out_word.connect();
        self.out_valid.connect();
    }

    fn hdl(&self) -> Verilog {
        Verilog::Wrapper(Wrapper { code: self._text.clone(), cores: String::new() })
    }

    fn timing(&self) -> Vec<TimingInfo> {
        let inputs = [
            "word",
            "outside",
            "pad",
            "shift",
            "take",
            "sel",
            "vector_mode",
            "weights",
            "valid",
            "first",
            "last",
            "slot",
            "zero_point",
            "low",
            "high",
            "params",
        ];
        vec![TimingInfo {
            name: "datapath".into(),
            clock: "clock".into(),
            inputs: inputs.map(String::from).to_vec(),
            outputs: ["param_addr", "out_word", "out_valid"].map(String::from).to_vec(),
        }]
    }
}

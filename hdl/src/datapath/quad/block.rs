//! The RustHDL module.

use rust_hdl::prelude::*;

use super::QuadSpec;
use super::state::{Inputs, State};
use crate::datapath::state::Output;
use crate::datapath::{DatapathError, text};
use crate::num::Bus;

/// Sixteen lanes by sixteen pixels (four quads) of multiply-accumulate, and a requantiser for each pixel.
///
/// All inputs count as if they acted in their own clock.
///
/// **Operands.** A window of 20 words fills access by access: in a clock with `load`, word j of the access goes to
/// place `position + j`, for j below `wpa`; `position` counts as rounded down to a multiple of `wpa`, and places
/// above 19 are dropped. With `spread` it goes to the places of the same number modulo 4 of all quads. `take` makes
/// the window, as it stands before this clock's `load`, the operand words; operand word p is pixel p's. `slide`
/// (without `take`) makes each operand word that of the place above.
///
/// **Sums.** In a clock with `valid`, lane l of pixel p multiplies its weight with byte `sel` (dense) or byte l
/// (`vector`) of operand word p, as it stands before this clock's `take` or `slide`. The weight is byte l of word
/// `weight_word` of the row, or with `spread` of the word of the pixel's quad. `first` starts new sums, `last`
/// completes them; there may be gaps. Two completions must be at least [`QuadSpec::interval`] clocks apart.
///
/// **Parameters** as those of [`Datapath`](crate::datapath::Datapath), one word for each quad.
///
/// **Results** as those of [`Datapath`](crate::datapath::Datapath), quad by quad: quad 0 in the clock
/// [`QuadSpec::latency`] after that of `last`, the others in the three clocks behind it.
///
/// # Schedule
/// Clock 0 is the one with `valid` and `last`. All clocks are those in which a register can be read.
///
/// | clock | what |
/// |---|---|
/// | 1 | inputs, words or pad value, each quad's weights |
/// | 2 | words by their place, flags; the operands are those of this clock |
/// | 3 | bytes chosen by `sel`, vector bytes |
/// | 7 | products |
/// | 8 | sums; the parameters' address of channel 0, which advances every clock |
/// | 9 | sums held for the requantisers; parameters |
/// | 10 | channel 0's sum in front, parameters in their register |
/// | 11 | sum with bias |
/// | 11 + rows | product, where rows is the number of stages |
/// | 14 + rows | shifted; rounded with its zero point; clamped and in the packer |
/// | 30 + rows | quad 0's words in the output register |
#[derive(LogicBlock)]
pub struct QuadDatapath {
    /// Clock.
    pub clock: Signal<In, Clock>,
    /// An access enters the window.
    pub load: Signal<In, Bit>,
    /// Its words: word j is bytes 16 j to 16 j + 15.
    pub words: Signal<In, Bus<64>>,
    /// Which of them lie outside the input: the pad value enters instead.
    pub outside: Signal<In, Bits<4>>,
    /// Place of its first word in the window.
    pub position: Signal<In, Bits<5>>,
    /// Words of it that count: 4, 2 or 1.
    pub wpa: Signal<In, Bits<3>>,
    /// All quads see the same four pixels, each with its own weights.
    pub spread: Signal<In, Bit>,
    /// Pad value, int8.
    pub pad: Signal<In, Bits<8>>,
    /// Makes the window's words the operands.
    pub take: Signal<In, Bit>,
    /// Moves the operands down by one pixel.
    pub slide: Signal<In, Bit>,
    /// Byte of the operands that all lanes use, dense only.
    pub sel: Signal<In, Bits<4>>,
    /// Each lane uses its own byte.
    pub vector_mode: Signal<In, Bit>,
    /// A row of four weight words: one int8 weight for each lane in each.
    pub weights: Signal<In, Bus<64>>,
    /// The word of the row that all quads use, unless `spread`.
    pub weight_word: Signal<In, Bits<2>>,
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
    /// Quad 0's parameter word of the address of the clock before.
    pub params_0: Signal<In, Bus<8>>,
    /// Quad 1's.
    pub params_1: Signal<In, Bus<8>>,
    /// Quad 2's.
    pub params_2: Signal<In, Bus<8>>,
    /// Quad 3's.
    pub params_3: Signal<In, Bus<8>>,
    /// `slot * 16 + channel`.
    pub param_addr: Signal<Out, Bits<9>>,
    /// Whether a quad leaves.
    pub out_valid: Signal<Out, Bit>,
    /// Which one; 0 if none does.
    pub out_quad: Signal<Out, Bits<2>>,
    /// Its words, word j for its pixel j; they stay until the next quad.
    pub out_words: Signal<Out, Bus<64>>,
    _state: Box<State>,
    _text: String,
}

impl QuadDatapath {
    /// A datapath of these widths.
    ///
    /// # Errors
    /// It cannot be built.
    pub fn new(spec: &QuadSpec) -> Result<Self, DatapathError> {
        spec.check()?;
        Ok(Self {
            clock: Default::default(),
            load: Default::default(),
            words: Default::default(),
            outside: Default::default(),
            position: Default::default(),
            wpa: Default::default(),
            spread: Default::default(),
            pad: Default::default(),
            take: Default::default(),
            slide: Default::default(),
            sel: Default::default(),
            vector_mode: Default::default(),
            weights: Default::default(),
            weight_word: Default::default(),
            valid: Default::default(),
            first: Default::default(),
            last: Default::default(),
            slot: Default::default(),
            zero_point: Default::default(),
            low: Default::default(),
            high: Default::default(),
            params_0: Default::default(),
            params_1: Default::default(),
            params_2: Default::default(),
            params_3: Default::default(),
            param_addr: Default::default(),
            out_valid: Default::default(),
            out_quad: Default::default(),
            out_words: Default::default(),
            _state: Box::new(State::new(*spec)),
            _text: text::quad_datapath(spec),
        })
    }

    fn inputs(&self) -> Inputs {
        let byte = |signal: &Signal<In, Bits<8>>| signal.val().to_u8() as i8;
        let params = |signal: &Signal<In, Bus<8>>| u64::from_le_bytes(signal.val().0.map(|b| b as u8));
        Inputs {
            load: self.load.val(),
            words: self.words.val(),
            outside: self.outside.val().to_u8(),
            position: self.position.val().to_u8().into(),
            wpa: self.wpa.val().to_u8(),
            spread: self.spread.val(),
            pad: byte(&self.pad),
            take: self.take.val(),
            slide: self.slide.val(),
            sel: self.sel.val().to_u8().into(),
            vector: self.vector_mode.val(),
            weights: self.weights.val(),
            weight_word: self.weight_word.val().to_u8().into(),
            valid: self.valid.val(),
            first: self.first.val(),
            last: self.last.val(),
            slot: self.slot.val().to_u8(),
            output: Output {
                zero_point: byte(&self.zero_point),
                low: byte(&self.low),
                high: byte(&self.high),
            },
            params: [&self.params_0, &self.params_1, &self.params_2, &self.params_3].map(params),
        }
    }
}

impl Logic for QuadDatapath {
    fn update(&mut self) {
        if self.clock.pos_edge() {
            let inputs = self.inputs();
            self._state.clock(&inputs);
            let (quad, words) = self._state.output();
            self.param_addr.next = self._state.parameter_address().into();
            self.out_valid.next = quad.is_some();
            self.out_quad.next = (quad.unwrap_or(0) as u64).into();
            self.out_words.next = words;
        }
    }

    fn connect(&mut self) {
        self.param_addr.connect();
        self.out_valid.connect();
        self.out_quad.connect();
        self.out_words.connect();
    }

    fn hdl(&self) -> Verilog {
        Verilog::Wrapper(Wrapper { code: self._text.clone(), cores: String::new() })
    }

    fn timing(&self) -> Vec<TimingInfo> {
        let inputs = [
            "load",
            "words",
            "outside",
            "position",
            "wpa",
            "spread",
            "pad",
            "take",
            "slide",
            "sel",
            "vector_mode",
            "weights",
            "weight_word",
            "valid",
            "first",
            "last",
            "slot",
            "zero_point",
            "low",
            "high",
            "params_0",
            "params_1",
            "params_2",
            "params_3",
        ];
        let outputs = ["param_addr", "out_valid", "out_quad", "out_words"];
        vec![TimingInfo {
            name: "quad_datapath".into(),
            clock: "clock".into(),
            inputs: inputs.map(String::from).to_vec(),
            outputs: outputs.map(String::from).to_vec(),
        }]
    }
}

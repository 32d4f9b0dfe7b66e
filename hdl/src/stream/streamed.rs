//! A stage as a RustHDL module.

use rust_hdl::prelude::*;

use super::Stage;
use crate::num::Bus;

/// A stage that also prints its Verilog.
pub trait Hardware: Stage {
    /// The body of a module with the ports of [`Streamed`]: assigns `x_ready`, `y_valid` and all bits of `y`.
    fn verilog(&self) -> String;
}

/// A stage as a module: the behaviour of `S`, beats of `I` bytes in and of `O` bytes out.
///
/// ```text
///   x (8 * I), x_valid -> ┌───────┐ -> y (8 * O), y_valid
///   x_ready            <- │ stage │ <- y_ready
///                         └───────┘
/// ```
///
/// `y` and `y_valid` are registers; `x_ready` is combinational from the state and `y_ready`.
#[derive(LogicBlock)]
pub struct Streamed<S: Hardware, const I: usize, const O: usize> {
    /// Clock.
    pub clock: Signal<In, Clock>,
    /// Beat offered to the stage.
    pub x: Signal<In, Bus<I>>,
    /// Whether `x` is a beat.
    pub x_valid: Signal<In, Bit>,
    /// Whether `x` is taken at the next clock edge.
    pub x_ready: Signal<Out, Bit>,
    /// Beat offered by the stage.
    pub y: Signal<Out, Bus<O>>,
    /// Whether `y` is a beat.
    pub y_valid: Signal<Out, Bit>,
    /// Whether `y` is taken at the next clock edge.
    pub y_ready: Signal<In, Bit>,
    _stage: S,
    _text: String,
}

impl<S: Hardware, const I: usize, const O: usize> Streamed<S, I, O> {
    /// The module of a stage.
    pub fn of(stage: S) -> Self {
        Self {
            clock: Default::default(),
            x: Default::default(),
            x_valid: Default::default(),
            x_ready: Default::default(),
            y: Default::default(),
            y_valid: Default::default(),
            y_ready: Default::default(),
            _text: stage.verilog(),
            _stage: stage,
        }
    }

    /// The behaviour and its state.
    pub fn stage(&self) -> &S {
        &self._stage
    }
}

impl<S: Hardware, const I: usize, const O: usize> Logic for Streamed<S, I, O> {
    fn update(&mut self) {
        if self.clock.pos_edge() {
            let beat = self.x.val();
            let offered = self.x_valid.val().then_some(&beat.0[..]);
            self._stage.clock(offered, self.y_ready.val());
            self.y.next = Bus::from_slice(self._stage.data());
            self.y_valid.next = self._stage.valid();
        }
        self.x_ready.next = self._stage.ready(self.y_ready.val());
    }

    fn connect(&mut self) {
        self.x_ready.connect();
        self.y.connect();
        self.y_valid.connect();
    }

    fn hdl(&self) -> Verilog {
        Verilog::Wrapper(Wrapper { code: self._text.clone(), cores: String::new() })
    }

    fn timing(&self) -> Vec<TimingInfo> {
        vec![TimingInfo {
            name: "stage".into(),
            clock: "clock".into(),
            inputs: ["x", "x_valid", "y_ready"].map(String::from).to_vec(),
            outputs: ["y", "y_valid"].map(String::from).to_vec(),
        }]
    }
}

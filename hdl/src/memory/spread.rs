//! One byte on every lane.

use rust_hdl::prelude::*;

use crate::num::Bus;

/// A word of `N` times the same byte, for writes that choose their lane by a mask.
#[derive(LogicBlock)]
pub struct Spread<const N: usize> {
    /// The byte.
    pub byte: Signal<In, Bits<8>>,
    /// The word.
    pub word: Signal<Out, Bus<N>>,
    _text: String,
}

impl<const N: usize> Default for Spread<N> {
    fn default() -> Self {
        Self {
            byte: Default::default(),
            word: Default::default(),
            _text: format!("assign word = {{{N}{{byte}}}};\n"),
        }
    }
}

impl<const N: usize> Logic for Spread<N> {
    fn update(&mut self) {
        self.word.next = Bus([self.byte.val().to_u8() as i8; N]);
    }

    fn connect(&mut self) {
        self.word.connect();
    }

    fn hdl(&self) -> Verilog {
        Verilog::Wrapper(Wrapper { code: self._text.clone(), cores: String::new() })
    }
}

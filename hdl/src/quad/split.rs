//! Parts of a memory row.

use rust_hdl::prelude::*;

use crate::num::Bus;

/// The first word of a row, and the first half of it.
#[derive(LogicBlock)]
pub struct RowStart {
    /// Four memory words.
    pub row: Signal<In, Bus<64>>,
    /// The first.
    pub word: Signal<Out, Bus<16>>,
    /// Its first half.
    pub half: Signal<Out, Bus<8>>,
    _text: String,
}

impl Default for RowStart {
    fn default() -> Self {
        Self {
            row: Default::default(),
            word: Default::default(),
            half: Default::default(),
            _text: "assign word = row[127:0]; assign half = row[63:0];\n".into(),
        }
    }
}

impl Logic for RowStart {
    fn update(&mut self) {
        let row = self.row.val();
        self.word.next = Bus::from_slice(&row.0[..16]);
        self.half.next = Bus::from_slice(&row.0[..8]);
    }

    fn connect(&mut self) {
        self.word.connect();
        self.half.connect();
    }

    fn hdl(&self) -> Verilog {
        Verilog::Wrapper(Wrapper { code: self._text.clone(), cores: String::new() })
    }
}

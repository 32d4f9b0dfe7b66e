//! Parts of a memory row.

use rust_hdl::prelude::*;

use crate::num::Bus;

/// The first word of a row, and its halves.
#[derive(LogicBlock)]
pub struct RowStart {
    /// Four memory words.
    pub row: Signal<In, Bus<64>>,
    /// The first.
    pub word: Signal<Out, Bus<16>>,
    /// Its first half.
    pub first: Signal<Out, Bus<8>>,
    /// Its second half.
    pub second: Signal<Out, Bus<8>>,
    _text: String,
}

impl Default for RowStart {
    fn default() -> Self {
        Self {
            row: Default::default(),
            word: Default::default(),
            first: Default::default(),
            second: Default::default(),
            _text: "assign word = row[127:0]; assign first = row[63:0]; assign second = row[127:64];\n"
                .into(),
        }
    }
}

impl Logic for RowStart {
    fn update(&mut self) {
        let row = self.row.val();
        self.word.next = Bus::from_slice(&row.0[..16]);
        self.first.next = Bus::from_slice(&row.0[..8]);
        self.second.next = Bus::from_slice(&row.0[8..16]);
    }

    fn connect(&mut self) {
        self.word.connect();
        self.first.connect();
        self.second.connect();
    }

    fn hdl(&self) -> Verilog {
        Verilog::Wrapper(Wrapper { code: self._text.clone(), cores: String::new() })
    }
}

//! The memory of the entry lists.

use rust_hdl::prelude::*;

use crate::num::Bus;

/// Bits of an entry that its fields use.
const USED: usize = 59;

/// A block RAM of list entries: written by entry, read by entry, as fields.
///
/// An entry has 64 bits, from the lowest: 16 of the mask, 16 of the offset, 16 of the delta, 6 of the column, 4 of
/// the accesses, 1 of the slide. The fields are those of the entry at
/// `rd_addr` of the clock before; one that is written in that clock is undefined. Addresses count modulo the depth.
#[derive(LogicBlock)]
pub struct QuadEntryRam {
    /// Clock of both ports.
    pub clock: Signal<In, Clock>,
    /// Entry to write.
    pub wr_addr: Signal<In, Bits<9>>,
    /// The entry.
    pub wr_data: Signal<In, Bus<8>>,
    /// Whether to write.
    pub wr_en: Signal<In, Bit>,
    /// Entry to read.
    pub rd_addr: Signal<In, Bits<9>>,
    /// Products: bytes of the operand words, or columns to the right.
    pub mask: Signal<Out, Bits<16>>,
    /// Address of its plane, from the layer's.
    pub offset: Signal<Out, Bits<16>>,
    /// Position in the plane, from the block's.
    pub delta: Signal<Out, Bits<16>>,
    /// Column, from the block's, two's complement.
    pub dx: Signal<Out, Bits<6>>,
    /// Accesses for each run.
    pub accesses: Signal<Out, Bits<4>>,
    /// Its products move over the pixels.
    pub slide: Signal<Out, Bit>,
    _entries: Vec<[i8; 8]>,
    _text: String,
}

impl QuadEntryRam {
    /// A memory of at least `entries` entries, up to 512, rounded up to a power of two; all zero in simulation.
    pub fn new(entries: usize) -> Self {
        let entries = entries.next_power_of_two().clamp(4, 512);
        Self {
            clock: Default::default(),
            wr_addr: Default::default(),
            wr_data: Default::default(),
            wr_en: Default::default(),
            rd_addr: Default::default(),
            mask: Default::default(),
            offset: Default::default(),
            delta: Default::default(),
            dx: Default::default(),
            accesses: Default::default(),
            slide: Default::default(),
            _entries: vec![[0; 8]; entries],
            _text: text(entries),
        }
    }

    /// The entry at the read address.
    fn entry(&self) -> u64 {
        let depth = self._entries.len();
        let entry = &self._entries[usize::from(self.rd_addr.val().to_u16()) % depth];
        entry.iter().rev().fold(0, |bits, byte| bits << 8 | u64::from(*byte as u8))
    }
}

impl Logic for QuadEntryRam {
    fn update(&mut self) {
        if !self.clock.pos_edge() {
            return;
        }
        let entry = self.entry();
        let field = |from: usize, bits: usize| entry >> from & ((1 << bits) - 1);
        self.mask.next = field(0, 16).into();
        self.offset.next = field(16, 16).into();
        self.delta.next = field(32, 16).into();
        self.dx.next = field(48, 6).into();
        self.accesses.next = field(54, 4).into();
        self.slide.next = field(58, 1) != 0;
        if self.wr_en.val() {
            let depth = self._entries.len();
            self._entries[usize::from(self.wr_addr.val().to_u16()) % depth] = self.wr_data.val().0;
        }
    }

    fn connect(&mut self) {
        self.mask.connect();
        self.offset.connect();
        self.delta.connect();
        self.dx.connect();
        self.accesses.connect();
        self.slide.connect();
    }

    fn hdl(&self) -> Verilog {
        Verilog::Wrapper(Wrapper { code: self._text.clone(), cores: String::new() })
    }

    fn timing(&self) -> Vec<TimingInfo> {
        vec![TimingInfo {
            name: "quad_entries".into(),
            clock: "clock".into(),
            inputs: ["wr_addr", "wr_data", "wr_en", "rd_addr"].map(String::from).to_vec(),
            outputs: ["mask", "offset", "delta", "dx", "accesses", "slide"].map(String::from).to_vec(),
        }]
    }
}

/// An array of the bits that fields use.
fn text(depth: usize) -> String {
    let top = depth.ilog2() - 1;
    format!(
        "(* no_rw_check *) reg [{high}:0] mem [0:{last}]; reg [{high}:0] out;\n\
         always @(posedge clock) begin\n\
         if (wr_en) mem[wr_addr[{top}:0]] <= wr_data[{high}:0];\n\
         out <= mem[rd_addr[{top}:0]];\n\
         end\n\
         assign mask = out[15:0]; assign offset = out[31:16]; assign delta = out[47:32];\n\
         assign dx = out[53:48]; assign accesses = out[57:54]; assign slide = out[58];\n",
        high = USED - 1,
        last = depth - 1,
    )
}

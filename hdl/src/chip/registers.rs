//! The register file: constants of the design and the cycle counter.

use frazil_wire::{PROTOCOL_VERSION, REGISTER_BYTES, Register};
use rust_hdl::prelude::*;

/// What a device says about itself; see [`frazil_wire::Register`] for the layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Lanes of the MAC array; bytes of a memory word.
    pub lanes: u8,
    /// Pixels of a block of the MAC array.
    pub pixels: u8,
    /// Hash of the plan.
    pub design_id: u64,
    /// Clock in Hz.
    pub clock_hz: u32,
    /// Words of the memory.
    pub memory_words: u32,
}

impl Identity {
    /// The register region with a cycle count.
    pub fn bytes(&self, cycles: u32) -> [u8; REGISTER_BYTES] {
        let mut bytes = [0; REGISTER_BYTES];
        let mut put = |register: Register, value: &[u8]| {
            let at = register.address() as usize;
            bytes[at..at + value.len()].copy_from_slice(value);
        };
        put(Register::Version, &[PROTOCOL_VERSION]);
        put(Register::Lanes, &[self.lanes]);
        put(Register::Pixels, &[self.pixels]);
        put(Register::DesignId, &self.design_id.to_le_bytes());
        put(Register::ClockHz, &self.clock_hz.to_le_bytes());
        put(Register::MemoryWords, &self.memory_words.to_le_bytes());
        put(Register::Cycles, &cycles.to_le_bytes());
        bytes
    }
}

/// The register file; `data` is the byte at `address` of the clock before.
#[derive(LogicBlock)]
pub struct Registers {
    /// Clock.
    pub clock: Signal<In, Clock>,
    /// Byte address.
    pub address: Signal<In, Bits<5>>,
    /// Clocks of the last run.
    pub cycles: Signal<In, Bits<32>>,
    /// The byte.
    pub data: Signal<Out, Bits<8>>,
    _identity: Identity,
    _text: String,
}

impl Registers {
    /// The registers of a design.
    pub fn new(identity: Identity) -> Self {
        Self {
            clock: Default::default(),
            address: Default::default(),
            cycles: Default::default(),
            data: Default::default(),
            _identity: identity,
            _text: text(&identity),
        }
    }
}

impl Logic for Registers {
    fn update(&mut self) {
        if self.clock.pos_edge() {
            let bytes = self._identity.bytes(self.cycles.val().to_u32());
            self.data.next = u64::from(bytes[self.address.val().to_u8() as usize]).into();
        }
    }

    fn connect(&mut self) {
        self.data.connect();
    }

    fn hdl(&self) -> Verilog {
        Verilog::Wrapper(Wrapper { code: self._text.clone(), cores: String::new() })
    }

    fn timing(&self) -> Vec<TimingInfo> {
        vec![TimingInfo {
            name: "registers".into(),
            clock: "clock".into(),
            inputs: vec!["address".into(), "cycles".into()],
            outputs: vec!["data".into()],
        }]
    }
}

fn text(identity: &Identity) -> String {
    let bytes = identity.bytes(0);
    let counter = Register::Cycles.address() as usize;
    let constant = |i: usize| format!("5'd{i}: value <= 8'd{};\n", bytes[i]);
    let cycles = |i: usize| format!("5'd{}: value <= cycles[{}:{}];\n", counter + i, 8 * i + 7, 8 * i);
    let cases: String = (0..counter).map(constant).chain((0..4).map(cycles)).collect();
    format!(
        "reg [7:0] value; initial value = 0;\nalways @(posedge clock) case (address)\n{cases}default: value <= 8'd0;\nendcase\nassign data = value;\n"
    )
}

//! The pads of the flash, with the flash behind them in simulation.

use rust_hdl::prelude::*;

use super::FlashChip;

/// Pads of an iCE40: the flash's clock rises in the second half of a clock with `pulse` and falls at its end; the data
/// wires are sampled at the end of a clock with `step`.
///
/// The flash changes its data after its clock falls, at the beginning of a clock, and they are sampled at the end of
/// that clock at the earliest: 41 ns at 24 MHz, of which the flash takes 7 and the pads less than 10. Command bits
/// change at the beginning of a clock and are taken by the flash half a clock later.
///
/// In RustHDL's simulation the flash is part of this block, and the pins do nothing.
#[derive(LogicBlock)]
pub struct FlashPads {
    /// Clock.
    pub clock: Signal<In, Clock>,
    /// Samples the data wires at the end of the clock.
    pub step: Signal<In, Bit>,
    /// Gives the flash a clock.
    pub pulse: Signal<In, Bit>,
    /// Level of the select wire.
    pub select: Signal<In, Bit>,
    /// Level of the first data wire, if it is driven.
    pub command: Signal<In, Bit>,
    /// Drives the first data wire.
    pub drive: Signal<In, Bit>,
    /// The data wires, as sampled last.
    pub io: Signal<Out, Bits<4>>,
    /// Clock pin of the flash.
    pub sck: Signal<Out, Bit>,
    /// Select pin.
    pub cs: Signal<Out, Bit>,
    /// First data pin.
    pub io0: Signal<InOut, Bit>,
    /// Second data pin.
    pub io1: Signal<InOut, Bit>,
    /// Third data pin.
    pub io2: Signal<InOut, Bit>,
    /// Fourth data pin.
    pub io3: Signal<InOut, Bit>,
    _flash: FlashChip,
    _text: String,
}

impl FlashPads {
    /// Pads before a flash.
    pub fn new(flash: FlashChip) -> Self {
        Self {
            clock: Default::default(),
            step: Default::default(),
            pulse: Default::default(),
            select: Default::default(),
            command: Default::default(),
            drive: Default::default(),
            io: Default::default(),
            sck: Default::default(),
            cs: Default::default(),
            io0: Default::default(),
            io1: Default::default(),
            io2: Default::default(),
            io3: Default::default(),
            _flash: flash,
            _text: text(),
        }
    }

    /// Two drivers on a wire give neither level for certain: the flash reads a 1, the pads a 0.
    fn clock_flash(&mut self) {
        let flash = &mut self._flash;
        if self.step.val() {
            let driven = if self.drive.val() && flash.drives() { 0 } else { flash.data() };
            self.io.next = u64::from(driven).into();
        }
        flash.select(self.select.val());
        if self.pulse.val() {
            flash.rise(!self.drive.val() || self.command.val());
            flash.fall();
        }
    }
}

impl Logic for FlashPads {
    fn update(&mut self) {
        if self.clock.pos_edge() {
            self.clock_flash();
        }
        self.sck.next = false;
        self.cs.next = self.select.val();
    }

    fn connect(&mut self) {
        self.io.connect();
        self.sck.connect();
        self.cs.connect();
        self.io0.connect();
        self.io1.connect();
        self.io2.connect();
        self.io3.connect();
    }

    fn hdl(&self) -> Verilog {
        Verilog::Wrapper(Wrapper { code: self._text.clone(), cores: String::new() })
    }

    fn timing(&self) -> Vec<TimingInfo> {
        vec![TimingInfo {
            name: "flash_pads".into(),
            clock: "clock".into(),
            inputs: ["step", "pulse", "select", "command", "drive"].map(String::from).to_vec(),
            outputs: vec!["io".into()],
        }]
    }
}

fn text() -> String {
    // The high half of a clock shows D_OUT_0, the low half D_OUT_1, which is taken in the clock's middle.
    let clock =
        "SB_IO #(.PIN_TYPE(6'b010001)) pad_sck (.PACKAGE_PIN(sck), .OUTPUT_CLK(clock), .D_OUT_0(1'b0), \
                 .D_OUT_1(pulse));\n"
            .to_string();
    let first = "SB_IO #(.PIN_TYPE(6'b101000)) pad_io0 (.PACKAGE_PIN(io0), .INPUT_CLK(clock), .CLOCK_ENABLE(step), \
                 .OUTPUT_ENABLE(drive), .D_OUT_0(command), .D_IN_0(io[0]));\n";
    // Third and fourth wire hold and protect a flash that is not set to four wires: they must be high.
    let others = (1..4).map(|i| {
        format!(
            "SB_IO #(.PIN_TYPE(6'b000000), .PULLUP(1'b1)) pad_io{i} (.PACKAGE_PIN(io{i}), .INPUT_CLK(clock), \
             .CLOCK_ENABLE(step), .D_IN_0(io[{i}]));\n"
        )
    });
    clock + first + &others.collect::<String>() + "assign cs = select;\n"
}

//! The chip: everything behind the link's bus.

use rust_hdl::prelude::*;

use crate::chip::{Feeder, Identity, Registers, Sequencer};
use crate::frozen::FrozenFront;
use crate::mac::{Lanes, Requantiser, Walker};
use crate::memory::{Memory, MemoryStyle};
use crate::num::unsigned_cast_bus;

/// Sizes and identity of a chip.
#[derive(Clone, Debug)]
pub struct ChipSpec {
    /// Identity; its sizes are the memories' sizes.
    pub identity: Identity,
    /// What the weight memory is made of.
    pub weights: MemoryStyle,
}

/// The chip with `N` lanes.
///
/// The bus reads a byte two clocks after its address is given and writes one byte a clock; `run` starts the program
/// at descriptor `entry`, `busy` is high from the next clock until its end. While it is high the bus must be idle.
///
/// Only one unit uses the activation memory at a time: the bus when idle, the feeder in a frozen layer, else the
/// walker (reads) and the requantiser (writes).
#[derive(LogicBlock)]
pub struct Chip<const N: usize> {
    /// Clock.
    pub clock: Signal<In, Clock>,
    /// Region code, see [`frazil_wire::Region`].
    pub bus_region: Signal<In, Bits<3>>,
    /// Byte address in the region.
    pub bus_addr: Signal<In, Bits<24>>,
    /// Byte to write.
    pub bus_wdata: Signal<In, Bits<8>>,
    /// Writes the byte.
    pub bus_we: Signal<In, Bit>,
    /// The byte at the address of two clocks before.
    pub bus_rdata: Signal<Out, Bits<8>>,
    /// Starts a program.
    pub run: Signal<In, Bit>,
    /// Index of its first descriptor.
    pub entry: Signal<In, Bits<16>>,
    /// A program is running.
    pub busy: Signal<Out, Bit>,
    activations: Memory<1>,
    weights: Memory<N>,
    parameters: Memory<2>,
    program: Memory<2>,
    registers: Registers,
    sequencer: Sequencer,
    walker: Walker,
    lanes: Lanes<N>,
    requantiser: Requantiser,
    feeder: Feeder,
    front: FrozenFront,
    valid: DFF<Bit>,
    first: DFF<Bit>,
    last: DFF<Bit>,
    in_image: DFF<Bit>,
    pad_value: DFF<Bits<8>>,
    read_back: DFF<Bits<8>>,
    activation: Signal<Local, Bits<8>>,
    conv_busy: Signal<Local, Bit>,
}

impl<const N: usize> Chip<N> {
    /// A chip with this front end.
    pub fn new(spec: &ChipSpec, front: FrozenFront) -> Self {
        let id = &spec.identity;
        Self {
            clock: Default::default(),
            bus_region: Default::default(),
            bus_addr: Default::default(),
            bus_wdata: Default::default(),
            bus_we: Default::default(),
            bus_rdata: Default::default(),
            run: Default::default(),
            entry: Default::default(),
            busy: Default::default(),
            activations: Memory::new(id.activation_bytes as usize, MemoryStyle::BlockRam),
            weights: Memory::new(id.weight_bytes as usize / N, spec.weights),
            parameters: Memory::new(id.parameter_channels as usize * 8, MemoryStyle::BlockRam),
            program: Memory::new(id.descriptors as usize * 32, MemoryStyle::BlockRam),
            registers: Registers::new(*id),
            sequencer: Default::default(),
            walker: Default::default(),
            lanes: Default::default(),
            requantiser: Requantiser::new(N),
            feeder: Default::default(),
            front,
            valid: Default::default(),
            first: Default::default(),
            last: Default::default(),
            in_image: Default::default(),
            pad_value: Default::default(),
            read_back: Default::default(),
            activation: Default::default(),
            conv_busy: Default::default(),
        }
    }
}

impl<const N: usize> Logic for Chip<N> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, valid, first, last, in_image, pad_value, read_back);
        clock!(self, clock, activations, weights, parameters, program, registers, sequencer);
        clock!(self, clock, walker, lanes, requantiser, feeder, front);
        // The descriptor bus.
        self.walker.field.next = self.sequencer.field.val();
        self.walker.word.next = self.sequencer.word.val();
        self.walker.load.next = self.sequencer.load.val();
        self.requantiser.field.next = self.sequencer.field.val();
        self.requantiser.word.next = self.sequencer.word.val();
        self.requantiser.load.next = self.sequencer.load.val();
        self.feeder.field.next = self.sequencer.field.val();
        self.feeder.word.next = self.sequencer.word.val();
        self.feeder.load.next = self.sequencer.load.val();
        if self.sequencer.load.val() & (self.sequencer.field.val() == 19) {
            self.pad_value.d.next = self.sequencer.word.val().get_bits::<8>(0);
        }
        // Control.
        self.sequencer.start.next = self.run.val();
        self.sequencer.entry.next = self.entry.val();
        self.busy.next = self.sequencer.busy.val();
        self.conv_busy.next = self.walker.busy.val() | self.requantiser.occupied.val();
        self.sequencer.unit_busy.next = self.conv_busy.val() | self.feeder.busy.val();
        self.walker.start.next = self.sequencer.start_conv.val();
        self.requantiser.start.next = self.sequencer.start_conv.val();
        self.feeder.start.next = self.sequencer.start_frozen.val();
        // The MAC array. Memories answer one clock after the walker, so its marks wait one clock too.
        self.walker.hold.next = self.requantiser.occupied.val();
        self.requantiser.last_issued.next = self.walker.issue.val() & self.walker.last.val();
        self.valid.d.next = self.walker.issue.val();
        self.first.d.next = self.walker.first.val();
        self.last.d.next = self.walker.last.val();
        self.in_image.d.next = self.walker.in_image.val();
        self.activation.next = self.activations.rd_data.val().get_bits::<8>(0);
        self.lanes.act.next = self.activation.val();
        if !self.in_image.q.val() {
            self.lanes.act.next = self.pad_value.q.val();
        }
        self.lanes.weights.next = self.weights.rd_data.val();
        self.lanes.valid.next = self.valid.q.val();
        self.lanes.first.next = self.first.q.val();
        self.lanes.last.next = self.last.q.val();
        self.lanes.shift.next = self.requantiser.shift.val();
        self.requantiser.captured.next = self.lanes.captured.val();
        self.requantiser.sum.next = self.lanes.sum.val();
        // The frozen front end.
        self.front.x.next = self.activation.val();
        self.front.x_valid.next = self.feeder.x_valid.val();
        self.feeder.x_ready.next = self.front.x_ready.val();
        self.feeder.y_valid.next = self.front.y_valid.val();
        self.front.y_ready.next = self.feeder.y_ready.val();
        // Memories. Whoever is not at work must not write: each write is enabled by its own unit.
        self.activations.rd_addr.next = bit_cast::<16, 24>(self.bus_addr.val());
        self.activations.wr_addr.next = self.bus_addr.val();
        self.activations.wr_data.next = self.bus_wdata.val();
        self.activations.wr_en.next = self.bus_we.val() & (self.bus_region.val() == 1);
        if self.sequencer.busy.val() {
            self.activations.rd_addr.next = self.walker.act_addr.val();
            self.activations.wr_addr.next = bit_cast::<24, 16>(self.requantiser.wr_addr.val());
            self.activations.wr_data.next = self.requantiser.wr_data.val();
            self.activations.wr_en.next = self.requantiser.wr_en.val();
        }
        if self.sequencer.frozen.val() {
            self.activations.rd_addr.next = self.feeder.rd_addr.val();
            self.activations.wr_addr.next = bit_cast::<24, 16>(self.feeder.wr_addr.val());
            self.activations.wr_data.next = self.front.y.val();
            self.activations.wr_en.next = self.feeder.wr_en.val();
        }
        self.weights.rd_addr.next = self.walker.weight_addr.val();
        self.weights.wr_addr.next = self.bus_addr.val();
        self.weights.wr_data.next = self.bus_wdata.val();
        self.weights.wr_en.next = self.bus_we.val() & (self.bus_region.val() == 2);
        self.parameters.rd_addr.next = self.requantiser.param_addr.val();
        self.requantiser.param_data.next = unsigned_cast_bus(self.parameters.rd_data.val());
        self.parameters.wr_addr.next = self.bus_addr.val();
        self.parameters.wr_data.next = self.bus_wdata.val();
        self.parameters.wr_en.next = self.bus_we.val() & (self.bus_region.val() == 3);
        self.program.rd_addr.next = self.sequencer.program_addr.val();
        self.sequencer.program_data.next = unsigned_cast_bus(self.program.rd_data.val());
        self.program.wr_addr.next = self.bus_addr.val();
        self.program.wr_data.next = self.bus_wdata.val();
        self.program.wr_en.next = self.bus_we.val() & (self.bus_region.val() == 4);
        // Reading back.
        self.registers.address.next = bit_cast::<5, 24>(self.bus_addr.val());
        self.registers.cycles.next = self.sequencer.cycles.val();
        self.read_back.d.next = self.activation.val();
        if self.bus_region.val() == 0 {
            self.read_back.d.next = self.registers.data.val();
        }
        self.bus_rdata.next = self.read_back.q.val();
    }
}

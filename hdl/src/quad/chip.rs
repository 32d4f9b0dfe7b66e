//! The chip: everything behind the link's bus.

use rust_hdl::prelude::*;

use super::split::RowStart;
use super::{
    QuadEntryRam, QuadFetcher, QuadFifo, QuadIssuer, QuadLoader, QuadMemory, QuadSequencer, QuadWriter,
};
use crate::chip::{ChipSpec, Registers};
use crate::datapath::{
    DatapathError, DatapathSpec, MultiplierStyle, QuadDatapath, QuadSpec, RequantiserStyle,
};
use crate::memory::{ParameterRam, Spread, WordRam};
use crate::num::Bus;

/// Passes whose parameters fit: the loader is never further ahead.
const PARAMETER_SLOTS: usize = 32;
/// Words of a row of weights.
pub(crate) const ROW_WORDS: usize = 4;

/// What the datapath of a chip is built from: the widths of a specification whose requantisers are pipelined.
///
/// Requantisers that are not get one row between registers; those of an array without `MULT18X18D` use none.
pub fn array_spec(spec: &DatapathSpec) -> QuadSpec {
    let default = QuadSpec::default();
    QuadSpec {
        sum_bits: spec.sum_bits,
        requant_bits: spec.requant_bits,
        rows_per_stage: match spec.requantiser {
            RequantiserStyle::Pipelined { rows_per_stage } => rows_per_stage,
            RequantiserStyle::Iterative { .. } => 1,
        },
        dsp_requantisers: match spec.multiplier {
            MultiplierStyle::Mult18Pair => default.dsp_requantisers,
            MultiplierStyle::Infer | MultiplierStyle::SbMac16 => 0,
        },
    }
}

/// The chip with the quad array.
///
/// The bus reads a byte at most [`QuadChip::READ_LATENCY`] clocks after its address is given, which must stay until
/// then, and writes one byte a clock; `run` starts the program at word address `entry`, `busy` is high from the next
/// clock until its end. While it is high the bus must be idle.
///
/// The memory's read port serves one unit in each clock: the bus when idle, else the fetcher, the loader or the
/// sequencer, in this order. Its write port is the writer's, when idle the bus's.
#[derive(LogicBlock)]
pub struct QuadChip {
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
    /// The byte at the address.
    pub bus_rdata: Signal<Out, Bits<8>>,
    /// Starts a program.
    pub run: Signal<In, Bit>,
    /// Word address of its first descriptor.
    pub entry: Signal<In, Bits<16>>,
    /// A program is running.
    pub busy: Signal<Out, Bit>,
    memory: QuadMemory,
    weights: WordRam<64>,
    list: QuadEntryRam,
    parameters: [ParameterRam<16>; 4],
    registers: Registers,
    sequencer: QuadSequencer,
    loader: QuadLoader,
    fetcher: QuadFetcher,
    fifo: QuadFifo,
    issuer: QuadIssuer,
    datapath: QuadDatapath,
    writer: QuadWriter,
    spread: Spread<64>,
    start: RowStart,
    second: DFF<Bus<8>>,
    words: DFF<Bus<64>>,
    outside: DFF<Bits<4>>,
    position: DFF<Bits<5>>,
    access_words: DFF<Bits<3>>,
    pad: DFF<Bits<8>>,
    read_back: DFF<Bits<8>>,
    byte: Signal<Local, Bits<8>>,
    bus_word: Signal<Local, Bits<16>>,
    bus_byte: Signal<Local, Bits<4>>,
    one: Signal<Local, Bits<16>>,
    base: Signal<Local, Bits<16>>,
}

impl QuadChip {
    /// Clocks from an address on the bus to its byte.
    pub const READ_LATENCY: usize = QuadMemory::READ_CLOCKS + 1;

    /// A chip of these sizes.
    ///
    /// # Errors
    /// The array's shape cannot be built.
    pub fn new(spec: &ChipSpec) -> Result<Self, DatapathError> {
        let array = array_spec(&spec.datapath);
        Ok(Self {
            clock: Default::default(),
            bus_region: Default::default(),
            bus_addr: Default::default(),
            bus_wdata: Default::default(),
            bus_we: Default::default(),
            bus_rdata: Default::default(),
            run: Default::default(),
            entry: Default::default(),
            busy: Default::default(),
            memory: QuadMemory::new(spec.identity.memory_words as usize),
            weights: WordRam::new(spec.weight_words / ROW_WORDS),
            list: QuadEntryRam::new(spec.list_entries),
            parameters: std::array::from_fn(|_| ParameterRam::new(PARAMETER_SLOTS)),
            registers: Registers::new(spec.identity),
            sequencer: Default::default(),
            loader: QuadLoader::new(spec.weight_words / ROW_WORDS),
            fetcher: Default::default(),
            fifo: Default::default(),
            issuer: QuadIssuer::new(array.interval()),
            datapath: QuadDatapath::new(&array)?,
            writer: Default::default(),
            spread: Default::default(),
            start: Default::default(),
            second: Default::default(),
            words: Default::default(),
            outside: Default::default(),
            position: Default::default(),
            access_words: Default::default(),
            pad: Default::default(),
            read_back: Default::default(),
            byte: Default::default(),
            bus_word: Default::default(),
            bus_byte: Default::default(),
            one: Default::default(),
            base: Default::default(),
        })
    }
}

impl Logic for QuadChip {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, second, words, outside, position, access_words, pad, read_back);
        clock!(
            self, clock, memory, weights, list, registers, sequencer, loader, fetcher, fifo, issuer, datapath
        );
        clock!(self, clock, writer);
        // The descriptor.
        self.start.row.next = self.memory.rd_data.val();
        self.loader.descriptor.next = self.memory.rd_data.val();
        self.loader.load.next = self.sequencer.load.val();
        self.fetcher.descriptor.next = self.memory.rd_data.val();
        self.fetcher.load.next = self.sequencer.load.val();
        self.issuer.descriptor.next = self.memory.rd_data.val();
        self.issuer.load.next = self.sequencer.load.val();
        self.writer.descriptor.next = self.memory.rd_data.val();
        self.writer.load.next = self.sequencer.load.val();
        if self.sequencer.load.val() {
            self.pad.d.next = self.memory.rd_data.val().get_bits::<8>(64);
            self.access_words.d.next = bit_cast::<3, 8>(self.memory.rd_data.val().get_bits::<8>(288));
        }
        // Control.
        self.sequencer.start.next = self.run.val();
        self.sequencer.entry.next = self.entry.val();
        self.sequencer.op.next = self.memory.rd_data.val().get_bits::<8>(0);
        self.sequencer.issuing.next = self.issuer.busy.val();
        self.sequencer.writing.next = self.writer.busy.val();
        self.busy.next = self.sequencer.busy.val();
        self.loader.start.next = self.sequencer.start_layer.val();
        self.fetcher.start.next = self.sequencer.start_layer.val();
        self.issuer.start.next = self.sequencer.start_layer.val();
        self.writer.start.next = self.sequencer.start_layer.val();
        self.fifo.clear.next = self.sequencer.start_layer.val();
        // The loader and the array's own memories.
        self.loader.fetched.next = self.fetcher.pass.val();
        self.loader.issued.next = self.issuer.pass.val();
        self.loader.released.next = self.issuer.released.val();
        self.loader.free.next = !self.fetcher.request.val();
        self.loader.header.next = self.start.first.val();
        self.weights.wr_addr.next = bit_cast::<16, 10>(self.loader.weight.val());
        self.weights.wr_data.next = self.memory.rd_data.val();
        self.weights.wr_en.next = self.loader.write_weight.val();
        self.weights.rd_addr.next = bit_cast::<16, 10>(self.issuer.weight.val());
        self.list.wr_addr.next = self.loader.list_at.val();
        // A list's word has two entries, which are written one after the other.
        self.second.d.next = self.start.second.val();
        self.list.wr_data.next = self.start.first.val();
        if self.loader.list_at.val().get_bit(0) {
            self.list.wr_data.next = self.second.q.val();
        }
        self.list.wr_en.next = self.loader.write_list.val();
        self.list.rd_addr.next = self.fetcher.entry.val();
        for i in 0..4 {
            self.parameters[i].clock.next = self.clock.val();
            self.parameters[i].wr_addr.next = self.loader.parameter_at.val();
            self.parameters[i].wr_data.next = self.start.word.val();
            self.parameters[i].wr_en.next = self.loader.write_parameter.val().get_bit(i);
            self.parameters[i].rd_addr.next = self.datapath.param_addr.val();
        }
        // The fetcher and the FIFO.
        self.fetcher.listed.next = self.loader.listed.val();
        self.fetcher.entries_even.next = self.loader.entries_even.val();
        self.fetcher.entries_odd.next = self.loader.entries_odd.val();
        self.fetcher.mask.next = self.list.mask.val();
        self.fetcher.offset.next = self.list.offset.val();
        self.fetcher.delta.next = self.list.delta.val();
        self.fetcher.dx.next = self.list.dx.val();
        self.fetcher.accesses.next = self.list.accesses.val();
        self.fetcher.slide.next = self.list.slide.val();
        // It waits for what the layer before writes, and lets the loader pass when weights are short.
        self.fetcher.space.next = self.fifo.space.val()
            & !self.writer.waits.val()
            & !(self.fifo.valid.val() & self.issuer.starved.val());
        self.fifo.push.next = self.fetcher.push.val();
        self.fifo.words.next = self.memory.rd_data.val();
        self.fifo.outside.next = self.fetcher.push_outside.val();
        self.fifo.position.next = self.fetcher.push_position.val();
        self.fifo.mask.next = self.fetcher.push_mask.val();
        self.fifo.complete.next = self.fetcher.push_complete.val();
        self.fifo.last.next = self.fetcher.push_last.val();
        self.fifo.slide.next = self.fetcher.push_slide.val();
        self.fifo.pop.next = self.issuer.pop.val();
        // The issuer and the lanes. What it decides reaches these a clock later, as the words and the weights do.
        self.issuer.access.next = self.fifo.valid.val();
        self.issuer.mask.next = self.fifo.out_mask.val();
        self.issuer.complete.next = self.fifo.out_complete.val();
        self.issuer.last_entry.next = self.fifo.out_last.val();
        self.issuer.slides.next = self.fifo.out_slide.val();
        self.issuer.weights.next = self.loader.weights.val();
        self.issuer.first_slot.next = self.loader.next_slot.val();
        self.words.d.next = self.fifo.out_words.val();
        self.outside.d.next = self.fifo.out_outside.val();
        self.position.d.next = self.fifo.out_position.val();
        self.datapath.load.next = self.issuer.enter.val();
        self.datapath.words.next = self.words.q.val();
        self.datapath.outside.next = self.outside.q.val();
        self.datapath.position.next = self.position.q.val();
        self.datapath.wpa.next = self.access_words.q.val();
        self.datapath.spread.next = self.issuer.spread.val();
        self.datapath.pad.next = self.pad.q.val();
        self.datapath.take.next = self.issuer.take.val();
        self.datapath.slide.next = self.issuer.slide.val();
        self.datapath.sel.next = self.issuer.sel.val();
        self.datapath.vector_mode.next = self.issuer.vector_mode.val();
        self.datapath.weights.next = self.weights.rd_data.val();
        self.datapath.weight_word.next = self.issuer.weight_word.val();
        self.datapath.valid.next = self.issuer.valid.val();
        self.datapath.first.next = self.issuer.first.val();
        self.datapath.last.next = self.issuer.last.val();
        self.datapath.slot.next = self.issuer.slot.val();
        self.datapath.zero_point.next = self.writer.zero_point.val();
        self.datapath.low.next = self.writer.low.val();
        self.datapath.high.next = self.writer.high.val();
        self.datapath.params_0.next = self.parameters[0].rd_data.val();
        self.datapath.params_1.next = self.parameters[1].rd_data.val();
        self.datapath.params_2.next = self.parameters[2].rd_data.val();
        self.datapath.params_3.next = self.parameters[3].rd_data.val();
        self.writer.result.next = self.datapath.out_valid.val();
        // The memory's read port: the bus, then whoever is at work. Rows begin at a multiple of four words.
        self.bus_word.next = self.bus_addr.val().get_bits::<16>(4);
        self.bus_byte.next = self.bus_addr.val().get_bits::<4>(0);
        self.base.next = self.bus_word.val();
        if self.sequencer.busy.val() {
            self.base.next = self.sequencer.addr.val();
            if self.loader.request.val() {
                self.base.next = self.loader.addr.val();
            }
        }
        self.memory.rd_addr_0.next = self.base.val();
        self.memory.rd_addr_1.next = self.base.val() | 1;
        self.memory.rd_addr_2.next = self.base.val() | 2;
        self.memory.rd_addr_3.next = self.base.val() | 3;
        if self.sequencer.busy.val() & self.fetcher.request.val() {
            self.memory.rd_addr_0.next = self.fetcher.addr_0.val();
            self.memory.rd_addr_1.next = self.fetcher.addr_1.val();
            self.memory.rd_addr_2.next = self.fetcher.addr_2.val();
            self.memory.rd_addr_3.next = self.fetcher.addr_3.val();
        }
        // Its write port.
        self.one.next = 1.into();
        self.spread.byte.next = self.bus_wdata.val();
        self.memory.wr_addr_0.next = self.bus_word.val();
        self.memory.wr_addr_1.next = self.writer.addr_1.val();
        self.memory.wr_addr_2.next = self.writer.addr_2.val();
        self.memory.wr_addr_3.next = self.writer.addr_3.val();
        self.memory.wr_data.next = self.spread.word.val();
        self.memory.wr_mask.next = self.one.val() << bit_cast::<16, 4>(self.bus_byte.val());
        self.memory.wr_en.next = 0.into();
        if self.bus_we.val() & (self.bus_region.val() == 1) {
            self.memory.wr_en.next = 1.into();
        }
        if self.sequencer.busy.val() {
            self.memory.wr_addr_0.next = self.writer.addr_0.val();
            self.memory.wr_data.next = self.datapath.out_words.val();
            self.memory.wr_mask.next = 0xFFFF.into();
            self.memory.wr_en.next = self.writer.write.val();
        }
        // Reading back.
        self.byte.next = 0.into();
        for i in 0..16 {
            if self.bus_byte.val() == i.to_bits::<4>() {
                self.byte.next = self.memory.rd_data.val().get_bits::<8>(i * 8);
            }
        }
        self.registers.address.next = bit_cast::<5, 24>(self.bus_addr.val());
        self.registers.cycles.next = self.sequencer.cycles.val();
        self.read_back.d.next = self.byte.val();
        if self.bus_region.val() == 0 {
            self.read_back.d.next = self.registers.data.val();
        }
        self.bus_rdata.next = self.read_back.q.val();
    }
}

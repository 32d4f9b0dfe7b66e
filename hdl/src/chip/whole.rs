//! The chip: everything behind the link's bus.

use frazil_model::plan::ArrayStyle;
use rust_hdl::prelude::*;

use crate::array::{Fetcher, FifoStyle, Issuer, Loader, WordFifo, Writer};
use crate::chip::{Feeder, Identity, Registers, Sequencer};
use crate::datapath::{Datapath, DatapathError, DatapathSpec};
use crate::flash::{FlashReader, FlashSpec};
use crate::frozen::FrozenFront;
use crate::memory::{EntryRam, MainMemory, MemoryStyle, ParameterRam, Spread, WordRam};

/// Groups whose parameters fit: the loader is never further ahead.
const PARAMETER_SLOTS: usize = 32;

/// Sizes and identity of a chip.
#[derive(Clone, Debug)]
pub struct ChipSpec {
    /// Identity; its sizes are the memory's sizes.
    pub identity: Identity,
    /// What the memory is made of.
    pub memory: MemoryStyle,
    /// Words of the weight ring.
    pub weight_words: usize,
    /// Entries of the list ring.
    pub list_entries: usize,
    /// How the array walks over a layer.
    pub style: ArrayStyle,
    /// Pixels and requantisers of the array.
    pub datapath: DatapathSpec,
    /// The reader of the board's flash, if there is one.
    pub flash: Option<FlashSpec>,
}

/// The chip with words of `N` bytes.
///
/// The bus reads a byte three clocks after its address is given and writes one byte a clock; `run` starts the program
/// at word address `entry`, `busy` is high from the next clock until its end. While it is high the bus must be idle.
///
/// One unit uses the memory in each clock: the bus when idle, the feeder in a frozen layer, the sequencer while it
/// reads a descriptor, else the writer, the flash's reader, the fetcher or the loader, in this order.
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
    /// The byte at the address of three clocks before.
    pub bus_rdata: Signal<Out, Bits<8>>,
    /// Starts a program.
    pub run: Signal<In, Bit>,
    /// Word address of its first descriptor.
    pub entry: Signal<In, Bits<16>>,
    /// A program is running.
    pub busy: Signal<Out, Bit>,
    /// The flash's data wires, see [`FlashReader`]; of no meaning without a reader, as all that follows.
    pub flash_io: Signal<In, Bits<4>>,
    /// The flash's data wires may be sampled.
    pub flash_step: Signal<Out, Bit>,
    /// The flash gets a clock.
    pub flash_pulse: Signal<Out, Bit>,
    /// Level of the flash's select wire.
    pub flash_select: Signal<Out, Bit>,
    /// Level of the flash's first data wire, if it is driven.
    pub flash_command: Signal<Out, Bit>,
    /// The flash's first data wire is driven.
    pub flash_drive: Signal<Out, Bit>,
    memory: MainMemory<N>,
    weights: WordRam<N>,
    list: EntryRam<N>,
    parameters: ParameterRam<N>,
    registers: Registers,
    sequencer: Sequencer<N>,
    loader: Loader,
    fetcher: Fetcher,
    fifo: WordFifo<N>,
    issuer: Issuer,
    datapath: Datapath<N>,
    writer: Writer,
    spread: Spread<N>,
    feeder: Feeder,
    front: FrozenFront,
    flash: FlashReader,
    pad: DFF<Bits<8>>,
    zero_point: DFF<Bits<8>>,
    low: DFF<Bits<8>>,
    high: DFF<Bits<8>>,
    bus_lane: DFF<Bits<4>>,
    even_byte: DFF<Bits<8>>,
    odd_byte: DFF<Bits<8>>,
    reads_odd: DFF<Bit>,
    read_back: DFF<Bits<8>>,
    lane: Signal<Local, Bits<4>>,
    even: Signal<Local, Bits<8>>,
    odd: Signal<Local, Bits<8>>,
    bus_word: Signal<Local, Bits<24>>,
    bus_byte: Signal<Local, Bits<4>>,
    store: Signal<Local, Bit>,
    store_lane: Signal<Local, Bits<4>>,
    one: Signal<Local, Bits<16>>,
    word_shift: Constant<Bits<5>>,
    lane_mask: Constant<Bits<4>>,
    has_front: Constant<Bit>,
    has_flash: Constant<Bit>,
}

impl<const N: usize> Chip<N> {
    /// A chip with this front end.
    ///
    /// # Errors
    /// The array's shape cannot be built.
    pub fn new(spec: &ChipSpec, front: FrozenFront) -> Result<Self, DatapathError> {
        let id = &spec.identity;
        let words = id.memory_words as usize;
        let flash_ring = spec.flash.map_or(0, |flash| words.saturating_sub(flash.ring_words));
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
            flash_io: Default::default(),
            flash_step: Default::default(),
            flash_pulse: Default::default(),
            flash_select: Default::default(),
            flash_command: Default::default(),
            flash_drive: Default::default(),
            memory: MainMemory::new(words, spec.memory),
            weights: WordRam::new(spec.weight_words),
            list: EntryRam::new(spec.list_entries),
            parameters: ParameterRam::new(PARAMETER_SLOTS),
            registers: Registers::new(*id),
            sequencer: Default::default(),
            loader: Loader::new(spec.weight_words, flash_ring),
            fetcher: Fetcher::new(spec.style == ArrayStyle::Block),
            fifo: WordFifo::new(FifoStyle::of(spec.datapath.multiplier)),
            issuer: Issuer::new(spec.datapath.interval(N)),
            datapath: Datapath::new(&spec.datapath)?,
            writer: Writer::new(spec.style == ArrayStyle::Block),
            spread: Default::default(),
            feeder: Feeder::new(N, !front.is_empty()),
            has_front: Constant::new(!front.is_empty()),
            front,
            flash: FlashReader::new(N, words, spec.flash),
            has_flash: Constant::new(spec.flash.is_some()),
            pad: Default::default(),
            zero_point: Default::default(),
            low: Default::default(),
            high: Default::default(),
            bus_lane: Default::default(),
            even_byte: Default::default(),
            odd_byte: Default::default(),
            reads_odd: Default::default(),
            read_back: Default::default(),
            lane: Default::default(),
            even: Default::default(),
            odd: Default::default(),
            bus_word: Default::default(),
            bus_byte: Default::default(),
            store: Default::default(),
            store_lane: Default::default(),
            one: Default::default(),
            word_shift: Constant::new(u64::from(N.trailing_zeros()).into()),
            lane_mask: Constant::new((N as u64 - 1).into()),
        })
    }
}

impl<const N: usize> Logic for Chip<N> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, pad, zero_point, low, high, bus_lane, even_byte, odd_byte);
        dff_setup!(self, clock, reads_odd, read_back);
        clock!(self, clock, memory, weights, list, parameters, registers, sequencer, loader, fetcher, fifo);
        clock!(self, clock, issuer, datapath, writer, feeder, front, flash);
        // The descriptor bus.
        self.loader.field.next = self.sequencer.field.val();
        self.loader.word.next = self.sequencer.word.val();
        self.loader.load.next = self.sequencer.load.val();
        self.fetcher.field.next = self.sequencer.field.val();
        self.fetcher.word.next = self.sequencer.word.val();
        self.fetcher.load.next = self.sequencer.load.val();
        self.issuer.field.next = self.sequencer.field.val();
        self.issuer.word.next = self.sequencer.word.val();
        self.issuer.load.next = self.sequencer.load.val();
        self.writer.field.next = self.sequencer.field.val();
        self.writer.word.next = self.sequencer.word.val();
        self.writer.load.next = self.sequencer.load.val();
        self.feeder.field.next = self.sequencer.field.val();
        self.feeder.word.next = self.sequencer.word.val();
        self.feeder.load.next = self.sequencer.load.val();
        self.flash.field.next = self.sequencer.field.val();
        self.flash.word.next = self.sequencer.word.val();
        self.flash.load.next = self.sequencer.load.val();
        if self.sequencer.load.val() & (self.sequencer.field.val() == 4) {
            self.pad.d.next = self.sequencer.word.val().get_bits::<8>(0);
            self.zero_point.d.next = self.sequencer.word.val().get_bits::<8>(8);
        }
        if self.sequencer.load.val() & (self.sequencer.field.val() == 5) {
            self.low.d.next = self.sequencer.word.val().get_bits::<8>(0);
            self.high.d.next = self.sequencer.word.val().get_bits::<8>(8);
        }
        // Control.
        self.sequencer.start.next = self.run.val();
        self.sequencer.entry.next = self.entry.val();
        self.sequencer.data.next = self.memory.rd_data.val();
        self.sequencer.unit_busy.next = self.writer.busy.val() | self.feeder.busy.val();
        self.busy.next = self.sequencer.busy.val();
        self.loader.start.next = self.sequencer.start_layer.val();
        self.fetcher.start.next = self.sequencer.start_layer.val();
        self.issuer.start.next = self.sequencer.start_layer.val();
        self.writer.start.next = self.sequencer.start_layer.val();
        self.fifo.clear.next = self.sequencer.start_layer.val();
        self.feeder.start.next = self.sequencer.start_frozen.val();
        // The loader and the array's own memories.
        self.loader.fetched.next = self.fetcher.group.val();
        self.loader.issued.next = self.issuer.group.val();
        self.loader.released.next = self.issuer.released.val();
        self.loader.free.next =
            !self.datapath.out_valid.val() & !self.flash.claim.val() & !self.fetcher.request.val();
        self.loader.streams.next = self.flash.streams.val();
        self.loader.place.next = self.flash.place.val();
        self.loader.filled.next = self.flash.filled.val();
        self.loader.header_list.next = (bit_cast::<16, 8>(self.memory.rd_data.val().get_bits::<8>(8)) << 8)
            | bit_cast::<16, 8>(self.memory.rd_data.val().get_bits::<8>(0));
        self.loader.header_entries.next = (bit_cast::<16, 8>(self.memory.rd_data.val().get_bits::<8>(24))
            << 8)
            | bit_cast::<16, 8>(self.memory.rd_data.val().get_bits::<8>(16));
        self.loader.header_weights.next = (bit_cast::<16, 8>(self.memory.rd_data.val().get_bits::<8>(40))
            << 8)
            | bit_cast::<16, 8>(self.memory.rd_data.val().get_bits::<8>(32));
        self.loader.header_flags.next = self.memory.rd_data.val().get_bits::<8>(48);
        self.weights.wr_addr.next = bit_cast::<16, 12>(self.loader.weight.val());
        self.weights.wr_data.next = self.memory.rd_data.val();
        self.weights.wr_en.next = self.loader.write_weight.val();
        self.weights.rd_addr.next = bit_cast::<16, 12>(self.issuer.weight.val());
        self.list.wr_addr.next = bit_cast::<16, 9>(self.loader.list_at.val());
        self.list.wr_data.next = self.memory.rd_data.val();
        self.list.wr_en.next = self.loader.write_list.val();
        self.list.rd_addr.next = bit_cast::<16, 10>(self.fetcher.entry.val());
        self.parameters.wr_addr.next = self.loader.parameter_at.val();
        self.parameters.wr_data.next = self.memory.rd_data.val();
        self.parameters.wr_en.next = self.loader.write_parameter.val();
        self.parameters.rd_addr.next = self.datapath.param_addr.val();
        // The fetcher and the FIFO.
        self.fetcher.listed.next = self.loader.listed.val();
        self.fetcher.entries_even.next = self.loader.entries_even.val();
        self.fetcher.entries_odd.next = self.loader.entries_odd.val();
        self.fetcher.mask.next = self.list.mask.val();
        self.fetcher.offset.next = self.list.offset.val();
        self.fetcher.dx.next = self.list.dx.val();
        self.fetcher.dy.next = self.list.dy.val();
        self.fetcher.free.next = !self.datapath.out_valid.val() & !self.flash.claim.val();
        self.fetcher.space.next = self.fifo.space.val();
        self.fifo.push.next = self.fetcher.push.val();
        self.fifo.word.next = self.memory.rd_data.val();
        self.fifo.mask.next = self.fetcher.push_mask.val();
        self.fifo.complete.next = self.fetcher.push_complete.val();
        self.fifo.last.next = self.fetcher.push_last.val();
        self.fifo.outside.next = self.fetcher.push_outside.val();
        self.fifo.pop.next = self.issuer.pop.val();
        // The issuer and the lanes.
        self.issuer.word_valid.next = self.fifo.valid.val();
        self.issuer.mask.next = self.fifo.out_mask.val();
        self.issuer.complete.next = self.fifo.out_complete.val();
        self.issuer.last_entry.next = self.fifo.out_last.val();
        self.issuer.weights.next = self.loader.weights.val();
        self.datapath.word.next = self.fifo.out_word.val();
        self.datapath.outside.next = self.fifo.out_outside.val();
        self.datapath.pad.next = self.pad.q.val();
        self.datapath.shift.next = self.issuer.pop.val();
        self.datapath.take.next = self.issuer.take.val();
        self.datapath.sel.next = self.issuer.sel.val();
        self.datapath.vector_mode.next = self.issuer.vector_mode.val();
        self.datapath.weights.next = self.weights.rd_data.val();
        self.datapath.valid.next = self.issuer.valid.val();
        self.datapath.first.next = self.issuer.first.val();
        self.datapath.last.next = self.issuer.last.val();
        self.datapath.slot.next = self.issuer.slot.val();
        self.datapath.zero_point.next = self.zero_point.q.val();
        self.datapath.low.next = self.low.q.val();
        self.datapath.high.next = self.high.q.val();
        self.datapath.params.next = self.parameters.rd_data.val();
        self.writer.result.next = self.datapath.out_valid.val();
        // The frozen front end.
        self.lane.next = self.bus_lane.q.val();
        if self.sequencer.busy.val() & self.has_front.val() {
            self.lane.next = self.feeder.rd_lane.val();
        }
        self.even.next = 0.into();
        self.odd.next = 0.into();
        for i in 0..N {
            if (self.lane.val() & 14) == i.to_bits::<4>() {
                self.even.next = self.memory.rd_data.val().get_bits::<8>(i * 8);
            }
            if (self.lane.val() | 1) == i.to_bits::<4>() {
                self.odd.next = self.memory.rd_data.val().get_bits::<8>(i * 8);
            }
        }
        self.front.x.next = self.even.val();
        if self.lane.val().get_bit(0) {
            self.front.x.next = self.odd.val();
        }
        self.front.x_valid.next = self.feeder.x_valid.val();
        self.feeder.x_ready.next = self.front.x_ready.val();
        self.feeder.y_valid.next = self.front.y_valid.val();
        self.front.y_ready.next = self.feeder.y_ready.val();
        // The flash.
        self.flash.busy.next = self.sequencer.busy.val();
        self.flash.taken.next = self.loader.taken.val();
        self.flash.turn.next = self.loader.turn.val();
        self.flash.turn_to_ring.next = self.loader.turn_to_ring.val();
        self.flash.blocked.next = self.datapath.out_valid.val()
            | self.sequencer.fetching.val()
            | (self.sequencer.frozen.val() & self.has_front.val());
        self.flash.io.next = self.flash_io.val();
        self.flash_step.next = self.flash.step.val();
        self.flash_pulse.next = self.flash.pulse.val();
        self.flash_select.next = self.flash.select.val();
        self.flash_command.next = self.flash.command.val();
        self.flash_drive.next = self.flash.drive.val();
        // The memory: the bus, then whoever is at work.
        self.bus_word.next = self.bus_addr.val() >> bit_cast::<24, 5>(self.word_shift.val());
        self.bus_byte.next = self.bus_addr.val().get_bits::<4>(0) & self.lane_mask.val();
        self.bus_lane.d.next = self.bus_byte.val();
        self.one.next = 1.into();
        self.spread.byte.next = self.bus_wdata.val();
        self.memory.addr.next = self.bus_word.val().get_bits::<16>(0);
        self.memory.wr_data.next = self.spread.word.val();
        self.memory.wr_mask.next = 0.into();
        self.store.next = self.bus_we.val() & (self.bus_region.val() == 1);
        self.store_lane.next = self.bus_byte.val();
        if self.sequencer.busy.val() {
            self.store.next = self.flash.write.val();
            if self.has_flash.val() {
                self.store_lane.next = self.flash.lane.val();
                self.spread.byte.next = self.flash.byte.val();
            }
        }
        if self.store.val() {
            self.memory.wr_mask.next = self.one.val() << bit_cast::<16, 4>(self.store_lane.val());
        }
        // Bytes of the flash never come with a result.
        if self.sequencer.busy.val() & (self.datapath.out_valid.val() | !self.has_flash.val()) {
            self.memory.wr_data.next = self.datapath.out_word.val();
        }
        if self.sequencer.busy.val() {
            self.memory.addr.next = self.sequencer.addr.val();
            if self.loader.request.val() {
                self.memory.addr.next = self.loader.addr.val();
            }
            if self.fetcher.request.val() {
                self.memory.addr.next = self.fetcher.addr.val();
            }
            if self.flash.claim.val() & !self.sequencer.fetching.val() {
                self.memory.addr.next = self.flash.addr.val();
            }
            // A result has the port, be it written or dropped: that keeps the way from it to the others short.
            if self.datapath.out_valid.val() {
                self.memory.addr.next = self.writer.addr.val();
            }
            if self.writer.write.val() {
                self.memory.wr_mask.next = 0xFFFF.into();
            }
        }
        if self.sequencer.frozen.val() & self.has_front.val() {
            self.spread.byte.next = self.front.y.val();
            self.memory.wr_data.next = self.spread.word.val();
            self.memory.addr.next = self.feeder.rd_addr.val();
            if self.feeder.wr_en.val() {
                self.memory.addr.next = self.feeder.wr_addr.val();
                self.memory.wr_mask.next = self.one.val() << bit_cast::<16, 4>(self.feeder.wr_lane.val());
            }
        }
        // Reading back, in two steps: the memory's output is late.
        self.registers.address.next = bit_cast::<5, 24>(self.bus_addr.val());
        self.registers.cycles.next = self.sequencer.cycles.val();
        self.even_byte.d.next = self.even.val();
        self.odd_byte.d.next = self.odd.val();
        self.reads_odd.d.next = self.bus_lane.q.val().get_bit(0);
        self.read_back.d.next = self.even_byte.q.val();
        if self.reads_odd.q.val() {
            self.read_back.d.next = self.odd_byte.q.val();
        }
        if self.bus_region.val() == 0 {
            self.read_back.d.next = self.registers.data.val();
        }
        self.bus_rdata.next = self.read_back.q.val();
    }
}

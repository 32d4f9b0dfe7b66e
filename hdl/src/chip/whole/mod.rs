//! The chip: everything behind the link's bus.

mod kernel;

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

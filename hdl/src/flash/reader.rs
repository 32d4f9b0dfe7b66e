//! The reader: one sequential read of the flash, byte by byte into a ring in memory.

use frazil_model::plan::FlashCapacity;
use rust_hdl::prelude::*;

use super::{COMMAND, FlashSpec};

/// Steps from the first clock of the flash to the one in which its first data stand.
pub const LATENCY: u32 = FlashCapacity::LATENCY as u32;

/// Reads the flash from a fixed address on, from the first descriptor of a run that says so (bit 15 of field 2) to
/// the run's end, into a ring of words at the end of memory. The loader takes the words in their order. Whether it is at
/// the ring or elsewhere in memory a descriptor says for a layer's beginning, and the loader from then on.
///
/// Time is counted in steps: a step is a clock that is not held, and all of the reader, its input registers and the
/// clock of the flash stand still in a clock that is. It holds while the ring is full, and while a byte stands that
/// memory does not take. In each step the flash gets a clock; [`LATENCY`](super::LATENCY) steps after the first one the high half of
/// byte 0 stands at `io`, in the next step the low half, and the byte is written.
#[derive(LogicBlock)]
pub struct FlashReader {
    /// Clock.
    pub clock: Signal<In, Clock>,
    /// Descriptor field number.
    pub field: Signal<In, Bits<5>>,
    /// Descriptor word.
    pub word: Signal<In, Bits<16>>,
    /// Takes bit 15 of `word`, if it is field 2.
    pub load: Signal<In, Bit>,
    /// A program is running.
    pub busy: Signal<In, Bit>,
    /// Memory does not take a byte in this clock.
    pub blocked: Signal<In, Bit>,
    /// The loader takes a word in this clock.
    pub taken: Signal<In, Bit>,
    /// The loader has asked for all of a group: from the next clock on it takes words of the ring if `turn_to_ring`, else
    /// others.
    pub turn: Signal<In, Bit>,
    /// See `turn`.
    pub turn_to_ring: Signal<In, Bit>,
    /// The data wires, sampled at the end of the step before.
    pub io: Signal<In, Bits<4>>,
    /// A step: the pads may sample.
    pub step: Signal<Out, Bit>,
    /// The flash gets a clock.
    pub pulse: Signal<Out, Bit>,
    /// Level of the select wire, low when reading.
    pub select: Signal<Out, Bit>,
    /// Bit of command and address.
    pub command: Signal<Out, Bit>,
    /// The first data wire is driven with it.
    pub drive: Signal<Out, Bit>,
    /// A byte stands: memory takes it in this clock unless it is `blocked`, and nobody may read.
    pub claim: Signal<Out, Bit>,
    /// A byte goes into memory in this clock.
    pub write: Signal<Out, Bit>,
    /// Its word.
    pub addr: Signal<Out, Bits<16>>,
    /// Its lane.
    pub lane: Signal<Out, Bits<4>>,
    /// The byte.
    pub byte: Signal<Out, Bits<8>>,
    /// The loader takes words of the ring.
    pub streams: Signal<Out, Bit>,
    /// The next of them, counted from the ring's beginning.
    pub place: Signal<Out, Bits<8>>,
    /// The loader may take a word in this clock.
    pub filled: Signal<Out, Bit>,
    streamed: DFF<Bit>,
    reading: DFF<Bit>,
    commanding: DFF<Bit>,
    /// Half bytes of the ring, and before the first of them the steps to go.
    count: DFF<Bits<16>>,
    sent: DFF<Bit>,
    high: DFF<Bits<4>>,
    /// Words of the ring that stand, and the first of them.
    fill: DFF<Bits<9>>,
    first: DFF<Bits<8>>,
    ready: DFF<Bit>,
    hold: Signal<Local, Bit>,
    due: Signal<Local, Bit>,
    filling: Signal<Local, Bit>,
    up: Signal<Local, Bit>,
    down: Signal<Local, Bit>,
    change: Signal<Local, Bits<9>>,
    sum: Signal<Local, Bits<9>>,
    following: Signal<Local, Bits<16>>,
    bits: Signal<Local, Bits<32>>,
    present: Constant<Bit>,
    rom: Constant<Bits<32>>,
    origin: Constant<Bits<16>>,
    nibbles: Constant<Bits<16>>,
    base: Constant<Bits<16>>,
    fills: Constant<Bits<9>>,
    full: Constant<Bits<9>>,
    lane_shift: Constant<Bits<5>>,
    lane_mask: Constant<Bits<4>>,
}

impl FlashReader {
    /// A reader for words of this many bytes in a memory of `memory_words`; without a specification it never reads,
    /// and synthesis removes it.
    pub fn new(lanes: usize, memory_words: usize, spec: Option<FlashSpec>) -> Self {
        let FlashSpec { ring_words, offset } = spec.unwrap_or(FlashSpec { ring_words: 16, offset: 0 });
        let nibbles = (ring_words * lanes * 2) as u64;
        Self {
            clock: Default::default(),
            field: Default::default(),
            word: Default::default(),
            load: Default::default(),
            busy: Default::default(),
            blocked: Default::default(),
            taken: Default::default(),
            turn: Default::default(),
            turn_to_ring: Default::default(),
            io: Default::default(),
            step: Default::default(),
            pulse: Default::default(),
            select: Default::default(),
            command: Default::default(),
            drive: Default::default(),
            claim: Default::default(),
            write: Default::default(),
            addr: Default::default(),
            lane: Default::default(),
            byte: Default::default(),
            streams: Default::default(),
            place: Default::default(),
            filled: Default::default(),
            streamed: Default::default(),
            reading: Default::default(),
            commanding: Default::default(),
            count: Default::default(),
            sent: Default::default(),
            high: Default::default(),
            fill: Default::default(),
            first: Default::default(),
            ready: Default::default(),
            hold: Default::default(),
            due: Default::default(),
            filling: Default::default(),
            up: Default::default(),
            down: Default::default(),
            change: Default::default(),
            sum: Default::default(),
            following: Default::default(),
            bits: Default::default(),
            present: Constant::new(spec.is_some()),
            rom: Constant::new(u64::from(rom(offset)).into()),
            origin: Constant::new((nibbles - u64::from(LATENCY)).into()),
            nibbles: Constant::new((nibbles - 1).into()),
            base: Constant::new((memory_words.saturating_sub(ring_words) as u64).into()),
            fills: Constant::new((2 * ring_words as u64 - 1).into()),
            full: Constant::new((ring_words as u64).into()),
            lane_shift: Constant::new(u64::from(lanes.ilog2() + 1).into()),
            lane_mask: Constant::new((lanes as u64 - 1).into()),
        }
    }
}

/// Command and address, by the low five bits of the count in the step before each bit; bit 0 is the wire's at rest.
fn rom(offset: u32) -> u32 {
    let bits = u32::from(COMMAND) << 24 | offset & 0xFF_FFFF;
    let first = 64 - LATENCY;
    (1..32).filter(|i| bits >> (31 - i) & 1 == 1).map(|i| 1 << ((first + i - 1) % 32)).sum()
}

impl Logic for FlashReader {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, streamed, reading, commanding, count, sent, high, fill, first, ready);
        if self.load.val() & (self.field.val() == 2) {
            self.streamed.d.next = self.word.val().get_bit(15) & self.present.val();
        }
        if self.turn.val() {
            self.streamed.d.next = self.turn_to_ring.val() & self.present.val();
        }
        if !self.busy.val() {
            self.streamed.d.next = false;
        }
        self.reading.d.next = self.busy.val() & (self.reading.q.val() | self.streamed.q.val());
        // In each second step a byte stands.
        self.due.next = self.count.q.val().get_bit(0);
        self.filling.next = (self.fill.q.val() & self.full.val()) == 0;
        self.hold.next = !self.filling.val() | (self.due.val() & self.blocked.val());
        self.step.next = !self.hold.val();
        self.pulse.next = self.reading.q.val() & !self.hold.val();
        self.select.next = !self.reading.q.val();
        // What keeps others from memory depends on registers only: the way from a result to them is long enough.
        self.claim.next = !self.commanding.q.val() & self.due.val() & self.filling.val() & self.present.val();
        self.write.next = self.claim.val() & !self.blocked.val();
        self.addr.next = (self.count.q.val() >> bit_cast::<16, 5>(self.lane_shift.val())) | self.base.val();
        self.lane.next = self.count.q.val().get_bits::<4>(1) & self.lane_mask.val();
        self.byte.next = (bit_cast::<8, 4>(self.high.q.val()) << 4) | bit_cast::<8, 4>(self.io.val());
        // Command and address go out a bit a step; the wire is free some steps before the flash takes it.
        self.command.next = self.sent.q.val();
        self.drive.next = self.commanding.q.val() & (self.count.q.val().get_bits::<3>(3) != 7);
        self.bits.next = self.rom.val() >> bit_cast::<32, 5>(self.count.q.val().get_bits::<5>(0));
        self.following.next = self.count.q.val() + 1;
        if !self.hold.val() {
            self.count.d.next = self.following.val() & self.nibbles.val();
            self.sent.d.next = self.bits.val().get_bit(0);
            self.high.d.next = self.io.val();
            if self.count.q.val().get_bits::<6>(0) == 63 {
                self.commanding.d.next = false;
            }
        }
        // Words that stand.
        self.streams.next = self.streamed.q.val();
        self.place.next = self.first.q.val();
        self.down.next = self.taken.val() & self.streamed.q.val();
        self.up.next = self.write.val() & (self.lane.val() == self.lane_mask.val());
        self.change.next = 1.into();
        if self.down.val() {
            self.change.next = 0x1FF.into();
            self.first.d.next = self.first.q.val() + 1;
        }
        self.sum.next = self.fill.q.val() + self.change.val();
        if self.up.val() ^ self.down.val() {
            self.fill.d.next = self.sum.val() & self.fills.val();
        }
        // What the loader waits for is looked at a clock before, so that the way to the memory's address is short.
        self.ready.d.next = !self.streamed.q.val() | ((self.fill.q.val() != 0) & !self.taken.val());
        self.filled.next = self.ready.q.val() | !self.present.val();
        if !self.reading.q.val() {
            self.count.d.next = self.origin.val();
            self.commanding.d.next = true;
            self.sent.d.next = false;
            self.fill.d.next = 0.into();
            self.first.d.next = 0.into();
        }
    }
}

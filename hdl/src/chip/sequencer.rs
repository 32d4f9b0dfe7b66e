//! The sequencer: runs a descriptor program.

use rust_hdl::prelude::*;

use crate::num::Bus;

/// Fetches descriptors and starts the units that they are for, one layer after the other.
///
/// A run: `start` with the word address of its first descriptor in `entry`; `busy` is high from the next clock
/// until the program's end, and `cycles` counts the clocks in which it was. A descriptor is 64 bytes, little endian:
/// each memory word takes a clock to read, then each of its 16-bit fields is put on the descriptor bus (`field`,
/// `word`, `load`, a clock late), from which the units take what they need; one more clock looks at what it is, and
/// one starts the unit. While it fetches, nobody else uses the memory, which keeps giving the word at `addr`.
#[derive(LogicBlock)]
pub struct Sequencer<const N: usize> {
    /// Clock.
    pub clock: Signal<In, Clock>,
    /// Begins a run.
    pub start: Signal<In, Bit>,
    /// Word address of the run's first descriptor.
    pub entry: Signal<In, Bits<16>>,
    /// Word address of the descriptor's next word.
    pub addr: Signal<Out, Bits<16>>,
    /// The word, one clock later.
    pub data: Signal<In, Bus<N>>,
    /// Descriptor bus: field number.
    pub field: Signal<Out, Bits<5>>,
    /// Descriptor bus: the word.
    pub word: Signal<Out, Bits<16>>,
    /// Descriptor bus: the word is valid.
    pub load: Signal<Out, Bit>,
    /// The memory is the sequencer's: it reads a descriptor.
    pub fetching: Signal<Out, Bit>,
    /// Starts a layer of the array.
    pub start_layer: Signal<Out, Bit>,
    /// Starts the frozen front end.
    pub start_frozen: Signal<Out, Bit>,
    /// A unit still works.
    pub unit_busy: Signal<In, Bit>,
    /// A program is running.
    pub busy: Signal<Out, Bit>,
    /// A frozen layer is running: the feeder has the memory.
    pub frozen: Signal<Out, Bit>,
    /// Clocks of the last run.
    pub cycles: Signal<Out, Bits<32>>,
    state: DFF<Bits<3>>,
    pointer: DFF<Bits<16>>,
    count: DFF<Bits<5>>,
    position: DFF<Bits<5>>,
    op: DFF<Bits<2>>,
    counter: DFF<Bits<32>>,
    is_frozen: DFF<Bit>,
    given: DFF<Bits<16>>,
    given_field: DFF<Bits<5>>,
    gives: DFF<Bit>,
    low_at: Signal<Local, Bits<5>>,
    high_at: Signal<Local, Bits<5>>,
    low: Signal<Local, Bits<8>>,
    high: Signal<Local, Bits<8>>,
    wide: Signal<Local, Bits<16>>,
    last_position: Constant<Bits<5>>,
}

impl<const N: usize> Default for Sequencer<N> {
    fn default() -> Self {
        Self {
            clock: Default::default(),
            start: Default::default(),
            entry: Default::default(),
            addr: Default::default(),
            data: Default::default(),
            field: Default::default(),
            word: Default::default(),
            load: Default::default(),
            fetching: Default::default(),
            start_layer: Default::default(),
            start_frozen: Default::default(),
            unit_busy: Default::default(),
            busy: Default::default(),
            frozen: Default::default(),
            cycles: Default::default(),
            state: Default::default(),
            pointer: Default::default(),
            count: Default::default(),
            position: Default::default(),
            op: Default::default(),
            counter: Default::default(),
            is_frozen: Default::default(),
            given: Default::default(),
            given_field: Default::default(),
            gives: Default::default(),
            low_at: Default::default(),
            high_at: Default::default(),
            low: Default::default(),
            high: Default::default(),
            wide: Default::default(),
            last_position: Constant::new((N as u64 / 2 - 1).into()),
        }
    }
}

impl<const N: usize> Logic for Sequencer<N> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, state, pointer, count, position, op, counter, is_frozen);
        dff_setup!(self, clock, given, given_field, gives);
        self.addr.next = self.pointer.q.val();
        self.busy.next = self.state.q.val() != 0;
        self.frozen.next = self.is_frozen.q.val();
        self.cycles.next = self.counter.q.val();
        self.start_layer.next = false;
        self.start_frozen.next = false;
        // The field at hand.
        self.low_at.next = self.position.q.val() << 1;
        self.high_at.next = self.low_at.val() | 1;
        self.low.next = 0.into();
        self.high.next = 0.into();
        for i in 0..N {
            if self.low_at.val() == i.to_bits::<5>() {
                self.low.next = self.data.val().get_bits::<8>(i * 8);
            }
            if self.high_at.val() == i.to_bits::<5>() {
                self.high.next = self.data.val().get_bits::<8>(i * 8);
            }
        }
        self.wide.next = bit_cast::<16, 8>(self.high.val());
        // The memory's output is late, and the bus goes to all units.
        self.given.d.next = (self.wide.val() << 8) | bit_cast::<16, 8>(self.low.val());
        self.given_field.d.next = self.count.q.val();
        self.gives.d.next = self.state.q.val() == 2;
        self.word.next = self.given.q.val();
        self.field.next = self.given_field.q.val();
        self.load.next = self.gives.q.val();
        self.fetching.next = (self.state.q.val() == 1) | (self.state.q.val() == 2);
        // States: 0 idle, 1 read a word, 2 give its fields, 3 look at its op, 6 start the unit, 4 let it raise its
        // busy, 5 wait for it.
        if self.state.q.val() != 0 {
            self.counter.d.next = self.counter.q.val() + 1;
        }
        if (self.state.q.val() == 0) & self.start.val() {
            self.counter.d.next = 0.into();
            self.pointer.d.next = self.entry.val();
            self.count.d.next = 0.into();
            self.position.d.next = 0.into();
            self.state.d.next = 1.into();
        }
        if self.state.q.val() == 1 {
            self.state.d.next = 2.into();
        }
        if self.state.q.val() == 2 {
            self.count.d.next = self.count.q.val() + 1;
            self.position.d.next = self.position.q.val() + 1;
            if self.count.q.val() == 0 {
                self.op.d.next = self.low.val().get_bits::<2>(0);
            }
            if self.position.q.val() == self.last_position.val() {
                self.position.d.next = 0.into();
                self.pointer.d.next = self.pointer.q.val() + 1;
                self.state.d.next = 1.into();
                if self.count.q.val() == 31 {
                    self.state.d.next = 3.into();
                }
            }
        }
        if self.state.q.val() == 3 {
            self.state.d.next = 0.into();
            if (self.op.q.val() == 1) | (self.op.q.val() == 2) {
                self.state.d.next = 6.into();
            }
        }
        if self.state.q.val() == 6 {
            self.state.d.next = 4.into();
            if self.op.q.val() == 1 {
                self.start_layer.next = true;
            } else {
                self.start_frozen.next = true;
                self.is_frozen.d.next = true;
            }
        }
        if self.state.q.val() == 4 {
            self.state.d.next = 5.into();
        }
        if (self.state.q.val() == 5) & !self.unit_busy.val() {
            self.is_frozen.d.next = false;
            self.state.d.next = 1.into();
        }
    }
}

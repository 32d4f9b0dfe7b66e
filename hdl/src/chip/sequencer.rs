//! The sequencer: runs a descriptor program.

use rust_hdl::prelude::*;

/// Fetches descriptors and starts the units that they are for, one layer after the other.
///
/// A run: `start` with the index of its first descriptor in `entry`; `busy` is high from the next clock until the
/// program's end, and `cycles` counts the clocks in which it was. A descriptor takes 22 clocks to fetch (21 words
/// and the memory's latency) and one to dispatch; each word is put on the descriptor bus (`field`, `word`, `load`)
/// from which the units take what they need.
#[derive(LogicBlock, Default)]
pub struct Sequencer {
    /// Clock.
    pub clock: Signal<In, Clock>,
    /// Begins a run.
    pub start: Signal<In, Bit>,
    /// Index of the run's first descriptor.
    pub entry: Signal<In, Bits<16>>,
    /// Word address in program memory.
    pub program_addr: Signal<Out, Bits<16>>,
    /// Its word, one clock later.
    pub program_data: Signal<In, Bits<16>>,
    /// Descriptor bus: field number.
    pub field: Signal<Out, Bits<5>>,
    /// Descriptor bus: the word.
    pub word: Signal<Out, Bits<16>>,
    /// Descriptor bus: the word is valid.
    pub load: Signal<Out, Bit>,
    /// Starts a convolution.
    pub start_conv: Signal<Out, Bit>,
    /// Starts the frozen front end.
    pub start_frozen: Signal<Out, Bit>,
    /// A unit still works.
    pub unit_busy: Signal<In, Bit>,
    /// A program is running.
    pub busy: Signal<Out, Bit>,
    /// A frozen layer is running: the feeder has the activation memory.
    pub frozen: Signal<Out, Bit>,
    /// Clocks of the last run.
    pub cycles: Signal<Out, Bits<32>>,
    state: DFF<Bits<3>>,
    count: DFF<Bits<5>>,
    base: DFF<Bits<16>>,
    op: DFF<Bits<16>>,
    counter: DFF<Bits<32>>,
    is_frozen: DFF<Bit>,
    loading: DFF<Bit>,
}

impl Logic for Sequencer {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, state, count, base, op, counter, is_frozen, loading);
        self.program_addr.next = self.base.q.val() + bit_cast::<16, 5>(self.count.q.val());
        self.field.next = self.count.q.val() - 1;
        self.word.next = self.program_data.val();
        self.load.next = self.loading.q.val();
        self.start_conv.next = false;
        self.start_frozen.next = false;
        self.busy.next = self.state.q.val() != 0;
        self.frozen.next = self.is_frozen.q.val();
        self.cycles.next = self.counter.q.val();
        self.loading.d.next = false;
        // States: 0 idle, 1 fetch, 2 dispatch, 3 let the unit raise its busy, 4 wait for it.
        if self.state.q.val() != 0 {
            self.counter.d.next = self.counter.q.val() + 1;
        }
        if (self.state.q.val() == 0) & self.start.val() {
            self.counter.d.next = 0.into();
            self.base.d.next = self.entry.val() << 5;
            self.count.d.next = 0.into();
            self.state.d.next = 1.into();
        }
        if self.state.q.val() == 1 {
            self.count.d.next = self.count.q.val() + 1;
            self.loading.d.next = true;
            if self.count.q.val() == 1 {
                self.op.d.next = self.program_data.val();
            }
            if self.count.q.val() == 21 {
                self.loading.d.next = false;
                self.count.d.next = 0.into();
                self.state.d.next = 2.into();
            }
        }
        if self.state.q.val() == 2 {
            self.base.d.next = self.base.q.val() + 32;
            self.state.d.next = 0.into();
            if self.op.q.val() == 1 {
                self.start_conv.next = true;
                self.state.d.next = 3.into();
            }
            if self.op.q.val() == 2 {
                self.start_frozen.next = true;
                self.is_frozen.d.next = true;
                self.state.d.next = 3.into();
            }
        }
        if self.state.q.val() == 3 {
            self.state.d.next = 4.into();
        }
        if (self.state.q.val() == 4) & !self.unit_busy.val() {
            self.is_frozen.d.next = false;
            self.state.d.next = 1.into();
        }
    }
}

//! The sequencer: runs a descriptor program.

use rust_hdl::prelude::*;

/// Gives descriptors to the units and starts them, one layer after the other.
///
/// A run: `start` with the word address of its first descriptor in `entry`; `busy` is high from the next clock until
/// the program's end, and `cycles` counts the clocks in which it was. A descriptor is a row of memory, four clocks after
/// its address `addr` has been put to it: then `load` gives it to the units, and `start_layer` follows in the next
/// clock. The next descriptor is given as soon as a layer's last product has been issued (two clocks after `issuing`
/// has fallen): it stands already, because nobody has read the memory for a while. So a layer's stream comes while the
/// results of the one before leave. The program ends when all results are written.
#[derive(LogicBlock, Default)]
pub struct QuadSequencer {
    /// Clock.
    pub clock: Signal<In, Clock>,
    /// Begins a run.
    pub start: Signal<In, Bit>,
    /// Word address of the run's first descriptor.
    pub entry: Signal<In, Bits<16>>,
    /// Word address of the next descriptor.
    pub addr: Signal<Out, Bits<16>>,
    /// The descriptor's op, the low byte of its first word.
    pub op: Signal<In, Bits<8>>,
    /// The descriptor stands: the units take it.
    pub load: Signal<Out, Bit>,
    /// Starts the layer that was given in the clock before.
    pub start_layer: Signal<Out, Bit>,
    /// The layer's products are still to come.
    pub issuing: Signal<In, Bit>,
    /// Results are still to come.
    pub writing: Signal<In, Bit>,
    /// A program is running.
    pub busy: Signal<Out, Bit>,
    /// Clocks of the last run.
    pub cycles: Signal<Out, Bits<32>>,
    state: DFF<Bits<3>>,
    pointer: DFF<Bits<16>>,
    clocks: DFF<Bits<2>>,
    is_layer: DFF<Bit>,
    counter: DFF<Bits<32>>,
}

impl Logic for QuadSequencer {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, state, pointer, clocks, is_layer, counter);
        self.addr.next = self.pointer.q.val();
        self.busy.next = self.state.q.val() != 0;
        self.cycles.next = self.counter.q.val();
        self.load.next = self.state.q.val() == 2;
        self.start_layer.next = false;
        // States: 0 idle, 1 read, 2 give the descriptor, 3 dispatch, 4 let the issuer begin, 5 wait for it,
        // 6 wait for the results.
        if self.state.q.val() != 0 {
            self.counter.d.next = self.counter.q.val() + 1;
        }
        if (self.state.q.val() == 0) & self.start.val() {
            self.counter.d.next = 0.into();
            self.pointer.d.next = self.entry.val();
            self.clocks.d.next = 0.into();
            self.state.d.next = 1.into();
        }
        if self.state.q.val() == 1 {
            self.clocks.d.next = self.clocks.q.val() + 1;
            if self.clocks.q.val() == 3 {
                self.state.d.next = 2.into();
            }
        }
        if self.state.q.val() == 2 {
            self.is_layer.d.next = self.op.val() == 1;
            self.state.d.next = 3.into();
        }
        if self.state.q.val() == 3 {
            self.pointer.d.next = self.pointer.q.val() + 4;
            self.state.d.next = 6.into();
            if self.is_layer.q.val() {
                self.start_layer.next = true;
                self.state.d.next = 4.into();
            }
        }
        if self.state.q.val() == 4 {
            self.state.d.next = 5.into();
        }
        if (self.state.q.val() == 5) & !self.issuing.val() {
            self.state.d.next = 2.into();
        }
        if (self.state.q.val() == 6) & !self.writing.val() {
            self.state.d.next = 0.into();
        }
    }
}

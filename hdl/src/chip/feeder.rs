//! The feeder: carries a tensor from activation memory through the frozen front end and back.

use rust_hdl::prelude::*;

/// Streams `StepX` bytes from `InBase` into the front end and stores `StepY` bytes of it from `OutBase`.
///
/// It reads one byte a clock as long as the front end takes them; memory always reads the address of the byte that
/// will be offered next, so a stall costs nothing. `busy` is high from the clock after `start` to the clock in
/// which the last result is written. The first byte is offered two clocks after `start`.
#[derive(LogicBlock, Default)]
pub struct Feeder {
    /// Clock.
    pub clock: Signal<In, Clock>,
    /// Descriptor field number.
    pub field: Signal<In, Bits<5>>,
    /// Descriptor word.
    pub word: Signal<In, Bits<16>>,
    /// Stores `word` as `field`.
    pub load: Signal<In, Bit>,
    /// Begins.
    pub start: Signal<In, Bit>,
    /// Byte address to read.
    pub rd_addr: Signal<Out, Bits<16>>,
    /// A byte is offered to the front end (the memory's data).
    pub x_valid: Signal<Out, Bit>,
    /// The front end takes it.
    pub x_ready: Signal<In, Bit>,
    /// The front end offers a byte.
    pub y_valid: Signal<In, Bit>,
    /// It is taken: always, while busy.
    pub y_ready: Signal<Out, Bit>,
    /// Byte address to write.
    pub wr_addr: Signal<Out, Bits<16>>,
    /// Writes the front end's byte.
    pub wr_en: Signal<Out, Bit>,
    /// Working.
    pub busy: Signal<Out, Bit>,
    in_base: DFF<Bits<16>>,
    out_base: DFF<Bits<16>>,
    in_bytes: DFF<Bits<16>>,
    out_bytes: DFF<Bits<16>>,
    position: DFF<Bits<16>>,
    in_left: DFF<Bits<16>>,
    out: DFF<Bits<16>>,
    out_left: DFF<Bits<16>>,
    offering: DFF<Bit>,
    running: DFF<Bit>,
    take: Signal<Local, Bit>,
    store: Signal<Local, Bit>,
    address: Signal<Local, Bits<16>>,
}

impl Logic for Feeder {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, in_base, out_base, in_bytes, out_bytes, position, in_left, out, out_left);
        dff_setup!(self, clock, offering, running);
        if self.load.val() {
            if self.field.val() == 1 {
                self.in_base.d.next = self.word.val();
            }
            if self.field.val() == 2 {
                self.out_base.d.next = self.word.val();
            }
            if self.field.val() == 12 {
                self.in_bytes.d.next = self.word.val();
            }
            if self.field.val() == 13 {
                self.out_bytes.d.next = self.word.val();
            }
        }
        self.take.next = self.offering.q.val() & self.x_ready.val();
        self.store.next = self.running.q.val() & self.y_valid.val();
        self.address.next = self.position.q.val();
        if self.take.val() {
            self.address.next = self.position.q.val() + 1;
        }
        self.rd_addr.next = self.address.val();
        self.position.d.next = self.address.val();
        self.x_valid.next = self.offering.q.val();
        self.y_ready.next = self.running.q.val();
        self.wr_addr.next = self.out.q.val();
        self.wr_en.next = self.store.val();
        self.busy.next = self.running.q.val();
        // The byte at `position` stands at the memory's output from the second clock on.
        self.offering.d.next = self.running.q.val() & (self.in_left.q.val() != 0);
        if self.take.val() {
            self.in_left.d.next = self.in_left.q.val() - 1;
            if self.in_left.q.val() == 1 {
                self.offering.d.next = false;
            }
        }
        if self.store.val() {
            self.out.d.next = self.out.q.val() + 1;
            self.out_left.d.next = self.out_left.q.val() - 1;
            if self.out_left.q.val() == 1 {
                self.running.d.next = false;
            }
        }
        if self.start.val() {
            self.running.d.next = true;
            self.position.d.next = self.in_base.q.val();
            self.in_left.d.next = self.in_bytes.q.val();
            self.out.d.next = self.out_base.q.val();
            self.out_left.d.next = self.out_bytes.q.val();
        }
    }
}

//! The sending half of the serial line: 8 data bits, no parity, one stop bit, least significant bit first.

use rust_hdl::prelude::*;

use super::DIVIDER_BITS;
use super::error::{LinkError, clocks_per_bit};

/// Bytes to serial line.
///
/// A `start` in a clock with `busy` low takes `data`; one with `busy` high is ignored.
///
/// Latency: the start bit begins in the clock after `start`; `busy` rises then too, and falls in the last clock of
/// the stop bit, so that bytes can follow each other in exactly `10 * clocks_per_bit` clocks.
#[derive(LogicBlock)]
pub struct UartTx {
    /// Clock.
    pub clock: Signal<In, Clock>,
    /// Byte to send.
    pub data: Signal<In, Bits<8>>,
    /// Takes `data`.
    pub start: Signal<In, Bit>,
    /// A byte is being sent.
    pub busy: Signal<Out, Bit>,
    /// The line; high when idle.
    pub tx: Signal<Out, Bit>,
    active: DFF<Bit>,
    count: DFF<Bits<DIVIDER_BITS>>,
    position: DFF<Bits<4>>,
    // Inverted, so that the power-up value 0 is an idle line: bit 0 is on the line, zeros (stop bit) follow.
    shift: DFF<Bits<9>>,
    inverted: Signal<Local, Bits<8>>,
    full: Constant<Bits<DIVIDER_BITS>>,
    stop: Constant<Bits<DIVIDER_BITS>>,
}

impl UartTx {
    /// A sender at `clocks` clocks a bit.
    ///
    /// # Errors
    /// `clocks` is outside [`super::CLOCKS_PER_BIT`].
    pub fn new(clocks: u32) -> Result<Self, LinkError> {
        let clocks = clocks_per_bit(clocks)?;
        Ok(Self {
            clock: Default::default(),
            data: Default::default(),
            start: Default::default(),
            busy: Default::default(),
            tx: Default::default(),
            active: Default::default(),
            count: Default::default(),
            position: Default::default(),
            shift: Default::default(),
            inverted: Default::default(),
            full: Constant::new((clocks - 1).into()),
            stop: Constant::new((clocks - 2).into()),
        })
    }
}

impl Logic for UartTx {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, active, count, position, shift);
        self.inverted.next = !self.data.val();
        self.count.d.next = self.count.q.val() - 1;
        if !self.active.q.val() {
            self.count.d.next = self.full.val();
            self.position.d.next = 0.into();
            if self.start.val() {
                self.active.d.next = true;
                self.shift.d.next = (bit_cast::<9, 8>(self.inverted.val()) << 1) | 1;
            }
        } else if self.count.q.val() == 0 {
            self.count.d.next = self.full.val();
            self.position.d.next = self.position.q.val() + 1;
            self.shift.d.next = self.shift.q.val() >> 1;
            if self.position.q.val() == 8 {
                // The stop bit begins; its last clock may already take the next byte.
                self.count.d.next = self.stop.val();
            }
            if self.position.q.val() == 9 {
                self.active.d.next = false;
            }
        }
        self.tx.next = !self.shift.q.val().get_bit(0);
        self.busy.next = self.active.q.val();
    }
}

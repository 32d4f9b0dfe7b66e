//! The receiving half of the serial line: 8 data bits, no parity, one stop bit, least significant bit first.

use rust_hdl::prelude::*;

use super::DIVIDER_BITS;
use super::error::{LinkError, clocks_per_bit};

/// Serial line to bytes.
///
/// Two flip-flops bring `rx` into the clock domain; a falling edge starts a byte, each bit is sampled once in its
/// middle. A start bit that is high in its middle is noise and is dropped; a byte whose stop bit is low is a framing
/// error and is dropped, and the next byte needs the line to have been high again.
///
/// Latency: `valid` is high for one clock, `3 + (clocks_per_bit - 1) / 2 + 9 * clocks_per_bit` clocks after the
/// clock in which `rx` is first low; `data` holds until the next byte's first data bit. The next start bit may come
/// right after half a stop bit. With a deviation `d` (ratio of the two ends' bit times, minus 1) every byte is right
/// while `9 * |d| < 0.5 - 1 / clocks_per_bit` and `|d| < 0.05`: 2.7 % at 4 clocks a bit, 4.1 % at 8, 5 % at 20.
#[derive(LogicBlock)]
pub struct UartRx {
    /// Clock.
    pub clock: Signal<In, Clock>,
    /// The line, asynchronous; high when idle.
    pub rx: Signal<In, Bit>,
    /// The byte.
    pub data: Signal<Out, Bits<8>>,
    /// `data` is a byte that has just arrived.
    pub valid: Signal<Out, Bit>,
    // Flip-flops power up as 0, so the line is kept inverted: 0 is idle.
    meta: DFF<Bit>,
    low: DFF<Bit>,
    was_low: DFF<Bit>,
    active: DFF<Bit>,
    arrived: DFF<Bit>,
    count: DFF<Bits<DIVIDER_BITS>>,
    position: DFF<Bits<4>>,
    shift: DFF<Bits<8>>,
    shifted: Signal<Local, Bits<8>>,
    full: Constant<Bits<DIVIDER_BITS>>,
    half: Constant<Bits<DIVIDER_BITS>>,
}

impl UartRx {
    /// A receiver at `clocks` clocks a bit.
    ///
    /// # Errors
    /// `clocks` is outside [`super::CLOCKS_PER_BIT`].
    pub fn new(clocks: u32) -> Result<Self, LinkError> {
        let clocks = clocks_per_bit(clocks)?;
        Ok(Self {
            clock: Default::default(),
            rx: Default::default(),
            data: Default::default(),
            valid: Default::default(),
            meta: Default::default(),
            low: Default::default(),
            was_low: Default::default(),
            active: Default::default(),
            arrived: Default::default(),
            count: Default::default(),
            position: Default::default(),
            shift: Default::default(),
            shifted: Default::default(),
            full: Constant::new((clocks - 1).into()),
            half: Constant::new(((clocks - 1) / 2 - 1).into()),
        })
    }
}

impl Logic for UartRx {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, meta, low, was_low, active, arrived, count, position, shift);
        self.meta.d.next = !self.rx.val();
        self.low.d.next = self.meta.q.val();
        self.was_low.d.next = self.low.q.val();
        self.arrived.d.next = false;
        self.shifted.next = 0.into();
        self.count.d.next = self.count.q.val() - 1;
        if !self.active.q.val() {
            self.count.d.next = self.half.val();
            self.position.d.next = 0.into();
            self.active.d.next = self.low.q.val() & !self.was_low.q.val();
        } else if self.count.q.val() == 0 {
            self.shifted.next = self.shift.q.val() >> 1;
            self.count.d.next = self.full.val();
            self.position.d.next = self.position.q.val() + 1;
            if self.position.q.val() == 0 {
                self.active.d.next = self.low.q.val();
            } else if self.position.q.val() == 9 {
                self.active.d.next = false;
                self.arrived.d.next = !self.low.q.val();
            } else {
                self.shift.d.next = self.shifted.val() | 0x80;
                if self.low.q.val() {
                    self.shift.d.next = self.shifted.val();
                }
            }
        }
        self.data.next = self.shift.q.val();
        self.valid.next = self.arrived.q.val();
    }
}

//! The top blocks themselves.

use rust_hdl::prelude::*;

use crate::chip::{Chip, ChipSpec};
use crate::frozen::FrozenFront;
use crate::link::SerialLink;
use crate::quad::QuadChip;
use crate::top::{FlashPins, HdlError, IDLE_BYTES, TopSpec};
use crate::vendor::Pll;

/// Pins, clock generator, serial link and chip.
#[derive(LogicBlock)]
pub struct Top<const N: usize> {
    /// Clock pin.
    pub clock: Signal<In, Clock>,
    /// Serial line from the host.
    pub rx: Signal<In, Bit>,
    /// Serial line to the host.
    pub tx: Signal<Out, Bit>,
    /// Lit while a program runs.
    pub led: Signal<Out, Bit>,
    pll: Pll,
    link: SerialLink,
    chip: Chip<N>,
    led_low: Constant<Bit>,
}

/// [`Top`] with the quad array.
#[derive(LogicBlock)]
pub struct QuadTop {
    /// Clock pin.
    pub clock: Signal<In, Clock>,
    /// Serial line from the host.
    pub rx: Signal<In, Bit>,
    /// Serial line to the host.
    pub tx: Signal<Out, Bit>,
    /// Lit while a program runs.
    pub led: Signal<Out, Bit>,
    pll: Pll,
    link: SerialLink,
    chip: QuadChip,
    led_low: Constant<Bit>,
}

/// The pins that every top block has.
pub trait TopBlock: Block {
    /// Clock pin.
    fn clock(&mut self) -> &mut Signal<In, Clock>;
    /// Serial line from the host.
    fn rx(&mut self) -> &mut Signal<In, Bit>;
    /// Serial line to the host.
    fn tx(&mut self) -> &mut Signal<Out, Bit>;
    /// Lit while a program runs.
    fn led(&mut self) -> &mut Signal<Out, Bit>;
    /// Puts the flash's signals, if there are any, on their pins.
    fn locate_flash(&mut self, _pins: &FlashPins) {}
}

macro_rules! top_blocks {
    ($([$($generics:tt)*] $top:ty),*) => {$(
        impl<$($generics)*> TopBlock for $top {
            fn clock(&mut self) -> &mut Signal<In, Clock> {
                &mut self.clock
            }
            fn rx(&mut self) -> &mut Signal<In, Bit> {
                &mut self.rx
            }
            fn tx(&mut self) -> &mut Signal<Out, Bit> {
                &mut self.tx
            }
            fn led(&mut self) -> &mut Signal<Out, Bit> {
                &mut self.led
            }
        }
    )*};
}
top_blocks!([const N: usize] Top<N>, [] QuadTop);

/// Something to do with a top block whose array is only known at run time.
pub trait UseTop {
    /// What comes out of it.
    type Output;
    /// Does it.
    fn call<T: TopBlock + 'static>(self, top: Box<T>) -> Self::Output;
}

impl<const N: usize> Top<N> {
    /// The top of a checked specification.
    ///
    /// # Errors
    /// The serial line does not fit the clock, or the array's shape cannot be built.
    pub fn new(spec: &TopSpec, chip: &ChipSpec, front: FrozenFront) -> Result<Self, HdlError> {
        let idle = IDLE_BYTES * 10 * spec.clocks_per_bit;
        Ok(Self {
            clock: Default::default(),
            rx: Default::default(),
            tx: Default::default(),
            led: Default::default(),
            pll: Pll::new(spec.pll),
            link: SerialLink::new(spec.clocks_per_bit, idle)?,
            chip: Chip::new(chip, front)?,
            led_low: Constant::new(spec.pins.as_ref().is_some_and(|p| p.led_active_low)),
        })
    }
}

impl<const N: usize> Logic for Top<N> {
    #[hdl_gen]
    fn update(&mut self) {
        self.pll.clock_in.next = self.clock.val();
        self.link.clock.next = self.pll.clock_out.val();
        self.chip.clock.next = self.pll.clock_out.val();
        self.link.rx.next = self.rx.val();
        self.tx.next = self.link.tx.val();
        self.chip.bus_region.next = self.link.bus_region.val();
        self.chip.bus_addr.next = self.link.bus_addr.val();
        self.chip.bus_wdata.next = self.link.bus_wdata.val();
        self.chip.bus_we.next = self.link.bus_we.val();
        self.link.bus_rdata.next = self.chip.bus_rdata.val();
        self.chip.run.next = self.link.run_start.val();
        self.chip.entry.next = self.link.run_entry.val();
        self.link.run_busy.next = self.chip.busy.val();
        self.led.next = self.chip.busy.val() ^ self.led_low.val();
        // Without a reader.
        self.chip.flash_io.next = 0.into();
    }
}

impl QuadTop {
    /// The top of a checked specification.
    ///
    /// # Errors
    /// The serial line does not fit the clock, or the array's shape cannot be built.
    pub fn new(spec: &TopSpec, chip: &ChipSpec) -> Result<Self, HdlError> {
        let idle = IDLE_BYTES * 10 * spec.clocks_per_bit;
        Ok(Self {
            clock: Default::default(),
            rx: Default::default(),
            tx: Default::default(),
            led: Default::default(),
            pll: Pll::new(spec.pll),
            link: SerialLink::new(spec.clocks_per_bit, idle)?,
            chip: QuadChip::new(chip)?,
            led_low: Constant::new(spec.pins.as_ref().is_some_and(|p| p.led_active_low)),
        })
    }
}

impl Logic for QuadTop {
    #[hdl_gen]
    fn update(&mut self) {
        self.pll.clock_in.next = self.clock.val();
        self.link.clock.next = self.pll.clock_out.val();
        self.chip.clock.next = self.pll.clock_out.val();
        self.link.rx.next = self.rx.val();
        self.tx.next = self.link.tx.val();
        self.chip.bus_region.next = self.link.bus_region.val();
        self.chip.bus_addr.next = self.link.bus_addr.val();
        self.chip.bus_wdata.next = self.link.bus_wdata.val();
        self.chip.bus_we.next = self.link.bus_we.val();
        self.link.bus_rdata.next = self.chip.bus_rdata.val();
        self.chip.run.next = self.link.run_start.val();
        self.chip.entry.next = self.link.run_entry.val();
        self.link.run_busy.next = self.chip.busy.val();
        self.led.next = self.chip.busy.val() ^ self.led_low.val();
    }
}

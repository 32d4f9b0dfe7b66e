//! The top block with pins for the flash.

use rust_hdl::prelude::*;

use crate::chip::{Chip, ChipSpec};
use crate::flash::{FlashChip, FlashPads};
use crate::frozen::FrozenFront;
use crate::link::SerialLink;
use crate::top::{FlashPins, HdlError, IDLE_BYTES, TopBlock, TopSpec};
use crate::vendor::Pll;

/// [`Top`](crate::top::Top) with a reader of the board's flash.
#[derive(LogicBlock)]
pub struct StreamTop<const N: usize> {
    /// Clock pin.
    pub clock: Signal<In, Clock>,
    /// Serial line from the host.
    pub rx: Signal<In, Bit>,
    /// Serial line to the host.
    pub tx: Signal<Out, Bit>,
    /// Lit while a program runs.
    pub led: Signal<Out, Bit>,
    /// Clock of the flash.
    pub flash_sck: Signal<Out, Bit>,
    /// Select wire of the flash.
    pub flash_cs: Signal<Out, Bit>,
    /// First data wire of the flash.
    pub flash_io0: Signal<InOut, Bit>,
    /// Second data wire of the flash.
    pub flash_io1: Signal<InOut, Bit>,
    /// Third data wire of the flash.
    pub flash_io2: Signal<InOut, Bit>,
    /// Fourth data wire of the flash.
    pub flash_io3: Signal<InOut, Bit>,
    pll: Pll,
    link: SerialLink,
    chip: Chip<N>,
    pads: FlashPads,
    led_low: Constant<Bit>,
}

impl<const N: usize> StreamTop<N> {
    /// The top of a checked specification; in RustHDL's simulation the flash holds this.
    ///
    /// # Errors
    /// The serial line does not fit the clock, or the array's shape cannot be built.
    pub fn new(
        spec: &TopSpec,
        chip: &ChipSpec,
        front: FrozenFront,
        flash: FlashChip,
    ) -> Result<Self, HdlError> {
        let idle = IDLE_BYTES * 10 * spec.clocks_per_bit;
        Ok(Self {
            clock: Default::default(),
            rx: Default::default(),
            tx: Default::default(),
            led: Default::default(),
            flash_sck: Default::default(),
            flash_cs: Default::default(),
            flash_io0: Default::default(),
            flash_io1: Default::default(),
            flash_io2: Default::default(),
            flash_io3: Default::default(),
            pll: Pll::new(spec.pll),
            link: SerialLink::new(spec.clocks_per_bit, idle)?,
            chip: Chip::new(chip, front)?,
            pads: FlashPads::new(flash),
            led_low: Constant::new(spec.pins.as_ref().is_some_and(|p| p.led_active_low)),
        })
    }
}

impl<const N: usize> Logic for StreamTop<N> {
    #[hdl_gen]
    fn update(&mut self) {
        self.pll.clock_in.next = self.clock.val();
        self.link.clock.next = self.pll.clock_out.val();
        self.chip.clock.next = self.pll.clock_out.val();
        self.pads.clock.next = self.pll.clock_out.val();
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
        self.chip.flash_io.next = self.pads.io.val();
        self.pads.step.next = self.chip.flash_step.val();
        self.pads.pulse.next = self.chip.flash_pulse.val();
        self.pads.select.next = self.chip.flash_select.val();
        self.pads.command.next = self.chip.flash_command.val();
        self.pads.drive.next = self.chip.flash_drive.val();
        self.flash_sck.next = self.pads.sck.val();
        self.flash_cs.next = self.pads.cs.val();
        Signal::<InOut, Bit>::link(&mut self.flash_io0, &mut self.pads.io0);
        Signal::<InOut, Bit>::link(&mut self.flash_io1, &mut self.pads.io1);
        Signal::<InOut, Bit>::link(&mut self.flash_io2, &mut self.pads.io2);
        Signal::<InOut, Bit>::link(&mut self.flash_io3, &mut self.pads.io3);
    }
}

impl<const N: usize> TopBlock for StreamTop<N> {
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
    fn locate_flash(&mut self, pins: &FlashPins) {
        self.flash_sck.add_location(0, &pins.sck);
        self.flash_cs.add_location(0, &pins.cs);
        self.flash_io0.add_location(0, &pins.io[0]);
        self.flash_io1.add_location(0, &pins.io[1]);
        self.flash_io2.add_location(0, &pins.io[2]);
        self.flash_io3.add_location(0, &pins.io[3]);
    }
}

//! Pin constraints by RustHDL's own writers.

use rust_hdl::prelude::*;
use rust_hdl_fpga_support::toolchains::{ecp5::generate_lpf, icestorm::generate_pcf};

use crate::top::{ConstraintFormat, Pins, TopBlock};

/// Puts the pins on the top's signals and returns the constraint file.
pub fn constrain(top: &mut impl TopBlock, pins: &Pins) -> String {
    top.clock().add_location(0, &pins.clock);
    top.rx().add_location(0, &pins.rx);
    top.tx().add_location(0, &pins.tx);
    top.led().add_location(0, &pins.led);
    if let Some(flash) = &pins.flash {
        top.locate_flash(flash);
    }
    match pins.format {
        ConstraintFormat::Pcf => generate_pcf(top),
        ConstraintFormat::Lpf => lpf(top, pins),
    }
}

fn lpf(top: &mut impl TopBlock, pins: &Pins) -> String {
    let cmos = || SignalType::LowVoltageCMOS_3v3;
    top.clock().add_signal_type(0, cmos());
    top.rx().add_signal_type(0, cmos());
    top.tx().add_signal_type(0, cmos());
    top.led().add_signal_type(0, cmos());
    let period = 1e9 / f64::from(pins.clock_hz);
    top.clock().add_constraint(PinConstraint {
        index: 0,
        constraint: Constraint::Timing(Timing::Periodic(PeriodicTiming {
            net: "clock".into(),
            period_nanoseconds: period,
            duty_cycle: 50.0,
        })),
    });
    generate_lpf(top)
}

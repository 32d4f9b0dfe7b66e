//! The RustHDL top block, stepped directly.

use std::io;
use std::time::Duration;

use frazil_hdl::top::{HdlError, TopBlock, TopSpec, UseTop, with_top};
use frazil_model::plan::Plan;
use frazil_wire::Transport;

use super::line::Line;
use super::{QUIET_BYTES, Simulated};
use crate::step::{Oscillation, Stepper};

/// A design whose two wires can be clocked.
trait Wires {
    /// One clock with this level at the input; returns the output level and whether a program runs.
    fn clock(&mut self, rx: bool) -> Result<(bool, bool), Oscillation>;
}

struct Stepped<T: TopBlock> {
    stepper: Stepper<T>,
    led_low: bool,
}

impl<T: TopBlock> Wires for Stepped<T> {
    fn clock(&mut self, rx: bool) -> Result<(bool, bool), Oscillation> {
        if self.stepper.block.rx().val() != rx {
            self.stepper.block.rx().next = rx;
            self.stepper.settle()?;
        }
        self.stepper.clock()?;
        Ok((self.stepper.block.tx().val(), self.stepper.block.led().val() != self.led_low))
    }
}

/// `--device rtl`: RustHDL's own simulation of the whole design.
pub struct RtlDevice {
    wires: Box<dyn Wires>,
    line: Line,
    clock_hz: u32,
    clocks_per_bit: u32,
    cycles: u64,
}

struct Open(bool);

impl UseTop for Open {
    type Output = Result<Box<dyn Wires>, Oscillation>;

    fn call<T: TopBlock + 'static>(self, mut top: Box<T>) -> Self::Output {
        top.rx().next = true;
        let stepper = Stepper::new(top, T::clock)?;
        Ok(Box::new(Stepped { stepper, led_low: self.0 }))
    }
}

impl RtlDevice {
    /// The device of a plan.
    ///
    /// # Errors
    /// The plan does not fit the hardware.
    pub fn new(plan: &Plan, spec: &TopSpec) -> Result<Self, HdlError> {
        let led_low = spec.pins.as_ref().is_some_and(|p| p.led_active_low);
        let wires = with_top(plan, spec, Open(led_low))?.map_err(|_| HdlError::Unstable)?;
        let line = Line::new(spec.clocks_per_bit);
        Ok(Self { wires, line, clock_hz: spec.clock_hz, clocks_per_bit: spec.clocks_per_bit, cycles: 0 })
    }

    fn step(&mut self) -> io::Result<()> {
        let rx = self.line.level();
        let (tx, running) = self.wires.clock(rx).map_err(io::Error::other)?;
        self.line.clock(tx, running);
        self.cycles += 1;
        Ok(())
    }
}

impl Simulated for RtlDevice {
    fn cycles(&self) -> u64 {
        self.cycles
    }
}

impl Transport for RtlDevice {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.line.send(bytes);
        Ok(())
    }

    fn read(&mut self, buffer: &mut [u8], timeout: Duration) -> io::Result<usize> {
        let end = self.cycles.saturating_add((timeout.as_secs_f64() * f64::from(self.clock_hz)) as u64);
        let quiet = QUIET_BYTES * 10 * self.clocks_per_bit;
        while self.line.received().is_empty() && self.cycles < end {
            self.step()?;
            if self.line.idle_clocks() > quiet {
                break;
            }
        }
        let count = buffer.len().min(self.line.received().len());
        buffer.iter_mut().zip(self.line.received().drain(..count)).for_each(|(to, from)| *to = from);
        Ok(count)
    }
}

//! Direct stepping of a RustHDL block.
//!
//! RustHDL's own `Simulation` hands the circuit between threads at every event; calling the settle loop here is
//! ten times faster and more. The order matters: settle once before the first edge, change inputs only while
//! the clock is low.

use rust_hdl::prelude::*;

/// Delta cycles after which a circuit counts as oscillating.
const SETTLE_LIMIT: usize = 200;

/// Picks the clock input of a block, as in `|b| &mut b.clock`.
pub type ClockOf<B> = fn(&mut B) -> &mut Signal<In, Clock>;

/// A block under simulation.
pub struct Stepper<B: Block> {
    /// The block: set inputs and read outputs here, then call [`Stepper::settle`] or [`Stepper::clock`].
    pub block: Box<B>,
    clock: ClockOf<B>,
    cycles: u64,
}

impl<B: Block> Stepper<B> {
    /// Connects and settles the block.
    ///
    /// # Errors
    /// The circuit does not settle.
    pub fn new(mut block: Box<B>, clock: ClockOf<B>) -> Result<Self, Oscillation> {
        block.connect_all();
        let mut stepper = Self { block, clock, cycles: 0 };
        stepper.settle()?;
        Ok(stepper)
    }

    /// Propagates changed inputs.
    ///
    /// # Errors
    /// The circuit does not settle.
    pub fn settle(&mut self) -> Result<(), Oscillation> {
        match simulate(self.block.as_mut(), SETTLE_LIMIT) {
            true => Ok(()),
            false => Err(Oscillation { cycle: self.cycles }),
        }
    }

    /// One clock cycle: rising edge, then falling edge. Inputs must be settled.
    ///
    /// # Errors
    /// The circuit does not settle.
    pub fn clock(&mut self) -> Result<(), Oscillation> {
        (self.clock)(&mut self.block).next = true.into();
        self.settle()?;
        (self.clock)(&mut self.block).next = false.into();
        self.settle()?;
        self.cycles += 1;
        Ok(())
    }

    /// Clock cycles so far.
    pub fn cycles(&self) -> u64 {
        self.cycles
    }
}

/// A circuit that does not settle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the circuit does not settle in clock cycle {cycle}: it has a combinational loop")]
pub struct Oscillation {
    /// Clock cycles before the failure.
    pub cycle: u64,
}

//! Whole designs behind their serial line: bits on two wires become a [`Transport`].
//!
//! `rtl` steps the RustHDL top block, `verilator` runs its emitted Verilog in a child process. In both, time is
//! simulated: a read advances the design until it answers, falls quiet, or the time-out has passed in simulated
//! time, so nothing ever waits in real time.

mod child;
mod line;
mod rtl;

pub use child::VerilatedDevice;
pub use rtl::RtlDevice;

use frazil_wire::Transport;

/// A transport whose far end is simulated.
pub trait Simulated: Transport {
    /// Clock cycles simulated so far.
    fn cycles(&self) -> u64;
}

/// Byte times without anything on the wire and without a program running after which a device is quiet: longer
/// than the silence in which it forgets a partial frame.
pub(crate) const QUIET_BYTES: u32 = frazil_hdl::top::IDLE_BYTES + 16;

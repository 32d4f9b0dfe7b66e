//! Vendor primitives: clock generators, and behavioural models of cells for simulation.

pub(crate) mod carry;
mod pll;
pub(crate) mod wide_mux;

pub use pll::{Pll, PllStyle};

/// Verilog models of the vendor cells that emitted designs instantiate, to append for simulation. Clock generators
/// pass the clock through.
pub const MODELS: &str = include_str!("models.v");

//! Frozen layers: convolutions whose weights are wiring.
//!
//! A layer's datapath is its shift-add graph and nothing else: the graph's evaluation is the simulation, and the
//! Verilog is printed from its nodes, one operator for each wire, every operand extended to the exact width.

#[cfg(test)]
pub(crate) mod cases;
mod conv;
mod error;
mod front;
mod layer;
mod lower;
mod netlist;
mod pipeline;
pub mod proof;
#[cfg(test)]
mod tests;

pub use conv::{FrozenConv, FrozenConvStage};
pub use error::{FrozenCause, FrozenError};
pub use front::{FrontModel, FrozenFront};
pub use layer::Layer;

//! Networks as integers: the graph, its reference arithmetic, shift-add graphs and the plan.
//!
//! ```text
//!   Graph ── reference ──> what every number means
//!     │
//!     └─ plan ──> frozen layers (shift-add graph + exact requantisers) and a descriptor program
//!                    │
//!                    └─ plan::interpret ──> the same numbers from the bytes that the hardware reads
//! ```
//!
//! Everything here is a pure function between values that can be printed as JSON. This crate knows no pins, no
//! clocks and no Verilog.

pub mod graph;
pub mod import;
pub mod optimise;
pub mod plan;
pub mod reference;
pub mod requant;
pub mod shift_add;
pub mod zoo;

#[cfg(test)]
#[path = "../tests/common/mod.rs"]
mod test_data;

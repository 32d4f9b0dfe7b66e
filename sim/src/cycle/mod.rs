//! The cycle model: what a program computes, to the bit, and how long it takes, to the clock.
//!
//! Bits come from the interpreter of `frazil_model`; cycles from the schedules of the sequencer, the array, the
//! feeder and the front end, restated here independently of the kernels and compared with them in tests.

pub mod array;
mod engine;
pub mod flash;
mod frozen;
mod program;
pub mod quad;

pub use array::{LayerClocks, Timing};
pub use engine::{CycleEngine, run_cycles};
pub use program::{Step, steps};

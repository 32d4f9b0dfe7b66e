//! The accelerator behind `--device`: networks on the reference, on simulated devices and on boards.

mod boards;
mod correlation;
mod executor;
mod fabric;
mod layout;
mod machine;
pub mod network;
mod target;
mod tracking;

pub use boards::connected;
pub use executor::{Executor, Inference};
pub use fabric::{TOP, anchors, capacity, layer_clocks, top_spec, work};
pub use target::Target;
pub use tracking::{RawPixels, Tracking};

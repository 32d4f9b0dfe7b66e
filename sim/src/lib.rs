//! Stepping RustHDL, driving emitted Verilog, the cycle model and the simulated devices.

pub mod cycle;
pub mod device;
mod open;
pub mod replay;
pub mod serial;
pub mod step;
pub mod verilator;

pub use open::{DeviceKind, SimError, device_config, open};

//! Stepping RustHDL, driving emitted Verilog, the cycle model and the simulated devices.

pub mod device;
pub mod replay;
pub mod step;
pub mod verilator;

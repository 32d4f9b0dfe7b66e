//! All hardware, as RustHDL modules; a plan and a board's pins become a top block.
//!
//! Two kinds of module. **Kernels** (`#[hdl_gen]`) hold control: state machines, address generators, the link.
//! **Modelled modules** hold what is generated or what a vendor primitive does: their simulation is plain Rust
//! and their Verilog is text printed from the same description. Both are checked against the emitted Verilog.

pub mod array;
pub mod chip;
pub mod datapath;
pub mod flash;
pub mod frozen;
pub mod link;
pub mod memory;
pub mod num;
pub mod quad;
pub mod stream;
#[cfg(test)]
mod testbench;
pub mod top;
pub mod vendor;

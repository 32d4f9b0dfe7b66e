//! Numeric types of our own for RustHDL kernels.
//!
//! RustHDL's `Signed` and wide `Bits` are slow, and its casts differ between simulation and emitted Verilog.
//! These types make the safe form the only one that compiles: an operator returns an unsized [`W`], which must
//! be assigned with `.into()` to a signal of exact width, so each signal holds one operator's result.

mod bus;
mod signed;

pub use bus::{Bus, unsigned_cast_bus};
pub use signed::{S, W, signed_cast_s, unsigned_cast_s};

//! Vendor primitives: clock generators, and behavioural models of cells for simulation.

pub(crate) mod carry;
mod pll;
pub(crate) mod wide_mux;

pub use pll::{Pll, PllStyle};

/// Verilog models of the vendor cells that emitted designs instantiate, to append for simulation. Clock generators
/// pass the clock through.
pub const MODELS: &str = include_str!("models.v");

/// Verilog that repeats `body` `count` times; it finds its number in `{name}_i`.
fn repeat(name: &str, count: usize, body: &str) -> String {
    let i = format!("{name}_i");
    // A variable declared within the loop would be SystemVerilog.
    format!(
        "genvar {i};\ngenerate for ({i} = 0; {i} < {count}; {i} = {i} + 1) begin : {name}_cells\n{body}end endgenerate\n"
    )
}

//! The quad datapath.

mod requantise;
mod sums;
mod window;

use super::{Shape, control, multiply};
use crate::datapath::QuadSpec;
use crate::datapath::quad::{LANES, OPERAND_CLOCKS, QUAD, QUADS};

/// The body of the module.
pub fn quad_datapath(spec: &QuadSpec) -> String {
    let block = spec.shape();
    let shape = Shape { lanes: LANES, spec: &block, operand_clocks: OPERAND_CLOCKS, cells: true };
    let parts = [
        control::flags(&shape),
        control::walk(&shape),
        window::text(),
        multiply::grouped_pairs(QUADS, QUAD, LANES),
        sums::text(&shape),
        requantise::text(&shape, spec),
    ];
    parts.concat()
}

/// A register of `bits` bits that is one of several with the same contents: so that a line that many need is not
/// one long net. The attribute keeps the synthesis tool from making them one.
fn copy(name: &str, bits: usize, value: &str) -> String {
    format!("reg [{}:0] {name}; (* keep *) always @(posedge clock) {name} <= {value};\n", bits - 1)
}

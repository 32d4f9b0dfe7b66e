//! The Verilog, printed from the same description as the simulation runs from.
//!
//! Plain text with a name for each register: constant part selects of single wires are what both the simulator
//! and the synthesis tool work on best. Data registers have no initial value, so that DSP blocks and control sets
//! are free; what they hold before the first block never reaches a port.

mod control;
mod iterative;
mod multiply;
mod operands;
mod pipelined;
mod quad;
mod requantise;
mod sums;

pub use quad::quad_datapath;

use super::{DatapathSpec, MultiplierStyle};

/// Bits of a requantiser's product on its way.
const PRODUCT: usize = 32;

/// What every part of the text needs to know.
struct Shape<'a> {
    lanes: usize,
    spec: &'a DatapathSpec,
    /// Clocks from the ports to the operands of the products.
    operand_clocks: usize,
    /// Whether additions are printed as ECP5's carry cells.
    cells: bool,
}

impl Shape<'_> {
    /// Clocks from the ports to products.
    fn product_clocks(&self) -> usize {
        self.operand_clocks + self.spec.multiplier.clocks()
    }

    /// Bits of a sum that matter.
    fn sum_bits(&self) -> usize {
        self.spec.sum_bits.min(self.spec.requant_bits)
    }

    /// Whether a row's operand is masked before its adder. On ECP5 both forms take a look-up table a bit, and this
    /// one keeps it out of the rows' path; on iCE40 the choice after the adder shares the adder's tables.
    fn masks_rows(&self) -> bool {
        self.spec.multiplier == MultiplierStyle::Mult18Pair
    }

    /// Results of one requantiser for each block.
    fn results(&self) -> usize {
        self.lanes * self.spec.pixels_each()
    }

    /// Pixel and lane of a requantiser's result.
    fn place(&self, slice: usize, result: usize) -> (usize, usize) {
        (result / self.lanes * self.spec.requantisers + slice, result % self.lanes)
    }
}

/// The body of the module.
pub fn datapath(lanes: usize, spec: &DatapathSpec) -> String {
    let shape = Shape { lanes, spec, operand_clocks: 0, cells: false };
    let slices = (0..spec.requantisers).map(|r| sums::hold(&shape, r) + &requantise::slice(&shape, r));
    let head =
        [control::flags(&shape), control::walk(&shape), operands::text(&shape), multiply::text(&shape)];
    head.concat() + &sums::sums(&shape) + &slices.collect::<String>() + &control::output(&shape)
}

/// Bits that count up to `limit - 1`, at least 1.
fn count_bits(limit: usize) -> usize {
    limit.saturating_sub(1).max(1).ilog2() as usize + 1
}

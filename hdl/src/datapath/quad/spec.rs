//! Widths and schedule.

use serde::{Deserialize, Serialize};

use super::{LANES, PIXELS};
use crate::datapath::{DatapathError, DatapathSpec, MultiplierStyle, RequantiserStyle};

/// Clocks from the ports to the operands of the products.
pub(in crate::datapath) const OPERAND_CLOCKS: usize = 3;
/// Bits of a biased sum that the multipliers of a requantiser take; its rows take those above.
pub(in crate::datapath) const DSP_BITS: usize = 18;
/// Clocks of the multipliers and of the addition of their products.
pub(in crate::datapath) const DSP_CLOCKS: usize = 3;

/// Widths of a [`QuadDatapath`](super::QuadDatapath) and the make of its requantisers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuadSpec {
    /// Bits of a sum of products, 16 to 32.
    pub sum_bits: usize,
    /// Bits of a sum with its bias, 20 to 30.
    pub requant_bits: usize,
    /// Rows between registers of a requantiser, each for two bits; more is smaller, fewer is faster.
    pub rows_per_stage: usize,
    /// Requantisers, 0 to 14, that multiply with two `MULT18X18D` each: those of the first pixels.
    pub dsp_requantisers: usize,
}

impl Default for QuadSpec {
    /// What an LFE5U-85F holds: 128 of its 156 multipliers make products, 28 requantise.
    fn default() -> Self {
        Self { sum_bits: 24, requant_bits: 26, rows_per_stage: 3, dsp_requantisers: 14 }
    }
}

impl QuadSpec {
    /// Most requantisers with multipliers.
    pub const MOST_DSP_REQUANTISERS: usize = 14;

    /// Whether such a datapath can be built.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self) -> Result<(), DatapathError> {
        self.shape().check(LANES)?;
        let (least, bits) = (DSP_BITS + 2, self.requant_bits);
        if bits < least {
            return Err(DatapathError::Bits { name: "requant_bits", bits, least, most: 30 });
        }
        if self.dsp_requantisers > Self::MOST_DSP_REQUANTISERS {
            return Err(DatapathError::Requantisers { pixels: PIXELS, requantisers: self.dsp_requantisers });
        }
        let rows = self.rows_per_stage;
        if self.dsp_requantisers > 0 && self.dsp_rows().is_none() {
            return Err(DatapathError::Rows { rows, bits });
        }
        Ok(())
    }

    /// The block datapath whose parts are used.
    pub(in crate::datapath) fn shape(&self) -> DatapathSpec {
        DatapathSpec {
            pixels: PIXELS,
            requantisers: PIXELS,
            sum_bits: self.sum_bits,
            requant_bits: self.requant_bits,
            multiplier: MultiplierStyle::Mult18Pair,
            requantiser: RequantiserStyle::Pipelined { rows_per_stage: self.rows_per_stage },
        }
    }

    /// Rows to a stage behind multipliers, such that their results come when those of rows alone do; none if
    /// that cannot be.
    pub(in crate::datapath) fn dsp_rows(&self) -> Option<usize> {
        let stages = self.shape().row_clocks().checked_sub(DSP_CLOCKS).filter(|s| *s > 0)?;
        let digits = (self.requant_bits - DSP_BITS).div_ceil(2);
        let rows = digits.div_ceil(stages);
        (digits.div_ceil(rows) == stages).then_some(rows)
    }

    /// Fewest clocks from one `last` to the next.
    pub fn interval(&self) -> usize {
        LANES
    }

    /// Clocks from a clock with `valid` and `last` to the clock in which `param_addr` is that of channel 0; the
    /// other channels follow one a clock.
    pub fn parameter_clock(&self) -> usize {
        OPERAND_CLOCKS + MultiplierStyle::Mult18Pair.clocks() + 1
    }

    /// Clocks from a clock with `valid` and `last` to the clock of the block's first `out_valid`, that of quad 0;
    /// the other quads follow one a clock.
    pub fn latency(&self) -> usize {
        // After the address: its word, its register with the first sum in front; then the requantiser to the
        // packer, all lanes, the output register.
        self.parameter_clock() + 2 + self.shape().byte_clocks() + 1 + (LANES - 1) + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedule_of_the_default() {
        let spec = QuadSpec::default();
        assert_eq!(spec.check(), Ok(()));
        assert_eq!((spec.interval(), spec.parameter_clock(), spec.latency()), (16, 8, 35));
        assert_eq!(spec.dsp_rows(), Some(2));
    }

    #[test]
    fn impossible_shapes_are_refused() {
        let spec = QuadSpec::default();
        let refused = |spec: QuadSpec| spec.check().unwrap_err();
        let many = QuadSpec { dsp_requantisers: 15, ..spec };
        assert_eq!(refused(many), DatapathError::Requantisers { pixels: 16, requantisers: 15 });
        let short = QuadSpec { requant_bits: 19, ..spec };
        assert!(matches!(refused(short), DatapathError::Bits { bits: 19, least: 20, .. }));
        let slow = QuadSpec { rows_per_stage: 1, ..spec };
        assert_eq!(refused(slow), DatapathError::Rows { rows: 1, bits: 26 });
        assert_eq!(QuadSpec { rows_per_stage: 1, dsp_requantisers: 0, ..spec }.check(), Ok(()));
    }
}

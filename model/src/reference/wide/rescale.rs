//! From one quantisation and width to another.

use crate::graph::{OperatorError, Precision, TensorInfo};
use crate::requant::Multiplier;

/// A requantisation where one side or both are wider than int8: QUANTIZE of integers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WideRescale {
    multiplier: Multiplier,
    input_zero_point: i32,
    output_zero_point: i32,
    lo: i32,
    hi: i32,
}

impl WideRescale {
    /// Multiplies by the ratio of the scales, rounds twice, saturates.
    pub fn new(input: &TensorInfo, output: &TensorInfo) -> Result<Self, OperatorError> {
        let magnitude = match input.precision {
            // An int8 less its zero point.
            Precision::Int8 => 255,
            Precision::Int16 => 1 << 15,
            // All of these go through without a left shift, -2^31 too.
            Precision::Int32 => i64::from(i32::MAX),
        };
        if (input.precision, output.precision) == (Precision::Int32, Precision::Int32) {
            return Err(OperatorError::WideRescale);
        }
        let multiplier = Multiplier::from_real(f64::from(input.quant.scale) / f64::from(output.quant.scale))?;
        multiplier.check(magnitude)?;
        let (lo, hi) = output.precision.range();
        let (input_zero_point, output_zero_point) = (input.quant.zero_point, output.quant.zero_point);
        Ok(Self { multiplier, input_zero_point, output_zero_point, lo, hi })
    }

    /// Of values of the input's width.
    pub fn run(&self, data: &[i32]) -> Vec<i32> {
        let result = |&q: &i32| {
            let scaled = self.multiplier.apply(q.saturating_sub(self.input_zero_point));
            scaled.saturating_add(self.output_zero_point).clamp(self.lo, self.hi)
        };
        data.iter().map(result).collect()
    }
}

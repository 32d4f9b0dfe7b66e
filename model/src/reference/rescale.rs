//! From one quantisation to another.

use crate::graph::{OperatorError, Quant};
use crate::requant::Multiplier;

/// A requantisation: QUANTIZE from int8 to int8; uint8 values and zero points are int8 less 128.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rescale {
    /// Results for -128 to 127.
    table: Vec<i8>,
}

impl Rescale {
    /// Multiplies by the ratio of the scales, rounds twice, saturates.
    pub fn new(input: Quant, output: Quant) -> Result<Self, OperatorError> {
        let multiplier = Multiplier::from_real(f64::from(input.scale) / f64::from(output.scale))?;
        // An int8 less its zero point.
        multiplier.check(255)?;
        let entry = |q: i8| {
            let scaled = multiplier.apply(i32::from(q).saturating_sub(input.zero_point));
            saturate(i64::from(scaled) + i64::from(output.zero_point))
        };
        Ok(Self { table: (i8::MIN..=i8::MAX).map(entry).collect() })
    }

    /// Of int8 values.
    pub fn run(&self, data: &[i8]) -> Vec<i8> {
        data.iter().map(|&q| self.table[(i32::from(q) + 128) as usize]).collect()
    }
}

fn saturate(value: i64) -> i8 {
    value.clamp(i64::from(i8::MIN), i64::from(i8::MAX)) as i8
}

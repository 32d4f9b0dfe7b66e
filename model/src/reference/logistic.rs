//! The logistic function, in fixed point.

use super::fixed::logistic;
use super::softmax::check_probability;
use crate::graph::{OperatorError, Quant};
use crate::requant::{Multiplier, rounding_divide_by_power_of_two};

/// Integer bits of the scaled input: it reaches from -16 to 16.
const INPUT_BITS: u32 = 4;

/// A logistic function of single elements: `1 / (1 + exp(-x))`.
///
/// Its input has any quantisation, its result 1/256 and -128. Large inputs give 0 or 1 at once: depending on the
/// scale from 7 to 15 on, for scales above 2 sooner. There this is TensorFlow Lite Micro; LiteRT 2.3 keeps to the
/// nearest result, and differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Logistic {
    /// Results for -128 to 127.
    table: Vec<i8>,
}

impl Logistic {
    /// Evaluates it for all inputs.
    pub fn new(input: Quant, output: Quant) -> Result<Self, OperatorError> {
        check_probability(output)?;
        let real = f64::from(input.scale) * f64::from(1u32 << (31 - INPUT_BITS));
        // Below, the reference shifts by a negative number. From 2^30 on all inputs are beyond its range, 0 too,
        // and implementations disagree on what comes of it.
        if !(0.5..f64::from(1u32 << 30)).contains(&real) {
            return Err(OperatorError::LogisticScale { scale: input.scale });
        }
        let multiplier = Multiplier::from_real(real)?;
        let reach = ((1i64 << INPUT_BITS) - 1) << (31 - INPUT_BITS);
        let radius = (reach >> multiplier.left_shift) as i32;
        let entry = |q: i8| result(i32::from(q).saturating_sub(input.zero_point), multiplier, radius);
        Ok(Self { table: (i8::MIN..=i8::MAX).map(entry).collect() })
    }

    /// The results, in the order of the inputs.
    pub fn run(&self, data: &[i8]) -> Vec<i8> {
        data.iter().map(|&q| self.table[(i32::from(q) + 128) as usize]).collect()
    }
}

/// The result for an input without its zero point; from the radius on it is 0 or 1.
fn result(x: i32, multiplier: Multiplier, radius: i32) -> i8 {
    if x <= -radius {
        return i8::MIN;
    }
    if x >= radius {
        return i8::MAX;
    }
    let probability = rounding_divide_by_power_of_two(logistic::<INPUT_BITS>(multiplier.apply(x)), 31 - 8);
    (probability + i32::from(i8::MIN)).min(i32::from(i8::MAX)) as i8
}

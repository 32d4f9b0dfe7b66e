//! Softmax over the last axis, in fixed point.

use super::fixed::{exp_of_negative, reciprocal};
use crate::graph::{OperatorError, Quant};
use crate::requant::{
    Multiplier, rounding_divide_by_power_of_two, saturating_rounding_doubling_high_mul as multiply,
};

/// Integer bits of the differences to the largest input: they reach down to -32.
const DIFFERENCE_BITS: u32 = 5;
/// Integer bits of the sum of the exponentials.
const SUM_BITS: u32 = 12;
/// Bits of a probability.
const RESULT_BITS: u32 = 8;

/// A softmax: `exp(beta * x) / sum of exp(beta * x)` of each row.
///
/// Its input has any quantisation, its result 1/256 and -128. An uint8 softmax is the same with 128 taken from
/// every value and zero point: the kernel sees differences of inputs only, and its result is a probability in
/// 1/256 whose 0 is the smallest integer.
///
/// The reference stops when a row's exponentials sum to 512 or more, as in a row of 600 equal inputs; here its
/// probabilities, all below half of 1/256, are 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Softmax {
    multiplier: Multiplier,
    /// Differences below this one count as minus infinity.
    smallest: i32,
}

impl Softmax {
    /// Brings inputs of this scale, times beta, to fixed point.
    pub fn new(beta: f32, input: Quant, output: Quant) -> Result<Self, OperatorError> {
        check_probability(output)?;
        let steps = f64::from(1u32 << (31 - DIFFERENCE_BITS));
        let real = f64::from(beta) * f64::from(input.scale) * steps;
        if real.is_nan() || real <= 1.0 {
            return Err(OperatorError::SoftmaxScale { beta, scale: input.scale });
        }
        if real >= f64::from(1u32 << 30) {
            // One step is 16 or more: beside the largest input nothing counts.
            return Ok(Self { multiplier: Multiplier::from_real(1.0)?, smallest: 0 });
        }
        let multiplier = Multiplier::from_real(real)?;
        let reach = ((1i64 << DIFFERENCE_BITS) - 1) << (31 - DIFFERENCE_BITS);
        // No two int8 differ by 256.
        let smallest = -((reach >> multiplier.left_shift).min(256) as i32);
        Ok(Self { multiplier, smallest })
    }

    /// The probabilities of each row of `depth` elements; a row that is not whole is left out.
    pub fn run(&self, data: &[i8], depth: usize) -> Vec<i8> {
        data.chunks_exact(depth.max(1)).flat_map(|row| self.row(row)).collect()
    }

    fn row(&self, row: &[i8]) -> impl Iterator<Item = i8> {
        let largest = row.iter().copied().max().unwrap_or(i8::MIN);
        let exp = move |&q: &i8| self.exp(i32::from(q) - i32::from(largest));
        let sum = row
            .iter()
            .filter_map(exp)
            .fold(0u32, |sum, exp| sum.saturating_add(rounding_divide_by_power_of_two(exp, SUM_BITS) as u32));
        let (inverse, exponent) = reciprocal(sum, SUM_BITS as i32);
        // The largest input gives 1, so the sum is at least 1 and its exponent not negative.
        let shift = exponent.max(0) as u32 + 31 - RESULT_BITS;
        row.iter().map(move |q| exp(q).map_or(i8::MIN, |exp| probability(multiply(inverse, exp), shift)))
    }

    /// `exp(beta * scale * difference)` in Q0; nothing if it does not count.
    fn exp(&self, difference: i32) -> Option<i32> {
        let counts = difference >= self.smallest;
        counts.then(|| exp_of_negative::<DIFFERENCE_BITS>(self.multiplier.apply(difference)))
    }
}

/// `raw / 2^shift` as an int8 with the zero point -128.
fn probability(raw: i32, shift: u32) -> i8 {
    let rounded = if shift > 31 { 0 } else { rounding_divide_by_power_of_two(raw, shift) };
    (rounded + i32::from(i8::MIN)).min(i32::from(i8::MAX)) as i8
}

/// Checks for the quantisation of a probability: 1/256 and -128.
pub(super) fn check_probability(found: Quant) -> Result<(), OperatorError> {
    match found == (Quant { scale: 1.0 / 256.0, zero_point: i32::from(i8::MIN) }) {
        true => Ok(()),
        false => Err(OperatorError::ProbabilityQuant { found }),
    }
}

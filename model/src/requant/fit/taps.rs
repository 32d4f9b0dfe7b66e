//! Operators with one weight: means and tables.

use serde::{Deserialize, Serialize};

use super::solve::any_zero_point;
use super::steps::Steps;
use super::{FitError, Limits, Requantiser, Target};
use crate::graph::{MeanRounding, Quant, Shape};
use crate::reference::{Mean, average};

/// Largest weight.
const MAX_WEIGHT: i64 = 127;

/// An operator on the array whose products all have one weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TapFit {
    /// Weight of every input, 1 to 127: the smallest for which the results are exact.
    pub weight: i8,
    /// Parameters of every channel.
    pub requantiser: Requantiser,
    /// Zero point and clamp; the zero point need not be that of the output tensor.
    pub target: Target,
}

/// The mean of `count` int8 values, as AVERAGE_POOL_2D computes it, clamped to `lo..=hi`.
///
/// `count` is the number of values that lie in the image: windows at the border of a padded pool have fewer, and so
/// other parameters.
pub fn average_pool(
    count: usize,
    rounding: MeanRounding,
    (lo, hi): (i8, i8),
    limits: Limits,
) -> Result<TapFit, FitError> {
    let values = counted(count)?;
    let mean = |sum: i64| i64::from(average(sum as i32, values as i32, rounding).max(lo).min(hi));
    fit(Steps::of(-128 * values, 127 * values, mean)?, 0, limits)
}

/// The mean of `count` int8 values, as MEAN over rows and columns computes it from one quantisation to another.
///
/// TFLite's own parameters. It cuts off the last bits of a ratio over a count, so that `M` may be anything from
/// `2^29`, unlike elsewhere.
pub fn mean(count: usize, input: Quant, output: Quant, limits: Limits) -> Result<TapFit, FitError> {
    let limits = limits.check()?;
    let values = counted(count)?;
    let mean = Mean::new(Shape::new(count, 1, 1), input, output)?;
    let zeros = i64::from(input.zero_point) * values;
    let steps = Steps::of(-128 * values, 127 * values, |sum| i64::from(mean.finish((sum - zeros) as i32)))?;
    let scale = mean.multiplier();
    let steps = steps.times(1 << scale.left_shift);
    limits.check_sums(steps.lo, steps.hi)?;
    let bias = -zeros << scale.left_shift;
    let (least, most) = limits.biases(steps.lo, steps.hi);
    let weight = i8::try_from(1i64 << scale.left_shift).ok().filter(|_| (least..=most).contains(&bias));
    let target = Target { zero_point: output.zero_point as i8, lo: i8::MIN, hi: i8::MAX };
    let fit = weight.map(|weight| TapFit { weight, requantiser: Requantiser::of(bias, scale), target });
    let fit = fit.filter(|fit| steps.agree(&fit.requantiser, target));
    fit.ok_or(FitError::NotFound { steps: steps.count(), lo: steps.lo, hi: steps.hi })
}

/// A function of one int8 that never falls: entry `i` of the table is the result of `i - 128`.
pub fn unary(table: &[i8; 256], limits: Limits) -> Result<TapFit, FitError> {
    if let Some(at) = table.windows(2).position(|pair| pair[0] > pair[1]) {
        return Err(FitError::Falls { at: at as i64 - 127 });
    }
    let result = |value: i64| table.get((value + 128) as usize).map_or(0, |&q| i64::from(q));
    fit(Steps::of(-128, 127, result)?, 0, limits)
}

/// The number of values, if their sum has less than 32 bits.
fn counted(count: usize) -> Result<i64, FitError> {
    match count {
        1..=0x7f_ffff => Ok(count as i64),
        _ => Err(FitError::Count { count }),
    }
}

/// The smallest weight with exact parameters. `zero_point` is tried first.
fn fit(steps: Steps, zero_point: i32, limits: Limits) -> Result<TapFit, FitError> {
    let limits = limits.check()?;
    limits.check_sums(steps.lo, steps.hi)?;
    let weights = (1..=MAX_WEIGHT).map(|weight| (weight, steps.times(weight)));
    let mut narrow = weights.take_while(|(_, s)| limits.check_sums(s.lo, s.hi).is_ok());
    let found = narrow.find_map(|(weight, steps)| {
        let (requantiser, target) = any_zero_point(&steps, zero_point, limits)?;
        Some(TapFit { weight: weight as i8, requantiser, target })
    });
    found.ok_or(FitError::NotFound { steps: steps.count(), lo: steps.lo, hi: steps.hi })
}

//! Channels of layers with weights.

use serde::{Deserialize, Serialize};

use super::steps::Steps;
use super::{FitError, Limits, Requantiser, Target, solve};
use crate::requant::ChannelParameters;

/// A channel of a layer with weights on the array.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelFit {
    /// Its parameters, for sums that hold every product `repeat` times.
    pub requantiser: Requantiser,
    /// How often every product is to be added: a power of two, 1 unless the channel has a left shift. Weights that
    /// are this many times larger, where they fit, do as well.
    pub repeat: u32,
}

/// Exact parameters of a channel.
///
/// `parameters.bias` has the input's zero point folded in; `sums` are the smallest and the largest sum of products
/// of inputs (zero points not subtracted) with weights that can occur, without bias and not repeated. The given
/// parameters are kept where the widths allow. Channels whose bias is too wide, mostly those whose result hardly ever
/// leaves an end of the range, and channels with a left shift get others that have the same results over all sums.
///
/// Errors: [`FitError::Requant`] if TFLite's own left shift overflows, [`FitError::Sum`] if the sums are too wide,
/// [`FitError::NotFound`] if there are no exact parameters.
pub fn channel(
    parameters: &ChannelParameters,
    sums: (i64, i64),
    target: Target,
    limits: Limits,
) -> Result<ChannelFit, FitError> {
    let limits = limits.check()?;
    let (lo, hi) = sums;
    if lo > hi {
        return Err(FitError::Range { lo, hi });
    }
    limits.check_sums(lo, hi)?;
    let (scale, bias) = (parameters.scale(), i64::from(parameters.bias));
    scale.check((lo + bias).abs().max((hi + bias).abs()))?;
    let result = |sum: i64| i64::from(reference(parameters, sum, target));
    let steps = Steps::of(lo, hi, result)?;
    for left in 0..=u32::from(scale.left_shift) {
        let scaled = steps.times(1 << left);
        if limits.check_sums(scaled.lo, scaled.hi).is_err() {
            break;
        }
        let given =
            (left == u32::from(scale.left_shift)).then(|| kept(parameters, &scaled, limits)).flatten();
        if let Some(requantiser) = given.or_else(|| solve::solve(&scaled, target, limits)) {
            return Ok(ChannelFit { requantiser, repeat: 1 << left });
        }
    }
    Err(FitError::NotFound { steps: steps.count(), lo, hi })
}

fn reference(parameters: &ChannelParameters, sum: i64, target: Target) -> i8 {
    let acc = (sum + i64::from(parameters.bias)) as i32;
    parameters.requantize(acc, i32::from(target.zero_point), target.lo, target.hi)
}

/// The given parameters, if the sums with their bias are narrow enough; `steps` hold the repetitions.
fn kept(parameters: &ChannelParameters, steps: &Steps, limits: Limits) -> Option<Requantiser> {
    let bias = i64::from(parameters.bias) << parameters.left_shift;
    let (least, most) = limits.biases(steps.lo, steps.hi);
    (least..=most).contains(&bias).then(|| Requantiser::of(bias, parameters.scale()))
}

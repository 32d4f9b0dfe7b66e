//! Exact parameters for the array's requantiser.
//!
//! The array finishes a sum of products as `clamp(round((sum + bias) * M / 2^31 / 2^s) + zero point)`, rounded
//! twice as TFLite does: the product to nearest with halves up, the shift with halves away from zero. There is no
//! left shift, and `sum + bias` is narrow. What TFLite's operators compute is a staircase of at most 255 steps over
//! the sums; [`Requantiser`]s are found whose staircase has the same steps, and every step is checked: both functions
//! never fall, so that nothing else needs to be. What has no exact parameters is a [`FitError`], never an
//! approximation.
//!
//! ```text
//!   channel(bias, multiplier, shifts)         -> bias, M, s and how often every tap is repeated
//!   add(scales)             q = f(A*a + B*b)  -> the digits of A and B, bias, M, s
//!   average_pool, mean      q = f(w*sum)      -> w, bias, M, s
//!   unary(table)            q = f(w*x)        -> w, bias, M, s
//! ```

mod add;
mod channel;
mod solve;
mod steps;
mod taps;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::{Multiplier, RequantError};
use crate::graph::OperatorError;

pub use add::{AddFit, add};
pub use channel::{ChannelFit, channel};
pub use taps::{TapFit, average_pool, mean, unary};

/// Bits of a bias in a parameter word.
const BIAS_BITS: u32 = 28;

/// Widths of the array.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Bits of a sum of products, two's complement, 2 to 40.
    pub sum_bits: u32,
    /// Bits of a sum with its bias, two's complement, 2 to 40.
    pub requant_bits: u32,
}

/// What all channels of a layer share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Added after the shift.
    pub zero_point: i8,
    /// Smallest result.
    pub lo: i8,
    /// Largest result.
    pub hi: i8,
}

/// The array's parameters of one channel: `M / 2^(31 + shift)` after the bias.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requantiser {
    /// Added to the sum of products; within 28 bits, two's complement.
    pub bias: i32,
    /// `M`: 0 or in `2^30..2^31`; for means in `2^29..2^31`.
    pub multiplier: i32,
    /// Rounding right shift `s` after the product, 0 to 31.
    pub shift: u8,
}

/// A function without exact parameters.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FitError {
    /// Widths that no array has.
    #[error("the widths {limits:?} are not within 2 and 40")]
    Limits {
        /// The widths.
        limits: Limits,
    },
    /// An empty range of sums.
    #[error("the range {lo}..={hi} of sums is empty")]
    Range {
        /// Smallest sum.
        lo: i64,
        /// Largest sum.
        hi: i64,
    },
    /// The sums alone are too wide.
    #[error("sums within {lo}..={hi} need more than {bits} bits")]
    Sum {
        /// Smallest sum, repetitions included.
        lo: i64,
        /// Largest sum.
        hi: i64,
        /// Bits of a sum.
        bits: u32,
    },
    /// Results that fall where the sum rises.
    #[error("the function falls at {at}: only functions that never fall can be requantised")]
    Falls {
        /// Argument at which it falls.
        at: i64,
    },
    /// No parameters of the widths cross the same steps.
    #[error(
        "no bias, multiplier and shift of the array give the {steps} steps exactly over the sums {lo}..={hi}"
    )]
    NotFound {
        /// Steps of the function.
        steps: usize,
        /// Smallest sum.
        lo: i64,
        /// Largest sum.
        hi: i64,
    },
    /// No weighted sum of both inputs of an addition orders their pairs as the results do.
    #[error("no weights of up to {digits} taps an input give the addition exactly")]
    Weights {
        /// Most taps tried.
        digits: usize,
    },
    /// A mean over no elements or too many.
    #[error("a mean over {count} elements")]
    Count {
        /// Number of elements.
        count: usize,
    },
    /// The scales have no multiplier.
    #[error(transparent)]
    Requant(#[from] RequantError),
    /// The operator itself refuses.
    #[error(transparent)]
    Operator(#[from] OperatorError),
}

impl Limits {
    fn check(self) -> Result<Self, FitError> {
        let fits = |bits| (2..=40).contains(&bits);
        if fits(self.sum_bits) && fits(self.requant_bits) {
            Ok(self)
        } else {
            Err(FitError::Limits { limits: self })
        }
    }

    /// That sums of this range are narrow enough.
    fn check_sums(self, lo: i64, hi: i64) -> Result<(), FitError> {
        let end = 1i64 << (self.sum_bits - 1);
        let fits = (-end..end).contains(&lo) && (-end..end).contains(&hi);
        if fits { Ok(()) } else { Err(FitError::Sum { lo, hi, bits: self.sum_bits }) }
    }

    /// Smallest and largest bias for sums of this range.
    fn biases(self, lo: i64, hi: i64) -> (i64, i64) {
        let (sum, bias) = (1i64 << (self.requant_bits - 1), 1i64 << (BIAS_BITS - 1));
        ((-sum - lo).max(-bias), (sum - 1 - hi).min(bias - 1))
    }
}

impl Target {
    /// The result of a scaled sum.
    fn finish(self, scaled: i64) -> i8 {
        (scaled + i64::from(self.zero_point)).max(i64::from(self.lo)).min(i64::from(self.hi)) as i8
    }
}

impl Requantiser {
    /// The result of a sum of products, as the array computes it. Sums of 40 bits or fewer do not overflow.
    pub fn apply(&self, sum: i64, target: Target) -> i8 {
        let product = sum.wrapping_add(i64::from(self.bias)).wrapping_mul(i64::from(self.multiplier));
        let high = product.wrapping_add(1 << 30) >> 31;
        let shift = u32::from(self.shift.min(31));
        // Halves away from zero: below zero the half itself is not enough.
        let half = (1i64 << shift >> 1) - i64::from(high < 0 && shift > 0);
        target.finish((high + half) >> shift)
    }

    /// The same scale without a left shift.
    fn of(bias: i64, multiplier: Multiplier) -> Self {
        Self { bias: bias as i32, multiplier: multiplier.value, shift: multiplier.right_shift }
    }
}

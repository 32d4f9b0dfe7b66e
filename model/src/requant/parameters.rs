//! Requantisation of a channel: on the array, and frozen.

use serde::{Deserialize, Serialize};

use super::{Multiplier, RequantError};

/// Requantisation of one output channel on the MAC array: TFLite's, to the bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelParameters {
    /// Bias, with the input zero point folded in: `bias - zero_point * sum(weights)`.
    pub bias: i32,
    /// Multiplier, 31 bit: 0 or in `2^30..2^31`.
    pub multiplier: i32,
    /// Left shift before the product, 0 to 31.
    pub left_shift: u8,
    /// Rounding right shift after it, 0 to 31.
    pub right_shift: u8,
}

impl ChannelParameters {
    /// Parameters of a channel: its bias, with the input's zero point folded in, and its multiplier.
    pub fn new(bias: i32, multiplier: Multiplier) -> Self {
        let Multiplier { value, left_shift, right_shift } = multiplier;
        Self { bias, multiplier: value, left_shift, right_shift }
    }

    /// Parameters from the real multiplier `input scale * weight scale / output scale`.
    pub fn from_real(bias: i32, real: f64) -> Result<Self, RequantError> {
        Ok(Self::new(bias, Multiplier::from_real(real)?))
    }

    /// The multiplier with its shifts.
    pub fn scale(&self) -> Multiplier {
        Multiplier { value: self.multiplier, left_shift: self.left_shift, right_shift: self.right_shift }
    }

    /// The int8 result of an accumulator that already holds the bias.
    pub fn requantize(&self, acc: i32, zero_point: i32, lo: i8, hi: i8) -> i8 {
        let scaled = self.scale().apply(acc).saturating_add(zero_point);
        scaled.max(i32::from(lo)).min(i32::from(hi)) as i8
    }
}

/// The smallest exact requantiser of one channel: `clamp((acc * m + b) >> s, lo, hi)`.
///
/// Exact means equal to the TFLite requantisation of the channel for every accumulator that its weights can
/// give; proved at build time over the whole range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExactRequant {
    /// Multiplier, at least 0.
    pub m: i64,
    /// Offset before the shift.
    pub b: i64,
    /// Arithmetic right shift.
    pub s: u32,
    /// Smallest result.
    pub lo: i8,
    /// Largest result.
    pub hi: i8,
}

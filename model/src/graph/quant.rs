//! What an int8 tensor's integers mean.

use serde::{Deserialize, Serialize};

/// Affine quantisation: `real = scale * (q - zero_point)`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quant {
    /// Real value of one step, positive.
    pub scale: f32,
    /// The integer that means 0, within int8.
    pub zero_point: i32,
}

impl Quant {
    /// Whether the scale is a positive normal number and the zero point an int8.
    pub fn is_valid(&self) -> bool {
        self.scale.is_normal() && self.scale > 0.0 && i8::try_from(self.zero_point).is_ok()
    }

    /// The integer of a real bound: TFLite's float32 division, rounded half away from zero, not yet clamped.
    pub(crate) fn quantize_bound(&self, real: f32) -> i32 {
        self.zero_point.saturating_add((real / self.scale).round() as i32)
    }
}

/// What int8 weights mean.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WeightQuant {
    /// One scale for each output channel, or one that serves all; zero point 0. Multiplied with the input's scale in
    /// float64, as TFLite's per-channel kernels do.
    PerChannel(Vec<f32>),
    /// One scale and one zero point. Multiplied with the input's scale in float32, as TFLite's per-tensor kernels do.
    PerTensor {
        /// Real value of one step.
        scale: f32,
        /// The integer that means 0.
        #[serde(default)]
        zero_point: i8,
    },
}

impl WeightQuant {
    /// The integer that means 0.
    pub fn zero_point(&self) -> i8 {
        match self {
            Self::PerChannel(_) => 0,
            Self::PerTensor { zero_point, .. } => *zero_point,
        }
    }

    /// Real value of one step of an accumulator: the product of an input's scale and one of the weights', float64 or,
    /// for per-tensor weights, float32, as in TFLite.
    pub(crate) fn accumulator_scale(&self, input: f32, weights: f32) -> f64 {
        match self {
            Self::PerChannel(_) => f64::from(input) * f64::from(weights),
            Self::PerTensor { .. } => f64::from(input * weights),
        }
    }

    /// The scales: one for each channel, or one for all.
    pub fn scales(&self) -> &[f32] {
        match self {
            Self::PerChannel(scales) => scales,
            Self::PerTensor { scale, .. } => std::slice::from_ref(scale),
        }
    }
}

//! What the tracker asks of a device: shapes, the filter bank, the templates.

use serde::{Deserialize, Serialize};

/// Rows and columns of the search patch, pixels.
pub const PATCH: usize = 64;
/// Rows and columns of the feature map, cells of 4x4 patch pixels.
pub const FEATURES: usize = 16;
/// Channels of the feature map: one for each filter.
pub const CHANNELS: usize = 8;
/// Rows and columns of a template, cells.
pub const TEMPLATE: usize = 8;
/// Rows and columns of the response map: the places of a template in the feature map.
pub const PLACES: usize = FEATURES - TEMPLATE + 1;
/// Templates that are correlated at once.
pub const LANES: usize = 8;
/// Quantised value of a feature that is 0: rectified features fill the whole int8 range.
pub const FEATURE_ZERO_POINT: i8 = -128;

/// Taps of the frozen front end, 3x3 in row order: Sobel gradients to the right, to the upper right, up and to
/// the upper left, then their opposites, because the rectifier keeps one sign only.
///
/// The patch has zero point 0, the scale from sum to feature is 1 and the bias 0.
pub const FILTERS: [[i8; 9]; CHANNELS] = [
    [-1, 0, 1, -2, 0, 2, -1, 0, 1],
    [0, 1, 2, -1, 0, 1, -2, -1, 0],
    [1, 2, 1, 0, 0, 0, -1, -2, -1],
    [2, 1, 0, 1, 0, -1, 0, -1, -2],
    [1, 0, -1, 2, 0, -2, 1, 0, -1],
    [0, -1, -2, 1, 0, -1, 2, 1, 0],
    [-1, -2, -1, 0, 0, 0, 1, 2, 1],
    [-2, -1, 0, -1, 0, 1, 0, 1, 2],
];

/// Weights of one template.
pub(crate) const TEMPLATE_LEN: usize = TEMPLATE * TEMPLATE * CHANNELS;
/// Bytes of a feature map.
pub(crate) const FEATURES_LEN: usize = FEATURES * FEATURES * CHANNELS;
/// Bytes of a response map.
pub(crate) const RESPONSES_LEN: usize = PLACES * PLACES * LANES;

/// A device with the tracker's network: frozen gradient features, then a correlation with run-time templates.
pub trait Correlator {
    /// Why the device did not answer.
    type Error;

    /// Features of a patch: 16x16x8 int8, row, column, channel, with zero point [`FEATURE_ZERO_POINT`].
    ///
    /// `patch` is 64x64 int8 in row order with zero point 0.
    ///
    /// # Errors
    /// Whatever the device reports.
    fn features(&mut self, patch: &[i8]) -> Result<Vec<i8>, Self::Error>;

    /// Replaces the templates; they stay until the next call.
    ///
    /// # Errors
    /// Whatever the device reports.
    fn load(&mut self, templates: &TemplateBank) -> Result<(), Self::Error>;

    /// Responses of the loaded templates in a patch, and the patch's features.
    ///
    /// # Errors
    /// Whatever the device reports.
    fn correlate(&mut self, patch: &[i8]) -> Result<Response, Self::Error>;
}

/// What a device says of a patch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// Responses: 9x9x8 int8, row, column, lane, zero point 0.
    pub map: Vec<i8>,
    /// Features of the same patch, as [`Correlator::features`] gives them.
    pub features: Vec<i8>,
}

/// Templates of all lanes, as the weights of a TensorFlow Lite int8 convolution.
///
/// The response of a lane is `requantise(bias + sum(weight * (feature - FEATURE_ZERO_POINT)))`, clamped to int8
/// around output zero point 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TemplateBank {
    /// Weights, lane, row, column, channel; symmetric, in `-127..=127`.
    pub weights: Vec<i8>,
    /// Biases of the accumulators, one for each lane; the features' zero point is not folded in.
    pub bias: Vec<i32>,
    /// Response for each unit of the accumulator, one for each lane, below 1. A `f32`, as the weight scales of a
    /// graph are, so that it may become one without rounding.
    pub factors: Vec<f32>,
}

impl TemplateBank {
    /// A bank that answers 0 everywhere.
    pub fn silent() -> Self {
        Self { weights: vec![0; LANES * TEMPLATE_LEN], bias: vec![0; LANES], factors: vec![0.0; LANES] }
    }

    /// A lane's factor as a 31-bit multiplier and a rounding right shift:
    /// `factor = multiplier * 2^-31 * 2^-shift`. A lane that does not exist, and a factor that is not in
    /// `(0, 1)` or too small to matter, give `(0, 0)`.
    pub fn requantiser(&self, lane: usize) -> (i32, u8) {
        let factor = self.factors.get(lane).copied().map_or(0.0, f64::from);
        if !(f64::MIN_POSITIVE..1.0).contains(&factor) {
            return (0, 0);
        }
        // A float is in `[0.5, 1) * 2^-shift` for one shift only; a f32 has 24 bits, so the product is exact.
        let shift = (0u8..32).find(|&shift| factor * f64::from(2u32).powi(shift.into()) >= 0.5);
        shift.map_or((0, 0), |s| ((factor * f64::from(2u32).powi(31 + i32::from(s))) as i32, s))
    }
}

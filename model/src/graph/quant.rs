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

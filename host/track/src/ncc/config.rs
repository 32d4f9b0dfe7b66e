//! Every constant of the baseline.

use serde::{Deserialize, Serialize};

use crate::tracker::{ParameterError, check_range};

/// Constants of the normalised cross-correlation tracker, named as in [`crate::tracker::TrackerConfig`].
///
/// The defaults are the best that we found for it on the sequences that the other tracker was tuned on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NccConfig {
    /// Width of the search region over the target's, and the same for heights; 1.5 to 8. The template covers half
    /// the region.
    pub search: f64,
    /// Weight of the cosine window that favours small displacements, 0 to 1.
    pub window: f64,
    /// Ratio of neighbouring scales of the search; 1 to 1.5, and 1 keeps the size.
    pub scale_step: f64,
    /// Part of a found change of scale (its logarithm) that the box follows; 0 to 1.
    pub scale_gain: f64,
    /// Part of a coefficient that the outer scales lose; 0 to 1.
    pub scale_penalty: f64,
    /// Weight of a new patch in the template; 0 keeps the first frame's.
    pub rate: f64,
    /// Coefficient from which an update is learnt from; 0 to 1.
    pub learn_above: f64,
    /// Part of the last displacement that [`super::NccTracker::predict`] expects again, 0 to 1.
    pub velocity_gain: f64,
    /// Smallest width and height of the box, pixels; 1 to 64.
    pub min_size: f64,
}

impl Default for NccConfig {
    fn default() -> Self {
        Self {
            search: 2.0,
            window: 0.2,
            scale_step: 1.03,
            scale_gain: 0.6,
            scale_penalty: 0.02,
            rate: 0.05,
            learn_above: 0.3,
            velocity_gain: 0.0,
            min_size: 4.0,
        }
    }
}

impl NccConfig {
    /// Checks that every parameter is in its range.
    ///
    /// # Errors
    /// The first parameter that is not.
    pub fn check(&self) -> Result<(), ParameterError> {
        let ranges = [
            ("search", self.search, 1.5, 8.0),
            ("window", self.window, 0.0, 1.0),
            ("scale_step", self.scale_step, 1.0, 1.5),
            ("scale_gain", self.scale_gain, 0.0, 1.0),
            ("scale_penalty", self.scale_penalty, 0.0, 1.0),
            ("rate", self.rate, 0.0, 1.0),
            ("learn_above", self.learn_above, 0.0, 1.0),
            ("velocity_gain", self.velocity_gain, 0.0, 1.0),
            ("min_size", self.min_size, 1.0, 64.0),
        ];
        ranges.into_iter().try_for_each(|(name, value, low, high)| check_range(name, value, low, high))
    }
}

//! Every constant of the tracker.

use serde::{Deserialize, Serialize};

use super::error::ParameterError;

/// Constants of the tracker. Lengths in cells are of 4x4 patch pixels, a 16th of the search region.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrackerConfig {
    /// Width of the search region over the target's, and the same for heights; 1.5 to 8. The template covers half
    /// the region, and the target may move by a quarter of it either way.
    pub search: f64,
    /// The same for a second look around the place that the first one found, in the other lanes: finer, for place
    /// and size; 1.5 to 8. With 0 there is no second look, and an update is one run of the device.
    pub fine_search: f64,
    /// Standard deviation of the patch's grey levels after contrast normalisation; 1 to 128.
    pub contrast: f64,
    /// Grey-level deviation below which contrast is not raised further, so that noise stays noise; 0.1 to 128.
    pub contrast_floor: f64,
    /// Standard deviation of the label in place, cells; 0.2 to 4.
    pub label_sigma: f64,
    /// Standard deviation of the label in the logarithm of scale; 0.02 to 1.
    pub scale_sigma: f64,
    /// Ratio of neighbouring scales in the lanes; 1.01 to 1.5.
    pub scale_step: f64,
    /// Part of a measured change of scale (its logarithm) that the box follows; 0 keeps the size, 1 follows all.
    pub scale_gain: f64,
    /// Part of a response that the outer scales lose in the search for the peak; 0 to 1.
    pub scale_penalty: f64,
    /// Weight of the cosine window that favours small displacements, 0 to 1.
    pub window: f64,
    /// Ridge penalty, relative to the mean energy of a feature; 1e-6 to 100.
    pub ridge: f64,
    /// Additional penalty of weights outside the target, in units of `ridge`; 0 to 1e6.
    pub background_ridge: f64,
    /// Half size, over the target's, from which `background_ridge` sets in; 0 to 4.
    pub background_from: f64,
    /// Weight of a new patch against all older ones but the first; 0 never learns.
    pub rate: f64,
    /// Weight of the first frame that does not decay, 0 to 1: it stops the template from drifting away.
    pub anchor: f64,
    /// Confidence from which an update is learnt from; 0 to 2.
    pub learn_above: f64,
    /// Conjugate-gradient steps for each lane in the first frame; 1 to 1000.
    pub first_iterations: usize,
    /// Conjugate-gradient steps for each lane after an update, from the last solution on; 1 to 1000.
    pub iterations: usize,
    /// Response that means a perfect match; 10 to 120. The rest up to 127 is headroom.
    pub full_response: f64,
    /// Part of the last displacement that [`super::Tracker::predict`] expects again, 0 to 1.
    pub velocity_gain: f64,
    /// Weight of the older displacements in the mean one, 0 to 0.99.
    pub velocity_memory: f64,
    /// Weight of the predicted size against the last inferred one, 0 to 1.
    pub predicted_size: f64,
    /// Smallest width and height of the box, pixels; 1 to 64.
    pub min_size: f64,
}

impl Default for TrackerConfig {
    fn default() -> Self {
        Self {
            search: 3.0,
            fine_search: 2.0,
            contrast: 45.0,
            contrast_floor: 4.0,
            label_sigma: 0.8,
            scale_sigma: 0.15,
            scale_step: 1.1,
            scale_gain: 0.6,
            scale_penalty: 0.02,
            window: 0.2,
            ridge: 0.01,
            background_ridge: 10.0,
            background_from: 0.9,
            rate: 0.05,
            anchor: 0.4,
            learn_above: 0.3,
            first_iterations: 60,
            iterations: 10,
            full_response: 80.0,
            velocity_gain: 0.8,
            velocity_memory: 0.5,
            predicted_size: 0.0,
            min_size: 4.0,
        }
    }
}

impl TrackerConfig {
    /// Checks that every parameter is in its range.
    ///
    /// # Errors
    /// The first parameter that is not.
    pub fn check(&self) -> Result<(), ParameterError> {
        self.ranges().into_iter().try_for_each(|(name, value, low, high)| check_range(name, value, low, high))
    }

    /// Width of the search region of each look, coarse to fine.
    pub(super) fn searches(&self) -> impl Iterator<Item = f64> + use<> {
        let fine = (self.fine_search != 0.0).then_some(self.fine_search);
        [Some(self.search), fine].into_iter().flatten()
    }

    fn ranges(&self) -> [(&'static str, f64, f64, f64); 23] {
        [
            ("search", self.search, 1.5, 8.0),
            ("fine_search", self.searches().last().unwrap_or(self.search), 1.5, 8.0),
            ("contrast", self.contrast, 1.0, 128.0),
            ("contrast_floor", self.contrast_floor, 0.1, 128.0),
            ("label_sigma", self.label_sigma, 0.2, 4.0),
            ("scale_sigma", self.scale_sigma, 0.02, 1.0),
            ("scale_step", self.scale_step, 1.01, 1.5),
            ("scale_gain", self.scale_gain, 0.0, 1.0),
            ("scale_penalty", self.scale_penalty, 0.0, 1.0),
            ("window", self.window, 0.0, 1.0),
            ("ridge", self.ridge, 1e-6, 100.0),
            ("background_ridge", self.background_ridge, 0.0, 1e6),
            ("background_from", self.background_from, 0.0, 4.0),
            ("rate", self.rate, 0.0, 1.0),
            ("anchor", self.anchor, 0.0, 1.0),
            ("learn_above", self.learn_above, 0.0, 2.0),
            ("first_iterations", self.first_iterations as f64, 1.0, 1000.0),
            ("iterations", self.iterations as f64, 1.0, 1000.0),
            ("full_response", self.full_response, 10.0, 120.0),
            ("velocity_gain", self.velocity_gain, 0.0, 1.0),
            ("velocity_memory", self.velocity_memory, 0.0, 0.99),
            ("predicted_size", self.predicted_size, 0.0, 1.0),
            ("min_size", self.min_size, 1.0, 64.0),
        ]
    }
}

/// Refuses a parameter out of bounds, and one that is not a number.
pub(crate) fn check_range(name: &'static str, value: f64, low: f64, high: f64) -> Result<(), ParameterError> {
    if (low..=high).contains(&value) { Ok(()) } else { Err(ParameterError { name, value, low, high }) }
}

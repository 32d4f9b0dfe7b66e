//! What a perfect template would answer: a Gaussian in place and scale.

use super::config::TrackerConfig;
use super::device::PLACES;

/// Lanes with a template: the target a step smaller, as it is, a step larger.
pub(super) const SCALES: usize = 3;
/// Places of a template in a patch.
pub(super) const PLACE_COUNT: usize = PLACES * PLACES;
/// Place of a target in the middle of the patch, cells.
pub(super) const MIDDLE: f64 = (PLACES / 2) as f64;

/// Where and how large the target is in a patch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pose {
    /// Column of the centre from the patch's, cells.
    pub dx: f64,
    /// Row of the centre from the patch's, cells.
    pub dy: f64,
    /// Size over the size that the patch was cut for.
    pub zoom: f64,
}

/// Scale of a lane's template.
pub(super) fn lane_scale(config: &TrackerConfig, lane: usize) -> f64 {
    [1.0 / config.scale_step, 1.0, config.scale_step][lane]
}

/// Labels of all places, in row order, for the lane of the target's own scale.
pub(super) fn place_labels(config: &TrackerConfig, pose: &Pose) -> [f32; PLACE_COUNT] {
    std::array::from_fn(|place| {
        let dx = (place % PLACES) as f64 - MIDDLE - pose.dx;
        let dy = (place / PLACES) as f64 - MIDDLE - pose.dy;
        gaussian((dx * dx + dy * dy).sqrt() / config.label_sigma)
    })
}

/// Factor of the labels in each lane.
pub(super) fn scale_labels(config: &TrackerConfig, pose: &Pose) -> [f32; SCALES] {
    std::array::from_fn(|lane| gaussian((pose.zoom / lane_scale(config, lane)).ln() / config.scale_sigma))
}

fn gaussian(x: f64) -> f32 {
    (-x * x / 2.0).exp() as f32
}

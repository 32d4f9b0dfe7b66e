//! What a run over a video gave.

use frazil_track::BBox;
use serde::Serialize;

/// One frame's result.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// Frame, counted from 0.
    pub frame: usize,
    /// Whether the device looked at it; else its box was extrapolated.
    pub keyframe: bool,
    /// Where the target is, pixels.
    #[serde(rename = "box")]
    pub bbox: BBox,
    /// Where it truly is, if that is known and it is in the frame.
    pub truth: Option<BBox>,
    /// Overlap of the two, intersection over union.
    pub iou: Option<f64>,
    /// The tracker's confidence, on keyframes after the first.
    pub confidence: Option<f64>,
    /// Clock cycles that the device ran for this frame; 0 between keyframes.
    pub cycles: u64,
}

/// What the device did in a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct DeviceUse {
    /// Programs run.
    pub runs: u64,
    /// Clock cycles of all of them; 0 on the reference, which has no clock.
    pub cycles: u64,
    /// Bytes to the device.
    pub bytes_out: u64,
    /// Bytes from it.
    pub bytes_in: u64,
    /// Requests that were sent again.
    pub retries: u64,
}

/// One run over the whole video with one window.
#[derive(Clone, Debug, Serialize)]
pub struct Run {
    /// The window, as on the command line: `4`, `adaptive`.
    pub window: String,
    /// Frames with an inference.
    pub keyframes: usize,
    /// Accuracy against the ground truth, where there is one.
    pub score: Option<Score>,
    /// The device's part.
    pub device: DeviceUse,
    /// Seconds of the host, a simulated device's time included.
    pub host_seconds: f64,
    /// One for each frame.
    pub steps: Vec<Step>,
}

impl Run {
    /// The window's name in tables: EW-4, adaptive.
    pub fn name(&self) -> String {
        if self.window.starts_with(|c: char| c.is_ascii_digit()) {
            format!("EW-{}", self.window)
        } else {
            self.window.clone()
        }
    }

    /// Inferences per frame.
    pub fn inference_rate(&self) -> f64 {
        self.keyframes as f64 / self.steps.len().max(1) as f64
    }
}

/// Accuracy as the OTB benchmark counts it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Score {
    /// Share of frames with an overlap above 0.3.
    pub success_30: f64,
    /// Share of frames with an overlap above 0.5.
    pub success_50: f64,
    /// Share of frames with an overlap above 0.7.
    pub success_70: f64,
    /// Area under the success curve.
    pub auc: f64,
    /// Share of frames whose centre is within 20 pixels.
    pub precision_20px: f64,
    /// Mean overlap.
    pub mean_iou: f64,
}

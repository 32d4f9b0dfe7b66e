//! What a run over a video gave.

use frazil_track::BBox;
use frazil_track::metrics::Summary;
use serde::Serialize;

/// One frame's result.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// Frame, counted from 0.
    pub frame: usize,
    /// Its file's name, or its number in words.
    pub name: String,
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

impl DeviceUse {
    /// What was done after `before`.
    pub fn since(&self, before: &Self) -> Self {
        Self {
            runs: self.runs - before.runs,
            cycles: self.cycles - before.cycles,
            bytes_out: self.bytes_out - before.bytes_out,
            bytes_in: self.bytes_in - before.bytes_in,
            retries: self.retries - before.retries,
        }
    }
}

/// One run over the whole video with one window.
#[derive(Clone, Debug, Serialize)]
pub struct Run {
    /// The window, as on the command line: `4`, `adaptive`.
    pub window: String,
    /// Frames with an inference.
    pub keyframes: usize,
    /// Accuracy against the ground truth, where there is one.
    pub score: Option<Summary>,
    /// The device's part.
    pub device: DeviceUse,
    /// Seconds of the host, a simulated device's time included.
    pub host_seconds: f64,
    /// One for each frame.
    pub steps: Vec<Step>,
}

impl Run {
    /// The window's name in tables.
    pub fn name(&self) -> String {
        window_name(&self.window)
    }
}

/// A window's name in tables: EW-4, adaptive.
pub fn window_name(window: &str) -> String {
    if window.starts_with(|c: char| c.is_ascii_digit()) { format!("EW-{window}") } else { window.into() }
}

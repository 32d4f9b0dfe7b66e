//! A run in a few numbers, for tables and `--json`.

use frazil_track::metrics::Summary;
use serde::Serialize;

use super::outcome::{DeviceUse, Run};
use crate::output::Table;

/// A run without its frames.
#[derive(Clone, Debug, Serialize)]
pub struct RunSummary {
    /// The window, as on the command line.
    pub window: String,
    /// Frames tracked.
    pub frames: usize,
    /// Frames with an inference.
    pub keyframes: usize,
    /// Accuracy, where the truth is known.
    pub score: Option<Summary>,
    /// The device's part.
    pub device: DeviceUse,
    /// Seconds of the device's cycles at its clock; none without a clock.
    pub device_seconds: Option<f64>,
    /// Seconds of the host, a simulated device's time included.
    pub host_seconds: f64,
}

impl RunSummary {
    /// The numbers of a run on a device with this clock.
    pub fn new(run: &Run, clock_hz: f64) -> Self {
        let cycles = run.device.cycles;
        Self {
            window: run.window.clone(),
            frames: run.steps.len(),
            keyframes: run.keyframes,
            score: run.score,
            device: run.device,
            device_seconds: (cycles > 0).then(|| cycles as f64 / clock_hz),
            host_seconds: run.host_seconds,
        }
    }
}

/// One line for each run.
pub fn table(runs: &[RunSummary]) -> String {
    let heading = [
        "window",
        "keyframes",
        "success@0.5",
        "AUC",
        "device cycles",
        "device time",
        "per keyframe",
        "host time",
    ];
    let mut table = Table::new(heading);
    let none = || "-".to_string();
    for run in runs {
        let score = |value: fn(&Summary) -> String| run.score.as_ref().map_or_else(none, value);
        let milliseconds = |s: f64| format!("{:.2} ms", s * 1e3);
        table.row([
            super::outcome::window_name(&run.window),
            format!("{} of {}", run.keyframes, run.frames),
            score(|s| format!("{:.1} %", 100.0 * s.success_50)),
            score(|s| format!("{:.3}", s.auc)),
            if run.device.cycles > 0 { run.device.cycles.to_string() } else { none() },
            run.device_seconds.map_or_else(none, milliseconds),
            run.device_seconds.map_or_else(none, |s| milliseconds(s / run.keyframes.max(1) as f64)),
            format!("{:.2} s", run.host_seconds),
        ]);
    }
    table.render()
}

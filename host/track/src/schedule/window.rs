//! The window between inferences, as users write it.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// When to run an inference.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Window {
    /// EW-N: one inference every N frames, N at least 1.
    Constant(u32),
    /// A window that follows how well extrapolation does.
    Adaptive(AdaptiveConfig),
}

/// The constants of the adaptive window; the paper gives none.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdaptiveConfig {
    /// Smallest window, frames, at least 1.
    pub min: u32,
    /// Largest window, frames, at least `min`.
    pub max: u32,
    /// Window at the start, frames, between `min` and `max`.
    pub start: u32,
    /// Inference and extrapolation agree from this IoU on, 0 to 1.
    pub iou_threshold: f64,
    /// Agreements in a row that grow the window, at least 1.
    pub streak: u32,
    /// Frames by which the window grows or shrinks, at least 1.
    pub step: u32,
}

impl Default for AdaptiveConfig {
    /// What kept boxes closest to the truth for about one inference in three frames, on tracking sequences with
    /// true boxes disturbed by up to a tenth of their size in the place of inferences.
    fn default() -> Self {
        Self { min: 1, max: 8, start: 4, iou_threshold: 0.5, streak: 3, step: 1 }
    }
}

/// Why a window cannot be used.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum WindowError {
    /// Not a window.
    #[error("`{0}` is no window: write a number of frames per inference such as `4`, or `adaptive`")]
    Text(String),
    /// A window of no frames.
    #[error("a window has at least 1 frame per inference")]
    Zero,
    /// The lengths of an adaptive window contradict each other.
    #[error("adaptive window: need 1 <= min <= start <= max, got min {min}, start {start}, max {max}")]
    Lengths {
        /// Smallest window.
        min: u32,
        /// Window at the start.
        start: u32,
        /// Largest window.
        max: u32,
    },
    /// The threshold is not an IoU.
    #[error("adaptive window: the IoU threshold {0} is not within 0 and 1")]
    Threshold(f64),
    /// The window could never change.
    #[error("adaptive window: streak and step are at least 1, got streak {streak}, step {step}")]
    Pace {
        /// Agreements in a row that grow the window.
        streak: u32,
        /// Frames by which it grows or shrinks.
        step: u32,
    },
}

impl Window {
    /// Checks the constants.
    ///
    /// # Errors
    /// What [`WindowError`] lists.
    pub fn check(&self) -> Result<(), WindowError> {
        match self {
            Self::Constant(0) => Err(WindowError::Zero),
            Self::Constant(_) => Ok(()),
            Self::Adaptive(config) => config.check(),
        }
    }
}

impl AdaptiveConfig {
    fn check(&self) -> Result<(), WindowError> {
        let Self { min, max, start, iou_threshold, streak, step } = *self;
        if min == 0 || start < min || max < start {
            return Err(WindowError::Lengths { min, start, max });
        }
        if !(0.0..=1.0).contains(&iou_threshold) {
            return Err(WindowError::Threshold(iou_threshold));
        }
        if streak == 0 || step == 0 {
            return Err(WindowError::Pace { streak, step });
        }
        Ok(())
    }
}

impl fmt::Display for Window {
    /// As [`FromStr`] reads it; the constants of an adaptive window are not written.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Constant(length) => length.fmt(f),
            Self::Adaptive(_) => f.pad("adaptive"),
        }
    }
}

impl FromStr for Window {
    type Err = WindowError;

    /// `4` is EW-4, `adaptive` the adaptive window with its default constants.
    fn from_str(text: &str) -> Result<Self, WindowError> {
        if text == "adaptive" {
            return Ok(Self::Adaptive(AdaptiveConfig::default()));
        }
        let length = text.parse().map_err(|_| WindowError::Text(text.to_owned()))?;
        let window = Self::Constant(length);
        window.check().map(|()| window)
    }
}

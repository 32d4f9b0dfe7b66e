//! How good a track is, counted as the OTB benchmark does (Wu, Lim, Yang, CVPR 2013 and PAMI 2015).
//!
//! - Success at a threshold t: the share of frames with **IoU > t** (strictly).
//! - Success plot: success at the 21 thresholds 0, 0.05, ... 1. Its mean is the **AUC**. As the comparison is
//!   strict, success at threshold 1 is 0, so that a perfect track has an AUC of 20/21.
//! - Precision at a threshold p: the share of frames whose **centre error <= p** pixels; 20 is the usual one.
//!
//! The first frame, whose box the tracker is given, counts like any other. Only frames whose true box is known
//! and [valid](BBox::is_valid) are counted at all (the OTB toolbox keeps absent ones in the denominator, where
//! they can never succeed); a predicted box that is missing or not valid overlaps nothing and is infinitely far.

#[cfg(test)]
mod tests;

use crate::boxes::BBox;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Thresholds of the success plot.
pub const SUCCESS_STEPS: usize = 21;

/// The usual threshold of the precision, pixels.
pub const PRECISION_PIXELS: f64 = 20.0;

/// The thresholds of the success plot: 0, 0.05, ... 1.
pub fn success_thresholds() -> [f64; SUCCESS_STEPS] {
    std::array::from_fn(|step| step as f64 / (SUCCESS_STEPS - 1) as f64)
}

/// Why a track cannot be scored.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MetricsError {
    /// Truth and track are of different lengths.
    #[error("{truth} true boxes but {predicted} predicted ones")]
    Length {
        /// Frames with a true box or its absence.
        truth: usize,
        /// Frames with a predicted box or its absence.
        predicted: usize,
    },
    /// No frame has a true box.
    #[error("no frame has a true box to compare with")]
    NoTruth,
}

/// The scores of one track, frame by frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Scores {
    ious: Vec<f64>,
    centre_errors: Vec<f64>,
}

impl Scores {
    /// Compares a track with the truth, one entry per frame each; `None` where there is no box.
    ///
    /// # Errors
    /// Different lengths, or no frame with a valid true box.
    pub fn new(truth: &[Option<BBox>], predicted: &[Option<BBox>]) -> Result<Self, MetricsError> {
        if truth.len() != predicted.len() {
            return Err(MetricsError::Length { truth: truth.len(), predicted: predicted.len() });
        }
        let known = truth.iter().zip(predicted).filter_map(|(t, p)| Some((t.filter(BBox::is_valid)?, *p)));
        let (ious, centre_errors) = known.map(|(truth, predicted)| frame_score(&truth, predicted)).unzip();
        let scores = Self { ious, centre_errors };
        if scores.ious.is_empty() { Err(MetricsError::NoTruth) } else { Ok(scores) }
    }

    /// IoU of each counted frame, 0 to 1.
    pub fn ious(&self) -> &[f64] {
        &self.ious
    }

    /// Distance of the centres in each counted frame, pixels; infinite without a predicted box.
    pub fn centre_errors(&self) -> &[f64] {
        &self.centre_errors
    }

    /// Counted frames.
    pub fn frames(&self) -> usize {
        self.ious.len()
    }

    /// Share of frames with an IoU above `threshold`.
    pub fn success(&self, threshold: f64) -> f64 {
        share(&self.ious, |iou| iou > threshold)
    }

    /// Success at each of [`success_thresholds`].
    pub fn success_plot(&self) -> [f64; SUCCESS_STEPS] {
        success_thresholds().map(|threshold| self.success(threshold))
    }

    /// Area under the success plot: the mean of its values.
    pub fn auc(&self) -> f64 {
        mean(&self.success_plot())
    }

    /// Share of frames whose centre error is at most `pixels`.
    pub fn precision(&self, pixels: f64) -> f64 {
        share(&self.centre_errors, |error| error <= pixels)
    }

    /// Mean IoU.
    pub fn mean_iou(&self) -> f64 {
        mean(&self.ious)
    }

    /// The usual numbers.
    pub fn summary(&self) -> Summary {
        Summary {
            frames: self.frames(),
            success_30: self.success(0.3),
            success_50: self.success(0.5),
            success_70: self.success(0.7),
            auc: self.auc(),
            precision_20: self.precision(PRECISION_PIXELS),
            mean_iou: self.mean_iou(),
        }
    }
}

/// The usual numbers of a track, all but the first between 0 and 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Counted frames.
    pub frames: usize,
    /// Success at IoU 0.3.
    pub success_30: f64,
    /// Success at IoU 0.5.
    pub success_50: f64,
    /// Success at IoU 0.7.
    pub success_70: f64,
    /// Area under the success plot.
    pub auc: f64,
    /// Precision at [`PRECISION_PIXELS`].
    pub precision_20: f64,
    /// Mean IoU.
    pub mean_iou: f64,
}

impl Summary {
    /// The mean of several sequences, each counting the same whatever its length, as OTB does; `frames` is
    /// the sum. `None` of no sequence.
    pub fn mean(sequences: &[Self]) -> Option<Self> {
        if sequences.is_empty() {
            return None;
        }
        let of = |value: fn(&Self) -> f64| sequences.iter().map(value).sum::<f64>() / sequences.len() as f64;
        Some(Self {
            frames: sequences.iter().map(|s| s.frames).sum(),
            success_30: of(|s| s.success_30),
            success_50: of(|s| s.success_50),
            success_70: of(|s| s.success_70),
            auc: of(|s| s.auc),
            precision_20: of(|s| s.precision_20),
            mean_iou: of(|s| s.mean_iou),
        })
    }
}

/// Inferences per frame, 0 to 1; 0 without frames.
pub fn inference_rate(keyframes: u64, frames: u64) -> f64 {
    if frames == 0 { 0.0 } else { keyframes as f64 / frames as f64 }
}

/// IoU and centre error of one frame.
fn frame_score(truth: &BBox, predicted: Option<BBox>) -> (f64, f64) {
    match predicted.filter(BBox::is_valid) {
        Some(predicted) => (truth.iou(&predicted), truth.centre_distance(&predicted)),
        None => (0.0, f64::INFINITY),
    }
}

fn share(values: &[f64], counts: impl Fn(f64) -> bool) -> f64 {
    values.iter().filter(|&&value| counts(value)).count() as f64 / values.len() as f64
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

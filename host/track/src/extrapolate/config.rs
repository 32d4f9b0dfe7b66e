//! The constants of the extrapolation and what can be wrong with them.

use crate::boxes::BBox;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Most sub-regions along one axis.
pub const MAX_GRID: usize = 64;

/// How the sub-regions become a box.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hull {
    /// The smallest box that holds all sub-regions: the rule of the paper. Of the sub-regions along one side
    /// the outermost decides, so that noise in their motions makes the box grow.
    Smallest,
    /// The box keeps its size and moves by the median of the motions of its sub-regions, per axis (ours).
    #[default]
    Median,
    /// As [`Hull::Median`], and the size changes by the median over all pairs of sub-regions of how their
    /// distance changed (ours; the rule of the median flow tracker, Kalal et al., ICPR 2010).
    MedianScaled,
}

/// What happens to the sub-regions from one extrapolated frame to the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grid {
    /// They are cut anew from the box of each frame.
    #[default]
    Recut,
    /// They are cut from the box of an inference and then go their own ways until the next one.
    Drifting,
}

/// How much the vector of a macroblock counts in the mean of a sub-region.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weighting {
    /// By the pixels it shares with the sub-region: the rule of the paper.
    #[default]
    Area,
    /// By shared pixels times confidence (ours).
    Confidence,
    /// By shared pixels times texture (ours): flat macroblocks match anywhere and say nothing. Needs a field
    /// with [texture](crate::motion::MotionConfig::texture); where no macroblock has any, as [`Weighting::Area`].
    Texture,
}

/// The constants of the extrapolation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ExtrapolationConfig {
    /// Rows of sub-regions, 1 to [`MAX_GRID`].
    pub rows: usize,
    /// Columns of sub-regions, 1 to [`MAX_GRID`].
    pub columns: usize,
    /// Confidence above which `beta = alpha`, 0 to 1.
    pub threshold: f64,
    /// `beta` at or below the threshold, 0 to 1; 0.5 in the paper.
    pub low_beta: f64,
    /// How the sub-regions become a box.
    pub hull: Hull,
    /// Largest factor, at least 1, by which [`Hull::MedianScaled`] changes the size in one frame, either way.
    pub max_scale: f64,
    /// What happens to the sub-regions between inferences.
    pub grid: Grid,
    /// How much each macroblock counts.
    pub weighting: Weighting,
    /// Whether the filters of the sub-regions carry on over an inference. If not, the first motion after an
    /// inference is taken unfiltered.
    pub keep_motion: bool,
}

impl Default for ExtrapolationConfig {
    /// What kept boxes closest to the truth on tracking sequences when started from true boxes.
    fn default() -> Self {
        Self {
            rows: 3,
            columns: 3,
            threshold: 0.8,
            low_beta: 0.5,
            hull: Hull::Median,
            max_scale: 1.1,
            grid: Grid::Recut,
            weighting: Weighting::Area,
            keep_motion: false,
        }
    }
}

impl ExtrapolationConfig {
    /// The rules of the paper, where it gives them, on a grid of 2 by 2: the smallest hull, area weights, and
    /// a filter that carries on from frame to frame whatever their kind.
    pub fn paper() -> Self {
        Self { rows: 2, columns: 2, hull: Hull::Smallest, keep_motion: true, ..Self::default() }
    }

    pub(super) fn check(&self) -> Result<(), ExtrapolationError> {
        let grid = 1..=MAX_GRID;
        if !grid.contains(&self.rows) || !grid.contains(&self.columns) {
            return Err(ExtrapolationError::Grid { rows: self.rows, columns: self.columns });
        }
        for (name, value) in [("threshold", self.threshold), ("low_beta", self.low_beta)] {
            if !(0.0..=1.0).contains(&value) {
                return Err(ExtrapolationError::Fraction { name, value });
            }
        }
        if !(self.max_scale.is_finite() && self.max_scale >= 1.0) {
            return Err(ExtrapolationError::Scale(self.max_scale));
        }
        Ok(())
    }
}

/// Why a box cannot be extrapolated.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ExtrapolationError {
    /// The grid of sub-regions is out of bounds.
    #[error("a grid of {rows}x{columns} sub-regions: both must be within 1 and {MAX_GRID}")]
    Grid {
        /// Rows asked for.
        rows: usize,
        /// Columns asked for.
        columns: usize,
    },
    /// A number that must be within 0 and 1.
    #[error("{name} is {value}: it must be within 0 and 1")]
    Fraction {
        /// Field of the configuration.
        name: &'static str,
        /// Its value.
        value: f64,
    },
    /// The largest change of size is not a factor.
    #[error("max_scale is {0}: it must be a number of at least 1")]
    Scale(f64),
    /// The box has no area or is not finite.
    #[error("cannot extrapolate a box of {w}x{h} at ({x}, {y})", x = .0.x, y = .0.y, w = .0.w, h = .0.h)]
    Box(BBox),
}

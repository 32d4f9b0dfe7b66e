//! Block matching on luma: for every macroblock, where in the previous frame it came from.
//!
//! A frame is cut into macroblocks of `block` by `block` pixels. Each gets the displacement with the
//! smallest sum of absolute differences (SAD) within `range` pixels along either axis.
//!
//! **Sign.** The vector (dx, dy) of the macroblock at (x, y) says that its content was at (x + dx, y + dy) in
//! the *previous* frame. Content that moves right by 3 has dx = -3. Whoever moves a box along with its content
//! moves it by the negative of the vector; [`crate::extrapolate`] does.
//!
//! **Edges.** Frames of any size are covered. Where the frame is not a multiple of the macroblock, the
//! last column (row) owns only the remaining pixels, but is matched over a full window pushed back until it
//! ends at the frame's edge: a strip of one pixel would otherwise get a vector made of noise. So every SAD is
//! over the same number of pixels, [`MotionField::window_pixels`]; a frame smaller than a macroblock shrinks
//! the window to the frame. Candidates whose window leaves the previous frame are skipped, not padded.
//!
//! **Ties** go to the smaller vector: by dx^2 + dy^2, then by dy, then by dx.

mod estimator;
mod field;
mod kernel;
mod search;
#[cfg(test)]
mod tests;

pub use estimator::MotionEstimator;
pub use field::{Block, MotionBlock, MotionField};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Smallest macroblock side, pixels.
pub const MIN_BLOCK: usize = 4;
/// Largest macroblock side, pixels.
pub const MAX_BLOCK: usize = 128;
/// Largest search range, pixels: a vector component is an `i8`.
pub const MAX_RANGE: u8 = 127;

/// How the displacements are searched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Search {
    /// Three-step search (Koga et al. 1981): from the best place so far probe the eight neighbours at a step
    /// that is halved each round. At range 7 the steps are 4, 2, 1: 25 probes. For other ranges the first
    /// step is the smallest power of two whose rounds reach the range, and probes outside it are skipped.
    #[default]
    ThreeStep,
    /// Every displacement in the range; at range 7 that is 225 probes.
    Exhaustive,
}

/// What the block matcher does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MotionConfig {
    /// Side L of a macroblock, pixels, [`MIN_BLOCK`] to [`MAX_BLOCK`]. 16 is the value of the paper; see
    /// [`MotionConfig::for_frame`] for small frames.
    pub block: usize,
    /// Search range d: both components of a vector are within -d and d. At most [`MAX_RANGE`].
    pub range: u8,
    /// The search.
    pub search: Search,
    /// Also measure the [texture](MotionBlock::texture) of every macroblock, at the cost of two more SADs.
    pub texture: bool,
}

impl Default for MotionConfig {
    fn default() -> Self {
        Self { block: 16, range: 7, search: Search::ThreeStep, texture: false }
    }
}

impl MotionConfig {
    /// The default with macroblocks that suit the frame: 8 when it has fewer than 240 rows or columns.
    pub fn for_frame(width: usize, height: usize) -> Self {
        let block = if width.min(height) < 240 { 8 } else { 16 };
        Self { block, ..Self::default() }
    }

    fn check(&self) -> Result<(), MotionError> {
        if !(MIN_BLOCK..=MAX_BLOCK).contains(&self.block) {
            return Err(MotionError::Block(self.block));
        }
        if self.range > MAX_RANGE {
            return Err(MotionError::Range(self.range));
        }
        Ok(())
    }
}

/// Why motion could not be estimated.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MotionError {
    /// The macroblock side is out of bounds.
    #[error("macroblock side {0} is not within {MIN_BLOCK} and {MAX_BLOCK} pixels")]
    Block(usize),
    /// The search range does not fit a vector.
    #[error("search range {0} is above {MAX_RANGE} pixels")]
    Range(u8),
    /// The estimator was asked for frames without pixels.
    #[error("a frame of {width}x{height} has no pixels")]
    Empty {
        /// Width, pixels.
        width: usize,
        /// Height, pixels.
        height: usize,
    },
    /// A frame of another size than the estimator was made for.
    #[error("motion was set up for {}x{} frames and got one of {}x{}", .expected.0, .expected.1, .got.0, .got.1)]
    Size {
        /// Width and height the estimator was made for.
        expected: (usize, usize),
        /// Width and height of the frame.
        got: (usize, usize),
    },
}

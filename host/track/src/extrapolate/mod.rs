//! Boxes moved by motion vectors: what Euphrates puts between two inferences.
//!
//! A box is cut into a grid of sub-regions. Each frame, each sub-region
//!
//! 1. takes the mean `mu` of the vectors of its pixels, a pixel having the vector of its macroblock;
//! 2. takes a confidence `alpha`, the mean of `1 - SAD / (255 L^2)` over its macroblocks;
//! 3. filters: `motion = beta * mu + (1 - beta) * previous motion`, with `beta = alpha` where alpha is above a
//!    threshold, else a constant, so that bad matches are damped by what was seen before;
//! 4. moves by that motion.
//!
//! The box of the frame is then the hull of the sub-regions, which is how it deforms. A vector points to where
//! a macroblock *came from* (see [`crate::motion`]), so `mu` here is the negative of the mean vector.
//!
//! The paper leaves open the threshold, the grid, what becomes of the filter at an inference and whether
//! sub-regions are cut anew every frame: here these are the fields of [`ExtrapolationConfig`].

mod region;
#[cfg(test)]
mod tests;

use crate::boxes::BBox;
use crate::motion::MotionField;
use region::{Measured, measure};
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

    fn check(&self) -> Result<(), ExtrapolationError> {
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

/// The box of an extrapolated frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extrapolated {
    /// The box in the current frame. It is not clipped to the frame.
    pub bbox: BBox,
    /// How the centre moved since the previous frame, pixels.
    pub motion: (f64, f64),
    /// Mean confidence of the sub-regions, 0 to 1; a sub-region outside the frame counts as 0.
    pub confidence: f64,
}

/// Extrapolates one box from frame to frame.
#[derive(Clone, Debug)]
pub struct Extrapolator {
    config: ExtrapolationConfig,
    bbox: BBox,
    regions: Vec<Region>,
}

/// A sub-region with the state of its filter.
#[derive(Clone, Copy, Debug)]
struct Region {
    bbox: BBox,
    motion: Option<(f64, f64)>,
}

impl Extrapolator {
    /// Starts with a box that was found in the first frame; there is no motion yet.
    ///
    /// # Errors
    /// A constant out of bounds, a box without area.
    pub fn new(config: ExtrapolationConfig, bbox: BBox) -> Result<Self, ExtrapolationError> {
        config.check()?;
        check_box(&bbox)?;
        let regions = vec![Region { bbox, motion: None }; config.rows * config.columns];
        let mut extrapolator = Self { config, bbox, regions };
        extrapolator.cut(bbox);
        Ok(extrapolator)
    }

    /// The box in the latest frame.
    pub fn bbox(&self) -> BBox {
        self.bbox
    }

    /// The constants.
    pub fn config(&self) -> &ExtrapolationConfig {
        &self.config
    }

    /// Replaces the box by the one that an inference found in the same frame.
    ///
    /// # Errors
    /// A box without area; nothing is changed then.
    pub fn correct(&mut self, bbox: BBox) -> Result<(), ExtrapolationError> {
        check_box(&bbox)?;
        if !self.config.keep_motion {
            self.regions.iter_mut().for_each(|region| region.motion = None);
        }
        self.cut(bbox);
        Ok(())
    }

    /// Moves the box to the next frame by the motion from the frame it is in to that one.
    ///
    /// Where a sub-region is wholly outside the frame there is no motion to see: it counts as motion 0 with
    /// confidence 0, so that the filter lets the motion before it die away.
    pub fn advance(&mut self, field: &MotionField) -> Extrapolated {
        let before = self.bbox;
        let mut confidence = 0.0;
        for region in &mut self.regions {
            let measured = measure(field, &region.bbox, self.config.weighting).unwrap_or(Measured::NOTHING);
            confidence += measured.confidence;
            let (dx, dy) = filter(&self.config, region.motion, &measured);
            *region = Region { bbox: region.bbox.translated(dx, dy), motion: Some((dx, dy)) };
        }
        self.bbox = self.joined();
        if self.config.grid == Grid::Recut {
            self.cut(self.bbox);
        }
        let ((ax, ay), (bx, by)) = (before.centre(), self.bbox.centre());
        let confidence = confidence / self.regions.len() as f64;
        Extrapolated { bbox: self.bbox, motion: (bx - ax, by - ay), confidence }
    }

    /// Places the grid of sub-regions on a box; their filters stay as they are.
    fn cut(&mut self, bbox: BBox) {
        self.bbox = bbox;
        let (w, h) = (bbox.w / self.config.columns as f64, bbox.h / self.config.rows as f64);
        for (index, region) in self.regions.iter_mut().enumerate() {
            let (column, row) = (index % self.config.columns, index / self.config.columns);
            region.bbox = BBox::new(bbox.x + column as f64 * w, bbox.y + row as f64 * h, w, h);
        }
    }

    /// The box of the moved sub-regions.
    fn joined(&self) -> BBox {
        match self.config.hull {
            // Sub-regions move but keep their size, so there is always a hull.
            Hull::Smallest => BBox::hull(self.regions.iter().map(|region| &region.bbox)).unwrap_or(self.bbox),
            Hull::Median => self.bbox.translated(self.median_motion(|m| m.0), self.median_motion(|m| m.1)),
            Hull::MedianScaled => {
                let moved = self.bbox.translated(self.median_motion(|m| m.0), self.median_motion(|m| m.1));
                moved.scaled(self.median_scale())
            }
        }
    }

    /// Median over the sub-regions of one component of their motion, pixels.
    fn median_motion(&self, component: fn((f64, f64)) -> f64) -> f64 {
        median(self.regions.iter().filter_map(|region| region.motion).map(component)).unwrap_or(0.0)
    }

    /// Median over the pairs of sub-regions of the distance after the motion to the distance before it.
    fn median_scale(&self) -> f64 {
        let ends = |region: &Region| {
            let (after, motion) = (region.bbox.centre(), region.motion.unwrap_or_default());
            ((after.0 - motion.0, after.1 - motion.1), after)
        };
        let distance = |a: (f64, f64), b: (f64, f64)| (a.0 - b.0).hypot(a.1 - b.1);
        let pairs =
            self.regions.iter().enumerate().flat_map(|(i, a)| self.regions[..i].iter().map(move |b| (a, b)));
        let ratios = pairs.filter_map(|(a, b)| {
            let ((a_before, a_after), (b_before, b_after)) = (ends(a), ends(b));
            let before = distance(a_before, b_before);
            (before > 0.0).then(|| distance(a_after, b_after) / before)
        });
        let limit = self.config.max_scale;
        median(ratios).unwrap_or(1.0).clamp(1.0 / limit, limit)
    }
}

/// Step 3: the motion of a sub-region. Without a motion before, the measured one is taken as it is.
fn filter(config: &ExtrapolationConfig, before: Option<(f64, f64)>, now: &Measured) -> (f64, f64) {
    let Some((bx, by)) = before else { return now.motion };
    let beta = if now.confidence > config.threshold { now.confidence } else { config.low_beta };
    (beta * now.motion.0 + (1.0 - beta) * bx, beta * now.motion.1 + (1.0 - beta) * by)
}

/// The median, the mean of the two in the middle for an even count; `None` of nothing.
fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let upper = *sorted.get(sorted.len() / 2)?;
    let lower = *sorted.get((sorted.len() - 1) / 2)?;
    Some((lower + upper) / 2.0)
}

fn check_box(bbox: &BBox) -> Result<(), ExtrapolationError> {
    if bbox.is_valid() { Ok(()) } else { Err(ExtrapolationError::Box(*bbox)) }
}

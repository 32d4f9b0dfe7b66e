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

mod config;
mod region;
#[cfg(test)]
mod tests;

pub use config::{ExtrapolationConfig, ExtrapolationError, Grid, Hull, MAX_GRID, Weighting};

use crate::boxes::BBox;
use crate::motion::MotionField;
use region::{Measured, measure};

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

//! Motion and confidence of one region of a frame, steps 1 and 2.

use super::Weighting;
use crate::boxes::BBox;
use crate::motion::{Block, MotionField};
use std::ops::Range;

/// What a region of the motion field says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Measured {
    /// How the content moved: the negative of the mean vector, pixels.
    pub motion: (f64, f64),
    /// Mean confidence of the macroblocks that the region touches, 0 to 1.
    pub confidence: f64,
}

impl Measured {
    /// Nothing could be seen.
    pub(super) const NOTHING: Self = Self { motion: (0.0, 0.0), confidence: 0.0 };
}

/// Measures the part of a region inside the frame; `None` where there is no such part.
pub(super) fn measure(field: &MotionField, region: &BBox, weighting: Weighting) -> Option<Measured> {
    let visible = region.clipped(field.width(), field.height())?;
    weighted(field, &visible, weighting).or_else(|| weighted(field, &visible, Weighting::Area))
}

/// The measurement under one weighting, `None` when all weights are 0.
fn weighted(field: &MotionField, visible: &BBox, weighting: Weighting) -> Option<Measured> {
    let (mut total, mut dx, mut dy) = (0.0, 0.0, 0.0);
    let (mut touched, mut confidence) = (0.0, 0.0);
    for block in touching(field, visible) {
        let area = shared_area(&block, visible);
        let weight = area * factor(field, &block, weighting);
        total += weight;
        dx += weight * f64::from(block.motion.dx);
        dy += weight * f64::from(block.motion.dy);
        touched += 1.0;
        confidence += field.confidence(&block.motion);
    }
    (total > 0.0).then(|| Measured { motion: (-dx / total, -dy / total), confidence: confidence / touched })
}

fn factor(field: &MotionField, block: &Block, weighting: Weighting) -> f64 {
    match weighting {
        Weighting::Area => 1.0,
        Weighting::Confidence => field.confidence(&block.motion),
        Weighting::Texture => f64::from(block.motion.texture),
    }
}

/// The macroblocks that share area with a box inside the frame.
fn touching<'a>(field: &'a MotionField, visible: &BBox) -> impl Iterator<Item = Block> + use<'a> {
    let columns = span(visible.x, visible.right(), field.block(), field.columns());
    let rows = span(visible.y, visible.bottom(), field.block(), field.rows());
    rows.flat_map(move |row| columns.clone().filter_map(move |column| field.get(column, row)))
}

/// The indices of the macroblocks between two coordinates that are not negative.
fn span(start: f64, end: f64, block: usize, count: usize) -> Range<usize> {
    let block = block as f64;
    let first = (start / block).floor() as usize;
    let last = (end / block).ceil() as usize;
    first.min(count)..last.min(count)
}

fn shared_area(block: &Block, region: &BBox) -> f64 {
    let owned = BBox::new(block.x as f64, block.y as f64, block.width as f64, block.height as f64);
    owned.intersection(region).map_or(0.0, |common| common.area())
}

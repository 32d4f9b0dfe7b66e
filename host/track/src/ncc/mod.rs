//! The baseline: normalised cross-correlation of raw pixels, on the host.
//!
//! It is built to be a fair peer of [`crate::tracker`]: the same patch size, resampling, cosine window, sub-pixel
//! peak, damped scale search, confidence-gated running template and prediction, and twice finer places (every
//! patch pixel). Only the features and the template differ: grey levels against oriented gradients, a mean of what
//! was seen against a regression. The score is the zero-mean normalised correlation coefficient (Lewis, "Fast
//! normalized cross-correlation", 1995).

mod config;
mod correlate;
#[cfg(test)]
mod tests;

pub use config::NccConfig;

use crate::boxes::BBox;
use crate::frame::GrayView;
use crate::tracker::patch::{resample, search_region};
use crate::tracker::{BoxError, ParameterError, check_box, parabola};
use correlate::{MIDDLE, PATCH, PLACES, TEMPLATE, cut, map, standardise};
use thiserror::Error;

/// Why the baseline could not start or go on.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum NccError {
    /// The box cannot be tracked.
    #[error(transparent)]
    Box(#[from] BoxError),
    /// The configuration is not usable.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
}

/// One update's result.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NccOutput {
    /// The target. It may reach outside the frame; its centre does not.
    pub bbox: BBox,
    /// Correlation coefficient at the peak, negative ones as 0.
    pub confidence: f64,
}

/// Tracks one object by its grey levels.
#[derive(Clone, Debug)]
pub struct NccTracker {
    config: NccConfig,
    bbox: BBox,
    velocity: (f64, f64),
    template: Vec<f32>,
}

/// The best place at one scale.
struct Peak {
    score: f64,
    coefficient: f64,
    dx: f64,
    dy: f64,
    scale: f64,
    pixels: Vec<f32>,
}

impl NccTracker {
    /// Takes the target in `bbox` as template.
    ///
    /// # Errors
    /// A box without area or outside the frame, a parameter out of bounds.
    pub fn init(config: NccConfig, frame: &GrayView<'_>, bbox: &BBox) -> Result<Self, NccError> {
        config.check()?;
        check_box(bbox, frame)?;
        let patch = resample(frame, &search_region(bbox, config.search), PATCH);
        let template = standardise(cut(&patch, MIDDLE, MIDDLE));
        Ok(Self { config, bbox: *bbox, velocity: (0.0, 0.0), template })
    }

    /// The last box.
    pub fn bbox(&self) -> BBox {
        self.bbox
    }

    /// The last box, moved on by a part of the last displacement.
    pub fn predict(&self) -> BBox {
        let gain = self.config.velocity_gain;
        self.bbox.translated(gain * self.velocity.0, gain * self.velocity.1)
    }

    /// Finds the target near `predicted`, of which only the centre counts, and learns from it.
    ///
    /// # Errors
    /// A prediction without area; the tracker is unchanged then.
    pub fn update(&mut self, frame: &GrayView<'_>, predicted: &BBox) -> Result<NccOutput, NccError> {
        if !predicted.is_valid() {
            return Err(BoxError::Degenerate(*predicted).into());
        }
        let start = self.bounded(predicted.centre(), (self.bbox.w, self.bbox.h), frame);
        let step = self.config.scale_step;
        let scales = [1.0, 1.0 / step, step];
        let count = if step > 1.0 { scales.len() } else { 1 };
        let peaks = scales[..count].iter().map(|&scale| self.look(frame, &start, scale));
        // The first scale is the target's own: it wins a tie.
        let best = peaks.reduce(|best, peak| if peak.score > best.score { peak } else { best });
        let Some(best) = best else { return Ok(NccOutput { bbox: self.bbox, confidence: 0.0 }) };
        self.follow(frame, &start, &best);
        if self.config.rate > 0.0 && best.coefficient > self.config.learn_above {
            self.learn(best.pixels);
        }
        Ok(NccOutput { bbox: self.bbox, confidence: best.coefficient.max(0.0) })
    }

    /// The best place in a patch cut for a target `scale` times as large.
    fn look(&self, frame: &GrayView<'_>, start: &BBox, scale: f64) -> Peak {
        let region = search_region(start, self.config.search * scale);
        let patch = resample(frame, &region, PATCH);
        let map = map(&patch, &self.template);
        let at = |x: usize, y: usize| f64::from(map[y * PLACES + x]);
        let (score, x, y) = self.find(&at, scale);
        let line = |k: usize, value: &dyn Fn(usize) -> f64| match k {
            0 => 0.0,
            last if last + 1 == PLACES => 0.0,
            inner => parabola(value(inner - 1), value(inner), value(inner + 1)),
        };
        let dx = (x as f64 - MIDDLE as f64 + line(x, &|k| at(k, y))) * region.w / PATCH as f64;
        let dy = (y as f64 - MIDDLE as f64 + line(y, &|k| at(x, k))) * region.h / PATCH as f64;
        Peak { score, coefficient: at(x, y), dx, dy, scale, pixels: cut(&patch, x, y) }
    }

    fn find(&self, at: &dyn Fn(usize, usize) -> f64, scale: f64) -> (f64, usize, usize) {
        let (window, penalty) =
            (self.config.window, if scale == 1.0 { 0.0 } else { self.config.scale_penalty });
        let places = (0..PLACES).flat_map(|y| (0..PLACES).map(move |x| (x, y)));
        let score = |x: usize, y: usize| {
            let coefficient = at(x, y);
            let kept = coefficient - penalty * coefficient.max(0.0);
            (1.0 - window) * kept + window * hann(x) * hann(y)
        };
        let scored = places.map(|(x, y)| (score(x, y), x, y));
        scored
            .fold((f64::NEG_INFINITY, MIDDLE, MIDDLE), |best, next| if next.0 > best.0 { next } else { best })
    }

    fn follow(&mut self, frame: &GrayView<'_>, start: &BBox, best: &Peak) {
        let (cx, cy) = start.centre();
        let zoom = best.scale.powf(self.config.scale_gain);
        let next = self.bounded((cx + best.dx, cy + best.dy), (start.w * zoom, start.h * zoom), frame);
        let (from, to) = (self.bbox.centre(), next.centre());
        self.velocity = (to.0 - from.0, to.1 - from.1);
        self.bbox = next;
    }

    fn bounded(&self, (cx, cy): (f64, f64), (w, h): (f64, f64), frame: &GrayView<'_>) -> BBox {
        let (width, height) = (frame.width() as f64, frame.height() as f64);
        let size = |s: f64, frame: f64| s.clamp(self.config.min_size, self.config.min_size.max(2.0 * frame));
        BBox::from_centre(cx.clamp(0.0, width), cy.clamp(0.0, height), size(w, width), size(h, height))
    }

    fn learn(&mut self, pixels: Vec<f32>) {
        let (rate, newest) = (self.config.rate as f32, standardise(pixels));
        let mixed: Vec<f32> = self.template.iter().zip(&newest).map(|(t, n)| t + rate * (n - t)).collect();
        self.template = standardise(mixed);
    }
}

/// Cosine window over the places: 1 in the middle, 0 one template cell outside the map.
fn hann(place: usize) -> f64 {
    let margin = (PATCH - TEMPLATE) / 2 + 2;
    let angle = (place as f64 - MIDDLE as f64) * std::f64::consts::PI / margin as f64;
    0.5 + 0.5 * angle.cos()
}

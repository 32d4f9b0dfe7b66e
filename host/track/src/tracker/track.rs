//! The tracker: an update runs the device once for each stage.

use super::config::TrackerConfig;
use super::device::{Correlator, TemplateBank};
use super::error::{BoxError, TrackerError, check_box};
use super::labels::SCALES;
use super::reading::Reading;
use super::stage::{Sight, Stage};
use super::templates::quantise;
use crate::boxes::BBox;
use crate::frame::GrayView;

/// One update's result.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrackOutput {
    /// The target. It may reach outside the frame; its centre does not.
    pub bbox: BBox,
    /// Response at the peak, 0 (nothing like the target) to 1 (as learnt, or better).
    pub confidence: f64,
    /// Peak to sidelobe ratio; above about 7 the peak stands alone.
    pub sidelobe: f64,
    /// Whether the templates were changed.
    pub learnt: bool,
}

/// Tracks one object. The device's templates belong to the tracker between its calls.
#[derive(Clone, Debug)]
pub struct Tracker {
    config: TrackerConfig,
    bbox: BBox,
    velocity: (f64, f64),
    stages: Vec<Stage>,
}

impl Tracker {
    /// Learns the target in `bbox` and loads its templates. The device computes seven feature maps for each stage.
    ///
    /// # Errors
    /// A box without area or outside the frame, a parameter out of bounds, a device that fails.
    pub fn init<C: Correlator>(
        config: TrackerConfig,
        frame: &GrayView<'_>,
        bbox: &BBox,
        device: &mut C,
    ) -> Result<Self, TrackerError<C::Error>> {
        config.check()?;
        check_box(bbox, frame)?;
        let learn = |search| Stage::learn_first(&config, search, frame, bbox, device);
        let stages = config.searches().map(learn).collect::<Result<_, _>>()?;
        let mut tracker = Self { config, bbox: *bbox, velocity: (0.0, 0.0), stages };
        tracker.load(config.first_iterations, device)?;
        Ok(tracker)
    }

    /// The last box.
    pub fn bbox(&self) -> BBox {
        self.bbox
    }

    /// The constants it runs with.
    pub fn config(&self) -> &TrackerConfig {
        &self.config
    }

    /// Where the target should be after as long again as between the last two updates: the last box, moved on by a
    /// part of the mean displacement. For callers without a better prediction.
    pub fn predict(&self) -> BBox {
        let gain = self.config.velocity_gain;
        self.bbox.translated(gain * self.velocity.0, gain * self.velocity.1)
    }

    /// Finds the target near `predicted` and learns from it. The device runs once for each stage, and takes new
    /// templates when it was sure enough.
    ///
    /// # Errors
    /// A prediction without area, a device that fails. The tracker is unchanged then, but for the templates if
    /// loading them failed.
    pub fn update<C: Correlator>(
        &mut self,
        frame: &GrayView<'_>,
        predicted: &BBox,
        device: &mut C,
    ) -> Result<TrackOutput, TrackerError<C::Error>> {
        if !predicted.is_valid() {
            return Err(BoxError::Degenerate(*predicted).into());
        }
        let mut next = self.start(predicted, frame);
        let mut sights = Vec::with_capacity(self.stages.len());
        for (stage, lane) in self.stages.iter().zip((0..).step_by(SCALES)) {
            let sight = stage.look(&self.config, lane, frame, next, device)?;
            next = self.follow(stage, &sight, frame);
            sights.push(sight);
        }
        self.settle(next);
        let Reading { peak, sidelobe, .. } = sights.last().map_or(Reading::NOTHING, |sight| sight.reading);
        let learnt = self.config.rate > 0.0 && peak > self.config.learn_above;
        if learnt {
            for (stage, sight) in self.stages.iter_mut().zip(&sights) {
                stage.learn(&self.config, sight, &next);
            }
            self.load(self.config.iterations, device)?;
        }
        Ok(TrackOutput { bbox: next, confidence: peak.clamp(0.0, 1.0), sidelobe, learnt })
    }

    /// Where to search: the predicted centre, kept in the frame, with the last size.
    fn start(&self, predicted: &BBox, frame: &GrayView<'_>) -> BBox {
        let mix = |own: f64, other: f64| own + self.config.predicted_size * (other - own);
        let (w, h) = (mix(self.bbox.w, predicted.w), mix(self.bbox.h, predicted.h));
        self.bounded(predicted.centre(), (w, h), frame)
    }

    /// A box with its centre in the frame and a size between `min_size` and twice the frame's.
    fn bounded(&self, (cx, cy): (f64, f64), (w, h): (f64, f64), frame: &GrayView<'_>) -> BBox {
        let (width, height) = (frame.width() as f64, frame.height() as f64);
        let size = |s: f64, frame: f64| s.clamp(self.config.min_size, self.config.min_size.max(2.0 * frame));
        BBox::from_centre(cx.clamp(0.0, width), cy.clamp(0.0, height), size(w, width), size(h, height))
    }

    /// The box that a stage saw; without any response it is where it was expected.
    fn follow(&self, stage: &Stage, sight: &Sight, frame: &GrayView<'_>) -> BBox {
        if sight.reading.peak <= 0.0 {
            return sight.start;
        }
        let pose = &sight.reading.pose;
        let zoom = pose.zoom.powf(self.config.scale_gain);
        self.bounded(stage.centre(&sight.start, pose), (sight.start.w * zoom, sight.start.h * zoom), frame)
    }

    /// Takes the update's box and how far it is from the last one.
    fn settle(&mut self, next: BBox) {
        let (from, to, keep) = (self.bbox.centre(), next.centre(), self.config.velocity_memory);
        let mean = |old: f64, from: f64, to: f64| keep * old + (1.0 - keep) * (to - from);
        self.velocity = (mean(self.velocity.0, from.0, to.0), mean(self.velocity.1, from.1, to.1));
        self.bbox = next;
    }

    /// Solves for the templates of all stages and gives them to the device.
    fn load<C: Correlator>(
        &mut self,
        iterations: usize,
        device: &mut C,
    ) -> Result<(), TrackerError<C::Error>> {
        let mut bank = TemplateBank::silent();
        for (stage, lane) in self.stages.iter_mut().zip((0..).step_by(SCALES)) {
            quantise(stage.solve(&self.config, iterations), lane, &self.config, &mut bank);
        }
        device.load(&bank).map_err(TrackerError::Device)
    }
}

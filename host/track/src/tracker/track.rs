//! The tracker: one pass over the device for each update.

use super::config::TrackerConfig;
use super::device::{Correlator, FEATURES, FEATURES_LEN, PATCH, RESPONSES_LEN};
use super::error::{BoxError, TrackerError, check_box};
use super::labels::{Pose, SCALES};
use super::patch::{normalise, resample, search_region};
use super::reading::{Reading, read};
use super::ridge::{Equations, Ridge, UNKNOWNS};
use super::templates::quantise;
use crate::boxes::BBox;
use crate::frame::GrayView;

/// Views of the first frame to learn from: displacement in cells, zoom in steps, weight. The steps teach the
/// lanes their scale; the half cells show the target between two places.
const FIRST_VIEWS: [(f64, f64, f64, f32); 7] = [
    (0.0, 0.0, 0.0, 0.5),
    (0.5, 0.5, 1.0, 0.25),
    (-0.5, 0.5, -1.0, 0.25),
    (1.5, -1.5, 0.0, 0.25),
    (0.5, -0.5, -1.0, 0.25),
    (-0.5, -0.5, 1.0, 0.25),
    (-1.5, 0.5, 0.0, 0.25),
];
/// Sum of the weights of the first frame's views: a later patch must weigh as much as they do together.
const FIRST_WEIGHT: f32 = 2.0;

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
    ridge: Ridge,
    first: Equations,
    later: Equations,
    solutions: Vec<f32>,
}

impl Tracker {
    /// Learns the target in `bbox` and loads its templates. The device computes seven feature maps.
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
        let first = learn_first(&config, frame, bbox, device)?;
        let solutions = vec![0.0; SCALES * UNKNOWNS];
        let (ridge, later) = (Ridge::new(&config), first.clone());
        let mut tracker = Self { config, bbox: *bbox, velocity: (0.0, 0.0), ridge, first, later, solutions };
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

    /// Finds the target near `predicted` and learns from it. The device runs once, and takes new templates when it
    /// was sure enough.
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
        let start = self.start(predicted, frame);
        let region = search_region(&start, self.config.search);
        let response =
            device.correlate(&patch(&self.config, frame, &region)).map_err(TrackerError::Device)?;
        check_length("responses", response.map.len(), RESPONSES_LEN)?;
        check_length("features", response.features.len(), FEATURES_LEN)?;
        let reading = read(&response.map, &self.config);
        self.follow(&start, &reading, frame);
        let learnt = self.config.rate > 0.0 && reading.peak > self.config.learn_above;
        if learnt {
            let zoom = self.bbox.w / start.w;
            self.learn(&response.features, &Pose { zoom, ..reading.pose }, device)?;
        }
        let confidence = reading.peak.clamp(0.0, 1.0);
        Ok(TrackOutput { bbox: self.bbox, confidence, sidelobe: reading.sidelobe, learnt })
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

    /// Moves the box to what was read; without any response it stays where it was expected.
    fn follow(&mut self, start: &BBox, reading: &Reading, frame: &GrayView<'_>) {
        let mut next = *start;
        if reading.peak > 0.0 {
            let cell = self.config.search / FEATURES as f64;
            let (cx, cy) = start.centre();
            let centre = (cx + reading.pose.dx * cell * start.w, cy + reading.pose.dy * cell * start.h);
            let zoom = reading.pose.zoom.powf(self.config.scale_gain);
            next = self.bounded(centre, (start.w * zoom, start.h * zoom), frame);
        }
        let (from, to, keep) = (self.bbox.centre(), next.centre(), self.config.velocity_memory);
        let mean = |old: f64, from: f64, to: f64| keep * old + (1.0 - keep) * (to - from);
        self.velocity = (mean(self.velocity.0, from.0, to.0), mean(self.velocity.1, from.1, to.1));
        self.bbox = next;
    }

    fn learn<C: Correlator>(
        &mut self,
        features: &[i8],
        pose: &Pose,
        device: &mut C,
    ) -> Result<(), TrackerError<C::Error>> {
        let mut newest = Equations::new();
        newest.add(features, pose, FIRST_WEIGHT, &self.config);
        self.later.blend(&newest, self.config.rate as f32);
        self.load(self.config.iterations, device)
    }

    /// Solves for the templates and gives them to the device.
    fn load<C: Correlator>(
        &mut self,
        iterations: usize,
        device: &mut C,
    ) -> Result<(), TrackerError<C::Error>> {
        let mut equations = self.later.clone();
        equations.blend(&self.first, self.config.anchor as f32);
        equations.solve(&mut self.solutions, &self.ridge, iterations);
        device.load(&quantise(&self.solutions, &self.config)).map_err(TrackerError::Device)
    }
}

/// The equations of the first frame's views.
fn learn_first<C: Correlator>(
    config: &TrackerConfig,
    frame: &GrayView<'_>,
    bbox: &BBox,
    device: &mut C,
) -> Result<Equations, TrackerError<C::Error>> {
    let mut equations = Equations::new();
    for (dx, dy, steps, weight) in FIRST_VIEWS {
        let pose = Pose { dx, dy, zoom: config.scale_step.powf(steps) };
        let features = device
            .features(&patch(config, frame, &view(config, bbox, &pose)))
            .map_err(TrackerError::Device)?;
        check_length("features", features.len(), FEATURES_LEN)?;
        equations.add(&features, &pose, weight, config);
    }
    Ok(equations)
}

/// The region in which a box appears in a pose.
fn view(config: &TrackerConfig, bbox: &BBox, pose: &Pose) -> BBox {
    let region = search_region(bbox, config.search / pose.zoom);
    let cells = FEATURES as f64;
    region.translated(-pose.dx * region.w / cells, -pose.dy * region.h / cells)
}

fn patch(config: &TrackerConfig, frame: &GrayView<'_>, region: &BBox) -> Vec<i8> {
    normalise(&resample(frame, region, PATCH), config.contrast, config.contrast_floor)
}

fn check_length<E>(what: &'static str, got: usize, expected: usize) -> Result<(), TrackerError<E>> {
    if got == expected { Ok(()) } else { Err(TrackerError::Length { what, expected, got }) }
}

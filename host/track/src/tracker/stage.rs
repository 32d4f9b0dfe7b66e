//! One stage of the search: a zoom of the patch, with its own templates.

use super::config::TrackerConfig;
use super::device::{Correlator, FEATURES, FEATURES_LEN, PATCH, RESPONSES_LEN};
use super::error::TrackerError;
use super::labels::{Pose, SCALES};
use super::patch::{normalise, resample, search_region};
use super::reading::{Reading, read};
use super::ridge::{Equations, Ridge, UNKNOWNS};
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
/// Cells along a patch.
const CELLS: f64 = FEATURES as f64;

/// One stage: what it has learnt, and the real-valued templates that follow from it.
#[derive(Clone, Debug)]
pub(super) struct Stage {
    search: f64,
    ridge: Ridge,
    first: Equations,
    later: Equations,
    solutions: Vec<f32>,
}

/// What a stage saw.
pub(super) struct Sight {
    /// The box that the patch was cut for.
    pub start: BBox,
    /// The patch's features.
    pub features: Vec<i8>,
    /// What the responses say.
    pub reading: Reading,
}

impl Stage {
    /// Learns the target from views of the first frame; the templates are not solved for yet.
    pub(super) fn learn_first<C: Correlator>(
        config: &TrackerConfig,
        search: f64,
        frame: &GrayView<'_>,
        bbox: &BBox,
        device: &mut C,
    ) -> Result<Self, TrackerError<C::Error>> {
        let mut first = Equations::new();
        for (dx, dy, steps, weight) in FIRST_VIEWS {
            let pose = Pose { dx, dy, zoom: config.scale_step.powf(steps) };
            let region = search_region(bbox, search / pose.zoom);
            let region = region.translated(-dx * region.w / CELLS, -dy * region.h / CELLS);
            let features = device.features(&patch(config, frame, &region)).map_err(TrackerError::Device)?;
            check_length("features", features.len(), FEATURES_LEN)?;
            first.add(&features, &pose, weight, config);
        }
        let (ridge, later) = (Ridge::new(config, search), first.clone());
        Ok(Self { search, ridge, first, later, solutions: vec![0.0; SCALES * UNKNOWNS] })
    }

    /// Runs the device on the patch around `start` and reads the lanes from `lane` on.
    pub(super) fn look<C: Correlator>(
        &self,
        config: &TrackerConfig,
        lane: usize,
        frame: &GrayView<'_>,
        start: BBox,
        device: &mut C,
    ) -> Result<Sight, TrackerError<C::Error>> {
        let pixels = patch(config, frame, &search_region(&start, self.search));
        let response = device.correlate(&pixels).map_err(TrackerError::Device)?;
        check_length("responses", response.map.len(), RESPONSES_LEN)?;
        check_length("features", response.features.len(), FEATURES_LEN)?;
        let reading = read(&response.map, lane, config);
        Ok(Sight { start, features: response.features, reading })
    }

    /// The centre that a pose in the patch around `start` means.
    pub(super) fn centre(&self, start: &BBox, pose: &Pose) -> (f64, f64) {
        let (cx, cy) = start.centre();
        let cell = self.search / CELLS;
        (cx + pose.dx * cell * start.w, cy + pose.dy * cell * start.h)
    }

    /// Learns that the target of a patch is in `found`.
    pub(super) fn learn(&mut self, config: &TrackerConfig, sight: &Sight, found: &BBox) {
        let ((fx, fy), (sx, sy)) = (found.centre(), sight.start.centre());
        let cell = self.search / CELLS;
        let dx = (fx - sx) / (cell * sight.start.w);
        let dy = (fy - sy) / (cell * sight.start.h);
        let mut newest = Equations::new();
        newest.add(&sight.features, &Pose { dx, dy, zoom: found.w / sight.start.w }, FIRST_WEIGHT, config);
        self.later.blend(&newest, config.rate as f32);
    }

    /// Improves the templates and returns them: for each scale the weights, then the bias.
    pub(super) fn solve(&mut self, config: &TrackerConfig, iterations: usize) -> &[f32] {
        let mut equations = self.later.clone();
        equations.blend(&self.first, config.anchor as f32);
        equations.solve(&mut self.solutions, &self.ridge, iterations);
        &self.solutions
    }
}

fn patch(config: &TrackerConfig, frame: &GrayView<'_>, region: &BBox) -> Vec<i8> {
    normalise(&resample(frame, region, PATCH), config.contrast, config.contrast_floor)
}

fn check_length<E>(what: &'static str, got: usize, expected: usize) -> Result<(), TrackerError<E>> {
    if got == expected { Ok(()) } else { Err(TrackerError::Length { what, expected, got }) }
}

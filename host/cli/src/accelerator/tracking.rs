//! The two trackers as the loop sees them: one on the accelerator, one on raw pixels for comparison.

use frazil_boards::Board;
use frazil_track::ncc::{NccConfig, NccTracker};
use frazil_track::tracker::{Correlator, Response, TemplateBank, Tracker, TrackerConfig, TrackerError};
use frazil_track::{BBox, GrayView};

use super::correlation::Correlation;
use super::target::Target;
use crate::args::DeviceArgs;
use crate::error::{Failure, Result, UsageError};
use crate::pipeline::{DeviceUse, Found, Look};
use crate::report::Device;

impl Correlator for Correlation {
    type Error = miette::Report;

    fn features(&mut self, patch: &[i8]) -> Result<Vec<i8>> {
        Correlation::features(self, patch)
    }

    fn load(&mut self, templates: &TemplateBank) -> Result<()> {
        Correlation::load(self, templates)
    }

    fn correlate(&mut self, patch: &[i8]) -> Result<Response> {
        Correlation::correlate(self, patch)
    }
}

/// The tracker whose network runs on a device.
pub struct Tracking {
    correlation: Correlation,
    config: TrackerConfig,
    tracker: Option<Tracker>,
    device: Device,
}

impl Tracking {
    /// On the device and board of the command line.
    pub fn open(args: &DeviceArgs, config: TrackerConfig) -> Result<Self> {
        let target = Target::parse(&args.device)?;
        let board = Board::load(&args.board.board).map_err(Failure::from)?;
        Self::on(&args.device, &target, &board, config)
    }

    /// On a target; `name` is what the report calls it.
    pub fn on(name: &str, target: &Target, board: &Board, config: TrackerConfig) -> Result<Self> {
        config.check().map_err(Failure::from)?;
        let correlation = Correlation::open(target, board)?;
        let device = Device {
            kind: name.into(),
            board: board.name.clone(),
            clock_hz: correlation.clock_hz().unwrap_or_else(|| board.clock.target_hz.into()),
            design_id: correlation.design_id().map(|id| format!("{id:016x}")),
        };
        Ok(Self { correlation, config, tracker: None, device })
    }

    /// What the report says of the device.
    pub fn device(&self) -> Device {
        self.device.clone()
    }
}

impl Look for Tracking {
    fn start(&mut self, frame: &GrayView<'_>, bbox: &BBox) -> Result<()> {
        let tracker = Tracker::init(self.config, frame, bbox, &mut self.correlation);
        self.tracker = Some(tracker.map_err(tracker_error)?);
        Ok(())
    }

    fn find(&mut self, frame: &GrayView<'_>, moved: Option<&BBox>) -> Result<Found> {
        let tracker = self.tracker.as_mut().ok_or(UsageError::NotStarted)?;
        let expected = moved.copied().unwrap_or_else(|| tracker.predict());
        let found = tracker.update(frame, &expected, &mut self.correlation).map_err(tracker_error)?;
        Ok(Found { bbox: found.bbox, confidence: found.confidence })
    }

    fn device(&self) -> DeviceUse {
        self.correlation.used()
    }
}

/// The device's own error, or the tracker's with its code.
fn tracker_error(error: TrackerError<miette::Report>) -> miette::Report {
    match error {
        TrackerError::Device(report) => report,
        TrackerError::Box(error) => Failure::from(error).into(),
        TrackerError::Parameter(error) => Failure::from(error).into(),
        TrackerError::Length { .. } => {
            let help = "this is a fault of frazil: please report it with the command line";
            Failure::new("frazil::track::length", help, error.to_string()).into()
        }
    }
}

/// Normalised correlation of raw pixels, on the host: what the tracker is measured against.
pub struct RawPixels {
    config: NccConfig,
    tracker: Option<NccTracker>,
}

impl RawPixels {
    /// With these constants.
    pub fn new(config: NccConfig) -> Self {
        Self { config, tracker: None }
    }
}

impl Look for RawPixels {
    fn start(&mut self, frame: &GrayView<'_>, bbox: &BBox) -> Result<()> {
        let tracker = NccTracker::init(self.config, frame, bbox).map_err(Failure::from)?;
        self.tracker = Some(tracker);
        Ok(())
    }

    fn find(&mut self, frame: &GrayView<'_>, moved: Option<&BBox>) -> Result<Found> {
        let tracker = self.tracker.as_mut().ok_or(UsageError::NotStarted)?;
        let expected = moved.copied().unwrap_or_else(|| tracker.predict());
        let found = tracker.update(frame, &expected).map_err(Failure::from)?;
        Ok(Found { bbox: found.bbox, confidence: found.confidence })
    }

    fn device(&self) -> DeviceUse {
        DeviceUse::default()
    }
}

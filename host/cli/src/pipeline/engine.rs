//! One frame after the other: look at it on the device, or move the box by the motion.

use frazil_track::extrapolate::{ExtrapolationConfig, Extrapolator};
use frazil_track::motion::{MotionConfig, MotionEstimator};
use frazil_track::schedule::{Decision, Scheduler, Window};
use frazil_track::{BBox, GrayFrame, GrayView};

use super::outcome::{DeviceUse, Step};
use crate::error::{Failure, Result};
use crate::frames::Frame;

/// What a look at a keyframe found.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    /// Where the target is.
    pub bbox: BBox,
    /// How sure that is, 0 to 1.
    pub confidence: f64,
}

/// Something that finds a target in a frame.
pub trait Look {
    /// Learns the target in the first frame.
    fn start(&mut self, frame: &GrayView<'_>, bbox: &BBox) -> Result<()>;

    /// Finds it again, near where the motion says that it is.
    fn find(&mut self, frame: &GrayView<'_>, predicted: &BBox) -> Result<Found>;

    /// What the device did so far.
    fn device(&self) -> DeviceUse;
}

/// The state of one run.
pub struct Engine<'a> {
    look: &'a mut dyn Look,
    scheduler: Scheduler,
    motion: MotionEstimator,
    extrapolator: Extrapolator,
    previous: Option<GrayFrame>,
    frames: usize,
}

impl<'a> Engine<'a> {
    /// A run over frames of this size, in the first of which the target is in `start`.
    pub fn new(look: &'a mut dyn Look, window: Window, size: (u32, u32), start: &BBox) -> Result<Self> {
        let (w, h) = (size.0 as usize, size.1 as usize);
        let motion = MotionEstimator::new({ let mut c = MotionConfig::for_frame(w, h); let e = |n: &str| std::env::var(n).ok().and_then(|v| v.parse::<usize>().ok()); if let Some(b) = e("MB") { c.block = b; } if let Some(r) = e("MR") { c.range = r as u8; } if e("MX").is_some() { c.search = frazil_track::motion::Search::Exhaustive; } if e("TX").is_some() { c.texture = true; } c }, w, h).map_err(Failure::from)?;
        let extrapolator =
            Extrapolator::new({ let mut c = ExtrapolationConfig::default(); if let Some(v) = std::env::var("XC").ok() { c = toml_like(&v); } c }, *start).map_err(Failure::from)?;
        let scheduler = Scheduler::new(window).map_err(Failure::from)?;
        Ok(Self { look, scheduler, motion, extrapolator, previous: None, frames: 0 })
    }

    /// Takes the next frame.
    pub fn frame(&mut self, frame: &Frame) -> Result<Step> {
        let luma = &frame.luma;
        let before = self.look.device().cycles;
        let decision = self.scheduler.next();
        let found = match self.previous.take() {
            None => self.first(luma)?,
            Some(previous) => self.later(&previous, luma, decision)?,
        };
        let step = Step {
            frame: self.frames,
            name: frame.name.clone(),
            keyframe: decision == Decision::Infer,
            bbox: self.extrapolator.bbox(),
            truth: None,
            iou: None,
            confidence: found.map(|f| f.confidence),
            cycles: self.look.device().cycles - before,
        };
        self.previous = Some(luma.clone());
        self.frames += 1;
        Ok(step)
    }

    /// The box of the first frame is given; the device learns what is in it.
    fn first(&mut self, luma: &GrayFrame) -> Result<Option<Found>> {
        self.look.start(&luma.view(), &self.extrapolator.bbox())?;
        Ok(None)
    }

    fn later(&mut self, previous: &GrayFrame, luma: &GrayFrame, decision: Decision) -> Result<Option<Found>> {
        let field = self.motion.estimate(&previous.view(), &luma.view()).map_err(Failure::from)?;
        let predicted = self.extrapolator.advance(field).bbox;
        if decision == Decision::Extrapolate {
            return Ok(None);
        }
        let found = self.look.find(&luma.view(), &predicted)?;
        self.scheduler.feedback(&found.bbox, &predicted);
        // A box that is no box leaves the extrapolated one in place.
        if found.bbox.is_valid() {
            self.extrapolator.correct(found.bbox).map_err(Failure::from)?;
        }
        Ok(Some(found))
    }

    /// What the device did so far.
    pub fn device(&self) -> DeviceUse {
        self.look.device()
    }
}

fn toml_like(v: &str) -> ExtrapolationConfig { serde_json::from_str(v).expect("cfg") }

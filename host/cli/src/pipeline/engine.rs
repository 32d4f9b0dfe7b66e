//! One frame after the other: look at it on the device, or move the box by the motion.

use frazil_track::GrayFrame;
use frazil_track::extrapolate::Extrapolator;
use frazil_track::motion::MotionEstimator;
use frazil_track::schedule::{Decision, Scheduler};

use super::job::{Found, Job, Look};
use super::outcome::{DeviceUse, Step};
use crate::error::{Failure, Result};
use crate::frames::Frame;

/// The state of one run.
pub struct Engine<'a> {
    look: &'a mut dyn Look,
    scheduler: Scheduler,
    motion: MotionEstimator,
    extrapolator: Extrapolator,
    previous: Option<GrayFrame>,
    /// Whether the frame before was a keyframe.
    fresh: bool,
    frames: usize,
}

impl<'a> Engine<'a> {
    /// A run over frames of this size.
    pub fn new(look: &'a mut dyn Look, job: &Job<'_>, size: (u32, u32)) -> Result<Self> {
        let (w, h) = (size.0 as usize, size.1 as usize);
        let parameters = job.parameters;
        let motion = MotionEstimator::new(parameters.motion.for_frame(w, h), w, h).map_err(Failure::from)?;
        let extrapolator = Extrapolator::new(parameters.extrapolation, job.start).map_err(Failure::from)?;
        let scheduler = Scheduler::new(parameters.window(job.window)).map_err(Failure::from)?;
        Ok(Self { look, scheduler, motion, extrapolator, previous: None, fresh: true, frames: 0 })
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
            self.fresh = false;
            return Ok(None);
        }
        // From one keyframe to the next the tracker's own expectation is the better one; motion is for gaps.
        let moved = (!self.fresh).then_some(&predicted);
        let found = self.look.find(&luma.view(), moved)?;
        self.fresh = true;
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

//! A whole video with one window.

use std::time::Instant;

use frazil_track::BBox;
use frazil_track::metrics::Scores;

use super::engine::Engine;
use super::job::{Job, Look};
use super::outcome::{DeviceUse, Run, Step};
use crate::error::Result;
use crate::frames::{Frame, FrameSource};

/// Tracks through the video; `seen` gets every frame with its result.
pub fn run(
    look: &mut dyn Look,
    source: &mut dyn FrameSource,
    job: &Job<'_>,
    mut seen: impl FnMut(&Frame, &Step),
) -> Result<Run> {
    let began = Instant::now();
    let before = look.device();
    let info = source.info();
    let mut engine = Engine::new(look, job, (info.width, info.height))?;
    let mut steps = Vec::new();
    while job.limit.is_none_or(|limit| steps.len() < limit) {
        let Some(frame) = source.next_frame()? else { break };
        let truth = job.truth.get(steps.len()).copied().flatten();
        let step = engine.frame(&frame)?;
        let step = Step { truth, iou: truth.map(|t| t.iou(&step.bbox)), ..step };
        seen(&frame, &step);
        steps.push(step);
    }
    let device = engine.device().since(&before);
    Ok(finish(job, steps, device, began.elapsed().as_secs_f64()))
}

fn finish(job: &Job<'_>, steps: Vec<Step>, device: DeviceUse, host_seconds: f64) -> Run {
    let truth: Vec<Option<BBox>> = steps.iter().map(|s| s.truth).collect();
    let boxes: Vec<Option<BBox>> = steps.iter().map(|s| Some(s.bbox)).collect();
    // Without a true box there is no score, and that is no error.
    let score = Scores::new(&truth, &boxes).ok().map(|s| s.summary());
    let keyframes = steps.iter().filter(|s| s.keyframe).count();
    Run { window: job.window.to_string(), keyframes, score, device, host_seconds, steps }
}

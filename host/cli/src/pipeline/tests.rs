//! The loop on the demo clip, with a detector that is always right.

use frazil_track::schedule::Window;
use frazil_track::{BBox, GrayView};

use super::{DeviceUse, Found, Job, Look, run};
use crate::clip::Clip;
use crate::error::Result;
use crate::frames::{Frame, Frames, Info};
use crate::parameters::Parameters;

/// Finds the target where the truth says, and counts how often it was asked.
struct Oracle<'a> {
    frames: &'a [Frame],
    truth: &'a [BBox],
    asked: u64,
}

impl Look for Oracle<'_> {
    fn start(&mut self, _: &GrayView<'_>, _: &BBox) -> Result<()> {
        self.asked += 1;
        Ok(())
    }

    fn find(&mut self, frame: &GrayView<'_>, _: Option<&BBox>) -> Result<Found> {
        self.asked += 1;
        let at = self.frames.iter().position(|f| f.luma.data() == frame.data()).expect("a frame of the clip");
        Ok(Found { bbox: self.truth[at], confidence: 1.0 })
    }

    fn device(&self) -> DeviceUse {
        DeviceUse { runs: self.asked, cycles: 10 * self.asked, ..DeviceUse::default() }
    }
}

fn tracked(clip: &Clip, window: &str) -> super::Run {
    let mut oracle = Oracle { frames: &clip.frames, truth: &clip.truth, asked: 0 };
    let truth: Vec<_> = clip.truth.iter().copied().map(Some).collect();
    let window: Window = window.parse().unwrap();
    let job =
        Job { start: clip.truth[0], parameters: &Parameters::default(), window, truth: &truth, limit: None };
    run(&mut oracle, &mut Frames::new(clip.info(), &clip.frames), &job, |_, _| {}).unwrap()
}

#[test]
fn keyframes_are_counted_and_motion_carries_the_box_between_them() {
    let clip = Clip::render(48, || {}).unwrap();
    let every = tracked(&clip, "1");
    assert_eq!((every.keyframes, every.device.runs), (48, 48));
    assert!(every.score.unwrap().mean_iou > 0.999);
    let fourth = tracked(&clip, "4");
    assert_eq!((fourth.keyframes, fourth.device.cycles), (12, 120));
    assert!(fourth.steps.iter().all(|s| s.keyframe == s.frame.is_multiple_of(4)));
    assert!(fourth.steps.iter().all(|s| s.cycles == if s.keyframe { 10 } else { 0 }));
    let score = fourth.score.unwrap();
    assert!(score.success_50 == 1.0 && score.mean_iou > 0.8, "{score:?}");
}

#[test]
fn without_extrapolation_the_box_would_be_left_behind() {
    let clip = Clip::render(48, || {}).unwrap();
    let moved = tracked(&clip, "8").score.unwrap().mean_iou;
    let stale = |at: usize| clip.truth[at].iou(&clip.truth[at - at % 8]);
    let still = (0..48).map(stale).sum::<f64>() / 48.0;
    assert!(moved > still + 0.1, "{moved} against {still}");
}

#[test]
fn a_limit_ends_the_run_and_an_empty_truth_gives_no_score() {
    let clip = Clip::render(6, || {}).unwrap();
    let mut oracle = Oracle { frames: &clip.frames, truth: &clip.truth, asked: 0 };
    let job = Job {
        start: clip.truth[0],
        parameters: &Parameters::default(),
        window: Window::Constant(2),
        truth: &[],
        limit: Some(3),
    };
    let run = run(&mut oracle, &mut Frames::new(clip.info(), &clip.frames), &job, |_, _| {}).unwrap();
    assert_eq!((run.steps.len(), run.keyframes, run.score), (3, 2, None));
}

#[test]
fn a_frame_of_another_size_is_an_error() {
    let clip = Clip::render(2, || {}).unwrap();
    let mut oracle = Oracle { frames: &clip.frames, truth: &clip.truth, asked: 0 };
    let info = Info { width: 64, ..clip.info() };
    let job = Job {
        start: clip.truth[0],
        parameters: &Parameters::default(),
        window: Window::Constant(2),
        truth: &[],
        limit: None,
    };
    assert!(run(&mut oracle, &mut Frames::new(info, &clip.frames), &job, |_, _| {}).is_err());
}

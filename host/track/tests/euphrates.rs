//! Block matching, extrapolation, schedule and metrics together, on a rendered clip with an exact truth.

use frazil_track::extrapolate::{ExtrapolationConfig, Extrapolator};
use frazil_track::metrics::Scores;
use frazil_track::motion::{MotionConfig, MotionEstimator, Search};
use frazil_track::schedule::{AdaptiveConfig, Decision, Scheduler, Window};
use frazil_track::{BBox, GrayFrame};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const FRAMES: usize = 60;
const SIDE: usize = 40;

/// Distance of the random values that the texture runs between, pixels.
const CELL: usize = 6;

/// A pixel of a fixed random texture, bilinear: three-step search needs a SAD that falls towards the match.
fn texture(x: usize, y: usize, seed: usize) -> u8 {
    let hash = |x: usize, y: usize| {
        ((x * 73_856_093) ^ (y * 19_349_663) ^ (seed * 83_492_791)).wrapping_mul(2_654_435_761)
    };
    let level = |x, y| (hash(x, y) >> 13) & 0xFF;
    let (cx, cy, fx, fy) = (x / CELL, y / CELL, x % CELL, y % CELL);
    let top = level(cx, cy) * (CELL - fx) + level(cx + 1, cy) * fx;
    let bottom = level(cx, cy + 1) * (CELL - fx) + level(cx + 1, cy + 1) * fx;
    ((top * (CELL - fy) + bottom * fy) / (CELL * CELL)) as u8
}

/// Where the object is: up to 4 pixels a frame, round a curve.
fn truth(frame: usize) -> BBox {
    let phase = frame as f64 / FRAMES as f64 * std::f64::consts::TAU;
    BBox::new(
        (60.0 + 36.0 * phase.sin()).round(),
        (50.0 - 36.0 * phase.cos()).round(),
        SIDE as f64,
        SIDE as f64,
    )
}

/// The object before a background that stands still.
fn render(frame: usize) -> Outcome<GrayFrame> {
    let (left, top) = (truth(frame).x as usize, truth(frame).y as usize);
    Ok(GrayFrame::from_fn(161, 139, |x, y| {
        let inside = x.checked_sub(left).zip(y.checked_sub(top)).filter(|p| p.0 < SIDE && p.1 < SIDE);
        inside.map_or_else(|| texture(x, y, 1), |(x, y)| texture(x, y, 2))
    })?)
}

/// Tracks with the truth in the place of inferences; the scores and the share of keyframes.
fn track(window: Window, extrapolation: ExtrapolationConfig, search: Search) -> Outcome<(Scores, f64)> {
    let frames = (0..FRAMES).map(render).collect::<Outcome<Vec<_>>>()?;
    let config = MotionConfig { search, ..MotionConfig::for_frame(161, 139) };
    let mut estimator = MotionEstimator::new(config, 161, 139)?;
    let mut schedule = Scheduler::new(window)?;
    assert_eq!(schedule.next(), Decision::Infer);
    let mut extrapolator = Extrapolator::new(extrapolation, truth(0))?;
    let mut boxes = vec![Some(truth(0))];
    for frame in 1..FRAMES {
        let field = estimator.estimate(&frames[frame - 1].view(), &frames[frame].view())?;
        let moved = extrapolator.advance(field).bbox;
        if schedule.next() == Decision::Infer {
            schedule.feedback(&truth(frame), &moved);
            extrapolator.correct(truth(frame))?;
        }
        boxes.push(Some(extrapolator.bbox()));
    }
    let truths: Vec<_> = (0..FRAMES).map(|frame| Some(truth(frame))).collect();
    let rate = frazil_track::metrics::inference_rate(schedule.keyframes(), schedule.frames());
    Ok((Scores::new(&truths, &boxes)?, rate))
}

#[test]
fn extrapolation_holds_the_object_between_keyframes() -> Outcome<()> {
    for search in [Search::ThreeStep, Search::Exhaustive] {
        let (every, rate) = track(Window::Constant(1), ExtrapolationConfig::default(), search)?;
        assert_eq!((every.mean_iou(), rate), (1.0, 1.0));
        let (fourth, rate) = track(Window::Constant(4), ExtrapolationConfig::default(), search)?;
        assert_eq!(rate, 0.25);
        assert!(fourth.success(0.6) == 1.0 && fourth.mean_iou() > 0.9, "{search:?}: {}", fourth.mean_iou());
    }
    Ok(())
}

#[test]
fn extrapolated_boxes_beat_boxes_that_stay() -> Outcome<()> {
    let moved = track(Window::Constant(8), ExtrapolationConfig::default(), Search::Exhaustive)?.0;
    let paper = track(Window::Constant(8), ExtrapolationConfig::paper(), Search::Exhaustive)?.0;
    let stays: Vec<_> = (0..FRAMES).map(|frame| Some(truth(frame / 8 * 8))).collect();
    let truths: Vec<_> = (0..FRAMES).map(|frame| Some(truth(frame))).collect();
    let stays = Scores::new(&truths, &stays)?;
    assert!(moved.mean_iou() > stays.mean_iou() + 0.15, "{} {}", moved.mean_iou(), stays.mean_iou());
    assert!(paper.mean_iou() > stays.mean_iou(), "{} {}", paper.mean_iou(), stays.mean_iou());
    Ok(())
}

#[test]
fn the_adaptive_window_follows_how_well_extrapolation_does() -> Outcome<()> {
    let adaptive = |iou_threshold| {
        Window::Adaptive(AdaptiveConfig { min: 1, max: 8, start: 4, iou_threshold, streak: 1, step: 1 })
    };
    let (_, easy) = track(adaptive(0.3), ExtrapolationConfig::default(), Search::Exhaustive)?;
    let (scores, strict) = track(adaptive(0.99), ExtrapolationConfig::default(), Search::Exhaustive)?;
    assert!(easy < 0.2 && strict > 0.4, "{easy} {strict}");
    assert!(scores.mean_iou() > 0.95);
    Ok(())
}

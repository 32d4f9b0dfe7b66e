//! Sequences of decisions, and windows as text.

use super::*;
use proptest::prelude::*;

const HERE: BBox = BBox::new(0.0, 0.0, 10.0, 10.0);
const AWAY: BBox = BBox::new(50.0, 0.0, 10.0, 10.0);

fn scheduler(window: Window) -> Scheduler {
    Scheduler::new(window).expect("valid")
}

fn adaptive(config: AdaptiveConfig) -> Scheduler {
    scheduler(Window::Adaptive(config))
}

/// Frames up to and including the next keyframe.
fn until_keyframe(s: &mut Scheduler) -> u32 {
    (1..).find(|_| s.next() == Decision::Infer).expect("endless")
}

#[test]
fn constant_windows_infer_every_nth_frame() {
    for n in [1u32, 2, 3, 8] {
        let mut s = scheduler(Window::Constant(n));
        for frame in 0..40 {
            let expected = if frame % n == 0 { Decision::Infer } else { Decision::Extrapolate };
            assert_eq!(s.next(), expected, "EW-{n} frame {frame}");
            s.feedback(&HERE, &AWAY);
        }
        assert_eq!((s.frames(), s.keyframes()), (40, u64::from(40u32.div_ceil(n))));
        assert_eq!(s.length(), n);
    }
}

#[test]
fn disagreement_shrinks_and_a_streak_grows() {
    let config = AdaptiveConfig { min: 1, max: 4, start: 3, iou_threshold: 0.5, streak: 2, step: 1 };
    let mut s = adaptive(config);
    assert_eq!(until_keyframe(&mut s), 1);
    assert_eq!(until_keyframe(&mut s), 3);
    s.feedback(&HERE, &AWAY);
    assert_eq!((s.length(), until_keyframe(&mut s)), (2, 2));
    s.feedback(&HERE, &HERE);
    assert_eq!((s.length(), until_keyframe(&mut s)), (2, 2));
    s.feedback(&HERE, &HERE);
    assert_eq!((s.length(), until_keyframe(&mut s)), (3, 3));
    // A disagreement also ends the streak.
    s.feedback(&HERE, &HERE);
    s.feedback(&HERE, &AWAY);
    s.feedback(&HERE, &HERE);
    assert_eq!(s.length(), 2);
}

#[test]
fn the_window_stays_within_its_bounds() {
    let config = AdaptiveConfig { min: 2, max: 7, start: 4, iou_threshold: 0.5, streak: 1, step: 3 };
    let mut s = adaptive(config);
    let lengths = |s: &mut Scheduler, other: &BBox| {
        let mut round = || {
            until_keyframe(s);
            s.feedback(&HERE, other);
            s.length()
        };
        [round(), round(), round()]
    };
    assert_eq!(lengths(&mut s, &HERE), [7, 7, 7]);
    assert_eq!(lengths(&mut s, &AWAY), [4, 2, 2]);
}

#[test]
fn agreement_at_the_threshold_counts_and_lost_boxes_disagree() {
    let config = AdaptiveConfig { start: 2, iou_threshold: 1.0, streak: 1, ..AdaptiveConfig::default() };
    let mut s = adaptive(config);
    s.next();
    s.feedback(&HERE, &HERE);
    assert_eq!(s.length(), 3);
    s.feedback(&BBox::default(), &BBox::default());
    assert_eq!(s.length(), 2);
}

#[test]
fn an_interrupt_makes_a_keyframe() {
    let mut s = scheduler(Window::Constant(8));
    s.next();
    s.next();
    s.interrupt();
    assert_eq!(s.next(), Decision::Infer);
    assert_eq!(until_keyframe(&mut s), 8);
}

#[test]
fn windows_as_text() {
    assert_eq!("4".parse(), Ok(Window::Constant(4)));
    assert_eq!("adaptive".parse(), Ok(Window::Adaptive(AdaptiveConfig::default())));
    for window in ["1", "16", "adaptive"] {
        assert_eq!(window.parse::<Window>().map(|w| w.to_string()), Ok(window.to_owned()));
    }
    assert_eq!("0".parse::<Window>(), Err(WindowError::Zero));
    for bad in ["", "-1", "4.5", "Adaptive", "ew4"] {
        let error = bad.parse::<Window>().expect_err("no window");
        assert!(error.to_string().contains(&format!("`{bad}`")) && error.to_string().contains("adaptive"));
    }
}

#[test]
fn contradictions_are_errors() {
    let good = AdaptiveConfig::default();
    let bad = |config| Scheduler::new(Window::Adaptive(config)).err();
    let lengths = |config| matches!(bad(config), Some(WindowError::Lengths { .. }));
    assert!(lengths(AdaptiveConfig { min: 0, ..good }));
    assert!(lengths(AdaptiveConfig { min: 5, start: 4, ..good }));
    assert!(lengths(AdaptiveConfig { max: 3, start: 4, ..good }));
    assert_eq!(bad(AdaptiveConfig { iou_threshold: 1.5, ..good }), Some(WindowError::Threshold(1.5)));
    assert!(bad(AdaptiveConfig { iou_threshold: f64::NAN, ..good }).is_some());
    assert!(matches!(bad(AdaptiveConfig { streak: 0, ..good }), Some(WindowError::Pace { .. })));
    assert!(matches!(bad(AdaptiveConfig { step: 0, ..good }), Some(WindowError::Pace { .. })));
    assert_eq!(Scheduler::new(Window::Constant(0)).err(), Some(WindowError::Zero));
}

proptest! {
    #[test]
    fn keyframes_are_never_further_apart_than_the_largest_window(
        (min, more, larger) in (1u32..5, 0u32..5, 0u32..5),
        (streak, step) in (1u32..4, 1u32..6),
        agreements in prop::collection::vec(any::<bool>(), 1..60),
    ) {
        let (start, max) = (min + more, min + more + larger);
        let mut s = adaptive(AdaptiveConfig { min, max, start, iou_threshold: 0.5, streak, step });
        prop_assert_eq!(s.next(), Decision::Infer);
        for agree in agreements {
            let gap = until_keyframe(&mut s);
            prop_assert!((min..=max).contains(&gap), "gap {}", gap);
            s.feedback(&HERE, if agree { &HERE } else { &AWAY });
            prop_assert!((min..=max).contains(&s.length()));
        }
    }
}

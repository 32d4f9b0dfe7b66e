//! The baseline on rendered scenes.

use super::*;
use crate::frame::GrayFrame;

/// A smooth pattern over a ramp.
fn scene(target: &BBox) -> GrayFrame {
    GrayFrame::from_fn(160, 120, |x, y| {
        let (u, v) = ((x as f64 - target.x) / target.w, (y as f64 - target.y) / target.h);
        let inside = (0.0..1.0).contains(&u) && (0.0..1.0).contains(&v);
        if inside {
            (128.0 + 60.0 * (9.0 * u).sin() + 60.0 * (7.0 * v + 4.0 * u).cos()) as u8
        } else {
            (x / 2 + y / 2) as u8
        }
    })
    .unwrap()
}

#[test]
fn a_moving_square_is_followed() {
    let at = |i: u32| BBox::new(30.0 + 2.0 * f64::from(i), 40.0 + f64::from(i), 30.0, 24.0);
    let mut tracker = NccTracker::init(NccConfig::default(), &scene(&at(0)).view(), &at(0)).unwrap();
    for i in 1..30 {
        let out = tracker.update(&scene(&at(i)).view(), &tracker.predict()).unwrap();
        assert!(out.bbox.iou(&at(i)) > 0.7, "frame {i}: {out:?}");
        assert!(out.confidence > 0.7, "frame {i}: {out:?}");
    }
}

#[test]
fn degenerate_boxes_and_parameters_are_errors() {
    let good = BBox::new(30.0, 40.0, 30.0, 24.0);
    let frame = scene(&good);
    let config = NccConfig::default();
    for bbox in [BBox::new(0.0, 0.0, 0.0, 5.0), BBox::new(f64::NAN, 0.0, 5.0, 5.0)] {
        let got = NccTracker::init(config, &frame.view(), &bbox).map(|_| ());
        assert!(matches!(got, Err(NccError::Box(BoxError::Degenerate(_)))), "{got:?}");
    }
    let outside = NccTracker::init(config, &frame.view(), &BBox::new(-40.0, 0.0, 30.0, 30.0)).map(|_| ());
    assert!(matches!(outside, Err(NccError::Box(BoxError::Outside { .. }))));
    let wrong = NccConfig { search: 0.0, ..config };
    assert!(matches!(NccTracker::init(wrong, &frame.view(), &good), Err(NccError::Parameter(_))));
    let mut tracker = NccTracker::init(config, &frame.view(), &good).unwrap();
    assert!(tracker.update(&frame.view(), &BBox::default()).is_err());
    assert_eq!(tracker.bbox(), good);
}

#[test]
fn leaving_the_frame_does_not_end_in_a_panic() {
    let at = |i: u32| BBox::new(100.0 + 8.0 * f64::from(i), 40.0, 30.0, 24.0);
    let mut tracker = NccTracker::init(NccConfig::default(), &scene(&at(0)).view(), &at(0)).unwrap();
    for i in 1..30 {
        let out = tracker.update(&scene(&at(i)).view(), &tracker.predict()).unwrap();
        assert!(out.bbox.is_valid() && out.bbox.centre().0 <= 160.0, "{out:?}");
    }
}

//! The tracker on rendered scenes.

use super::testing::Software;
use super::*;
use crate::boxes::BBox;
use crate::frame::{GrayFrame, GrayView};

const WIDTH: usize = 200;
const HEIGHT: usize = 150;

/// A grey level that depends on the cell of a grid and on nothing else.
fn noise(x: f64, y: f64, cell: f64, seed: u32) -> f64 {
    let (i, j) = ((x / cell).floor() as i64 as u32, (y / cell).floor() as i64 as u32);
    let mut h = i.wrapping_mul(0x9E37_79B1) ^ j.wrapping_mul(0x85EB_CA77) ^ seed.wrapping_mul(0xC2B2_AE3D);
    h = (h ^ (h >> 15)).wrapping_mul(0x2C1B_3C6D);
    f64::from((h ^ (h >> 12)) & 0xff)
}

/// A textured square over a textured background, each pixel the mean of four samples.
fn scene(target: &BBox) -> GrayFrame {
    let level = |x: f64, y: f64| {
        let (u, v) = ((x - target.x) / target.w, (y - target.y) / target.h);
        let inside = (0.0..1.0).contains(&u) && (0.0..1.0).contains(&v);
        if inside { noise(u, v, 0.2, 7) } else { 60.0 + 0.4 * noise(x, y, 9.0, 3) }
    };
    GrayFrame::from_fn(WIDTH, HEIGHT, |x, y| {
        let sample =
            |k: usize| level(x as f64 + 0.25 + (k % 2) as f64 / 2.0, y as f64 + 0.25 + (k / 2) as f64 / 2.0);
        ((0..4).map(sample).sum::<f64>() / 4.0) as u8
    })
    .unwrap()
}

/// Tracks a path of boxes and returns what came out for all but the first.
fn track(path: &[BBox]) -> Vec<TrackOutput> {
    let mut device = Software::new();
    let first = scene(&path[0]);
    let mut tracker = Tracker::init(TrackerConfig::default(), &first.view(), &path[0], &mut device).unwrap();
    path[1..]
        .iter()
        .map(|truth| {
            let frame = scene(truth);
            tracker.update(&frame.view(), &tracker.predict(), &mut device).unwrap()
        })
        .collect()
}

fn circle(frames: usize) -> Vec<BBox> {
    let angle = |i: usize| i as f64 / 12.0;
    (0..frames)
        .map(|i| BBox::from_centre(100.0 + 40.0 * angle(i).cos(), 75.0 + 30.0 * angle(i).sin(), 36.0, 30.0))
        .collect()
}

#[test]
fn a_moving_square_is_followed() {
    let path = circle(60);
    for (i, (out, truth)) in track(&path).iter().zip(&path[1..]).enumerate() {
        assert!(out.bbox.iou(truth) > 0.8, "frame {}: {out:?} for {truth:?}", i + 1);
        assert!(out.confidence > 0.5 && out.learnt, "frame {}: {out:?}", i + 1);
    }
}

#[test]
fn growing_and_shrinking_are_followed() {
    for rate in [1.006f64, 0.994] {
        let path: Vec<BBox> = (0..40)
            .map(|i| BBox::from_centre(90.0 + 0.5 * i as f64, 75.0, 40.0 * rate.powi(i), 40.0 * rate.powi(i)))
            .collect();
        let outs = track(&path);
        let (last, truth) = (outs[38].bbox, path[39]);
        assert!(last.iou(&truth) > 0.75, "{last:?} for {truth:?}");
        assert!((last.w / truth.w - 1.0).abs() < 0.1, "{last:?} for {truth:?}");
    }
}

#[test]
fn the_same_frames_give_the_same_boxes() {
    let path = circle(12);
    assert_eq!(track(&path), track(&path));
}

#[test]
fn leaving_the_frame_does_not_end_in_a_panic() {
    let path: Vec<BBox> = (0..40).map(|i| BBox::new(120.0 + 6.0 * f64::from(i), 60.0, 30.0, 30.0)).collect();
    for out in track(&path) {
        let (cx, cy) = out.bbox.centre();
        assert!(out.bbox.is_valid() && (0.0..=200.0).contains(&cx) && (0.0..=150.0).contains(&cy), "{out:?}");
    }
}

#[test]
fn a_vanished_target_is_not_learnt() {
    let mut device = Software::new();
    let path = circle(2);
    let first = scene(&path[0]);
    let mut tracker = Tracker::init(TrackerConfig::default(), &first.view(), &path[0], &mut device).unwrap();
    let grey = GrayFrame::new(vec![128; WIDTH * HEIGHT], WIDTH, HEIGHT).unwrap();
    let out = tracker.update(&grey.view(), &path[0], &mut device).unwrap();
    assert!(!out.learnt && out.confidence < 0.3, "{out:?}");
}

#[test]
fn odd_targets_and_frames_work() {
    let mut device = Software::new();
    let tiny = GrayFrame::new(vec![9], 1, 1).unwrap();
    let frame = scene(&BBox::new(50.0, 50.0, 40.0, 40.0));
    let cases: [(GrayView<'_>, BBox); 5] = [
        (tiny.view(), BBox::new(0.0, 0.0, 1.0, 1.0)),
        (frame.view(), BBox::new(50.0, 50.0, 0.01, 0.01)),
        (frame.view(), BBox::new(-20.0, -20.0, 30.0, 30.0)),
        (frame.view(), BBox::new(-1e4, -1e4, 3e4, 3e4)),
        (frame.view(), BBox::new(0.0, 70.0, 200.0, 1.0)),
    ];
    for (view, bbox) in cases {
        let mut tracker = Tracker::init(TrackerConfig::default(), &view, &bbox, &mut device).unwrap();
        for _ in 0..3 {
            let out = tracker.update(&view, &tracker.predict(), &mut device).unwrap();
            assert!(out.bbox.is_valid(), "{bbox:?} gave {out:?}");
        }
    }
}

#[test]
fn degenerate_boxes_are_errors() {
    let mut device = Software::new();
    let frame = scene(&BBox::new(50.0, 50.0, 40.0, 40.0));
    let config = TrackerConfig::default();
    let bad = [
        BBox::new(50.0, 50.0, 0.0, 40.0),
        BBox::new(50.0, 50.0, 40.0, -1.0),
        BBox::new(f64::NAN, 50.0, 40.0, 40.0),
        BBox::new(50.0, 50.0, f64::INFINITY, 40.0),
    ];
    for bbox in bad {
        let got = Tracker::init(config, &frame.view(), &bbox, &mut device).map(|_| ());
        assert!(matches!(got, Err(TrackerError::Box(BoxError::Degenerate(_)))), "{bbox:?}: {got:?}");
    }
    let outside = BBox::new(200.0, 50.0, 40.0, 40.0);
    let got = Tracker::init(config, &frame.view(), &outside, &mut device).map(|_| ());
    assert_eq!(
        got,
        Err(TrackerError::Box(BoxError::Outside { bbox: outside, width: WIDTH, height: HEIGHT }))
    );
    let good = BBox::new(50.0, 50.0, 40.0, 40.0);
    let mut tracker = Tracker::init(config, &frame.view(), &good, &mut device).unwrap();
    for bbox in bad {
        assert!(tracker.update(&frame.view(), &bbox, &mut device).is_err(), "{bbox:?}");
    }
    assert_eq!(tracker.bbox(), good);
}

#[test]
fn a_far_prediction_is_pulled_into_the_frame() {
    let mut device = Software::new();
    let frame = scene(&BBox::new(50.0, 50.0, 40.0, 40.0));
    let good = BBox::new(50.0, 50.0, 40.0, 40.0);
    let mut tracker = Tracker::init(TrackerConfig::default(), &frame.view(), &good, &mut device).unwrap();
    let out = tracker.update(&frame.view(), &BBox::new(1e12, -1e12, 40.0, 40.0), &mut device).unwrap();
    assert!(out.bbox.clipped(WIDTH, HEIGHT).is_some(), "{out:?}");
}

#[test]
fn parameters_out_of_bounds_are_named() {
    let mut device = Software::new();
    let frame = scene(&BBox::new(50.0, 50.0, 40.0, 40.0));
    let config = TrackerConfig { scale_step: 1.0, ..TrackerConfig::default() };
    let got = Tracker::init(config, &frame.view(), &BBox::new(50.0, 50.0, 40.0, 40.0), &mut device);
    let Err(TrackerError::Parameter(error)) = got else { panic!("accepted") };
    assert_eq!(error.to_string(), "parameter scale_step is 1, not in 1.01 to 1.5");
    assert!(TrackerConfig { window: f64::NAN, ..TrackerConfig::default() }.check().is_err());
    assert_eq!(TrackerConfig::default().check(), Ok(()));
}

/// A device that answers with tensors of a wrong size, or not at all.
struct Broken {
    length: Option<usize>,
}

impl Correlator for Broken {
    type Error = &'static str;

    fn features(&mut self, _: &[i8]) -> Result<Vec<i8>, Self::Error> {
        self.length.map(|l| vec![0; l]).ok_or("no answer")
    }

    fn load(&mut self, _: &TemplateBank) -> Result<(), Self::Error> {
        Ok(())
    }

    fn correlate(&mut self, _: &[i8]) -> Result<Response, Self::Error> {
        Ok(Response { map: vec![0; 81], features: vec![] })
    }
}

#[test]
fn a_device_that_fails_is_reported() {
    let bbox = BBox::new(50.0, 50.0, 40.0, 40.0);
    let frame = scene(&bbox);
    let init = |device: &mut Broken| Tracker::init(TrackerConfig::default(), &frame.view(), &bbox, device);
    assert_eq!(init(&mut Broken { length: None }).map(|_| ()), Err(TrackerError::Device("no answer")));
    let short = TrackerError::Length { what: "features", expected: 2048, got: 3 };
    assert_eq!(init(&mut Broken { length: Some(3) }).map(|_| ()), Err(short));
    let mut device = Broken { length: Some(2048) };
    let mut tracker = init(&mut device).unwrap();
    let got = tracker.update(&frame.view(), &bbox, &mut device);
    assert_eq!(got, Err(TrackerError::Length { what: "responses", expected: 648, got: 81 }));
}

#[test]
fn an_update_is_one_run_a_stage_and_one_load() {
    for (fine_search, stages) in [(0.0, 1), (2.0, 2)] {
        let config = TrackerConfig { fine_search, ..TrackerConfig::default() };
        let (mut device, path) = (Software::new(), circle(2));
        let first = scene(&path[0]);
        let mut tracker = Tracker::init(config, &first.view(), &path[0], &mut device).unwrap();
        assert_eq!(device.calls, 7 * stages + 1, "{stages} stages");
        device.calls = 0;
        tracker.update(&scene(&path[1]).view(), &path[0], &mut device).unwrap();
        assert_eq!(device.calls, stages + 1, "{stages} stages");
    }
}

#[test]
fn filters_are_gradients() {
    for (filter, taps) in FILTERS.iter().enumerate() {
        assert_eq!(taps.iter().map(|t| i32::from(*t)).sum::<i32>(), 0, "filter {filter}");
        assert_eq!(FILTERS[(filter + 4) % 8].map(|t| -t), *taps, "filter {filter}");
    }
}

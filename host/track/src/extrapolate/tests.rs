//! Numbers worked out by hand, invariants and errors.

use super::*;
use crate::frame::GrayFrame;
use crate::motion::{MotionBlock, MotionConfig, MotionEstimator};
use proptest::prelude::*;

/// A field of 64x48 pixels, macroblock 16, with the given vectors `(dx, dy, sad)`.
fn field(motion: impl Fn(usize, usize) -> (i8, i8, u32)) -> MotionField {
    let block = |column, row| {
        let (dx, dy, sad) = motion(column, row);
        MotionBlock { dx, dy, sad, texture: (column + row) as u32 }
    };
    MotionField::from_fn((64, 48), 16, block).expect("valid")
}

fn one_region() -> ExtrapolationConfig {
    ExtrapolationConfig { rows: 1, columns: 1, ..ExtrapolationConfig::paper() }
}

fn start(config: ExtrapolationConfig, bbox: BBox) -> Extrapolator {
    Extrapolator::new(config, bbox).expect("valid")
}

#[test]
fn a_box_moves_against_the_vectors() {
    let came_from_the_left = field(|_, _| (-3, 2, 0));
    let moved = start(one_region(), BBox::new(10.0, 10.0, 20.0, 20.0)).advance(&came_from_the_left);
    assert_eq!(moved.bbox, BBox::new(13.0, 8.0, 20.0, 20.0));
    assert_eq!(moved.motion, (3.0, -2.0));
    assert_eq!(moved.confidence, 1.0);
}

#[test]
fn content_and_box_move_the_same_way() {
    let pixel = |x: usize, y: usize| ((x * x * 7 + y * 31 + x * y * 3) % 251) as u8;
    let prev = GrayFrame::from_fn(96, 96, |x, y| pixel(x + 20, y + 20)).expect("pixels");
    // Content moves by (+5, -2): what is at (x, y) now was at (x - 5, y + 2).
    let cur = GrayFrame::from_fn(96, 96, |x, y| pixel(x + 15, y + 22)).expect("pixels");
    let config = MotionConfig { search: crate::motion::Search::Exhaustive, ..MotionConfig::default() };
    let mut estimator = MotionEstimator::new(config, 96, 96).expect("valid");
    let motion = estimator.estimate(&prev.view(), &cur.view()).expect("same size");
    let moved = start(ExtrapolationConfig::paper(), BBox::new(32.0, 32.0, 32.0, 32.0)).advance(motion);
    assert_eq!(moved.bbox, BBox::new(37.0, 30.0, 32.0, 32.0));
}

#[test]
fn the_mean_is_weighted_by_exact_area() {
    // 4.5 columns of macroblock 0 and 1.5 of macroblock 1.
    let two = field(|column, _| if column == 0 { (-4, 0, 0) } else { (4, 0, 0) });
    let moved = start(one_region(), BBox::new(11.5, 2.0, 6.0, 10.0)).advance(&two);
    assert!((moved.motion.0 - (4.5 * 4.0 - 1.5 * 4.0) / 6.0).abs() < 1e-12);
}

#[test]
fn confidence_and_filter_follow_the_rule() {
    let sad = (255.0 * 256.0 * 0.04) as u32;
    let alpha = 1.0 - f64::from(sad) / (255.0 * 256.0);
    let good = field(|_, _| (-4, 0, sad));
    let bad = field(|_, _| (-4, 0, 255 * 128));
    let mut e = start(one_region(), BBox::new(16.0, 16.0, 16.0, 16.0));
    assert_eq!(e.advance(&field(|_, _| (0, 0, 0))).motion, (0.0, 0.0));
    let first = e.advance(&good);
    assert!((first.motion.0 - 4.0 * alpha).abs() < 1e-12);
    assert!((first.confidence - alpha).abs() < 1e-12);
    // Confidence 0.5 is below the threshold: half and half.
    let second = e.advance(&bad);
    assert!((second.motion.0 - (2.0 + 0.5 * 4.0 * alpha)).abs() < 1e-12);
    assert!((second.confidence - 0.5).abs() < 1e-12);
}

#[test]
fn the_first_motion_is_taken_whole() {
    let bad = field(|_, _| (-4, 0, 255 * 128));
    assert_eq!(start(one_region(), BBox::new(16.0, 16.0, 16.0, 16.0)).advance(&bad).motion, (4.0, 0.0));
}

#[test]
fn an_inference_keeps_or_drops_the_filter() {
    let (moving, bad_rest) = (field(|_, _| (-4, 0, 0)), field(|_, _| (0, 0, 255 * 256)));
    for (keep_motion, motion) in [(true, 2.0), (false, 0.0)] {
        let mut e = start(ExtrapolationConfig { keep_motion, ..one_region() }, BBox::new(8.0, 8.0, 8.0, 8.0));
        e.advance(&moving);
        e.correct(BBox::new(20.0, 20.0, 10.0, 10.0)).expect("valid");
        assert_eq!(e.bbox(), BBox::new(20.0, 20.0, 10.0, 10.0));
        assert_eq!(e.advance(&bad_rest).motion, (motion, 0.0));
    }
}

#[test]
fn smallest_hull_grows_and_median_keeps_the_size() {
    // Left and right halves part by 2 pixels each.
    let parting = field(|column, _| if column < 2 { (2, 0, 0) } else { (-2, 0, 0) });
    let middle = BBox::new(16.0, 8.0, 32.0, 32.0);
    let smallest = start(ExtrapolationConfig::paper(), middle).advance(&parting);
    assert_eq!(smallest.bbox, BBox::new(14.0, 8.0, 36.0, 32.0));
    let config = ExtrapolationConfig { hull: Hull::Median, ..ExtrapolationConfig::paper() };
    assert_eq!(start(config, middle).advance(&parting).bbox, middle);
}

#[test]
fn drifting_sub_regions_can_meet_again() {
    // The upper half of the box goes one way and the lower half the other; then both come back.
    let shear = |d: i8| field(move |_, row| if row < 1 { (d, 0, 0) } else { (-d, 0, 0) });
    let middle = BBox::new(16.0, 0.0, 32.0, 32.0);
    let width_after = |grid| {
        let config = ExtrapolationConfig { grid, columns: 1, ..ExtrapolationConfig::paper() };
        let mut e = start(config, middle);
        assert_eq!(e.advance(&shear(2)).bbox, BBox::new(14.0, 0.0, 36.0, 32.0));
        e.advance(&shear(-2)).bbox.w
    };
    assert_eq!(width_after(Grid::Drifting), 32.0);
    assert_eq!(width_after(Grid::Recut), 40.0);
}

#[test]
fn scaled_hulls_follow_growing_content() {
    // Content grows by half around (32, 24): a macroblock whose centre is at offset o moves by o / 2.
    let growing = |column: usize, row: usize| (12 - 8 * column as i8, 8 - 8 * row as i8, 0);
    let config = ExtrapolationConfig {
        hull: Hull::MedianScaled,
        max_scale: 2.0,
        rows: 3,
        columns: 4,
        ..ExtrapolationConfig::paper()
    };
    let frame = BBox::new(0.0, 0.0, 64.0, 48.0);
    // All distances grow by the factor (16 + 8) / 16.
    assert_eq!(start(config, frame).advance(&field(growing)).bbox, frame.scaled(1.5));
    let limited = ExtrapolationConfig { max_scale: 1.25, ..config };
    assert_eq!(start(limited, frame).advance(&field(growing)).bbox, frame.scaled(1.25));
    let alone = ExtrapolationConfig { rows: 1, columns: 1, ..config };
    assert_eq!(start(alone, frame).advance(&field(growing)).bbox, frame);
}

#[test]
fn texture_weights_ignore_flat_blocks() {
    // Texture is column + row: macroblock (0, 0) has none.
    let two = field(|column, _| if column == 0 { (7, 7, 0) } else { (-2, 0, 0) });
    let config = ExtrapolationConfig { weighting: Weighting::Texture, ..one_region() };
    let across = BBox::new(8.0, 0.0, 16.0, 16.0);
    assert_eq!(start(config, across).advance(&two).motion, (2.0, 0.0));
    let flat = BBox::new(0.0, 0.0, 16.0, 16.0);
    assert_eq!(start(config, flat).advance(&two).motion, (-7.0, -7.0));
}

#[test]
fn outside_the_frame_motion_dies_away() {
    let moving = field(|_, _| (-4, 0, 0));
    let mut e = start(one_region(), BBox::new(59.0, 10.0, 8.0, 8.0));
    assert_eq!(e.advance(&moving).motion, (4.0, 0.0));
    let mut e2 = e.clone();
    e2.correct(BBox::new(64.0, 10.0, 8.0, 8.0)).expect("valid");
    let out = e2.advance(&moving);
    assert_eq!((out.motion, out.confidence), ((2.0, 0.0), 0.0));
    assert_eq!(e2.advance(&moving).motion, (1.0, 0.0));
}

#[test]
fn bad_constants_and_boxes_are_errors() {
    let good = BBox::new(0.0, 0.0, 8.0, 8.0);
    let bad = |config| Extrapolator::new(config, good).err();
    let config = ExtrapolationConfig::default();
    assert!(matches!(bad(ExtrapolationConfig { rows: 0, ..config }), Some(ExtrapolationError::Grid { .. })));
    assert!(matches!(
        bad(ExtrapolationConfig { columns: 65, ..config }),
        Some(ExtrapolationError::Grid { .. })
    ));
    for value in [-0.1, 1.1, f64::NAN] {
        for (field, config) in [
            ("threshold", ExtrapolationConfig { threshold: value, ..config }),
            ("low_beta", ExtrapolationConfig { low_beta: value, ..config }),
        ] {
            assert!(matches!(bad(config), Some(ExtrapolationError::Fraction { name, .. }) if name == field));
        }
    }
    assert_eq!(bad(ExtrapolationConfig { max_scale: 0.9, ..config }), Some(ExtrapolationError::Scale(0.9)));
    let flat = BBox::new(0.0, 0.0, 0.0, 8.0);
    assert_eq!(Extrapolator::new(config, flat).err(), Some(ExtrapolationError::Box(flat)));
    let mut e = start(config, good);
    assert!(e.correct(BBox::new(f64::NAN, 0.0, 8.0, 8.0)).is_err());
    assert_eq!(e.bbox(), good);
}

fn any_config() -> impl Strategy<Value = ExtrapolationConfig> {
    let hull = prop_oneof![Just(Hull::Smallest), Just(Hull::Median), Just(Hull::MedianScaled)];
    let grid = prop_oneof![Just(Grid::Recut), Just(Grid::Drifting)];
    let weighting = prop_oneof![Just(Weighting::Area), Just(Weighting::Confidence), Just(Weighting::Texture)];
    (1usize..5, 1usize..5, 0.0..1.0, 0.0..1.0, hull, grid, weighting, any::<bool>()).prop_map(
        |(rows, columns, threshold, low_beta, hull, grid, weighting, keep_motion)| ExtrapolationConfig {
            rows,
            columns,
            threshold,
            low_beta,
            hull,
            grid,
            weighting,
            keep_motion,
            ..ExtrapolationConfig::default()
        },
    )
}

proptest! {
    #[test]
    fn zero_motion_is_identity(
        config in any_config(),
        (x, y, w, h) in (-30.0..80.0, -30.0..60.0, 0.5..70.0, 0.5..50.0),
        sad in 0u32..65280,
    ) {
        let bbox = BBox::new(x, y, w, h);
        let mut e = start(config, bbox);
        let still = field(|_, _| (0, 0, sad));
        for _ in 0..3 {
            let out = e.advance(&still);
            prop_assert!((out.bbox.x - x).abs() < 1e-9 && (out.bbox.y - y).abs() < 1e-9);
            prop_assert!((out.bbox.w - w).abs() < 1e-9 && (out.bbox.h - h).abs() < 1e-9);
            prop_assert!((0.0..=1.0).contains(&out.confidence));
        }
    }

    #[test]
    fn one_motion_everywhere_moves_by_it(
        config in any_config(),
        (x, y, w, h) in (0.0..50.0, 0.0..40.0, 0.5..12.0, 0.5..7.0),
        (dx, dy) in (-7i8..=7, -7i8..=7),
    ) {
        let out = start(config, BBox::new(x, y, w, h)).advance(&field(|_, _| (dx, dy, 0)));
        prop_assert!((out.motion.0 + f64::from(dx)).abs() < 1e-9);
        prop_assert!((out.motion.1 + f64::from(dy)).abs() < 1e-9);
        prop_assert!((out.bbox.w - w).abs() < 1e-9 && (out.bbox.h - h).abs() < 1e-9);
    }

    #[test]
    fn any_field_leaves_a_valid_box(config in any_config(), seed in any::<u32>(), x in -90.0..90.0) {
        let noise = |c: usize, r: usize| seed.wrapping_mul((c * 31 + r * 17 + 1) as u32 | 1);
        let wild = field(|c, r| ((noise(c, r) >> 8) as i8, (noise(c, r) >> 16) as i8, noise(c, r) % 65281));
        let mut e = start(config, BBox::new(x, 5.0, 20.0, 20.0));
        for _ in 0..5 {
            prop_assert!(e.advance(&wild).bbox.is_valid());
        }
    }
}

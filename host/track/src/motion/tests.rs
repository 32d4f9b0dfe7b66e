//! Equality with naive searches, exact shifts, edges and errors.

use super::*;
use crate::frame::{GrayFrame, GrayView};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg32;

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Smooth texture without periods below the search range, so that the right displacement is unique.
fn scene(x: i64, y: i64) -> u8 {
    let hash = |x: i64, y: i64| {
        let mut v =
            (x as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (y as u64).wrapping_mul(0xC2B2_AE3D_27D4_EB4F);
        v ^= v >> 29;
        v = v.wrapping_mul(0xBF58_476D_1CE4_E5B9);
        (v >> 56) as u32
    };
    let (cx, cy) = (x.div_euclid(4), y.div_euclid(4));
    let (fx, fy) = (x.rem_euclid(4) as u32, y.rem_euclid(4) as u32);
    let top = hash(cx, cy) * (4 - fx) + hash(cx + 1, cy) * fx;
    let bottom = hash(cx, cy + 1) * (4 - fx) + hash(cx + 1, cy + 1) * fx;
    ((top * (4 - fy) + bottom * fy) / 16) as u8
}

/// The scene whose content moved by `shift` since the frame at shift (0, 0).
fn shifted(width: usize, height: usize, shift: (i64, i64)) -> GrayFrame {
    GrayFrame::from_fn(width, height, |x, y| scene(x as i64 - shift.0, y as i64 - shift.1)).expect("pixels")
}

fn random(width: usize, height: usize, seed: u64, levels: u8) -> GrayFrame {
    let mut rng = Pcg32::seed_from_u64(seed);
    GrayFrame::from_fn(width, height, |_, _| rng.random_range(0..levels)).expect("pixels")
}

fn estimate(config: MotionConfig, prev: &GrayFrame, cur: &GrayFrame) -> MotionField {
    let mut estimator = MotionEstimator::new(config, cur.width(), cur.height()).expect("valid");
    estimator.estimate(&prev.view(), &cur.view()).expect("same size").clone()
}

/// SAD straight from its definition; `None` when the window leaves the previous frame.
fn naive_sad(
    prev: &GrayView,
    cur: &GrayView,
    at: (usize, usize),
    window: (usize, usize),
    v: (i32, i32),
) -> Option<u32> {
    let (left, top) = (at.0 as i32 + v.0, at.1 as i32 + v.1);
    let fits = left + window.0 as i32 <= prev.width() as i32 && top + window.1 as i32 <= prev.height() as i32;
    if left < 0 || top < 0 || !fits {
        return None;
    }
    let mut sum = 0;
    for y in 0..window.1 {
        for x in 0..window.0 {
            let then = i32::from(prev.row(top as usize + y)[left as usize + x]);
            let now = i32::from(cur.row(at.1 + y)[at.0 + x]);
            sum += (then - now).unsigned_abs();
        }
    }
    Some(sum)
}

fn key(sad: u32, (dx, dy): (i32, i32)) -> (u32, i32, i32, i32) {
    (sad, dx * dx + dy * dy, dy, dx)
}

fn naive_exhaustive(sad: impl Fn((i32, i32)) -> Option<u32>, range: i32) -> (i32, i32) {
    let all = (-range..=range).flat_map(|dy| (-range..=range).map(move |dx| (dx, dy)));
    all.filter(|&v| sad(v).is_some()).min_by_key(|&v| key(sad(v).expect("inside"), v)).expect("zero vector")
}

fn naive_three_step(sad: impl Fn((i32, i32)) -> Option<u32>, range: i32) -> (i32, i32) {
    let mut step = 1;
    while 2 * step - 1 < range {
        step *= 2;
    }
    let mut centre = (0, 0);
    while step >= 1 {
        let around = (-1..=1).flat_map(|y| (-1..=1).map(move |x| (centre.0 + x * step, centre.1 + y * step)));
        let legal =
            around.filter(|&(dx, dy)| dx.abs() <= range && dy.abs() <= range && sad((dx, dy)).is_some());
        centre = legal.min_by_key(|&v| key(sad(v).expect("inside"), v)).expect("centre");
        step /= 2;
    }
    centre
}

fn assert_naive(config: MotionConfig, prev: &GrayFrame, cur: &GrayFrame) {
    let field = estimate(config, prev, cur);
    let (prev, cur) = (prev.view(), cur.view());
    let window = field.window();
    for row in 0..field.rows() {
        for column in 0..field.columns() {
            let x = (column * config.block).min(cur.width() - window.0);
            let y = (row * config.block).min(cur.height() - window.1);
            let sad = |v| naive_sad(&prev, &cur, (x, y), window, v);
            let best = match config.search {
                Search::Exhaustive => naive_exhaustive(sad, config.range.into()),
                Search::ThreeStep => naive_three_step(sad, config.range.into()),
            };
            let found = field.get(column, row).expect("inside").motion;
            let got = ((i32::from(found.dx), i32::from(found.dy)), found.sad);
            assert_eq!(got, (best, sad(best).expect("inside")), "{config:?} block ({column}, {row})");
        }
    }
}

#[test]
fn exhaustive_finds_every_shift() {
    let prev = shifted(96, 80, (0, 0));
    for dy in -7..=7 {
        for dx in -7..=7 {
            let cur = shifted(96, 80, (dx, dy));
            let config = MotionConfig { search: Search::Exhaustive, ..MotionConfig::default() };
            let field = estimate(config, &prev, &cur);
            // Away from the border the origin is inside the previous frame whatever the shift is.
            for (column, row) in [(1, 1), (2, 2), (4, 3)] {
                let found = field.get(column, row).expect("inside").motion;
                let content = (-i64::from(found.dx), -i64::from(found.dy));
                assert_eq!((content, found.sad), ((dx, dy), 0));
            }
        }
    }
}

#[test]
fn three_step_finds_shifts_on_a_smooth_scene() {
    // A paraboloid has one minimum of the SAD everywhere, where three steps cannot be led astray.
    let bowl = |dx: i64, dy: i64| {
        let pixel = |x: usize, y: usize| {
            let (x, y) = (x as i64 - dx - 48, y as i64 - dy - 40);
            ((x * x + y * y) / 20).min(255) as u8
        };
        GrayFrame::from_fn(96, 80, pixel).expect("pixels")
    };
    let prev = bowl(0, 0);
    for (dx, dy) in [(4, 0), (-4, 0), (0, 4), (0, -4), (7, 7), (-7, -7), (6, -5), (-3, 2), (1, -1)] {
        let cur = bowl(dx, dy);
        let field = estimate(MotionConfig::default(), &prev, &cur);
        let found = field.get(2, 2).expect("inside").motion;
        assert_eq!((-i64::from(found.dx), -i64::from(found.dy), found.sad), (dx, dy, 0));
    }
}

#[test]
fn equals_the_naive_searches_on_all_kernels_and_odd_sizes() {
    for search in [Search::ThreeStep, Search::Exhaustive] {
        for (width, height) in [(64, 48), (61, 45), (17, 33), (16, 16), (9, 7), (1, 1), (130, 5)] {
            for (block, range) in [(4, 3), (8, 7), (16, 7), (12, 5), (20, 8), (32, 1), (16, 0)] {
                let config = MotionConfig { block, range, search, texture: false };
                let seed = (width * 1000 + height) as u64;
                let (prev, cur) = (random(width, height, seed, 255), random(width, height, seed + 1, 255));
                assert_naive(config, &prev, &cur);
                // Few levels make many ties.
                assert_naive(
                    config,
                    &random(width, height, seed + 2, 2),
                    &random(width, height, seed + 3, 2),
                );
                let (prev, cur) = (shifted(width, height, (0, 0)), shifted(width, height, (2, -3)));
                assert_naive(config, &prev, &cur);
            }
        }
    }
}

#[test]
fn extreme_pixels_and_ranges_do_not_overflow() {
    let black = GrayFrame::from_fn(300, 270, |_, _| 0).expect("pixels");
    let white = GrayFrame::from_fn(300, 270, |_, _| 255).expect("pixels");
    for search in [Search::ThreeStep, Search::Exhaustive] {
        for block in [8, 16, 128] {
            let config = MotionConfig { block, range: 127, search, texture: true };
            let field = estimate(config, &black, &white);
            let expected = 255 * (block * block) as u32;
            for found in field.blocks() {
                assert_eq!(*found, MotionBlock { dx: 0, dy: 0, sad: expected, texture: 0 });
                assert_eq!(field.confidence(found), 0.0);
            }
        }
    }
}

#[test]
fn a_flat_frame_has_no_motion() {
    let flat = GrayFrame::from_fn(50, 40, |_, _| 90).expect("pixels");
    for search in [Search::ThreeStep, Search::Exhaustive] {
        let field = estimate(MotionConfig { search, ..MotionConfig::default() }, &flat, &flat);
        assert!(field.blocks().iter().all(|b| *b == MotionBlock::default()));
        assert!(field.blocks().iter().all(|b| field.confidence(b) == 1.0));
    }
}

#[test]
fn blocks_own_every_pixel_once() {
    for (width, height, block) in [(50, 41, 16), (16, 16, 16), (7, 3, 8), (320, 240, 16)] {
        let field = MotionField::still(width, height, block);
        let mut owners = vec![0; width * height];
        for (column, row) in (0..field.rows()).flat_map(|r| (0..field.columns()).map(move |c| (c, r))) {
            let b = field.get(column, row).expect("inside");
            for y in b.y..b.y + b.height {
                owners[y * width..][b.x..b.x + b.width].iter_mut().for_each(|n| *n += 1);
            }
        }
        assert!(owners.iter().all(|&n| n == 1));
        assert_eq!(field.get(field.columns(), 0), None);
        assert_eq!(field.get(0, field.rows()), None);
    }
}

#[test]
fn texture_sees_corners_not_edges() {
    let config = MotionConfig { texture: true, ..MotionConfig::default() };
    let stripes = GrayFrame::from_fn(48, 48, |x, _| if x % 2 == 0 { 0 } else { 200 }).expect("pixels");
    assert!(estimate(config, &stripes, &stripes).blocks().iter().all(|b| b.texture == 0));
    let checks = GrayFrame::from_fn(48, 48, |x, y| if (x + y) % 2 == 0 { 0 } else { 200 }).expect("pixels");
    assert!(estimate(config, &checks, &checks).blocks().iter().all(|b| b.texture == 200 * 256));
    let off = MotionConfig { texture: false, ..config };
    assert!(estimate(off, &checks, &checks).blocks().iter().all(|b| b.texture == 0));
}

#[test]
fn strides_do_not_matter() -> Outcome {
    let (prev, cur) = (shifted(40, 30, (0, 0)), shifted(40, 30, (3, 1)));
    let pad = |frame: &GrayFrame| -> Vec<u8> {
        frame.data().chunks(40).flat_map(|row| row.iter().copied().chain([0xA5; 13])).collect()
    };
    let (wide_prev, wide_cur) = (pad(&prev), pad(&cur));
    let mut estimator = MotionEstimator::new(MotionConfig::for_frame(40, 30), 40, 30)?;
    let plain = estimator.estimate(&prev.view(), &cur.view())?.clone();
    let (a, b) = (GrayView::new(&wide_prev, 40, 30, 53)?, GrayView::new(&wide_cur, 40, 30, 53)?);
    assert_eq!(&plain, estimator.estimate(&a, &b)?);
    Ok(())
}

#[test]
fn bad_set_ups_and_sizes_are_errors() -> Outcome {
    let config = MotionConfig::default();
    let new = |config, w, h| MotionEstimator::new(config, w, h).err();
    assert_eq!(new(MotionConfig { block: 3, ..config }, 9, 9), Some(MotionError::Block(3)));
    assert_eq!(new(MotionConfig { block: 129, ..config }, 9, 9), Some(MotionError::Block(129)));
    assert_eq!(new(MotionConfig { range: 128, ..config }, 9, 9), Some(MotionError::Range(128)));
    assert_eq!(new(config, 0, 9), Some(MotionError::Empty { width: 0, height: 9 }));
    let mut estimator = MotionEstimator::new(config, 20, 20)?;
    let (good, bad) = (random(20, 20, 1, 255), random(21, 20, 1, 255));
    let expected = MotionError::Size { expected: (20, 20), got: (21, 20) };
    assert_eq!(estimator.estimate(&good.view(), &bad.view()).err(), Some(expected.clone()));
    assert_eq!(estimator.estimate(&bad.view(), &good.view()).err(), Some(expected));
    Ok(())
}

#[test]
fn first_steps_reach_the_range() {
    for (range, step) in [(0, 0), (1, 1), (2, 2), (3, 2), (4, 4), (7, 4), (8, 8), (15, 8), (127, 64)] {
        assert_eq!(search::first_step(range), step);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_frame_equals_the_naive_search(
        (width, height) in (1usize..70, 1usize..50),
        block in 4usize..24,
        range in 0u8..9,
        exhaustive in any::<bool>(),
        seed in any::<u64>(),
        levels in 2u8..255,
    ) {
        let search = if exhaustive { Search::Exhaustive } else { Search::ThreeStep };
        let config = MotionConfig { block, range, search, texture: false };
        assert_naive(config, &random(width, height, seed, levels), &random(width, height, seed ^ 1, levels));
    }

    #[test]
    fn the_same_frame_twice_has_no_motion(seed in any::<u64>(), block in 4usize..40) {
        let frame = random(75, 41, seed, 255);
        let field = estimate(MotionConfig { block, ..MotionConfig::default() }, &frame, &frame);
        prop_assert!(field.blocks().iter().all(|b| *b == MotionBlock::default()));
    }
}

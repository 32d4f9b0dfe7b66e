//! Each stream block against its definition, under stalls, two frames back to back, with its latency.

use frazil_model::plan::{Pad, Shape};

use super::*;
use crate::frozen::cases::{self, CASES};
use crate::testbench::{STALLS, beats, run};

#[test]
fn pack_collects_and_unpack_sends() {
    for (channels, stalls) in [1, 2, 3, 16].into_iter().flat_map(|c| STALLS.map(|s| (c, s))) {
        let pixels = beats(100, channels, 1);
        let bytes: Vec<Vec<i8>> = pixels.concat().into_iter().map(|byte| vec![byte]).collect();
        let stage = PackStage::new(channels).unwrap();
        let packed = run(Box::new(Pack::of(stage.clone())), stage, &bytes, 100, stalls);
        assert_eq!(packed.beats, pixels);
        let last = |i: usize| packed.taken[(i + 1) * channels - 1];
        assert!((0..100).all(|i| packed.offered[i] == last(i) + 1), "one clock after the last byte");
        let stage = UnpackStage::new(channels).unwrap();
        let sent = run(Box::new(Unpack::of(stage.clone())), stage, &pixels, 100 * channels, stalls);
        assert_eq!(sent.beats, bytes);
        if stalls.output == 0 {
            assert!(
                (0..100).all(|i| sent.offered[i * channels] == sent.taken[i] + 1),
                "one clock after the pixel"
            );
        }
        if stalls.input + stalls.output == 0 {
            assert_eq!(sent.taken[99], 99 * channels, "no bubbles");
            assert_eq!(packed.taken[100 * channels - 1], 100 * channels - 1, "no bubbles");
        }
    }
}

#[test]
fn a_skid_buffer_passes_bytes() {
    let bytes = beats(200, 1, 5);
    for stalls in STALLS {
        let stage = SkidStage::default();
        let seen = run(Box::new(Skid::of(stage.clone())), stage, &bytes, 200, stalls);
        assert_eq!(seen.beats, bytes, "{stalls:?}");
        if stalls.input + stalls.output == 0 {
            assert_eq!((seen.taken[199], seen.offered[199]), (199, 200), "no bubbles, one clock");
        }
    }
}

#[test]
fn a_skid_buffer_takes_one_byte_more_when_it_is_stopped() {
    let mut stage = SkidStage::default();
    let takes: Vec<bool> = (0..6)
        .map(|clock| {
            let takes = stage.ready(false);
            stage.clock(Some(&[clock]), false);
            takes
        })
        .collect();
    assert_eq!(takes, [true, true, false, false, false, false]);
    let mut left = Vec::new();
    while let Some(&[byte]) = stage.output() {
        left.push(byte);
        stage.clock(None, true);
    }
    assert_eq!(left, [0, 1]);
}

#[test]
fn window_gives_every_window() {
    for (i, stalls) in (0..CASES.len()).flat_map(|i| STALLS.map(|s| (i, s))) {
        let layer = cases::build(&CASES[i], i as u64).layer;
        let shape = WindowShape::of(&layer).unwrap();
        let frame = layer.input.h * layer.input.w;
        let pixels = beats(2 * frame, layer.input.c, 7);
        let mut expected = cases::windows(&layer, &pixels[..frame]);
        expected.extend(cases::windows(&layer, &pixels[frame..]));
        let stage = WindowStage::new(shape);
        let seen = run(Box::new(Window::of(stage.clone())), stage.clone(), &pixels, expected.len(), stalls);
        assert_eq!(seen.beats, expected, "case {i}, {stalls:?}");
        if stalls.input + stalls.output == 0 {
            window_clocks(&stage, &seen.taken, &seen.offered);
        }
    }
}

/// Without stalls: each frame takes its padded positions, each window comes one clock after its last position.
fn window_clocks(stage: &WindowStage, taken: &[usize], offered: &[usize]) {
    let shape = stage.shape();
    let ((h, w), clocks) = (shape.padded(), stage.frame_clocks());
    let frame = shape.input().h * shape.input().w;
    assert_eq!(taken[frame] - taken[0], clocks, "one padded position a clock");
    let (top, left) = shape.origin();
    let origin = taken[0] - (top * w + left);
    let positions = (0..2 * h).flat_map(|row| (0..w).map(move |col| (row, col)));
    let complete = positions.filter(|(row, col)| shape.completes(row % h, *col));
    let expected: Vec<usize> = complete.map(|(row, col)| origin + row * w + col + 1).collect();
    assert_eq!(offered, expected, "one clock after its last position");
}

#[test]
fn a_stalled_window_keeps_its_image() {
    let layer = cases::build(&CASES[0], 0).layer;
    let mut stage = WindowStage::new(WindowShape::of(&layer).unwrap());
    let mut taken = 0;
    for _ in 0..1000 {
        taken += usize::from(stage.ready(false));
        stage.clock(Some(&[1]), false);
    }
    assert_eq!(taken, 8 + 2, "up to the first window's last pixel, then nothing");
}

#[test]
fn average_pool_rounds_half_away_from_zero() {
    let shapes = [
        (4, 4, 1, 2),
        (5, 7, 3, 2),
        (8, 4, 2, 4),
        (9, 13, 16, 4),
        (8, 8, 1, 8),
        (17, 20, 2, 8),
        (6, 2, 2, 2),
    ];
    for ((h, w, c, size), stalls) in shapes.into_iter().flat_map(|shape| STALLS.map(|s| (shape, s))) {
        let input = Shape { h, w, c };
        let pixels = beats(2 * h * w, c, 3);
        let mut expected = cases::pool(input, size, &pixels[..h * w]);
        expected.extend(cases::pool(input, size, &pixels[h * w..]));
        let stage = AveragePoolStage::new(input, size).unwrap();
        let seen = run(Box::new(AveragePool::of(stage.clone())), stage, &pixels, expected.len(), stalls);
        assert_eq!(seen.beats, expected, "{input:?} pooled by {size}, {stalls:?}");
        if stalls.input + stalls.output == 0 {
            assert_eq!(seen.taken[2 * h * w - 1], 2 * h * w - 1, "no bubbles");
            let last = (size - 1) * w + size - 1;
            assert_eq!(seen.offered[0], seen.taken[last] + 1, "one clock after the block's last pixel");
        }
    }
}

#[test]
fn average_pool_of_every_sum() {
    let input = Shape { h: 2, w: 2, c: 1 };
    let mut stage = AveragePoolStage::new(input, 2).unwrap();
    for sum in -512i32..=508 {
        let parts = [sum / 4, sum / 4, sum / 4, sum - 3 * (sum / 4)].map(|part| part.clamp(-128, 127));
        let total: i32 = parts.iter().sum();
        parts.iter().for_each(|part| stage.clock(Some(&[*part as i8]), true));
        let expected = (f64::from(total) / 4.0).round() as i8;
        assert_eq!(stage.output(), Some(&[expected][..]), "{total} / 4");
        assert_eq!(AveragePool::of(stage.clone()).stage().data(), [expected]);
    }
}

#[test]
fn reset_is_power_up() {
    let layer = cases::build(&CASES[2], 2).layer;
    let mut window = WindowStage::new(WindowShape::of(&layer).unwrap());
    let fresh = format!("{window:?}");
    beats(50, 3, 1).iter().for_each(|pixel| window.clock(Some(pixel), true));
    assert_ne!(format!("{window:?}"), fresh);
    window.reset();
    assert_eq!(format!("{window:?}"), fresh);
    let mut pool = AveragePoolStage::new(Shape { h: 6, w: 6, c: 3 }, 2).unwrap();
    let fresh = format!("{pool:?}");
    beats(50, 3, 1).iter().for_each(|pixel| pool.clock(Some(pixel), true));
    pool.reset();
    assert_eq!(format!("{pool:?}"), fresh);
}

#[test]
fn impossible_shapes_are_refused() {
    let image = |h, w, c| Shape { h, w, c };
    let window = |input, kernel, stride| WindowShape::new(input, Pad::default(), 0, kernel, stride).err();
    assert_eq!(PackStage::new(0).err(), Some(StreamError::Channels(0)));
    assert_eq!(UnpackStage::new(17).err(), Some(StreamError::Channels(17)));
    assert_eq!(window(image(8, 8, 17), (3, 3), (1, 1)), Some(StreamError::Channels(17)));
    assert_eq!(window(image(8, 8, 16), (3, 3), (1, 1)), None);
    assert_eq!(window(image(8, 8, 16), (3, 4), (1, 1)), Some(StreamError::WindowBytes(192)));
    assert_eq!(window(image(8, 8, 1), (3, 3), (1, 3)), Some(StreamError::Stride((1, 3))));
    assert_eq!(window(image(0, 8, 1), (1, 1), (1, 1)), Some(StreamError::Extent { h: 0, w: 8 }));
    assert_eq!(window(image(8, 9000, 1), (3, 3), (1, 1)), Some(StreamError::Extent { h: 8, w: 9000 }));
    assert!(matches!(window(image(2, 8, 1), (3, 3), (1, 1)), Some(StreamError::Kernel { .. })));
    assert!(matches!(window(image(2, 8, 1), (0, 3), (1, 1)), Some(StreamError::Kernel { .. })));
    let huge = Pad { top: usize::MAX, left: 0, bottom: 3, right: 0 };
    assert!(WindowShape::new(image(8, 8, 1), huge, 0, (3, 3), (1, 1)).is_err());
    for size in [0, 1, 3, 16] {
        assert!(matches!(AveragePoolStage::new(image(32, 32, 1), size), Err(StreamError::Pool { .. })));
    }
    assert!(matches!(AveragePoolStage::new(image(3, 8, 1), 4), Err(StreamError::Pool { .. })));
}

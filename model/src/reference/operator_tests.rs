//! Operators without weights: figures of TensorFlow Lite Micro, properties, refusals.

use proptest::prelude::*;

use super::concat::Concat;
use super::logistic::Logistic;
use super::mean::Mean;
use super::rescale::Rescale;
use super::resize::Resize;
use super::softmax::Softmax;
use crate::graph::{Axis, OperatorError, Quant, Shape};
use crate::requant::RequantError;

/// The integers of real values.
fn quantize(reals: &[f32], quant: Quant) -> Vec<i8> {
    reals.iter().map(|&real| quant.quantize(real)).collect()
}

/// The real values of integers.
fn dequantize(data: &[i8], quant: Quant) -> Vec<f32> {
    data.iter().map(|&q| quant.dequantize(q)).collect()
}

const PROBABILITY: Quant = Quant { scale: 1.0 / 256.0, zero_point: -128 };

fn quant(scale: f32, zero_point: i32) -> Quant {
    Quant { scale, zero_point }
}

fn softmax(beta: f32, scale: f32, rows: &[i8], depth: usize) -> Vec<i8> {
    Softmax::new(beta, quant(scale, 24), PROBABILITY).unwrap().run(rows, depth)
}

fn logistic(scale: f32, zero_point: i32, data: &[i8]) -> Vec<i8> {
    Logistic::new(quant(scale, zero_point), PROBABILITY).unwrap().run(data)
}

fn every() -> Vec<i8> {
    (i8::MIN..=i8::MAX).collect()
}

#[test]
fn softmax_of_known_rows() {
    let rows = [-3, 24, 31, -90, 40, 41, 12, 41, 0, 27, -128, 127, 126, 120, 110, 100, 90, 80, 70, 60];
    let full = [-128, -124, -114, -128, -60, -47, -127, -47, -128, -121];
    let second = [-128, -12, -30, -93, -122, -127, -128, -128, -128, -128];
    assert_eq!(softmax(1.0, 0.171_853_51, &rows, 10), [full, second].concat());
    let half = [-115, -102, -96, -126, -89, -88, -108, -88, -113, -99];
    assert_eq!(softmax(0.5, 0.05, &rows[..10], 10), half);
    assert_eq!(softmax(1.0, 0.1, &[5; 10], 10), [-102; 10]);
}

#[test]
fn softmax_at_its_limits() {
    // One alone is 1, which saturates; beside steps of 16 and more nothing counts.
    assert_eq!(softmax(1.0, 0.1, &[-7], 1), [127]);
    assert_eq!(softmax(1.0, 8.0, &[3, 4, 5, 5], 4), [-128, -128, 0, 0]);
    assert_eq!(softmax(1.0, 16.0, &[4, 5, 5], 3), [-128, 0, 0]);
    assert_eq!(softmax(1e9, 1e9, &[4, 5, 5], 3), [-128, 0, 0]);
    // 511 equal inputs are rounded up to 1/256, more are 0; 10000 would overflow the sum.
    assert_eq!(softmax(1.0, 0.1, &[9; 511], 511), [-127; 511]);
    assert_eq!(softmax(1.0, 0.1, &[9; 513], 513), [-128; 513]);
    assert_eq!(softmax(1.0, 0.1, &[9; 10_000], 10_000), [-128; 10_000]);
    assert!(softmax(1.0, 0.1, &[], 0).is_empty());
}

#[test]
fn logistic_of_known_inputs() {
    let inputs = [-128, -64, -32, -16, -8, -5, 0, 8, 16, 32, 64, 127];
    assert_eq!(logistic(0.1, -5, &inputs), [-128, -127, -112, -64, -19, 0, 31, 73, 100, 122, 127, 127]);
    assert_eq!(logistic(0.0123, 30, &inputs), [-96, -67, -47, -35, -29, -27, -23, -17, -11, 2, 26, 68]);
    // The radius is 3 here: from there on the result is 0 or 1, where -127 is nearer to the truth.
    let near = [-9, -8, -7, -6, -5, -4, -3, -2, -1];
    assert_eq!(logistic(2.073_501_3, -5, &near), [-128, -128, -124, -99, 0, 99, 124, 127, 127]);
}

#[test]
fn mean_of_a_known_image() {
    let data: Vec<i8> = (0..60).map(|i| (i * 37 % 256 - 128) as i8).collect();
    let mean = |input, output| Mean::new(Shape::new(3, 5, 4), input, output).unwrap().run(&data);
    // The sums are -204, -161, -118 and -75.
    assert_eq!(mean(quant(0.1, 3), quant(0.1, 3)), [-14, -11, -8, -5]);
    assert_eq!(mean(quant(0.1, 3), quant(0.02, -4)), [-87, -73, -58, -44]);
    assert_eq!(mean(quant(0.1, -7), quant(0.3, 5)), [3, 4, 5, 6]);
    assert_eq!(mean(quant(0.5, 0), quant(0.7, -1)), [-11, -9, -7, -5]);
    assert_eq!(mean(quant(0.5, 0), quant(0.001, 0)), [-128; 4]);
}

#[test]
fn resized_rows() {
    let row = |from: usize, to: usize, align_corners, half_pixel_centers| {
        let resize = Resize::new(Shape::new(1, from, 1), (1, to), align_corners, half_pixel_centers);
        resize.run(&(0..from as i8).collect::<Vec<_>>())
    };
    let all = |from, to| {
        [(false, false), (true, false), (false, true), (true, true)].map(|(a, h)| row(from, to, a, h))
    };
    let wider = [[0, 0, 0, 1, 1, 2, 2], [0, 0, 1, 1, 1, 2, 2], [0, 0, 1, 1, 1, 2, 2], [0, 1, 1, 1, 2, 2, 2]];
    assert_eq!(all(3, 7), wider);
    assert_eq!(all(7, 3), [[0, 2, 4], [0, 3, 6], [1, 3, 5], [2, 5, 6]]);
    assert_eq!(all(5, 1), [[0], [0], [2], [3]]);
}

#[test]
fn requantised_inputs() {
    let inputs = [-128, -100, -1, 0, 1, 2, 3, 4, 5, 100, 127];
    let rescaled = |input, output| Rescale::new(input, output).unwrap().run(&inputs);
    let finer = [-128, -128, -2, 0, 2, 5, 7, 10, 12, 127, 127];
    assert_eq!(rescaled(quant(0.5, 0), quant(0.2, 0)), finer);
    let coarser = [-128, -126, -101, -101, -101, -100, -100, -99, -99, -75, -69];
    assert_eq!(rescaled(quant(0.1, 3), quant(0.4, -100)), coarser);
    assert_eq!(rescaled(quant(0.1, 3), quant(0.1, 7)), [-124, -96, 3, 4, 5, 6, 7, 8, 9, 104, 127]);
}

#[test]
fn reals_round_halves_away_from_zero_and_saturate() {
    let reals = [0.25, -0.25, 0.24, 0.75, -0.75, 1e30, -1e30, f32::INFINITY, f32::NEG_INFINITY, f32::NAN];
    assert_eq!(quantize(&reals, quant(0.5, 3)), [4, 2, 3, 5, 1, 127, -128, 127, -128, 3]);
    assert_eq!(dequantize(&[-128, 3, 127], quant(0.5, 3)), [-65.5, 0.0, 62.0]);
}

#[test]
fn concatenation_refuses_what_does_not_fit() {
    let (a, b) = (Shape::new(2, 3, 4), Shape::new(2, 1, 4));
    let (q, other) = (quant(0.1, 0), quant(0.1, 1));
    assert_eq!(Concat::new(Axis::Width, &[(a, q), (b, q)], q).unwrap().output(), Shape::new(2, 4, 4));
    let shape = OperatorError::ConcatShape { input: 1, first: a, found: b };
    assert_eq!(Concat::new(Axis::Height, &[(a, q), (b, q)], q), Err(shape));
    let differs = OperatorError::ConcatQuant { input: 1, expected: q, found: other };
    assert_eq!(Concat::new(Axis::Width, &[(a, q), (b, other)], q), Err(differs));
    assert_eq!(Concat::new(Axis::Width, &[], q), Err(OperatorError::ConcatEmpty));
}

#[test]
fn scales_that_cannot_be_are_refused() {
    let q = quant(0.1, 0);
    let found = quant(1.0 / 256.0, 0);
    assert_eq!(Softmax::new(1.0, q, found), Err(OperatorError::ProbabilityQuant { found }));
    assert_eq!(Logistic::new(q, found), Err(OperatorError::ProbabilityQuant { found }));
    for beta in [0.0, -1.0, 1e-9, f32::NAN] {
        let refused = Softmax::new(beta, q, PROBABILITY);
        assert!(matches!(refused, Err(OperatorError::SoftmaxScale { .. })), "{beta}");
    }
    for scale in [8.0, 1e-9, f32::NAN, f32::INFINITY] {
        let refused = Logistic::new(quant(scale, 0), PROBABILITY);
        assert!(matches!(refused, Err(OperatorError::LogisticScale { .. })), "{scale}");
    }
    let overflow = Rescale::new(quant(1e9, 0), quant(1.0, 0));
    assert!(matches!(overflow, Err(OperatorError::Requant(RequantError::Overflow { .. }))));
    let infinite = Mean::new(Shape::new(1, 1, 1), quant(1e30, 0), quant(1e-30, 0));
    assert!(matches!(infinite, Err(OperatorError::Requant(RequantError::Multiplier { .. }))));
    for shape in [Shape::new(0, 3, 1), Shape::new(65535, 65535, 1)] {
        assert_eq!(Mean::new(shape, q, q), Err(OperatorError::MeanCount { shape }));
    }
}

proptest! {
    #[test]
    fn softmax_gives_probabilities(scale in 0.001f32..2.0, rows in prop::collection::vec(any::<i8>(), 1..200)) {
        let result = softmax(1.0, scale, &rows, rows.len());
        let exps: Vec<f64> = rows.iter().map(|&q| (f64::from(scale) * f64::from(q)).exp()).collect();
        let total: f64 = exps.iter().sum();
        let mut sum = 0;
        for (&q, exp) in result.iter().zip(&exps) {
            let exact = 256.0 * exp / total;
            prop_assert!((f64::from(q) + 128.0 - exact).abs() <= 1.0 + 1e-6, "{} for {}", q, exact);
            sum += i32::from(q) + 128;
        }
        // Every element rounds by at most a half, a certain one saturates by 1.
        prop_assert!((sum - 256).abs() <= rows.len() as i32 / 2 + 1, "{}", sum);
    }

    #[test]
    fn softmax_sees_differences_only(
        scale in 0.001f32..2.0, row in prop::collection::vec(-64i8..63, 1..20), by: i8
    ) {
        let moved: Vec<i8> = row.iter().map(|q| q + by / 2).collect();
        let result = softmax(1.0, scale, &row, row.len());
        prop_assert_eq!(&softmax(1.0, scale, &moved, row.len()), &result);
        let mut order: Vec<_> = row.iter().zip(result).collect();
        order.sort_by_key(|&(&q, _)| q);
        prop_assert!(order.is_sorted_by_key(|&(_, probability)| probability));
    }

    #[test]
    fn logistic_is_within_a_step(scale in 1e-5f32..4.0, zero_point in -128..=127) {
        let results = logistic(scale, zero_point, &every());
        for (q, &result) in every().into_iter().zip(&results) {
            let x = f64::from(scale) * f64::from(i32::from(q) - zero_point);
            let exact = (256.0 / (1.0 + (-x).exp())).round().min(255.0) - 128.0;
            prop_assert!((f64::from(result) - exact).abs() <= 1.0, "{}: {} for {}", x, result, exact);
        }
        prop_assert!(results.is_sorted());
    }

    #[test]
    fn mean_is_within_a_step(
        (h, w) in (1usize..12, 1usize..12), seed: u8,
        input in 0.01f32..1.0, output in 0.01f32..1.0, zero: (i8, i8)
    ) {
        let data: Vec<i8> = (0..h * w).map(|i| (i * i * 31 + i * 7 + usize::from(seed)) as i8).collect();
        let quants = (quant(input, zero.0.into()), quant(output, zero.1.into()));
        let found = Mean::new(Shape::new(h, w, 1), quants.0, quants.1).unwrap().run(&data)[0];
        let mean = data.iter().map(|&q| f64::from(q)).sum::<f64>() / (h * w) as f64 - f64::from(zero.0);
        let exact = (mean * f64::from(input) / f64::from(output) + f64::from(zero.1)).clamp(-128.0, 127.0);
        prop_assert!((f64::from(found) - exact).abs() <= 0.75 + 1e-6, "{} for {}", found, exact);
    }

    #[test]
    fn resizing_keeps_the_order(
        (h, w) in (1usize..9, 1usize..9), size in (1usize..20, 1usize..20), align: bool, half: bool
    ) {
        let resize = Resize::new(Shape::new(h, w, 1), size, align, half);
        let image: Vec<i8> = (0..(h * w) as i8).collect();
        let resized = resize.run(&image);
        prop_assert_eq!(resized.len(), size.0 * size.1);
        prop_assert!(resized.chunks(size.1).all(|row| row.is_sorted()));
        prop_assert!((0..size.1).all(|x| resized.iter().skip(x).step_by(size.1).is_sorted()));
        let same = Resize::new(Shape::new(h, w, 1), (h, w), align && !half, half);
        prop_assert_eq!(same.run(&image), image);
    }

    #[test]
    fn concatenation_is_that_of_ndarray(
        sides in prop::collection::vec(1usize..5, 1..4), other in (1usize..5, 1usize..5), axis in 0usize..3
    ) {
        let mut first = 0;
        let images: Vec<_> = sides.iter().map(|&side| {
            let mut shape = [other.0, other.1, other.0];
            shape[axis] = side;
            first += 40;
            ndarray::Array3::from_shape_fn(shape, |(y, x, c)| (first + y * 25 + x * 5 + c) as i8)
        }).collect();
        let views: Vec<_> = images.iter().map(|image| image.view()).collect();
        let expected = ndarray::concatenate(ndarray::Axis(axis), &views).unwrap();
        let q = quant(0.5, 1);
        let inputs: Vec<_> = images.iter().map(|i| (Shape::new(i.dim().0, i.dim().1, i.dim().2), q)).collect();
        let concat = Concat::new([Axis::Height, Axis::Width, Axis::Channels][axis], &inputs, q).unwrap();
        let slices: Vec<_> = images.iter().map(|image| image.as_slice().unwrap()).collect();
        prop_assert_eq!(concat.run(&slices), expected.iter().copied().collect::<Vec<_>>());
        let Shape { h, w, c } = concat.output();
        prop_assert_eq!((h, w, c), expected.dim());
    }

    #[test]
    fn rescaling_is_near_and_keeps_the_order(input in 0.001f32..10.0, ratio in 0.01f32..100.0, zero: (i8, i8)) {
        let (from, to) = (quant(input, zero.0.into()), quant(input * ratio, zero.1.into()));
        let results = Rescale::new(from, to).unwrap().run(&every());
        prop_assert!(results.is_sorted());
        for (real, &found) in dequantize(&every(), from).into_iter().zip(&results) {
            let exact = f64::from(real) / f64::from(to.scale) + f64::from(zero.1);
            prop_assert!((f64::from(found) - exact.clamp(-128.0, 127.0)).abs() <= 0.75 + 1e-4);
        }
        prop_assert_eq!(Rescale::new(from, from).unwrap().run(&every()), every());
    }

    #[test]
    fn reals_come_back(scale in 1e-6f32..1e6, zero_point in -128..=127) {
        let quant = quant(scale, zero_point);
        prop_assert_eq!(quantize(&dequantize(&every(), quant), quant), every());
    }
}

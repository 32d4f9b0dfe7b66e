//! Frozen layers for tests, with an independent evaluation of each; also compiled into the tests of `frazil-sim`.

use frazil_model::plan::{AveragePool, FrozenLayer, Pad, Shape};
use frazil_model::requant::ExactRequant;
use frazil_model::shift_add::ShiftAdd;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

/// A layer's structure.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    pub input: (usize, usize, usize),
    pub channels: usize,
    pub kernel: (usize, usize),
    pub stride: (usize, usize),
    pub same: bool,
    pub pool: Option<usize>,
    /// Largest weight.
    pub weight: i32,
}

/// A layer, its weights `[channel][tap]` and its biases.
#[derive(Clone)]
pub struct Built {
    pub layer: FrozenLayer,
    pub weights: Vec<Vec<i32>>,
    pub biases: Vec<i64>,
}

const fn case(
    input: (usize, usize, usize),
    channels: usize,
    kernel: (usize, usize),
    stride: (usize, usize),
    same: bool,
) -> Case {
    Case { input, channels, kernel, stride, same, pool: None, weight: 127 }
}

/// Shapes that differ in every respect that the hardware knows.
pub const CASES: [Case; 12] = [
    Case { pool: Some(2), weight: 2, ..case((8, 8, 1), 8, (3, 3), (1, 1), true) },
    case((6, 7, 2), 3, (3, 3), (1, 1), false),
    case((8, 8, 3), 4, (3, 3), (2, 2), true),
    case((9, 6, 1), 2, (3, 3), (2, 2), true),
    Case { pool: Some(4), ..case((11, 9, 2), 5, (3, 3), (1, 1), true) },
    case((5, 5, 16), 16, (1, 1), (1, 1), false),
    case((8, 9, 1), 2, (7, 7), (1, 1), true),
    case((10, 8, 1), 3, (5, 2), (2, 1), true),
    case((7, 1, 2), 2, (3, 1), (1, 1), true),
    case((1, 9, 2), 2, (1, 4), (1, 2), false),
    case((6, 2, 1), 1, (2, 2), (2, 2), false),
    Case { pool: Some(8), weight: 3, ..case((17, 20, 1), 3, (2, 2), (1, 1), false) },
];

/// Output extent and padding of one axis, as TFLite computes them.
fn axis(input: usize, kernel: usize, stride: usize, same: bool) -> (usize, usize, usize) {
    if !same {
        return ((input - kernel) / stride + 1, 0, 0);
    }
    let output = input.div_ceil(stride);
    let total = ((output - 1) * stride + kernel).saturating_sub(input);
    (output, total / 2, total - total / 2)
}

/// The layer of a case with random weights, biases, requantisers and padding value.
pub fn build(case: &Case, seed: u64) -> Built {
    let mut rng = Pcg64::seed_from_u64(seed);
    let (h, top, bottom) = axis(case.input.0, case.kernel.0, case.stride.0, case.same);
    let (w, left, right) = axis(case.input.1, case.kernel.1, case.stride.1, case.same);
    let taps = case.kernel.0 * case.kernel.1 * case.input.2;
    let mut weight = || if rng.random_bool(0.3) { 0 } else { rng.random_range(-case.weight..=case.weight) };
    let weights: Vec<Vec<i32>> = (0..case.channels).map(|_| (0..taps).map(|_| weight()).collect()).collect();
    let biases: Vec<i64> = (0..case.channels).map(|_| rng.random_range(-2000..2000)).collect();
    let datapath = ShiftAdd::from_matrix(&weights, &biases, (-128, 127));
    let requant = datapath.outputs.iter().map(|o| requantiser(o.hi - o.lo, &mut rng)).collect();
    let conv_output = Shape { h, w, c: case.channels };
    let size = case.pool.unwrap_or(1);
    let layer = FrozenLayer {
        name: "conv".into(),
        input: Shape { h: case.input.0, w: case.input.1, c: case.input.2 },
        conv_output,
        output: Shape { h: h / size, w: w / size, c: case.channels },
        kernel: case.kernel,
        stride: case.stride,
        pad: Pad { top, left, bottom, right },
        pad_value: rng.random(),
        datapath,
        requant,
        pool: case.pool.map(|size| AveragePool { size }),
        digit_bits: 8,
    };
    Built { layer, weights, biases }
}

/// One that brings a range of `span` to somewhat more than a byte, so that the limits are reached.
fn requantiser(span: i64, rng: &mut Pcg64) -> ExactRequant {
    let m = [0, 1, 1, rng.random_range(1..4096), rng.random_range(1..4096)][rng.random_range(0..5)];
    let s = (0..40).find(|s| ((span * m) >> s) < 400).unwrap_or(0);
    let b = if rng.random() { 0 } else { rng.random_range(-(1i64 << s)..=1 << s) };
    let (lo, hi) = [(-128, 127), (-128, 127), (0, 127), (-100, 90), (5, 5)][rng.random_range(0..5)];
    ExactRequant { m, b, s, lo, hi }
}

/// The windows of an image of pixels, from the definition.
pub fn windows(layer: &FrozenLayer, pixels: &[Vec<i8>]) -> Vec<Vec<i8>> {
    let (input, out) = (layer.input, layer.conv_output);
    let at = |y: usize, x: usize| {
        let (y, x) = (y.wrapping_sub(layer.pad.top), x.wrapping_sub(layer.pad.left));
        if y < input.h && x < input.w {
            pixels[y * input.w + x].clone()
        } else {
            vec![layer.pad_value; input.c]
        }
    };
    let window = |oy: usize, ox: usize| {
        let taps = (0..layer.kernel.0).flat_map(move |ky| (0..layer.kernel.1).map(move |kx| (ky, kx)));
        taps.flat_map(|(ky, kx)| at(oy * layer.stride.0 + ky, ox * layer.stride.1 + kx)).collect()
    };
    (0..out.h).flat_map(|oy| (0..out.w).map(move |ox| (oy, ox))).map(|(oy, ox)| window(oy, ox)).collect()
}

/// The pixel of a window, from the weights.
pub fn pixel(built: &Built, window: &[i8]) -> Vec<i8> {
    let channel = |(weights, (bias, r)): (&Vec<i32>, (&i64, &ExactRequant))| {
        let products = weights.iter().zip(window).map(|(w, x)| i64::from(*w) * i64::from(*x));
        let sum = products.sum::<i64>() + bias;
        ((i128::from(sum) * i128::from(r.m) + i128::from(r.b)) >> r.s).clamp(r.lo.into(), r.hi.into()) as i8
    };
    built.weights.iter().zip(built.biases.iter().zip(&built.layer.requant)).map(channel).collect()
}

/// The average pool of an image, from the definition: rounding half away from zero.
pub fn pool(input: Shape, size: usize, pixels: &[Vec<i8>]) -> Vec<Vec<i8>> {
    let average = |by: usize, bx: usize, c: usize| {
        let block =
            (0..size * size).map(|i| &pixels[(by * size + i / size) * input.w + bx * size + i % size]);
        let mean = block.map(|p| f64::from(p[c])).sum::<f64>() / (size * size) as f64;
        mean.round() as i8
    };
    let blocks = (0..input.h / size).flat_map(|by| (0..input.w / size).map(move |bx| (by, bx)));
    blocks.map(|(by, bx)| (0..input.c).map(|c| average(by, bx, c)).collect()).collect()
}

/// The whole layer.
pub fn evaluate(built: &Built, pixels: &[Vec<i8>]) -> Vec<Vec<i8>> {
    let conv: Vec<_> = windows(&built.layer, pixels).iter().map(|w| pixel(built, w)).collect();
    match built.layer.pool {
        Some(p) => pool(built.layer.conv_output, p.size, &conv),
        None => conv,
    }
}

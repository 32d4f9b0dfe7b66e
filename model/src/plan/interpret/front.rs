//! The frozen front end, layer by layer.

use super::round_shift;
use crate::plan::{AveragePool, FrozenLayer, Shape, pooled};
use crate::shift_add::Scratch;

/// The frozen front end: the last layer's result, NHWC. Missing input bytes count as 0; without layers the input
/// passes through.
pub fn frozen(layers: &[FrozenLayer], input: &[i8]) -> Vec<i8> {
    layers.iter().fold(input.to_vec(), |image, layer| frozen_layer(layer, &image))
}

fn frozen_layer(layer: &FrozenLayer, image: &[i8]) -> Vec<i8> {
    let Shape { h, w, c } = layer.conv_output;
    let mut result = Vec::with_capacity(layer.conv_output.len());
    let (mut scratch, mut sums) = (Scratch::default(), vec![0i64; c]);
    for y in 0..h {
        for x in 0..w {
            let input = |tap| i64::from(window_byte(layer, image, (y, x), tap));
            layer.datapath.evaluate_into(input, &mut scratch, &mut sums);
            result.extend(sums.iter().zip(&layer.requant).map(|(&acc, requant)| requant.apply(acc)));
        }
    }
    layer.pool.map_or(result.clone(), |pool| average(&result, layer.conv_output, pool))
}

/// Byte `tap` of the window of an output pixel, in the order row, column, channel.
fn window_byte(layer: &FrozenLayer, image: &[i8], (y, x): (usize, usize), tap: usize) -> i8 {
    let Shape { h, w, c } = layer.input;
    let (pixel, channel) = (tap / c.max(1), tap % c.max(1));
    let (ky, kx) = (pixel / layer.kernel.1.max(1), pixel % layer.kernel.1.max(1));
    let row = (y * layer.stride.0 + ky).checked_sub(layer.pad.top).filter(|&row| row < h);
    let column = (x * layer.stride.1 + kx).checked_sub(layer.pad.left).filter(|&column| column < w);
    match (row, column) {
        (Some(row), Some(column)) => image.get((row * w + column) * c + channel).copied().unwrap_or(0),
        _ => layer.pad_value,
    }
}

/// Mean of each block; the shift rounds halves away from zero.
fn average(image: &[i8], shape: Shape, pool: AveragePool) -> Vec<i8> {
    let output = pooled(shape, Some(pool));
    let shift = 2 * pool.size.max(1).ilog2();
    let mut result = Vec::with_capacity(output.len());
    for y in 0..output.h {
        for x in 0..output.w {
            for c in 0..output.c {
                let at = |ty: usize, tx: usize| {
                    ((y * pool.size + ty) * shape.w + x * pool.size + tx) * shape.c + c
                };
                let taps = (0..pool.size).flat_map(|ty| (0..pool.size).map(move |tx| (ty, tx)));
                let sum: i64 = taps.map(|(ty, tx)| i64::from(image[at(ty, tx)])).sum();
                result.push(round_shift(sum, shift) as i8);
            }
        }
    }
    result
}

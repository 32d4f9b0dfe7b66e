//! The frozen front end, layer by layer.

use super::InterpretError;
use crate::plan::descriptor::{Descriptor, Field};
use crate::plan::{AveragePool, FrozenLayer, Shape, pooled};
use crate::shift_add::Scratch;

/// The frozen front end: the last layer's result, NHWC. Missing input bytes count as 0; without layers the input
/// passes through.
pub fn frozen(layers: &[FrozenLayer], input: &[i8]) -> Vec<i8> {
    layers.iter().fold(input.to_vec(), |image, layer| frozen_layer(layer, &image))
}

/// A descriptor of the front end: raster bytes in, planes out.
pub(super) fn step(
    layers: &[FrozenLayer],
    descriptor: &Descriptor,
    memory: &mut [u8],
    lanes: usize,
) -> Result<(), InterpretError> {
    let get = |field| usize::from(descriptor.get(field));
    let words = memory.len() / lanes;
    let (from, bytes) = (get(Field::InBase), get(Field::BlockStep));
    let input = memory.get(from * lanes..from * lanes + bytes);
    let input = input.ok_or(InterpretError::Address { address: from + bytes.div_ceil(lanes), words })?;
    let input: Vec<i8> = input.iter().map(|&byte| byte as i8).collect();
    let channels = get(Field::PixelStep).max(1);
    for (index, value) in frozen(layers, &input).into_iter().take(get(Field::RowStep)).enumerate() {
        let (pixel, channel) = (index / channels, index % channels);
        let address = get(Field::OutBase) + channel / lanes * get(Field::PixelRow) + pixel;
        let slot = memory.get_mut(address * lanes + channel % lanes);
        *slot.ok_or(InterpretError::Address { address, words })? = value as u8;
    }
    Ok(())
}

/// `value / 2^shift`, halves away from zero.
fn round_shift(value: i64, shift: u32) -> i64 {
    if shift == 0 { value } else { (value + (1 << (shift - 1)) - i64::from(value < 0)) >> shift }
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

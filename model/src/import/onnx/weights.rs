//! Constants of operators with weights.

use super::constant::{Constant, Dequantized};
use super::proto::element;
use super::value::Value;
use super::view::View;
use super::{Lowering, Result};
use crate::graph::WeightQuant;
use crate::import::Problem;

/// Largest difference of a bias's scale from the accumulator's, as a part of it: a few roundings to float32.
const SCALE_TOLERANCE: f64 = 1e-6;
/// Largest difference of a real bias from a whole number of the accumulator's steps, as a part of it.
const STEP_TOLERANCE: f64 = 1.0 / (1 << 22) as f64;
/// Most steps of a real bias: float32 does not tell more apart for sure.
const MOST_STEPS: f64 = (1 << 20) as f64;

/// Weights as int8, output channels outermost, and what they mean.
pub(super) struct Weights {
    pub data: Vec<i8>,
    /// Sides in the order of the view.
    pub dims: Vec<usize>,
    pub quant: WeightQuant,
}

/// How scales are multiplied when there is one for all channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Single {
    /// As TFLite's kernels for one scale a channel do.
    PerChannel,
    /// As its kernels for one scale a tensor do.
    PerTensor,
}

impl Lowering<'_> {
    /// Weights seen through `view`, whose first side is the output channels.
    pub(super) fn weights(&mut self, constant: &Dequantized, view: &View, single: Single) -> Result<Weights> {
        let less = match constant.values.element() {
            element::INT8 => 0,
            element::UINT8 => 128,
            _ => return Err(constant.values.refused()),
        };
        self.take(view.len(), &constant.values)?;
        let narrow = |q: i64| i8::try_from(q - less).map_err(|_| constant.values.refused());
        let (dims, offsets) = (view.dims(), view.offsets());
        let data = offsets.iter().map(|&at| narrow(constant.values.integer(at)?)).collect::<Result<_>>()?;
        let quant = match constant.scales() {
            1 => one_scale(constant, less, single)?,
            _ => channel_scales(constant, less, &offsets, dims.first().copied().unwrap_or(1))?,
        };
        Ok(Weights { data, dims, quant })
    }

    /// A bias in steps of the accumulator; its channels are along one side, counted from the last.
    pub(super) fn bias(
        &mut self,
        value: &Value,
        channel_from_end: usize,
        input_scale: f32,
        quant: &WeightQuant,
        channels: usize,
    ) -> Result<Vec<i32>> {
        let constant = match value {
            Value::Constant(constant) => constant,
            Value::Dequantized(dequantized) => &dequantized.values,
            _ => return Err(Problem::NotConstant { tensor: "bias".into() }),
        };
        let dims = constant.view.dims();
        let along = |(at, &dim): (usize, &usize)| {
            if dims.len() - at == channel_from_end { dim == channels } else { dim == 1 }
        };
        if constant.view.len() != channels || !dims.iter().enumerate().all(along) {
            return Err(constant.refused());
        }
        self.take(channels, constant)?;
        let step = |channel: usize| {
            let scales = quant.scales();
            let scale = scales.get(channel).or(scales.first()).copied().unwrap_or_default();
            f64::from(input_scale) * f64::from(scale)
        };
        let offsets = constant.view.offsets();
        let each = |(channel, &at): (usize, &usize)| match value {
            Value::Dequantized(bias) => whole(bias, at, step(channel)),
            _ => steps(constant, at, step(channel), channel),
        };
        offsets.iter().enumerate().map(each).collect()
    }
}

fn refused(constant: &Dequantized) -> Problem {
    Problem::Weights { tensor: constant.values.name().into() }
}

fn zero_point(constant: &Dequantized, index: usize, less: i64) -> Result<i8> {
    i8::try_from(constant.zero_point(index)? - less).map_err(|_| refused(constant))
}

fn one_scale(constant: &Dequantized, less: i64, single: Single) -> Result<WeightQuant> {
    let (scale, zero_point) = (constant.scale(0)?, zero_point(constant, 0, less)?);
    match single == Single::PerChannel && less == 0 && zero_point == 0 {
        true => Ok(WeightQuant::PerChannel(vec![scale])),
        false => Ok(WeightQuant::PerTensor { scale, zero_point }),
    }
}

/// Each output channel must have one scale, and all the zero point 0.
fn channel_scales(
    constant: &Dequantized,
    less: i64,
    offsets: &[usize],
    channels: usize,
) -> Result<WeightQuant> {
    let one = |row: &[usize]| {
        let index = row.first().map_or(0, |&at| constant.scale_at(at));
        let is_one = row.iter().all(|&at| constant.scale_at(at) == index);
        match is_one && zero_point(constant, index, less)? == 0 {
            true => constant.scale(index),
            false => Err(refused(constant)),
        }
    };
    let rows = offsets.chunks_exact((offsets.len() / channels.max(1)).max(1));
    Ok(WeightQuant::PerChannel(rows.map(one).collect::<Result<_>>()?))
}

/// An int32 bias, whose scale must be the accumulator's step.
fn whole(bias: &Dequantized, at: usize, step: f64) -> Result<i32> {
    let index = bias.scale_at(at);
    let found = f64::from(bias.scale(index)?);
    let is_step = (found - step).abs() <= SCALE_TOLERANCE * step;
    match i32::try_from(bias.values.integer(at)?) {
        _ if !is_step => Err(Problem::Bias { expected: step, found }),
        Ok(q) if bias.values.element() == element::INT32 && bias.zero_point(index)? == 0 => Ok(q),
        _ => Err(bias.values.refused()),
    }
}

/// A real bias, which must be a whole number of the accumulator's steps.
fn steps(bias: &Constant, at: usize, step: f64, channel: usize) -> Result<i32> {
    let real = f64::from(bias.real(at)?);
    let whole = (real / step).round();
    match whole.abs() <= MOST_STEPS && (real - whole * step).abs() <= STEP_TOLERANCE * real.abs() {
        true => Ok(whole as i32),
        false => Err(Problem::Attribute {
            what: format!("bias {real} of channel {channel}, which is no multiple of the step {step},"),
        }),
    }
}

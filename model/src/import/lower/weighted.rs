//! Operators with weights.

use ndarray::{Array2, Array4};

use super::super::tflite::{
    ElementType, FusedActivation, Operator, Options, Padding as Padded, Tensor, WeightsFormat,
};
use super::{Lowering, Problem, Result, input};
use crate::graph::{Activation, Conv2d, DepthwiseConv2d, FullyConnected, Op, Padding, WeightQuant};

/// Largest difference of a bias's scale from the accumulator's, as a part of it.
const BIAS_TOLERANCE: f64 = 0.02;

/// Weights as int8, and what they mean.
struct Weights {
    data: Vec<i8>,
    shape: Vec<usize>,
    quant: WeightQuant,
}

impl Lowering<'_> {
    pub(super) fn conv(&self, operator: &Operator) -> Result<(Op, Vec<usize>)> {
        let Options::Conv2d(options) = &operator.options else { return Err(Problem::Unsupported) };
        let source = self.read(operator, 0)?;
        let weights = self.weights(operator, 0)?;
        let [channels, h, w, depth] = weights.shape[..] else { return Err(self.not_constant(operator, 1)) };
        let bias = self.bias(operator, source, &weights.quant, channels)?;
        let array = Array4::from_shape_vec((channels, h, w, depth), weights.data);
        let conv = Conv2d {
            stride: pair(options.stride)?,
            dilation: pair(options.dilation)?,
            padding: padding(options.padding)?,
            activation: activation(options.activation)?,
            weights: array.map_err(|_| self.not_constant(operator, 1))?,
            bias,
            weight_quant: weights.quant,
        };
        Ok((Op::Conv2d(conv), vec![source]))
    }

    pub(super) fn depthwise(&self, operator: &Operator) -> Result<(Op, Vec<usize>)> {
        let Options::DepthwiseConv2d(options) = &operator.options else { return Err(Problem::Unsupported) };
        let source = self.read(operator, 0)?;
        let weights = self.weights(operator, 3)?;
        let [1, h, w, channels] = weights.shape[..] else { return Err(self.not_constant(operator, 1)) };
        // The option may be absent; the shapes say it.
        let depth_multiplier = channels / self.graph.tensors[source].shape.c.max(1);
        let bias = self.bias(operator, source, &weights.quant, channels)?;
        let array = Array4::from_shape_vec((1, h, w, channels), weights.data);
        let conv = DepthwiseConv2d {
            stride: pair(options.stride)?,
            dilation: pair(options.dilation)?,
            padding: padding(options.padding)?,
            activation: activation(options.activation)?,
            depth_multiplier,
            weights: array.map_err(|_| self.not_constant(operator, 1))?,
            bias,
            weight_quant: weights.quant,
        };
        Ok((Op::DepthwiseConv2d(conv), vec![source]))
    }

    pub(super) fn fully_connected(&self, operator: &Operator) -> Result<(Op, Vec<usize>)> {
        let Options::FullyConnected(options) = &operator.options else { return Err(Problem::Unsupported) };
        if options.weights_format != WeightsFormat::Default {
            return Err(Problem::Attribute { what: format!("weights format {:?}", options.weights_format) });
        }
        let source = self.read(operator, 0)?;
        let mut weights = self.weights(operator, 0)?;
        let [channels, depth] = weights.shape[..] else { return Err(self.not_constant(operator, 1)) };
        // One scale is multiplied as the per-tensor kernel does.
        if let WeightQuant::PerChannel(scales) = &weights.quant
            && let [scale] = scales[..]
        {
            weights.quant = WeightQuant::PerTensor { scale, zero_point: 0 };
        }
        let bias = self.bias(operator, source, &weights.quant, channels)?;
        let array = Array2::from_shape_vec((channels, depth), weights.data);
        let dense = FullyConnected {
            activation: activation(options.activation)?,
            weights: array.map_err(|_| self.not_constant(operator, 1))?,
            bias,
            weight_quant: weights.quant,
        };
        Ok((Op::FullyConnected(dense), vec![source]))
    }

    fn not_constant(&self, operator: &Operator, at: usize) -> Problem {
        let tensor = input(operator, at).map(|index| self.of(index).name.clone());
        Problem::NotConstant { tensor: tensor.unwrap_or_default() }
    }

    /// Operand 1, whose output channels are along an axis.
    fn weights(&self, operator: &Operator, axis: i32) -> Result<Weights> {
        let tensor = self.of(input(operator, 1)?);
        let data = tensor.data.as_ref().ok_or_else(|| self.not_constant(operator, 1))?;
        if tensor.is_sparse {
            return Err(Problem::Attribute { what: "a sparse constant".into() });
        }
        let (data, quant): (Vec<i8>, _) = match tensor.element {
            ElementType::Int8 => (data.iter().map(|&b| b as i8).collect(), signed(tensor, axis)?),
            ElementType::Uint8 => (data.iter().map(|&b| (b ^ 0x80) as i8).collect(), unsigned(tensor)?),
            ElementType::Float32 => return Err(Problem::Float { tensor: tensor.name.clone() }),
            other => {
                let (tensor, element) = (tensor.name.clone(), other.to_string());
                return Err(Problem::Element { tensor, element });
            }
        };
        Ok(Weights { data, shape: tensor.shape.clone(), quant })
    }

    /// Operand 2, or zeros without one.
    fn bias(
        &self,
        operator: &Operator,
        source: usize,
        quant: &WeightQuant,
        channels: usize,
    ) -> Result<Vec<i32>> {
        let wide = !self.graph.tensors[source].precision.is_int8();
        let index = match operator.inputs.get(2).copied().flatten() {
            Some(index) => index,
            None if wide => return Err(Problem::NoWideBias),
            None => return Ok(vec![0; channels]),
        };
        let tensor = self.of(index);
        let bias = match (&tensor.data, tensor.element) {
            (Some(data), ElementType::Int32) if !wide && data.len() == 4 * channels => narrow(data),
            (Some(data), ElementType::Int64) if wide && data.len() == 8 * channels => widened(data)?,
            (Some(_), ElementType::Int32) if wide => return Err(Problem::NoWideBias),
            _ => return Err(self.not_constant(operator, 2)),
        };
        let found = tensor.quantization.as_ref().map_or(&[][..], |q| &q.scales);
        check_scales(self.graph.tensors[source].quant.scale, quant.scales(), found)?;
        Ok(bias)
    }
}

/// Biases of int32.
fn narrow(data: &[u8]) -> Vec<i32> {
    data.chunks_exact(4).map(|b| i32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
}

/// Biases of int64, each of which must fit 32 bits.
fn widened(data: &[u8]) -> Result<Vec<i32>> {
    let bias = |(channel, bytes): (usize, &[u8])| {
        let value = <[u8; 8]>::try_from(bytes).map_or(0, i64::from_le_bytes);
        i32::try_from(value).map_err(|_| Problem::WideBias { channel, value })
    };
    data.chunks_exact(8).enumerate().map(bias).collect()
}

/// A bias counts in steps of the accumulator. Not all files say so; none may say otherwise.
fn check_scales(input: f32, weights: &[f32], found: &[f32]) -> Result<()> {
    for (channel, &found) in found.iter().enumerate() {
        let weight = weights.get(channel).or(weights.first()).copied().unwrap_or_default();
        let (expected, found) = (f64::from(input) * f64::from(weight), f64::from(found));
        if (found - expected).abs() > BIAS_TOLERANCE * expected {
            return Err(Problem::Bias { expected, found });
        }
    }
    Ok(())
}

/// Int8 weights: a scale for each output channel, or one.
fn signed(tensor: &Tensor, axis: i32) -> Result<WeightQuant> {
    let refused = || Problem::Weights { tensor: tensor.name.clone() };
    let quantization = tensor.quantization.as_ref().ok_or_else(refused)?;
    let (scales, zero_points) = (&quantization.scales, &quantization.zero_points);
    if let ([scale], [zero_point]) = (&scales[..], &zero_points[..])
        && *zero_point != 0
    {
        let zero_point = i8::try_from(*zero_point).map_err(|_| refused())?;
        return Ok(WeightQuant::PerTensor { scale: *scale, zero_point });
    }
    let along = scales.len() == 1 || quantization.axis == axis;
    match along && !scales.is_empty() && zero_points.iter().all(|zero_point| *zero_point == 0) {
        true => Ok(WeightQuant::PerChannel(scales.clone())),
        false => Err(refused()),
    }
}

/// Uint8 weights, less 128.
fn unsigned(tensor: &Tensor) -> Result<WeightQuant> {
    let refused = || Problem::Weights { tensor: tensor.name.clone() };
    let quantization = tensor.quantization.as_ref().ok_or_else(refused)?;
    let (&[scale], &[zero_point]) = (&quantization.scales[..], &quantization.zero_points[..]) else {
        return Err(refused());
    };
    let zero_point = zero_point.checked_sub(128).and_then(|z| i8::try_from(z).ok()).ok_or_else(refused)?;
    Ok(WeightQuant::PerTensor { scale, zero_point })
}

/// A pair of positive numbers.
pub(super) fn pair((h, w): (i32, i32)) -> Result<(usize, usize)> {
    match (usize::try_from(h), usize::try_from(w)) {
        (Ok(h @ 1..), Ok(w @ 1..)) => Ok((h, w)),
        _ => Err(Problem::Attribute { what: format!("a stride, dilation or window of {h}x{w}") }),
    }
}

pub(super) fn padding(padding: Padded) -> Result<Padding> {
    match padding {
        Padded::Same => Ok(Padding::Same),
        Padded::Valid => Ok(Padding::Valid),
        other => Err(Problem::Attribute { what: format!("padding {other:?}") }),
    }
}

pub(super) fn activation(fused: FusedActivation) -> Result<Activation> {
    match fused {
        FusedActivation::None => Ok(Activation::None),
        FusedActivation::Relu => Ok(Activation::Relu),
        FusedActivation::Relu6 => Ok(Activation::Relu6),
        other => Err(Problem::Attribute { what: format!("fused activation {other:?}") }),
    }
}

//! What follows from a node's input and constants, and what they must keep.

use super::operator_error::OperatorError;
use super::plain::{PadOp, Pool2d, SoftmaxOp};
use super::{
    Conv2d, DepthwiseConv2d, FullyConnected, Graph, Node, NodeProblem, Op, Shape, TensorInfo, Window,
};
use crate::reference::{AddScales, Logistic, Mean, Rescale, Softmax, concat};
use crate::requant::Multiplier;

/// Largest kernel side, stride and padding.
pub const MAX_WINDOW: usize = 255;
/// Most multiplications of one node.
pub const MAX_WORK: u64 = 1 << 36;

pub(super) type Result<T = ()> = std::result::Result<T, NodeProblem>;

impl Graph {
    /// Shapes, constants and scales of a node whose tensors exist.
    pub(super) fn check_op(&self, node: &Node) -> Result {
        if self.is_wide(node) {
            return self.check_wide(node);
        }
        let (input, output) = (self.node_input(node), self.node_output(node));
        let expected = match &node.op {
            Op::Conv2d(op) => conv(op, input)?,
            Op::DepthwiseConv2d(op) => depthwise(op, input)?,
            Op::FullyConnected(op) => fully_connected(op, input)?,
            Op::AveragePool2d(op) | Op::MaxPool2d(op) => pool(op, input, output)?,
            Op::Add(_) => add(input, self.tensor(node.inputs[1]), output)?,
            Op::Pad(op) => pad(op, input, output)?,
            Op::Reshape => reshape(input, output)?,
            Op::Concat(op) => operator(concat(self, node, op))?.output(),
            Op::Mean => mean(input, output)?,
            Op::ResizeNearest(_) => resize(input, output)?,
            Op::Rescale => rescale(input, output)?,
            Op::Softmax(op) => softmax(op, input, output)?,
            Op::Logistic => logistic(input, output)?,
        };
        if expected != output.shape {
            return Err(NodeProblem::Shape { expected, found: output.shape });
        }
        self.check_channels(node)
    }

    /// Counts and scales of the output channels.
    pub(super) fn check_channel_counts(&self, node: &Node) -> Result {
        let Some((bias, quant)) = node.op.channels() else { return Ok(()) };
        let scales = quant.scales();
        let channels = self.node_output(node).shape.c;
        count("biases", channels, bias.len())?;
        if scales.len() != 1 {
            count("weight scales", channels, scales.len())?;
        }
        let bad = scales.iter().position(|scale| !scale.is_normal() || *scale < 0.0);
        if let Some(channel) = bad {
            return Err(NodeProblem::Scale { channel, scale: scales[channel] });
        }
        Ok(())
    }

    /// Counts, scales, accumulators and multipliers of the output channels.
    fn check_channels(&self, node: &Node) -> Result {
        self.check_channel_counts(node)?;
        let bias = node.op.channels().map_or(&[][..], |(bias, _)| bias);
        for (channel, (real, &bias)) in self.real_multipliers(node).into_iter().zip(bias).enumerate() {
            let magnitude = magnitude(&node.op.channel_weights(channel), bias);
            if magnitude > i64::from(i32::MAX) {
                return Err(NodeProblem::Accumulator { channel, magnitude });
            }
            let checked = Multiplier::from_real(real).and_then(|m| m.check(magnitude));
            checked.map_err(|source| NodeProblem::Requantisation { channel, source })?;
        }
        Ok(())
    }
}

/// Largest magnitude of an accumulator: an int8 less its zero point is within ±255.
fn magnitude(weights: &[i16], bias: i32) -> i64 {
    let sum: i64 = weights.iter().map(|&w| i64::from(w).abs()).sum();
    sum * 255 + i64::from(bias).abs()
}

fn count(what: &'static str, expected: usize, found: usize) -> Result {
    if expected == found { Ok(()) } else { Err(NodeProblem::Count { what, expected, found }) }
}

fn weights(expected: &[usize], found: &[usize]) -> Result {
    match expected == found {
        true => Ok(()),
        false => Err(NodeProblem::Weights { expected: expected.to_vec(), found: found.to_vec() }),
    }
}

fn undilated(dilation: (usize, usize)) -> Result {
    if dilation == (1, 1) { Ok(()) } else { Err(NodeProblem::Dilation { dilation }) }
}

/// Result rows and columns of a window over the input.
fn slide(window: Window, input: Shape) -> Result<(usize, usize)> {
    let Window { kernel, stride, .. } = window;
    if [kernel.0, kernel.1, stride.0, stride.1].iter().any(|&side| side > MAX_WINDOW) {
        return Err(NodeProblem::WindowSize { kernel, stride, most: MAX_WINDOW });
    }
    let slid = window.slide(input.h, input.w);
    slid.map(|(size, _)| size).ok_or(NodeProblem::Window { kernel, stride, input })
}

fn work(output: Shape, each: usize) -> Result<Shape> {
    let found = (output.len() as u64).saturating_mul(each as u64);
    if found > MAX_WORK { Err(NodeProblem::Work { found, most: MAX_WORK }) } else { Ok(output) }
}

pub(super) fn conv(op: &Conv2d, input: &TensorInfo) -> Result<Shape> {
    undilated(op.dilation)?;
    let (channels, kh, kw, _) = op.weights.dim();
    weights(&[channels, kh, kw, input.shape.c], op.weights.shape())?;
    let (h, w) = slide(op.window(), input.shape)?;
    work(Shape::new(h, w, channels), op.weights.len() / channels.max(1))
}

fn depthwise(op: &DepthwiseConv2d, input: &TensorInfo) -> Result<Shape> {
    undilated(op.dilation)?;
    let (_, kh, kw, channels) = op.weights.dim();
    let expected = input.shape.c.saturating_mul(op.depth_multiplier);
    weights(&[1, kh, kw, expected], op.weights.shape())?;
    let (h, w) = slide(op.window(), input.shape)?;
    work(Shape::new(h, w, channels), kh * kw)
}

fn fully_connected(op: &FullyConnected, input: &TensorInfo) -> Result<Shape> {
    let channels = op.weights.dim().0;
    weights(&[channels, input.shape.len()], op.weights.shape())?;
    Ok(Shape::new(1, 1, channels))
}

fn same_quant(input: &TensorInfo, output: &TensorInfo) -> Result {
    if input.quant == output.quant { Ok(()) } else { Err(NodeProblem::QuantisationDiffers) }
}

fn pool(op: &Pool2d, input: &TensorInfo, output: &TensorInfo) -> Result<Shape> {
    same_quant(input, output)?;
    let (h, w) = slide(op.window(), input.shape)?;
    work(Shape::new(h, w, input.shape.c), op.kernel.0 * op.kernel.1)
}

fn add(a: &TensorInfo, b: &TensorInfo, output: &TensorInfo) -> Result<Shape> {
    if a.shape != b.shape {
        return Err(NodeProblem::Shape { expected: a.shape, found: b.shape });
    }
    let scales = AddScales::new(a.quant, b.quant, output.quant);
    scales.map_err(|source| NodeProblem::Requantisation { channel: 0, source })?;
    Ok(a.shape)
}

pub(super) fn pad(op: &PadOp, input: &TensorInfo, output: &TensorInfo) -> Result<Shape> {
    same_quant(input, output)?;
    let pad = op.pad;
    if [pad.top, pad.left, pad.bottom, pad.right].iter().any(|&side| side > MAX_WINDOW) {
        return Err(NodeProblem::PadSize { pad, most: MAX_WINDOW });
    }
    let Shape { h, w, c } = input.shape;
    let (before, after) = op.channels;
    let c = c.saturating_add(before).saturating_add(after);
    Ok(Shape::new(h + pad.top + pad.bottom, w + pad.left + pad.right, c))
}

fn reshape(input: &TensorInfo, output: &TensorInfo) -> Result<Shape> {
    same_quant(input, output)?;
    match input.shape.len() == output.shape.len() {
        true => Ok(output.shape),
        false => Err(NodeProblem::Shape { expected: input.shape, found: output.shape }),
    }
}

/// What an operator itself refuses.
pub(super) fn operator<T>(result: std::result::Result<T, OperatorError>) -> Result<T> {
    result.map_err(NodeProblem::Operator)
}

fn mean(input: &TensorInfo, output: &TensorInfo) -> Result<Shape> {
    operator(Mean::new(input.shape, input.quant, output.quant))?;
    Ok(Shape::new(1, 1, input.shape.c))
}

fn resize(input: &TensorInfo, output: &TensorInfo) -> Result<Shape> {
    same_quant(input, output)?;
    Ok(Shape { c: input.shape.c, ..output.shape })
}

fn rescale(input: &TensorInfo, output: &TensorInfo) -> Result<Shape> {
    operator(Rescale::new(input.quant, output.quant))?;
    Ok(input.shape)
}

fn softmax(op: &SoftmaxOp, input: &TensorInfo, output: &TensorInfo) -> Result<Shape> {
    operator(Softmax::new(op.beta, input.quant, output.quant))?;
    Ok(input.shape)
}

fn logistic(input: &TensorInfo, output: &TensorInfo) -> Result<Shape> {
    operator(Logistic::new(input.quant, output.quant))?;
    Ok(input.shape)
}

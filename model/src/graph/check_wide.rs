//! What follows from the input and constants of a node with a tensor wider than int8.

use super::check_op::{self, Result};
use super::{Conv2d, Graph, Node, NodeProblem, Op, Precision, Shape, TensorInfo, WeightQuant};
use crate::reference::{AddScales, WideRescale};
use crate::requant::WideMultiplier;

impl Graph {
    /// Whether a node reads or makes a tensor that is wider than int8.
    pub(crate) fn is_wide(&self, node: &Node) -> bool {
        node.inputs.iter().chain([&node.output]).any(|&index| !self.tensor(index).precision.is_int8())
    }

    /// Shapes, precisions, constants and scales of such a node, whose tensors exist.
    pub(super) fn check_wide(&self, node: &Node) -> Result {
        let (input, output) = (self.node_input(node), self.node_output(node));
        let expected = match &node.op {
            Op::Conv2d(op) => self.wide_conv(node, op)?,
            Op::Add(_) => add(input, self.tensor(node.inputs[1]), output)?,
            Op::Pad(op) => {
                same(input, output)?;
                check_op::pad(op, input, output)?
            }
            Op::Rescale => {
                check_op::operator(WideRescale::new(input, output))?;
                input.shape
            }
            _ => return Err(NodeProblem::WideOperator),
        };
        match expected == output.shape {
            true => Ok(()),
            false => Err(NodeProblem::Shape { expected, found: output.shape }),
        }
    }

    fn wide_conv(&self, node: &Node, op: &Conv2d) -> Result<Shape> {
        let (input, output) = (self.node_input(node), self.node_output(node));
        int16(&[input, output])?;
        if matches!(op.weight_quant, WeightQuant::PerTensor { .. }) {
            return Err(NodeProblem::WideWeights);
        }
        let shape = check_op::conv(op, input)?;
        self.check_channel_counts(node)?;
        for (channel, (real, &bias)) in self.real_multipliers(node).into_iter().zip(&op.bias).enumerate() {
            let magnitude = magnitude(&node.op.channel_weights(channel), bias);
            let checked = WideMultiplier::from_real(real).and_then(|m| m.check(magnitude));
            checked.map_err(|source| NodeProblem::Requantisation { channel, source })?;
        }
        Ok(shape)
    }
}

/// Largest magnitude of an accumulator of int16 inputs.
fn magnitude(weights: &[i16], bias: i32) -> i64 {
    let sum: i64 = weights.iter().map(|&w| i64::from(w).abs()).sum();
    sum.saturating_mul(1 << 15).saturating_add(i64::from(bias).abs())
}

fn int16(tensors: &[&TensorInfo]) -> Result {
    match tensors.iter().find(|info| info.precision != Precision::Int16) {
        Some(info) => Err(NodeProblem::Precision { expected: Precision::Int16, found: info.precision }),
        None => Ok(()),
    }
}

fn same(input: &TensorInfo, output: &TensorInfo) -> Result {
    let (expected, found) = (input.precision, output.precision);
    if expected == found { Ok(()) } else { Err(NodeProblem::Precision { expected, found }) }
}

fn add(a: &TensorInfo, b: &TensorInfo, output: &TensorInfo) -> Result<Shape> {
    int16(&[a, b, output])?;
    if a.shape != b.shape {
        return Err(NodeProblem::Shape { expected: a.shape, found: b.shape });
    }
    let scales = AddScales::int16(a.quant, b.quant, output.quant);
    scales.map_err(|source| NodeProblem::Requantisation { channel: 0, source })?;
    Ok(a.shape)
}

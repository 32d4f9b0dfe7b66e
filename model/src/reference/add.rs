//! Addition of two tensors with different scales.

use crate::graph::{AddOp, Graph, Node, Quant};
use crate::requant::{Multiplier, RequantError};

/// Bits by which both inputs are shifted left, so that their rescaling loses nothing.
const LEFT_SHIFT: u32 = 20;

/// The three multipliers of an addition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddScales {
    inputs: [Multiplier; 2],
    output: Multiplier,
}

impl AddScales {
    /// Both inputs are brought to twice the larger scale, their sum to the output's.
    pub fn new(a: Quant, b: Quant, output: Quant) -> Result<Self, RequantError> {
        let twice = 2.0 * f64::from(a.scale.max(b.scale));
        let below_one = |real: f64| match Multiplier::from_real(real) {
            Ok(multiplier) if multiplier.left_shift == 0 => Ok(multiplier),
            _ => Err(RequantError::NotBelowOne { real }),
        };
        let output = twice / (f64::from(1u32 << LEFT_SHIFT) * f64::from(output.scale));
        Ok(Self {
            inputs: [below_one(f64::from(a.scale) / twice)?, below_one(f64::from(b.scale) / twice)?],
            output: below_one(output)?,
        })
    }
}

/// An addition.
#[derive(Clone, Debug)]
pub(super) struct Add {
    scales: AddScales,
    zero_points: [i32; 2],
    output_zero_point: i32,
    lo: i8,
    hi: i8,
}

impl Add {
    /// Of a checked node.
    pub fn new(graph: &Graph, node: &Node, op: &AddOp) -> Result<Self, RequantError> {
        let inputs = [graph.tensor(node.inputs[0]).quant, graph.tensor(node.inputs[1]).quant];
        let output = graph.node_output(node).quant;
        let (lo, hi) = op.activation.range(output);
        Ok(Self {
            scales: AddScales::new(inputs[0], inputs[1], output)?,
            zero_points: inputs.map(|quant| quant.zero_point),
            output_zero_point: output.zero_point,
            lo,
            hi,
        })
    }

    pub fn run(&self, a: &[i8], b: &[i8]) -> Vec<i8> {
        a.iter().zip(b).map(|(&a, &b)| self.sum([a, b])).collect()
    }

    fn sum(&self, values: [i8; 2]) -> i8 {
        let scaled = |i: usize| {
            let value = i32::from(values[i]) - self.zero_points[i];
            self.scales.inputs[i].apply(value << LEFT_SHIFT)
        };
        let sum = self.scales.output.apply(scaled(0) + scaled(1)) + self.output_zero_point;
        sum.clamp(i32::from(self.lo), i32::from(self.hi)) as i8
    }
}

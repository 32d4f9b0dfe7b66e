//! Addition of two tensors with different scales.

use crate::graph::{Activation, AddOp, Graph, Node, Quant};
use crate::requant::{Multiplier, RequantError};

/// Bits by which both int8 inputs are shifted left, so that their rescaling loses nothing.
const LEFT_SHIFT: u32 = 20;
/// Bits by which both int16 inputs are.
const LEFT_SHIFT_INT16: u32 = 15;

/// The three multipliers of an addition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddScales {
    inputs: [Multiplier; 2],
    output: Multiplier,
}

impl AddScales {
    /// Both inputs are brought to twice the larger scale, their sum to the output's.
    pub fn new(a: Quant, b: Quant, output: Quant) -> Result<Self, RequantError> {
        Self::shifted(a, b, output, LEFT_SHIFT)
    }

    /// The same for int16 tensors, which are shifted less.
    pub(crate) fn int16(a: Quant, b: Quant, output: Quant) -> Result<Self, RequantError> {
        Self::shifted(a, b, output, LEFT_SHIFT_INT16)
    }

    fn shifted(a: Quant, b: Quant, output: Quant, left_shift: u32) -> Result<Self, RequantError> {
        let twice = 2.0 * f64::from(a.scale.max(b.scale));
        let below_one = |real: f64| match Multiplier::from_real(real) {
            Ok(multiplier) if multiplier.left_shift == 0 => Ok(multiplier),
            _ => Err(RequantError::NotBelowOne { real }),
        };
        let output = twice / (f64::from(1u32 << left_shift) * f64::from(output.scale));
        Ok(Self {
            inputs: [below_one(f64::from(a.scale) / twice)?, below_one(f64::from(b.scale) / twice)?],
            output: below_one(output)?,
        })
    }

    /// The sum of two int16 values, without a zero point and not yet saturated.
    pub(super) fn sum_int16(&self, [a, b]: [i32; 2]) -> i32 {
        let [first, second] = self.inputs;
        self.output.apply(first.apply(a << LEFT_SHIFT_INT16) + second.apply(b << LEFT_SHIFT_INT16))
    }
}

/// An addition.
#[derive(Clone, Debug)]
pub(crate) struct Add {
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
        Self::from_quants(inputs, graph.node_output(node).quant, op.activation)
    }

    /// Of tensors with these quantisations.
    pub fn from_quants(
        inputs: [Quant; 2],
        output: Quant,
        activation: Activation,
    ) -> Result<Self, RequantError> {
        let (lo, hi) = activation.range(output);
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

    /// The sum of one element of each input.
    pub fn sum(&self, values: [i8; 2]) -> i8 {
        let scaled = |i: usize| {
            let value = i32::from(values[i]) - self.zero_points[i];
            self.scales.inputs[i].apply(value << LEFT_SHIFT)
        };
        let sum = self.scales.output.apply(scaled(0) + scaled(1)) + self.output_zero_point;
        sum.clamp(i32::from(self.lo), i32::from(self.hi)) as i8
    }
}

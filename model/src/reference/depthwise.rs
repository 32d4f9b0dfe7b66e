//! Depthwise convolution.

use super::conv::Channels;
use crate::graph::{DepthwiseConv2d, Graph, Node, Pad, Shape, Window};
use crate::requant::RequantError;

/// A depthwise convolution.
#[derive(Clone, Debug)]
pub(super) struct Depthwise {
    input: Shape,
    output: Shape,
    window: Window,
    pad: Pad,
    multiplier: usize,
    input_zero_point: i32,
    /// `[row, column, output channel]`.
    weights: Vec<i32>,
    channels: Channels,
}

impl Depthwise {
    /// Of a checked node.
    pub fn new(graph: &Graph, node: &Node, op: &DepthwiseConv2d) -> Result<Self, RequantError> {
        let input = graph.node_input(node);
        let zero_point = i32::from(op.weight_quant.zero_point());
        let pad = op.window().slide(input.shape.h, input.shape.w).map_or(Pad::default(), |(_, pad)| pad);
        Ok(Self {
            input: input.shape,
            output: graph.node_output(node).shape,
            window: op.window(),
            pad,
            multiplier: op.depth_multiplier,
            input_zero_point: input.quant.zero_point,
            weights: op.weights.iter().map(|&w| i32::from(w) - zero_point).collect(),
            channels: Channels::new(graph, node, op.activation)?,
        })
    }

    pub fn run(&self, input: &[i8]) -> Vec<i8> {
        let mut data = Vec::with_capacity(self.output.len());
        let mut sums = vec![0i32; self.output.c];
        for y in 0..self.output.h {
            for x in 0..self.output.w {
                sums.fill(0);
                self.accumulate(input, y, x, &mut sums);
                let channels = sums.iter().zip(&self.channels.parameters);
                data.extend(channels.map(|(&sum, p)| self.channels.finish(p, sum)));
            }
        }
        data
    }

    fn accumulate(&self, input: &[i8], y: usize, x: usize, sums: &mut [i32]) {
        let (kernel, stride) = (self.window.kernel, self.window.stride);
        for ky in 0..kernel.0 {
            for kx in 0..kernel.1 {
                let row = (y * stride.0 + ky).checked_sub(self.pad.top).filter(|&row| row < self.input.h);
                let column = (x * stride.1 + kx).checked_sub(self.pad.left).filter(|&c| c < self.input.w);
                let (Some(row), Some(column)) = (row, column) else { continue };
                let pixel = &input[(row * self.input.w + column) * self.input.c..][..self.input.c];
                let weights = &self.weights[(ky * kernel.1 + kx) * sums.len()..][..sums.len()];
                for (channel, (sum, &weight)) in sums.iter_mut().zip(weights).enumerate() {
                    let value = i32::from(pixel[channel / self.multiplier]) - self.input_zero_point;
                    *sum = sum.wrapping_add(value * weight);
                }
            }
        }
    }
}

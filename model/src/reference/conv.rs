//! Convolution and fully connected layers: each window is gathered once and multiplied with every channel.

use crate::graph::{Activation, Graph, Node, Pad, Padding, Shape, Window};
use crate::requant::{ChannelParameters, RequantError};

/// Requantisation of the output channels of a layer.
#[derive(Clone, Debug)]
pub(super) struct Channels {
    /// Bias (as in the graph, no zero point folded in) and multiplier.
    pub parameters: Vec<ChannelParameters>,
    pub zero_point: i32,
    pub lo: i8,
    pub hi: i8,
}

impl Channels {
    /// Of a checked node with weights.
    pub fn new(graph: &Graph, node: &Node, activation: Activation) -> Result<Self, RequantError> {
        let quant = graph.node_output(node).quant;
        let (lo, hi) = activation.range(quant);
        let bias = node.op.channels().map_or(&[][..], |(bias, _)| bias);
        let pairs = bias.iter().zip(graph.real_multipliers(node));
        let parameters = pairs.map(|(&bias, real)| ChannelParameters::from_real(bias, real));
        let parameters = parameters.collect::<Result<_, _>>()?;
        Ok(Self { parameters, zero_point: quant.zero_point, lo, hi })
    }

    /// The int8 result of one channel's sum of products, bias not yet included.
    pub fn finish(&self, parameters: &ChannelParameters, products: i32) -> i8 {
        let acc = products.wrapping_add(parameters.bias);
        parameters.requantize(acc, self.zero_point, self.lo, self.hi)
    }
}

/// A convolution.
#[derive(Clone, Debug)]
pub(super) struct Conv {
    input: Shape,
    output: Shape,
    window: Window,
    pad: Pad,
    input_zero_point: i16,
    /// `[output channel][row, column, input channel]`.
    weights: Vec<Vec<i16>>,
    channels: Channels,
}

impl Conv {
    /// Of a checked convolution node.
    pub fn new(
        graph: &Graph,
        node: &Node,
        activation: Activation,
        window: Window,
    ) -> Result<Self, RequantError> {
        Self::over(graph, node, activation, window, graph.node_input(node).shape)
    }

    /// Of a checked fully connected node: a 1x1 convolution over the flattened input.
    pub fn fully_connected(graph: &Graph, node: &Node, activation: Activation) -> Result<Self, RequantError> {
        let input = Shape::new(1, 1, graph.node_input(node).shape.len());
        let window = Window { kernel: (1, 1), stride: (1, 1), padding: Padding::Valid };
        Self::over(graph, node, activation, window, input)
    }

    fn over(
        graph: &Graph,
        node: &Node,
        activation: Activation,
        window: Window,
        input: Shape,
    ) -> Result<Self, RequantError> {
        let output = graph.node_output(node).shape;
        let pad = window.slide(input.h, input.w).map_or(Pad::default(), |(_, pad)| pad);
        let weights = (0..output.c).map(|channel| node.op.channel_weights(channel)).collect();
        let input_zero_point = graph.node_input(node).quant.zero_point as i16;
        let channels = Channels::new(graph, node, activation)?;
        Ok(Self { input, output, window, pad, input_zero_point, weights, channels })
    }

    /// Number of weights.
    pub fn weight_count(&self) -> usize {
        self.weights.iter().map(Vec::len).sum()
    }

    /// Number of output channels.
    pub fn channel_count(&self) -> usize {
        self.weights.len()
    }

    /// Replaces the constants; their numbers have been checked.
    pub fn load(&mut self, weights: &[i8], parameters: &[ChannelParameters]) {
        let taps = self.weights.first().map_or(1, |row| row.len().max(1));
        self.weights = weights.chunks(taps).map(|row| row.iter().map(|&w| i16::from(w)).collect()).collect();
        let unfold = |(row, p): (&Vec<i16>, &ChannelParameters)| {
            let sum: i32 = row.iter().map(|&w| i32::from(w)).sum();
            let bias = p.bias.wrapping_add(i32::from(self.input_zero_point).wrapping_mul(sum));
            ChannelParameters { bias, ..*p }
        };
        self.channels.parameters = self.weights.iter().zip(parameters).map(unfold).collect();
    }

    pub fn run(&self, input: &[i8]) -> Vec<i8> {
        let mut data = Vec::with_capacity(self.output.len());
        let mut taps = vec![0i16; self.window.kernel.0 * self.window.kernel.1 * self.input.c];
        for y in 0..self.output.h {
            for x in 0..self.output.w {
                self.gather(input, y, x, &mut taps);
                let channels = self.weights.iter().zip(&self.channels.parameters);
                data.extend(channels.map(|(weights, p)| self.channels.finish(p, dot(&taps, weights))));
            }
        }
        data
    }

    /// The window of one result, less the zero point; padded taps are 0.
    fn gather(&self, input: &[i8], y: usize, x: usize, taps: &mut [i16]) {
        let Shape { h, w, c } = self.input;
        let left = x * self.window.stride.1;
        // Columns of the window that lie in the image.
        let first = self.pad.left.saturating_sub(left);
        let end = (w + self.pad.left).saturating_sub(left).min(self.window.kernel.1);
        for (ky, row) in taps.chunks_exact_mut(self.window.kernel.1 * c).enumerate() {
            let source = (y * self.window.stride.0 + ky).checked_sub(self.pad.top).filter(|&row| row < h);
            row.fill(0);
            if let (Some(source), true) = (source, first < end) {
                let start = (source * w + left + first - self.pad.left) * c;
                let bytes = &input[start..start + (end - first) * c];
                for (tap, &q) in row[first * c..end * c].iter_mut().zip(bytes) {
                    *tap = i16::from(q) - self.input_zero_point;
                }
            }
        }
    }
}

/// Sum of products; the 16-bit operands let the compiler use multiply-add instructions.
fn dot(a: &[i16], b: &[i16]) -> i32 {
    a.iter().zip(b).fold(0i32, |sum, (&x, &w)| sum.wrapping_add(i32::from(x) * i32::from(w)))
}

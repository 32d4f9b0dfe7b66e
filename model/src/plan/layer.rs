//! One layer on the array: its descriptor, weights and parameters.

use super::descriptor::{Descriptor, Field, Op as Code};
use super::program::WeightBlock;
use super::{Pad, PlanError, Shape};
use crate::graph::{Activation, Graph, Node, Op, Padding, Window};
use crate::requant::ChannelParameters;

/// A convolution as the array sees it; pointwise and fully connected layers are shapes of it.
pub(super) struct Array {
    node: String,
    input: Shape,
    pub output: Shape,
    window: Window,
    pad: Pad,
    zero_points: (i32, i32),
    clamp: (i8, i8),
    /// `[output channel][row, column, input channel]`.
    pub weights: Vec<i8>,
    pub parameters: Vec<ChannelParameters>,
}

/// The layer of a node; `None` if it takes no work.
pub(super) fn layer(graph: &Graph, node: &Node) -> Result<Option<Array>, PlanError> {
    let input = graph.node_input(node).shape;
    match &node.op {
        Op::Conv2d(op) => Array::new(graph, node, input, op.window(), op.activation).map(Some),
        Op::FullyConnected(op) => {
            let window = Window { kernel: (1, 1), stride: (1, 1), padding: Padding::Valid };
            Array::new(graph, node, Shape::new(1, 1, input.len()), window, op.activation).map(Some)
        }
        Op::Reshape => Ok(None),
        other => Err(unsupported(node, other)),
    }
}

/// The array multiplies int8 weights; less their zero point they may have nine bits.
fn wide_weights(node: &Node) -> PlanError {
    let advice = "freeze it, or quantise the network with symmetric weights";
    PlanError::Unsupported { node: node.name.clone(), kind: "asymmetric weights", advice }
}

fn unsupported(node: &Node, op: &Op) -> PlanError {
    let advice = match op {
        Op::DepthwiseConv2d(_) => "freeze it: freeze at least as many layers as lie before it, and it",
        Op::AveragePool2d(_) => {
            "freeze the convolution before it (square power-of-two pools up to 8 without overlap or padding are \
             computed in the fabric), or replace it by a convolution with equal weights"
        }
        Op::MaxPool2d(_) => "give the convolution before it a stride instead",
        Op::Add(_) => "remove the residual connection, or run the network on the reference device",
        Op::Pad(_) => "use SAME padding in the convolution after it",
        _ => "run the network on the reference device",
    };
    PlanError::Unsupported { node: node.name.clone(), kind: op.kind(), advice }
}

impl Array {
    fn new(
        graph: &Graph,
        node: &Node,
        input: Shape,
        window: Window,
        activation: Activation,
    ) -> Result<Self, PlanError> {
        let output = graph.node_output(node);
        let zero_point = graph.node_input(node).quant.zero_point;
        let weights = (0..output.shape.c).flat_map(|channel| node.op.channel_weights(channel));
        let narrow = weights.map(i8::try_from).collect::<Result<Vec<i8>, _>>();
        let weights = narrow.map_err(|_| wide_weights(node))?;
        Ok(Self {
            node: node.name.clone(),
            input,
            output: output.shape,
            window,
            pad: window.slide(input.h, input.w).map_or(Pad::default(), |(_, pad)| pad),
            zero_points: (zero_point, output.quant.zero_point),
            clamp: activation.range(output.quant),
            weights,
            parameters: parameters(graph, node, zero_point)?,
        })
    }

    /// Weights of one output channel.
    pub fn taps(&self) -> usize {
        self.window.kernel.0 * self.window.kernel.1 * self.input.c
    }

    /// The descriptor, for tensors at these addresses.
    pub fn descriptor(
        &self,
        block: &WeightBlock,
        lanes: usize,
        input: usize,
        output: usize,
    ) -> Result<Descriptor, PlanError> {
        let (kernel, stride, pad) = (self.window.kernel, self.window.stride, self.pad);
        let row = self.input.w * self.input.c;
        let groups = block.channels.div_ceil(lanes);
        // The window's first tap lies above and left of the image: addresses wrap at 16 bits.
        let first = input.wrapping_sub(pad.top * row + pad.left * self.input.c) & 0xFFFF;
        let skip = row.wrapping_sub(kernel.1 * self.input.c) & 0xFFFF;
        let words = [
            (Field::InBase, "the input's address", first),
            (Field::OutBase, "the output's address", output),
            (Field::WeightBase, "the weights' address", block.address),
            (Field::ParameterBase, "the parameters' address", block.parameter_base),
            (Field::OutW, "the output's width", self.output.w),
            (Field::OutH, "the output's height", self.output.h),
            (Field::Channels, "the number of input channels", self.input.c),
            (Field::KernelW, "the kernel's width", kernel.1),
            (Field::KernelH, "the kernel's height", kernel.0),
            (Field::Groups, "the number of lane groups", groups),
            (Field::LastLanes, "the last group's size", block.channels - (groups - 1) * lanes),
            (Field::StepX, "the step to the next column", stride.1 * self.input.c),
            (Field::StepY, "the step to the next row", stride.0 * row),
            (Field::RowSkip, "the step between kernel rows", skip),
            (Field::InW, "the input's width", self.input.w),
            (Field::InH, "the input's height", self.input.h),
        ];
        let mut descriptor = Descriptor::new(Code::Conv);
        for (field, what, value) in words {
            descriptor = descriptor.set(field, self.fit(what, value, 0xFFFF)?);
        }
        let stride = self.pair("the stride", stride.1, stride.0)?;
        let pad = self.pair("the padding", pad.left, pad.top)?;
        Ok(descriptor
            .set(Field::Stride, stride)
            .set(Field::Pad, pad)
            .set(Field::ZeroPoints, bytes(self.zero_points.0 as u8, self.zero_points.1 as u8))
            .set(Field::Clamp, bytes(self.clamp.0 as u8, self.clamp.1 as u8)))
    }

    fn pair(&self, what: &'static str, x: usize, y: usize) -> Result<u16, PlanError> {
        Ok(bytes(self.fit(what, x, 0xFF)? as u8, self.fit(what, y, 0xFF)? as u8))
    }

    fn fit(&self, what: &'static str, value: usize, most: usize) -> Result<u16, PlanError> {
        let field = || PlanError::Field { node: self.node.clone(), what, value, most };
        u16::try_from(value).ok().filter(|_| value <= most).ok_or_else(field)
    }
}

fn bytes(low: u8, high: u8) -> u16 {
    u16::from(low) | u16::from(high) << 8
}

/// Parameters with the input's zero point folded into the biases; the graph's check bounds them to 32 bits.
fn parameters(graph: &Graph, node: &Node, zero_point: i32) -> Result<Vec<ChannelParameters>, PlanError> {
    let bias = node.op.channels().map_or(&[][..], |(bias, _)| bias);
    let channels = bias.iter().zip(graph.real_multipliers(node)).enumerate();
    channels
        .map(|(channel, (&bias, real))| {
            let sum: i32 = node.op.channel_weights(channel).into_iter().map(i32::from).sum();
            let folded = bias.wrapping_sub(zero_point.wrapping_mul(sum));
            let node = || node.name.clone();
            ChannelParameters::from_real(folded, real).map_err(|source| PlanError::Requant {
                node: node(),
                channel,
                source,
            })
        })
        .collect()
}

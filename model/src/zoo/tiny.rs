//! A very small network that uses every part of the device, for fast tests of whole chips.

use ndarray::{Array2, Array4};

use super::tensor;
use crate::graph::{
    Activation, Conv2d, Edge, FORMAT_VERSION, FullyConnected, Graph, MeanRounding, Node, Op, Padding, Pool2d,
    Shape, WeightQuant,
};

/// 8x8x1 -> convolution 3x3, stride 2, 4 channels, ReLU -> average pool 2 -> 2x2x4 -> convolution 3x3, 10 channels,
/// ReLU6 -> fully connected, 10 outputs.
///
/// Its weights are arbitrary but fixed. The first convolution and the pool can be frozen.
pub fn tiny() -> Graph {
    let mut weights = Weights(1);
    Graph {
        format_version: FORMAT_VERSION,
        name: "tiny".into(),
        tensors: vec![
            tensor("image", Shape::new(8, 8, 1), 0.5, -3),
            tensor("edges", Shape::new(4, 4, 4), 3.0, -128),
            tensor("features", Shape::new(2, 2, 4), 3.0, -128),
            tensor("mixed", Shape::new(2, 2, 10), 0.0235, -128),
            tensor("scores", Shape::new(1, 1, 10), 0.07, 11),
        ],
        nodes: vec![
            node("conv1", 0, Op::Conv2d(conv(&mut weights, (4, 3, 3, 1), (2, 2), Activation::Relu, 0.04))),
            node("pool1", 1, Op::AveragePool2d(pool())),
            node(
                "conv2",
                2,
                Op::Conv2d(conv(&mut weights, (10, 3, 3, 4), (1, 1), Activation::Relu6, 0.0004)),
            ),
            node("dense", 3, Op::FullyConnected(dense(&mut weights))),
        ],
        input: 0,
        further_inputs: vec![],
        outputs: vec![4],
        edge: Edge::default(),
    }
}

fn node(name: &str, input: usize, op: Op) -> Node {
    Node { name: name.into(), inputs: vec![input], output: input + 1, op }
}

/// Fixed weights: a linear congruential sequence.
struct Weights(u32);

impl Weights {
    fn next(&mut self) -> i8 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        // -127..=127, as TFLite quantises.
        ((self.0 >> 16) as i32 % 255 - 127) as i8
    }
}

fn conv(
    weights: &mut Weights,
    shape: (usize, usize, usize, usize),
    stride: (usize, usize),
    activation: Activation,
    scale: f32,
) -> Conv2d {
    Conv2d {
        stride,
        dilation: (1, 1),
        padding: Padding::Same,
        activation,
        weights: Array4::from_shape_simple_fn(shape, || weights.next()),
        bias: (0..shape.0).map(|channel| 300 * channel as i32 - 700).collect(),
        weight_quant: WeightQuant::PerChannel(
            (0..shape.0).map(|channel| scale * (1.0 + 0.11 * channel as f32)).collect(),
        ),
    }
}

fn pool() -> Pool2d {
    Pool2d {
        kernel: (2, 2),
        stride: (2, 2),
        padding: Padding::Valid,
        activation: Activation::None,
        rounding: MeanRounding::AwayFromZero,
    }
}

fn dense(weights: &mut Weights) -> FullyConnected {
    FullyConnected {
        activation: Activation::None,
        weights: Array2::from_shape_simple_fn((10, 40), || weights.next()),
        bias: (0..10).map(|channel| 500 - 90 * channel).collect(),
        weight_quant: WeightQuant::PerTensor { scale: 0.002, zero_point: 0 },
    }
}

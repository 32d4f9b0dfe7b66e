//! Random networks for the array.

use frazil_model::graph::{
    Activation, Conv2d, Edge, FORMAT_VERSION, FullyConnected, Graph, Node, Op, Padding, Precision, Quant,
    Shape, TensorInfo, WeightQuant,
};
use ndarray::{Array2, Array4};
use rand::RngExt;
use rand_pcg::Pcg64;

/// Two convolutions of any kernel, stride and padding, then a fully connected layer.
pub fn random(rng: &mut Pcg64) -> Graph {
    let input = Shape::new(rng.random_range(3..9), rng.random_range(3..9), rng.random_range(1..6));
    let (first, middle) = conv(rng, input);
    let (second, last) = conv(rng, middle);
    let dense = dense(rng, last);
    let outputs = Shape::new(1, 1, dense.weights.nrows());
    let shapes = [input, middle, last, outputs];
    let tensors = shapes.into_iter().enumerate().map(|(i, shape)| tensor(rng, i, shape)).collect();
    let ops = [Op::Conv2d(first), Op::Conv2d(second), Op::FullyConnected(dense)];
    let node = |(i, op): (usize, Op)| Node { name: format!("layer{i}"), inputs: vec![i], output: i + 1, op };
    Graph {
        format_version: FORMAT_VERSION,
        name: "random".into(),
        tensors,
        nodes: ops.into_iter().enumerate().map(node).collect(),
        input: 0,
        further_inputs: vec![],
        outputs: vec![3],
        edge: Edge::default(),
    }
}

fn tensor(rng: &mut Pcg64, index: usize, shape: Shape) -> TensorInfo {
    let scale = [0.5, 2.0, 8.0, 30.0][index] * rng.random_range(0.5..2.0);
    TensorInfo {
        name: format!("tensor{index}"),
        shape,
        quant: Quant { scale, zero_point: rng.random_range(-128..128) },
        precision: Precision::Int8,
    }
}

fn conv(rng: &mut Pcg64, input: Shape) -> (Conv2d, Shape) {
    let kernel = (rng.random_range(1..=input.h.min(4)), rng.random_range(1..=input.w.min(4)));
    let stride = (rng.random_range(1..3), rng.random_range(1..3));
    let padding = if rng.random() { Padding::Same } else { Padding::Valid };
    let out = |n: usize, k: usize, s: usize| match padding {
        Padding::Same => n.div_ceil(s),
        Padding::Valid => (n - k) / s + 1,
    };
    let channels = rng.random_range(1..20);
    let shape = Shape::new(out(input.h, kernel.0, stride.0), out(input.w, kernel.1, stride.1), channels);
    let conv = Conv2d {
        stride,
        dilation: (1, 1),
        padding,
        activation: [Activation::None, Activation::Relu, Activation::Relu6][rng.random_range(0..3)],
        weights: Array4::from_shape_simple_fn((channels, kernel.0, kernel.1, input.c), || {
            rng.random_range(-127..=127)
        }),
        bias: (0..channels).map(|_| rng.random_range(-2000..2000)).collect(),
        weight_quant: WeightQuant::PerChannel((0..channels).map(|_| rng.random_range(0.01..0.1)).collect()),
    };
    (conv, shape)
}

fn dense(rng: &mut Pcg64, input: Shape) -> FullyConnected {
    let outputs = rng.random_range(1..20);
    FullyConnected {
        activation: Activation::None,
        weights: Array2::from_shape_simple_fn((outputs, input.len()), || rng.random_range(-127..=127)),
        bias: (0..outputs).map(|_| rng.random_range(-2000..2000)).collect(),
        weight_quant: WeightQuant::PerTensor { scale: rng.random_range(0.01..0.1), zero_point: 0 },
    }
}

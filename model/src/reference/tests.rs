use ndarray::{Array2, Array4};
use proptest::prelude::*;

use super::*;
use crate::graph::random::{Chain, Random};
use crate::graph::{
    Activation, AddOp, Conv2d, Edge, FORMAT_VERSION, FullyConnected, MeanRounding, Pad, Padding, Pool2d,
    Precision, Quant, TensorInfo, WeightQuant, Window,
};
use crate::requant::RequantError;
use crate::zoo;

fn single(op: Op, input: (Shape, f32, i32), output: (Shape, f32, i32)) -> Graph {
    let info = |name: &str, (shape, scale, zero_point): (Shape, f32, i32)| TensorInfo {
        name: name.into(),
        shape,
        quant: Quant { scale, zero_point },
        precision: Precision::Int8,
    };
    Graph {
        format_version: FORMAT_VERSION,
        name: "single".into(),
        tensors: vec![info("x", input), info("y", output)],
        nodes: vec![Node { name: "op".into(), inputs: vec![0], output: 1, op }],
        input: 0,
        further_inputs: vec![],
        outputs: vec![1],
        edge: Edge::default(),
    }
}

fn output(graph: &Graph, input: &[i8]) -> Vec<i8> {
    run(graph, input).unwrap().swap_remove(graph.output()).data
}

#[test]
fn a_convolution_by_hand() {
    let op = Conv2d {
        stride: (1, 1),
        dilation: (1, 1),
        padding: Padding::Same,
        activation: Activation::None,
        weights: Array4::from_shape_vec((1, 3, 3, 1), vec![1, 2, 3, 4, 5, 6, 7, 8, 9]).unwrap(),
        bias: vec![10],
        weight_quant: WeightQuant::PerChannel(vec![0.5]),
    };
    let graph = single(Op::Conv2d(op), (Shape::new(2, 2, 1), 1.0, 1), (Shape::new(2, 2, 1), 2.0, -3));
    // Without the zero point the image is 1 2 / 3 4; padded taps are 0.
    // Top left: 5*1 + 6*2 + 8*3 + 9*4 + 10 = 87, halved 43.5 -> 44, halved 22, less 3.
    // Top right: 4*1 + 5*2 + 7*3 + 8*4 + 10 = 77, 38.5 -> 39, 19.5 -> 20: rounding once would give 19.
    // Bottom left: 2*1 + 3*2 + 5*3 + 6*4 + 10 = 57, 28.5 -> 29, 14.5 -> 15.
    // Bottom right: 1*1 + 2*2 + 4*3 + 5*4 + 10 = 47, 23.5 -> 24, 12.
    assert_eq!(output(&graph, &[2, 3, 4, 5]), [19, 17, 12, 9]);
}

#[test]
fn a_fully_connected_layer_by_hand() {
    let op = FullyConnected {
        activation: Activation::Relu,
        weights: Array2::from_shape_vec((2, 3), vec![1, -1, 2, -3, 0, 1]).unwrap(),
        bias: vec![0, -5],
        weight_quant: WeightQuant::PerTensor { scale: 1.0, zero_point: 0 },
    };
    let graph = single(Op::FullyConnected(op), (Shape::new(1, 1, 3), 1.0, 0), (Shape::new(1, 1, 2), 2.0, 4));
    // 10 - 20 + 60 = 50 -> 25 + 4; -30 + 30 - 5 = -5 -> -2.5 -> clamped to the zero point.
    assert_eq!(output(&graph, &[10, 20, 30]), [29, 4]);
}

#[test]
fn pools_round_halves_away_from_zero_and_skip_padding() {
    let op = Pool2d {
        kernel: (2, 2),
        stride: (2, 2),
        padding: Padding::Same,
        activation: Activation::None,
        rounding: MeanRounding::AwayFromZero,
    };
    let shapes = ((Shape::new(3, 3, 1), 1.0, 0), (Shape::new(2, 2, 1), 1.0, 0));
    let image = [1, 2, -3, 3, 4, -4, 0, -1, -128];
    // (1 + 2 + 3 + 4) / 4 = 2.5, (-3 - 4) / 2 = -3.5, (0 - 1) / 2 = -0.5, -128 alone.
    let average = single(Op::AveragePool2d(op.clone()), shapes.0, shapes.1);
    assert_eq!(output(&average, &image), [3, -4, -1, -128]);
    // As uint8 the means are 130.5, 124.5, 127.5 and 0: halves go up.
    let up = Pool2d { rounding: MeanRounding::Up, ..op.clone() };
    let average = single(Op::AveragePool2d(up), shapes.0, shapes.1);
    assert_eq!(output(&average, &image), [3, -3, 0, -128]);
    let max = single(Op::MaxPool2d(op), shapes.0, shapes.1);
    assert_eq!(output(&max, &image), [4, -3, 0, -128]);
}

#[test]
fn an_addition_by_hand() {
    let mut graph = single(
        Op::Add(AddOp { activation: Activation::None }),
        (Shape::new(1, 1, 4), 0.5, 10),
        (Shape::new(1, 1, 4), 1.0, -1),
    );
    graph.nodes[0].inputs.push(0);
    // (q - 10) * 0.5 twice, then - 1.
    assert_eq!(output(&graph, &[10, 13, -128, 127]), [-1, 2, -128, 116]);
    let gain = AddScales::new(quant(1.0), quant(3.0), quant(1e-7));
    assert!(matches!(gain, Err(RequantError::NotBelowOne { .. })));
}

#[test]
fn different_scales_are_added_through_one_common_scale() {
    let mut chain = Chain::new(3, Shape::new(2, 2, 3));
    chain.conv(Window { kernel: (1, 1), stride: (1, 1), padding: Padding::Valid }, 3);
    let op = Op::Add(AddOp { activation: Activation::Relu });
    chain.graph.tensors[1].quant.scale = 0.37;
    chain.push(op, Shape::new(2, 2, 3), false, Some(0));
    let image = chain.random.image(Shape::new(2, 2, 3));
    let tensors = run(&chain.graph, &image).unwrap();
    let quants: Vec<Quant> = chain.graph.tensors.iter().map(|info| info.quant).collect();
    for (i, &sum) in tensors[2].data.iter().enumerate() {
        let real = |t: usize| {
            f64::from(quants[t].scale) * f64::from(i32::from(tensors[t].data[i]) - quants[t].zero_point)
        };
        let exact =
            ((real(0) + real(1)) / f64::from(quants[2].scale)).max(0.0) + f64::from(quants[2].zero_point);
        assert!((exact.min(127.0) - f64::from(sum)).abs() <= 0.5 + 1e-4, "{exact} {sum}");
    }
}

fn quant(scale: f32) -> Quant {
    Quant { scale, zero_point: 0 }
}

#[test]
fn padding_and_reshaping_move_bytes() {
    let op = PadOp { pad: Pad { top: 1, left: 0, bottom: 0, right: 2 }, channels: (0, 0) };
    let graph = single(Op::Pad(op), (Shape::new(1, 2, 2), 1.0, 7), (Shape::new(2, 4, 2), 1.0, 7));
    assert_eq!(output(&graph, &[1, 2, 3, 4]), [7, 7, 7, 7, 7, 7, 7, 7, 1, 2, 3, 4, 7, 7, 7, 7]);
    let op = PadOp { pad: Pad { left: 1, ..Pad::default() }, channels: (2, 1) };
    let graph = single(Op::Pad(op), (Shape::new(1, 1, 2), 1.0, 7), (Shape::new(1, 2, 5), 1.0, 7));
    assert_eq!(output(&graph, &[1, 2]), [7, 7, 7, 7, 7, 7, 7, 1, 2, 7]);
    let graph = single(Op::Reshape, (Shape::new(2, 2, 1), 1.0, 7), (Shape::new(1, 1, 4), 1.0, 7));
    assert_eq!(output(&graph, &[1, 2, 3, 4]), [1, 2, 3, 4]);
}

#[test]
fn an_input_of_the_wrong_size_is_refused() {
    let error = run(&zoo::tiny(), &[0; 63]).unwrap_err();
    assert_eq!(error, ReferenceError::Input { expected: 64, found: 63 });
}

#[test]
fn loaded_constants_replace_the_graphs() {
    let mut graph = zoo::oriented();
    let mut evaluator = Evaluator::new(&graph).unwrap();
    let mut random = Random(11);
    let weights: Vec<i8> = (0..4096).map(|_| random.int8()).collect();
    let image = random.image(Shape::new(64, 64, 1));
    let Op::Conv2d(op) = &mut graph.nodes[2].op else { panic!() };
    op.weights = Array4::from_shape_vec((8, 8, 8, 8), weights.clone()).unwrap();
    op.bias = (0..8).map(|lane| lane * 1000).collect();
    let real = graph.real_multipliers(&graph.nodes[2]);
    // Features have the zero point -128, which the parameters' biases fold in.
    let folded = |lane: usize| {
        1000 * lane as i32 + 128 * weights[lane * 512..][..512].iter().map(|&w| i32::from(w)).sum::<i32>()
    };
    let parameters: Vec<_> =
        (0..8).map(|lane| ChannelParameters::from_real(folded(lane), real[lane]).unwrap()).collect();
    evaluator.load(zoo::CORRELATION, &weights, &parameters).unwrap();
    assert_eq!(evaluator.run(&image).unwrap(), run(&graph, &image).unwrap());
    let short = evaluator.load(zoo::CORRELATION, &weights[1..], &parameters).unwrap_err();
    assert!(matches!(short, ReferenceError::Constants { weights: 4096, channels: 8, .. }));
    assert!(matches!(evaluator.load("pool", &[], &[]), Err(ReferenceError::NoLayer { .. })));
}

/// Requantisation in exact arithmetic: nearest (halves up) to `acc * 2 * m / 2^32`, then nearest (halves away from
/// zero) to that over a power of two.
fn exact_requantize(acc: i64, p: &ChannelParameters, zero_point: i32, (lo, hi): (i8, i8)) -> i8 {
    let acc = i128::from(acc) << p.left_shift;
    let first = (2 * acc * i128::from(p.multiplier) + (1i128 << 31)).div_euclid(1i128 << 32);
    let scale = 1i128 << p.right_shift;
    let second = (2 * first.abs() + scale).div_euclid(2 * scale) * first.signum();
    (second + i128::from(zero_point)).clamp(i128::from(lo), i128::from(hi)) as i8
}

/// A convolution as its definition: one sum for each output, in 64 bits. `group` input channels for an output.
fn naive(graph: &Graph, node: &Node, window: Window, activation: Activation, input: &Tensor) -> Vec<i8> {
    let (x, y) = (graph.node_input(node), graph.node_output(node));
    let (_, pad) = window.slide(x.shape.h, x.shape.w).unwrap();
    let reals = graph.real_multipliers(node);
    let (bias, _) = node.op.channels().unwrap();
    let mut out = Vec::new();
    for (oy, ox, o) in (0..y.shape.h)
        .flat_map(|oy| (0..y.shape.w).flat_map(move |ox| (0..y.shape.c).map(move |o| (oy, ox, o))))
    {
        let weights = node.op.channel_weights(o);
        let each = weights.len() / (window.kernel.0 * window.kernel.1);
        let first = if let Op::DepthwiseConv2d(op) = &node.op { o / op.depth_multiplier } else { 0 };
        let mut acc = i64::from(bias[o]);
        for (tap, &weight) in weights.iter().enumerate() {
            let (pixel, channel) = (tap / each, first + tap % each);
            let row = (oy * window.stride.0 + pixel / window.kernel.1) as i64 - pad.top as i64;
            let column = (ox * window.stride.1 + pixel % window.kernel.1) as i64 - pad.left as i64;
            if (0..x.shape.h as i64).contains(&row) && (0..x.shape.w as i64).contains(&column) {
                let at = (row as usize * x.shape.w + column as usize) * x.shape.c + channel;
                acc += i64::from(weight) * (i64::from(input.data[at]) - i64::from(x.quant.zero_point));
            }
        }
        let parameters = ChannelParameters::from_real(0, reals[o]).unwrap();
        out.push(exact_requantize(acc, &parameters, y.quant.zero_point, activation.range(y.quant)));
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]
    #[test]
    fn convolutions_equal_their_definition(
        seed: u64, h in 1..8usize, w in 1..8usize, c in 1..5usize, channels in 1..6usize, kind in 0..3,
    ) {
        let mut chain = Chain::new(seed, Shape::new(h, w, c));
        let window = chain.window(4);
        let made = match kind {
            0 => chain.conv(window, channels),
            1 => chain.depthwise(window, channels.min(3)),
            _ => { chain.fully_connected(channels); true }
        };
        prop_assume!(made);
        let image = chain.random.image(Shape::new(h, w, c));
        let graph = &chain.graph;
        let node = &graph.nodes[0];
        let tensors = run(graph, &image).unwrap();
        let (window, activation) = match &node.op {
            Op::Conv2d(op) => (op.window(), op.activation),
            Op::DepthwiseConv2d(op) => (op.window(), op.activation),
            Op::FullyConnected(op) => (Window { kernel: (h, w), stride: (1, 1), padding: Padding::Valid }, op.activation),
            _ => unreachable!(),
        };
        prop_assert_eq!(&tensors[1].data, &naive(graph, node, window, activation, &tensors[0]));
    }
}

//! Weights, their scales, and biases.

use super::super::proto::{Tensor, element};
use super::{Net, evaluated, last, lowered, refusal};
use crate::graph::{FullyConnected, Graph, Op, WeightQuant};

/// A product of 4 inputs and 2 outputs whose bias `bias` adds between `p` and `b`.
fn dense(bias: impl Fn(&mut Net)) -> Net {
    let mut net = Net::quantized(&[1, 4]);
    net.weights("w", &[4, 2], &[1, 2, 3, 4, 5, 6, 7, 8], 0.25);
    net.node("MatMul", &["xd", "w"], "p");
    bias(&mut net);
    net.finish("b");
    net
}

fn fully_connected(graph: &Graph) -> &FullyConnected {
    match &last(graph).op {
        Op::FullyConnected(op) => op,
        other => panic!("{} instead of a fully connected layer", other.kind()),
    }
}

#[test]
fn a_product_is_a_fully_connected_layer() {
    let graph = lowered(&dense(|net| _ = net.node("Identity", &["p"], "b")));
    let op = fully_connected(&graph);
    assert_eq!(op.weights, ndarray::array![[1, 3, 5, 7], [2, 4, 6, 8]]);
    assert_eq!(op.weight_quant, WeightQuant::PerTensor { scale: 0.25, zero_point: 0 });
    assert_eq!(op.bias, [0, 0]);
    // 2 steps of 0.5 times 16 steps of 0.25 are 4, which are 16 steps of 0.25.
    assert_eq!(evaluated(&graph, &[-126; 4])[0], -112);
}

#[test]
fn integer_biases_count_in_steps_of_the_accumulator() {
    let graph = lowered(&dense(|net| {
        net.bias("bias", &[1, 2], &[1000, -7], 0.125);
        net.node("Add", &["bias", "p"], "b");
    }));
    assert_eq!(fully_connected(&graph).bias, [1000, -7]);
    let other_step = dense(|net| {
        net.bias("bias", &[2], &[1000, -7], 0.1251);
        net.node("Add", &["p", "bias"], "b");
    });
    assert!(refusal(&other_step).contains("0.125"));
    for dims in [&[1, 2, 1][..], &[2, 1]] {
        let wrong_side = dense(|net| {
            net.bias("bias", dims, &[1000, -7], 0.125);
            net.node("Add", &["p", "bias"], "b");
        });
        assert!(refusal(&wrong_side).contains("no constant of the needed"), "{dims:?}");
    }
}

#[test]
fn real_biases_must_be_whole_steps() {
    let with = |values: [f32; 2]| {
        dense(move |net| {
            net.real("bias", &[2], &values);
            net.node("Add", &["p", "bias"], "b");
        })
    };
    assert_eq!(fully_connected(&lowered(&with([12.5, -0.125]))).bias, [100, -1]);
    for values in [[0.1, 0.0], [f32::NAN, 0.0], [1e9, 0.0], [f32::INFINITY, 0.0], [1e-30, 0.0]] {
        assert!(refusal(&with(values)).contains("no multiple"), "{values:?}");
    }
}

#[test]
fn one_bias_and_then_nothing() {
    let twice = dense(|net| {
        net.real("bias", &[2], &[1.0, 1.0]);
        net.node("Add", &["p", "bias"], "a");
        net.node("Add", &["a", "bias"], "b").named("again");
    });
    assert!(refusal(&twice).contains("`again`"));
    let late = dense(|net| {
        net.real("bias", &[2], &[1.0, 1.0]);
        net.node("Relu", &["p"], "a");
        net.node("Add", &["a", "bias"], "b").named("late");
    });
    assert!(refusal(&late).contains("`late`"));
}

#[test]
fn a_product_of_several_rows_is_refused() {
    let mut net = Net::quantized(&[1, 3, 4]);
    net.weights("w", &[4, 2], &[1; 8], 0.25);
    net.node("MatMul", &["xd", "w"], "p");
    assert!(refusal(net.finish("p")).contains("[1, 3, 4]"));
    let mut net = Net::quantized(&[1, 4]);
    net.weights("w", &[5, 2], &[1; 10], 0.25);
    net.node("MatMul", &["xd", "w"], "p");
    assert!(refusal(net.finish("p")).contains("w/int8"));
}

/// A convolution with a scale for each index along `axis`, of weights `[4, 2 / group, 1, 1]`.
fn per_channel(axis: i64, scales: &[f32], group: i64) -> Net {
    let mut net = Net::quantized(&[1, 2, 3, 3]);
    let depth = 2 / group;
    let values: Vec<i8> = (1..).take(4 * depth as usize).collect();
    net.int8("w/int8", &[4, depth, 1, 1], &values);
    net.real("w/scale", &[scales.len() as i64], scales);
    net.node("DequantizeLinear", &["w/int8", "w/scale"], "w").int("axis", axis);
    net.bias("bias", &[4], &[1, 2, 3, 4], 0.5 * scales[0]);
    net.node("Conv", &["xd", "w", "bias"], "y").int("group", group);
    net.finish("y");
    net
}

#[test]
fn scales_belong_to_output_channels() {
    let scales = [0.25, 0.25, 0.25, 0.25];
    let graph = lowered(&per_channel(0, &scales, 1));
    let Op::Conv2d(conv) = &last(&graph).op else { panic!("a convolution") };
    assert_eq!(conv.weight_quant, WeightQuant::PerChannel(scales.to_vec()));
    assert_eq!(conv.bias, [1, 2, 3, 4]);
    let graph = lowered(&per_channel(-4, &scales, 2));
    let Op::DepthwiseConv2d(conv) = &last(&graph).op else { panic!("a depthwise convolution") };
    assert_eq!((conv.depth_multiplier, conv.weights.shape()), (2, &[1, 1, 1, 4][..]));
    assert!(conv.weights.iter().eq(&[1, 2, 3, 4]) && conv.weights.is_standard_layout());
    // Along the input channels; of another number; one bias scale for all.
    assert!(refusal(&per_channel(1, &scales[..2], 1)).contains("quantisation of weights"));
    assert!(refusal(&per_channel(0, &scales[..3], 1)).contains("quantisation of weights"));
    assert!(refusal(&per_channel(4, &scales, 1)).contains("quantisation of weights"));
    assert!(refusal(&per_channel(0, &[0.25, 0.5, 0.25, 0.25], 1)).contains("the bias has scale"));
}

#[test]
fn groups_are_one_or_all_channels() {
    let mut net = Net::quantized(&[1, 4, 3, 3]);
    net.weights("w", &[4, 2, 1, 1], &[1; 8], 0.25);
    net.node("Conv", &["xd", "w"], "y").int("group", 2);
    assert!(refusal(net.finish("y")).contains("group 2 of 4"));
}

#[test]
fn typed_and_raw_elements_are_the_same() {
    let with = |tensor: Tensor| {
        let mut net = Net::quantized(&[1, 4]);
        net.constant("w/int8", Tensor { dims: vec![4, 1], data_type: element::INT8, ..tensor });
        net.dequantize("w/int8", "w", 0.25, 0);
        net.node("MatMul", &["xd", "w"], "p");
        net.finish("p");
        net
    };
    let raw = lowered(&with(Tensor { raw_data: vec![1, 0xfe, 3, 0x80], ..Tensor::default() }));
    let typed = lowered(&with(Tensor { int32_data: vec![1, -2, 3, -128], ..Tensor::default() }));
    assert_eq!(raw, typed);
    for tensor in [
        Tensor { int32_data: vec![1, -2, 3, -129], ..Tensor::default() },
        Tensor { int32_data: vec![1, -2, 3], ..Tensor::default() },
        Tensor { raw_data: vec![0; 5], ..Tensor::default() },
        Tensor { raw_data: vec![0; 4], data_location: 1, ..Tensor::default() },
    ] {
        assert!(refusal(&with(tensor.clone())).contains("`w/int8`"), "{tensor:?}");
    }
}

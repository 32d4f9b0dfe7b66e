//! Operators without weights, activations and scales.

use super::{Net, evaluated, last, lowered, refusal};
use crate::graph::{Activation, Axis, Element, MeanRounding, Op, Quant};
use crate::import::onnx::proto::element;

/// The sum of a tensor with itself, limited by what `limit` adds between `s` and `l`.
fn limited(zero_point: i8, limit: impl Fn(&mut Net)) -> Net {
    let mut net = Net::quantized(&[1, 4]);
    net.node("Add", &["xd", "xd"], "s");
    limit(&mut net);
    net.quantize("l", "out", 6.0 / 255.0, zero_point);
    net.output("out");
    net
}

fn clip(net: &mut Net, low: f32, high: f32) {
    net.real("low", &[], &[low]);
    net.real("high", &[1], &[high]);
    net.node("Clip", &["s", "low", "high"], "l");
}

#[test]
fn limits_become_activations() {
    let activation = |net: &Net| {
        let graph = lowered(net);
        let Op::Add(op) = &last(&graph).op else { panic!("an addition") };
        op.activation
    };
    assert_eq!(activation(&limited(0, |net| _ = net.node("Relu", &["s"], "l"))), Activation::Relu);
    assert_eq!(activation(&limited(0, |net| clip(net, 0.0, 6.0))), Activation::Relu6);
    assert_eq!(activation(&limited(0, |net| _ = net.node("Identity", &["s"], "l"))), Activation::None);
    // Limits outside what the integers reach.
    assert_eq!(activation(&limited(-128, |net| clip(net, -1.0, 7.0))), Activation::None);
    assert_eq!(activation(&limited(0, |net| clip(net, 0.0, 4.0))), Activation::Relu);
    let both = limited(0, |net| {
        net.node("Relu", &["s"], "r");
        net.real("high", &[], &[6.0]);
        net.node("Clip", &["r", "", "high"], "l");
    });
    assert_eq!(activation(&both), Activation::Relu6);
    assert!(refusal(&limited(0, |net| clip(net, -1.0, 1.0))).contains("-1 .. 1"));
    assert!(refusal(&limited(0, |net| clip(net, f32::NAN, 1.0))).contains("NaN"));
    assert!(refusal(&limited(0, |net| clip(net, 2.0, 1.0))).contains("2 .. 1"));
}

#[test]
fn a_limit_on_its_own_must_change_nothing() {
    let alone = |zero_point: i8| {
        let mut net = Net::new(&[1, 4]);
        net.quantize("x", "xq", 0.5, zero_point);
        net.dequantize("xq", "xd", 0.5, zero_point);
        net.node("Relu", &["xd"], "r");
        net.node("Sigmoid", &["r"], "s");
        net.quantize("s", "out", 1.0 / 256.0, -128);
        net.output("out");
        net
    };
    assert_eq!(last(&lowered(&alone(-128))).op, Op::Logistic);
    assert!(refusal(&alone(-127)).contains("Relu"));
}

#[test]
fn real_numbers_between_operators_are_refused() {
    let mut net = Net::quantized(&[1, 4]);
    net.node("Sigmoid", &["xd"], "s");
    net.node("Sigmoid", &["s"], "t").named("second");
    assert!(refusal(net.finish("t")).contains("`second`"));
    let mut net = Net::quantized(&[1, 4]);
    net.node("Sigmoid", &["xd"], "s");
    net.quantize("s", "a", 1.0 / 256.0, -128);
    net.quantize("s", "b", 1.0 / 256.0, -128);
    assert!(refusal(net.output("b")).contains("`s` is float32"));
    let mut net = Net::quantized(&[1, 4]);
    net.node("Softmax", &["xd"], "s");
    assert!(refusal(net.output("s")).contains("`s`"));
    let mut net = Net::quantized(&[1, 4]);
    net.node("Sigmoid", &["xq"], "s");
    assert!(refusal(&net).contains("not dequantised"));
}

#[test]
fn a_tensor_is_read_as_it_was_written() {
    let mut net = Net::quantized(&[1, 4]);
    net.dequantize("xq", "other", 0.25, -128);
    assert!(refusal(&net).contains("another scale"));
    let mut net = Net::with_input(&[1, 4], element::INT8);
    net.dequantize("x", "a", 0.25, 0);
    net.dequantize("x", "b", 0.25, 1);
    assert!(refusal(&net).contains("another scale"));
    let mut net = Net::quantized(&[1, 4]);
    net.quantize("x", "again", 0.25, 0);
    assert!(refusal(&net).contains("more than once"));
    for scale in [0.0, -1.0, f32::NAN, f32::INFINITY] {
        let mut net = Net::new(&[1, 4]);
        net.quantize("x", "q", scale, 0);
        assert!(refusal(&net).contains("one scale"), "{scale}");
    }
}

#[test]
fn uint8_becomes_int8() {
    let mut net = Net::with_input(&[1, 2, 4, 4], element::UINT8);
    net.real("s", &[], &[0.5]);
    net.node("DequantizeLinear", &["x", "s"], "xd");
    net.node("AveragePool", &["xd"], "p").ints("kernel_shape", &[2, 2]).ints("strides", &[2, 2]);
    net.node("QuantizeLinear", &["p", "s"], "out");
    let graph = lowered(net.output("out"));
    assert_eq!(graph.tensors[graph.input].quant, Quant { scale: 0.5, zero_point: -128 });
    assert_eq!((graph.edge.input, graph.edge.outputs), (Element::Uint8, Element::Uint8));
    let Op::AveragePool2d(pool) = &last(&graph).op else { panic!("a pool") };
    assert_eq!(pool.rounding, MeanRounding::Up);
}

#[test]
fn concatenated_tensors_get_one_scale() {
    let mut net = Net::quantized(&[1, 2, 4, 4]);
    net.node("MaxPool", &["xd"], "p").ints("kernel_shape", &[1, 1]);
    net.quantize("p", "a", 0.5, -128);
    net.dequantize("a", "ad", 0.5, -128);
    net.quantize("p", "b", 0.25, -128);
    net.dequantize("b", "bd", 0.25, -128);
    net.node("Concat", &["ad", "bd"], "c").int("axis", 1);
    let graph = lowered(net.finish("c"));
    let Op::Concat(op) = &last(&graph).op else { panic!("a concatenation") };
    assert_eq!((op.axis, graph.tensors[graph.output()].shape.c), (Axis::Channels, 4));
    // Step 10 of 0.5 is step 20 of 0.25.
    assert_eq!(evaluated(&graph, &[-118; 32])[..4], [-108; 4]);
}

#[test]
fn means_are_over_rows_and_columns() {
    let mean = |axes: &[i64], keep: i64| {
        let mut net = Net::quantized(&[1, 2, 4, 4]);
        net.node("MaxPool", &["xd"], "p").ints("kernel_shape", &[1, 1]);
        net.node("ReduceMean", &["p"], "m").ints("axes", axes).int("keepdims", keep);
        net.finish("m");
        net
    };
    for keep in [0, 1] {
        let graph = lowered(&mean(&[-1, 2], keep));
        assert_eq!((&last(&graph).op, graph.tensors[graph.output()].shape.len()), (&Op::Mean, 2));
    }
    for axes in [&[1, 2][..], &[3], &[], &[2, 2], &[2, 3, 4]] {
        assert!(refusal(&mean(axes, 1)).contains("mean"), "{axes:?}");
    }
    let mut net = Net::quantized(&[1, 2, 4, 4]);
    net.node("GlobalAveragePool", &["xd"], "m");
    assert_eq!(last(&lowered(net.finish("m"))).op, Op::Mean);
}

#[test]
fn softmax_is_over_the_channels() {
    let softmax = |dims: &[i64], axis: i64, opset: i64| {
        let mut net = Net::quantized(dims);
        net.model.opset_import[0].version = opset;
        net.node("Softmax", &["xd"], "s").int("axis", axis);
        net.quantize("s", "out", 1.0 / 256.0, -128);
        net.output("out");
        net
    };
    for (dims, axis, opset) in
        [(&[1, 4][..], 1, 13), (&[1, 4], -1, 13), (&[1, 4], 1, 11), (&[1, 3, 4], 2, 11)]
    {
        assert_eq!(last(&lowered(&softmax(dims, axis, opset))).op.kind(), "softmax", "{dims:?}");
    }
    for (dims, axis, opset) in
        [(&[1, 3, 4][..], 1, 13), (&[1, 3, 4], 1, 11), (&[1, 4], 2, 13), (&[1, 4], -9, 13)]
    {
        assert!(refusal(&softmax(dims, axis, opset)).contains("softmax"), "{dims:?} {axis} {opset}");
    }
}

#[test]
fn sums_need_two_tensors_of_one_shape() {
    let mut net = Net::quantized(&[1, 4]);
    net.real("c", &[4], &[1.0; 4]);
    net.node("Add", &["xd", "c"], "s");
    assert!(refusal(net.finish("s")).contains("`c` is a constant"));
    let mut net = Net::quantized(&[1, 2, 4]);
    net.int64("to", &[1, 1, 8]);
    net.node("Reshape", &["xd", "to"], "r");
    net.node("Add", &["xd", "r"], "s");
    assert!(refusal(net.finish("s")).contains("a sum of shapes"));
}

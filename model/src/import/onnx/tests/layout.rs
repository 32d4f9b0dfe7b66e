//! Orders of sides, padding, and operators that move pixels.

use super::{Net, evaluated, last, lowered, refusal};
use crate::graph::{Element, Op, Pad, Padding, Shape};

/// A convolution of `[1, 2, 6, 6]` to 3 channels with a 3x3 window whose weights count up.
fn conv(change: impl Fn(&mut super::super::proto::Node)) -> Net {
    let mut net = Net::quantized(&[1, 2, 6, 6]);
    let weights: Vec<i8> = (0..54).collect();
    net.weights("w", &[3, 2, 3, 3], &weights, 0.25);
    change(net.node("Conv", &["xd", "w"], "y"));
    net.finish("y");
    net
}

#[test]
fn an_nchw_network_becomes_nhwc() {
    let graph = lowered(&conv(|node| {
        node.ints("pads", &[1, 1, 1, 1]);
    }));
    assert_eq!(graph.tensors[graph.input].shape, Shape::new(6, 6, 2));
    assert_eq!(graph.tensors[graph.output()].shape, Shape::new(6, 6, 3));
    assert_eq!((graph.edge.input, graph.edge.outputs), (Element::Float32, Element::Int8));
    let Op::Conv2d(conv) = &last(&graph).op else { panic!("a convolution") };
    assert_eq!(conv.padding, Padding::Same);
    // Output channel 1, input channel 1, row 2, column 0.
    assert_eq!(conv.weights[[1, 2, 0, 1]], 18 + 9 + 6);
}

#[test]
fn the_input_has_the_order_of_its_first_readers() {
    for elementwise in [false, true] {
        // With one channel memory alone would not say which order it is.
        let mut net = Net::quantized(&[1, 1, 6, 5]);
        let source = if elementwise { "again" } else { "xd" };
        net.node("Add", &["xd", "xd"], "s");
        net.quantize("s", "sq", 1.0, -128);
        net.dequantize("sq", "again", 1.0, -128);
        net.node("MaxPool", &[source], "m").ints("kernel_shape", &[2, 2]);
        let scale = if elementwise { 1.0 } else { 0.5 };
        net.quantize("m", "out", scale, -128);
        let graph = lowered(net.output("out"));
        assert_eq!(graph.tensors[graph.input].shape, Shape::new(6, 5, 1));
        assert!(graph.nodes.iter().all(|node| node.op != Op::Reshape));
    }
    let mut net = Net::quantized(&[1, 6, 5, 2]);
    net.node("Transpose", &["xd"], "t").ints("perm", &[0, 3, 1, 2]);
    net.node("MaxPool", &["t"], "m").ints("kernel_shape", &[2, 2]);
    net.quantize("m", "out", 0.5, -128);
    let graph = lowered(net.output("out"));
    assert_eq!(graph.tensors[graph.input].shape, Shape::new(6, 5, 2));
    assert_eq!(graph.tensors[graph.output()].shape, Shape::new(5, 4, 2));
}

#[test]
fn pads_are_same_or_valid_or_written_out() {
    let padding = |pads: &[i64], strides: &[i64]| {
        let graph = lowered(&conv(|node| {
            node.ints("pads", pads).ints("strides", strides);
        }));
        let Op::Conv2d(conv) = &last(&graph).op else { panic!("a convolution") };
        let pad = match &graph.nodes[0].op {
            Op::Pad(op) => Some(op.pad),
            _ => None,
        };
        (conv.padding, pad, graph.tensors[graph.output()].shape)
    };
    let shape = |side| Shape::new(side, side, 3);
    assert_eq!(padding(&[0, 0, 0, 0], &[1, 1]), (Padding::Valid, None, shape(4)));
    // TFLite pads below and right first.
    assert_eq!(padding(&[0, 0, 1, 1], &[2, 2]), (Padding::Same, None, shape(3)));
    let symmetric = Pad { top: 1, left: 1, bottom: 1, right: 1 };
    assert_eq!(padding(&[1, 1, 1, 1], &[2, 2]), (Padding::Valid, Some(symmetric), shape(3)));
    let one_side = Pad { left: 2, ..Pad::default() };
    assert_eq!(padding(&[0, 2, 0, 0], &[1, 1]), (Padding::Valid, Some(one_side), Shape::new(4, 6, 3)));
}

#[test]
fn padding_that_cannot_be_said_is_refused() {
    for pads in [&[0, 0, 0, -1][..], &[1, 1], &[0, 0, 256, 0]] {
        assert!(refusal(&conv(|node| _ = node.ints("pads", pads))).contains("pads"), "{pads:?}");
    }
    assert!(refusal(&conv(|node| _ = node.text("auto_pad", "SAME_WRONG"))).contains("SAME_WRONG"));
    assert!(refusal(&conv(|node| _ = node.ints("dilations", &[2, 2]))).contains("dilation"));
    assert!(refusal(&conv(|node| _ = node.ints("strides", &[0, 1]))).contains("strides"));
    assert!(refusal(&conv(|node| _ = node.int("new_attribute", 1))).contains("new_attribute"));
    assert!(refusal(&conv(|node| _ = node.int("pads", 1))).contains("pads"));
    assert!(refusal(&conv(|node| _ = node.ints("kernel_shape", &[1, 1]))).contains("w/int8"));
}

#[test]
fn auto_pad_of_odd_rests() {
    let pad_of = |auto: &str| {
        let graph = lowered(&conv(|node| {
            node.ints("strides", &[2, 2]).text("auto_pad", auto);
        }));
        let Op::Conv2d(conv) = &last(&graph).op else { panic!("a convolution") };
        (conv.padding, graph.nodes.len())
    };
    assert_eq!(pad_of("SAME_UPPER"), (Padding::Same, 1));
    assert_eq!(pad_of("SAME_LOWER"), (Padding::Valid, 2));
    assert_eq!(pad_of("VALID"), (Padding::Valid, 1));
}

/// A pool of `[1, 2, 5, 5]`.
fn pool(kind: &str, zero_point: i8, change: impl Fn(&mut super::super::proto::Node)) -> Net {
    let mut net = Net::new(&[1, 2, 5, 5]);
    net.quantize("x", "xq", 0.5, zero_point);
    net.dequantize("xq", "xd", 0.5, zero_point);
    change(net.node(kind, &["xd"], "y").ints("kernel_shape", &[3, 3]));
    net.quantize("y", "out", 0.5, zero_point);
    net.output("out");
    net
}

#[test]
fn pools_pad_only_where_it_is_exact() {
    let odd = |node: &mut super::super::proto::Node| _ = node.ints("pads", &[0, 0, 2, 2]);
    let same = |node: &mut super::super::proto::Node| _ = node.ints("pads", &[1, 1, 1, 1]);
    // Zero points of -128 are the lowest number there is.
    assert_eq!(lowered(&pool("MaxPool", -128, odd)).nodes.len(), 2);
    assert!(refusal(&pool("MaxPool", -127, odd)).contains("padding"));
    assert_eq!(lowered(&pool("MaxPool", 3, same)).nodes.len(), 1);
    assert!(refusal(&pool("AveragePool", -128, odd)).contains("padding"));
    assert_eq!(lowered(&pool("AveragePool", 3, same)).nodes.len(), 1);
    // Zeros that count: the corner is 4 pixels of 9.
    let counted = pool("AveragePool", 3, |node| {
        node.ints("pads", &[1, 1, 1, 1]).int("count_include_pad", 1);
    });
    let graph = lowered(&counted);
    assert_eq!(graph.nodes.len(), 2);
    assert_eq!(evaluated(&graph, &[12; 50])[0], 3 + 4);
    let not_counted = lowered(&pool("AveragePool", 3, same));
    assert_eq!(evaluated(&not_counted, &[12; 50])[0], 12);
    assert!(refusal(&pool("MaxPool", 0, |node| _ = node.int("ceil_mode", 1))).contains("ceil_mode"));
}

#[test]
fn a_flattened_image_permutes_the_weights() {
    let mut net = Net::new(&[1, 2, 2, 3]);
    net.quantize("x", "xq", 0.5, 0);
    net.dequantize("xq", "xd", 0.5, 0);
    // Keeps the order NCHW, which the input alone would not say.
    net.node("MaxPool", &["xd"], "p").ints("kernel_shape", &[1, 1]);
    net.node("Flatten", &["p"], "f");
    // Output k takes the k-th element in NCHW order.
    let unit: Vec<i8> = (0..144).map(|at| i8::from(at % 13 == 0)).collect();
    net.weights("w", &[12, 12], &unit, 1.0);
    net.node("Gemm", &["f", "w"], "y").int("transB", 1);
    net.quantize("y", "out", 0.5, 0);
    let graph = lowered(net.output("out"));
    // NHWC: row, column, channel.
    let input: Vec<i8> = (0..12).collect();
    assert_eq!(evaluated(&graph, &input), [0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11]);
}

#[test]
fn a_layout_that_memory_has_not_is_refused() {
    let mut net = Net::quantized(&[1, 4, 6, 2]);
    net.node("Transpose", &["xd"], "t").ints("perm", &[0, 2, 1, 3]);
    net.node("Sigmoid", &["t"], "s");
    let refused = refusal(net.finish("s"));
    assert!(refused.contains("order") && refused.contains("[1, 6, 4, 2]"), "{refused}");
}

#[test]
fn shapes_change_without_a_node_where_they_can() {
    let mut net = Net::quantized(&[1, 4, 6, 2]);
    net.int64("to", &[0, -1, 4]);
    net.node("Reshape", &["xd", "to"], "r");
    net.int64("axes", &[1]);
    net.node("Unsqueeze", &["r", "axes"], "u");
    net.node("Squeeze", &["u", "axes"], "s");
    net.node("Identity", &["s"], "i");
    net.quantize("i", "out", 0.5, -128);
    let graph = lowered(net.output("out"));
    assert_eq!(graph.tensors[graph.output()].shape, Shape::new(1, 12, 4));
    assert!(matches!(graph.nodes[..], [crate::graph::Node { op: Op::Reshape, .. }]));
    for to in [&[0, -1, -1][..], &[5, -1], &[-2], &[0, 0, 0, 0, 0], &[i64::MAX, i64::MAX, -1]] {
        let mut net = Net::quantized(&[1, 4, 6, 2]);
        net.int64("to", to);
        net.node("Reshape", &["xd", "to"], "r");
        assert!(refusal(net.output("r")).contains("order"), "{to:?}");
    }
}

#[test]
fn an_image_in_either_order_is_padded() {
    for (perm, pads, shape) in [
        (None, [0, 1, 0, 0, 0, 0, 2, 0], Shape::new(5, 8, 2)),
        (Some([0, 3, 1, 2]), [0, 1, 0, 0, 0, 0, 2, 0], Shape::new(6, 6, 3)),
    ] {
        let mut net = Net::quantized(&[1, 4, 6, 2]);
        net.int64("pads", &pads);
        let source = match perm {
            Some(perm) => {
                net.node("Transpose", &["xd"], "t").ints("perm", &perm);
                "t"
            }
            None => "xd",
        };
        net.node("Pad", &[source, "pads"], "p");
        net.quantize("p", "out", 0.5, -128);
        let graph = lowered(net.output("out"));
        assert_eq!(graph.tensors[graph.output()].shape, shape);
        assert_eq!((last(&graph).op.kind(), last(&graph).name.as_str()), ("pad", "out"));
    }
    let mut net = Net::quantized(&[1, 4, 6, 2]);
    net.int64("pads", &[0; 8]);
    net.real("value", &[], &[1.0]);
    net.node("Pad", &["xd", "pads", "value"], "p");
    assert!(refusal(net.output("p")).contains("value 1"));
}

#[test]
fn resizing_to_the_nearest_pixel() {
    let resized = |place: &str, nearest: &str, scale: f32| {
        let mut net = Net::quantized(&[1, 2, 3, 4]);
        net.real("roi", &[0], &[]);
        net.real("scales", &[4], &[1.0, 1.0, scale, scale]);
        net.node("Resize", &["xd", "roi", "scales"], "r")
            .text("coordinate_transformation_mode", place)
            .text("nearest_mode", nearest);
        net.quantize("r", "out", 0.5, -128);
        net.output("out");
        net
    };
    let flags = |place, nearest| {
        let graph = lowered(&resized(place, nearest, 2.0));
        let Op::ResizeNearest(op) = &last(&graph).op else { panic!("a resize") };
        assert_eq!(graph.tensors[graph.output()].shape, Shape::new(6, 8, 2));
        (op.align_corners, op.half_pixel_centers)
    };
    assert_eq!(flags("asymmetric", "floor"), (false, false));
    assert_eq!(flags("align_corners", "round_prefer_ceil"), (true, false));
    assert_eq!(flags("half_pixel", "round_prefer_floor"), (false, true));
    assert!(refusal(&resized("asymmetric", "ceil", 2.0)).contains("ceil"));
    // 1.5 pixels: not whole; 0.25 pixels: centres on borders; and no pixels at all.
    assert!(refusal(&resized("asymmetric", "floor", 1.1)).contains("resizing"));
    assert!(refusal(&resized("half_pixel", "round_prefer_floor", 0.5)).contains("resizing"));
    assert!(refusal(&resized("asymmetric", "floor", f32::NAN)).contains("resizing"));
}

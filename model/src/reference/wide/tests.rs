use super::*;
use crate::graph::wide_sample::{conv, int16, single, sum};
use crate::graph::{AddOp, Edge, Element, Pad, Quant};
use crate::reference::{Evaluator, run};
use crate::zoo;

fn output(graph: &Graph, inputs: &[&[i32]]) -> Vec<i32> {
    run_wide(graph, inputs).unwrap().swap_remove(graph.output()).data
}

/// From one width and scale to another, with zero points; two pixels.
fn rescale(from: (Precision, f32, i32), to: (Precision, f32, i32), values: [i32; 2]) -> Vec<i32> {
    let info = |name: &str, (precision, scale, zero_point): (Precision, f32, i32)| TensorInfo {
        quant: Quant { scale, zero_point },
        precision,
        ..int16(name, 1)
    };
    let mut graph = single(Op::Rescale, vec![info("from", from), info("to", to)]);
    graph.edge = Edge { input: Element::Float32, outputs: Element::Float32 };
    output(&graph, &[&values])
}

#[test]
fn a_convolution_rounds_once_and_halves_up() {
    // Multiplier 1/2: 3 * 1 + 2 = 5 is 2.5, 3 * -3 + 2 = -7 is -3.5.
    assert_eq!(output(&conv(0.5), &[&[1, -3]]), [3, -3]);
    // 3 * 32767 + 2 and 3 * -32768 + 2, which saturate.
    assert_eq!(output(&conv(0.5), &[&[32_767, -32_768]]), [32_767, -32_768]);
    // Multiplier 1/8: 5 / 8 and -22 / 8; 16 bits of a multiplier that has 31.
    assert_eq!(output(&conv(0.125), &[&[1, -8]]), [1, -3]);
    let mut rectified = conv(0.125);
    if let Op::Conv2d(op) = &mut rectified.nodes[0].op {
        op.activation = Activation::Relu6;
    }
    // 6 is 12 steps.
    assert_eq!(output(&rectified, &[&[-100, 100]]), [0, 12]);
}

#[test]
fn a_sum_rounds_halves_away_from_zero_and_saturates() {
    let mut graph = sum();
    graph.tensors[2].quant.scale = 1.0;
    assert_eq!(output(&graph, &[&[1, -1], &[2, -2]]), [2, -2], "1.5 and -1.5");
    let graph = sum();
    assert_eq!(output(&graph, &[&[30_000, -30_000], &[30_000, -30_000]]), [32_767, -32_768]);
    let mut rectified = sum();
    rectified.nodes[0].op = Op::Add(AddOp { activation: Activation::Relu });
    assert_eq!(output(&rectified, &[&[5, -5], &[1, 1]]), [6, 0]);
}

#[test]
fn padding_is_zero() {
    let op = PadOp { pad: Pad { left: 1, bottom: 1, ..Pad::default() }, channels: (0, 1) };
    let padded = TensorInfo { shape: Shape::new(2, 3, 2), ..int16("padded", 1) };
    let graph = single(Op::Pad(op), vec![int16("image", 1), padded]);
    assert_eq!(output(&graph, &[&[-300, 400]]), [0, 0, -300, 0, 400, 0, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn widths_change_with_two_roundings_and_saturation() {
    use Precision::{Int8, Int16, Int32};
    assert_eq!(rescale((Int16, 0.5, 0), (Int8, 1.0, -3), [5, -5]), [0, -5], "2.5 and -2.5 go up");
    assert_eq!(rescale((Int16, 0.5, 0), (Int8, 1.0, -3), [32_767, -32_768]), [127, -128]);
    assert_eq!(rescale((Int8, 0.5, -128), (Int16, 0.5, 0), [127, -128]), [255, 0]);
    assert_eq!(rescale((Int32, 0.25, 0), (Int16, 1.0, 0), [i32::MAX, i32::MIN]), [32_767, -32_768]);
    assert_eq!(rescale((Int32, 0.25, 0), (Int16, 1.0, 0), [6, -6]), [2, -2], "1.5 and -1.5, by the shift");
    assert_eq!(rescale((Int16, 1.0, 0), (Int32, 0.25, 0), [32_767, -32_768]), [131_068, -131_072]);
}

#[test]
fn int8_networks_are_computed_as_ever() {
    let graph = zoo::tiny();
    let image: Vec<i8> = (0..64u8).map(|at| at.wrapping_mul(37) as i8).collect();
    let wide: Vec<i32> = image.iter().map(|&q| q.into()).collect();
    for (narrow, wide) in run(&graph, &image).unwrap().iter().zip(run_wide(&graph, &[&wide]).unwrap()) {
        assert!(wide.precision.is_int8());
        assert!(narrow.data.iter().map(|&q| i32::from(q)).eq(wide.data));
    }
}

#[test]
fn int8_and_int16_nodes_follow_each_other() {
    let mut graph = sum();
    let narrow = TensorInfo { precision: Precision::Int8, ..int16("narrow", 1) };
    let shape = Shape::new(2, 1, 1);
    let turned = TensorInfo { name: "turned".into(), shape, ..narrow.clone() };
    graph.tensors.extend([narrow, turned]);
    for (input, op) in [(2, Op::Rescale), (3, Op::Reshape)] {
        graph.nodes.push(Node { name: format!("n{input}"), inputs: vec![input], output: input + 1, op });
    }
    (graph.outputs, graph.edge.outputs) = (vec![4], Element::Int8);
    assert_eq!(output(&graph, &[&[100, -3], &[100, 1]]), [127, -2]);
}

#[test]
fn the_int8_evaluator_refuses_wide_graphs() {
    let refused = Evaluator::new(&sum()).map(|_| ());
    assert_eq!(refused, Err(ReferenceError::Wide { tensor: "a".into(), precision: Precision::Int16 }));
}

#[test]
fn bad_inputs_are_refused() {
    let graph = sum();
    let refused = |inputs: &[&[i32]]| run_wide(&graph, inputs).unwrap_err();
    assert_eq!(refused(&[&[1, 2]]), ReferenceError::Inputs { expected: 2, found: 1 });
    assert_eq!(refused(&[&[1, 2], &[3]]), ReferenceError::Input { expected: 2, found: 1 });
    let (lo, hi) = (-32_768, 32_767);
    let value = ReferenceError::InputValue { tensor: "b".into(), value: 32_768, lo, hi };
    assert_eq!(refused(&[&[1, 2], &[3, 32_768]]), value);
}

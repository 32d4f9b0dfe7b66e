//! Graphs with wide tensors that are nonsense.

use super::wide_sample::{conv, int16, single, sum};
use super::*;
use crate::plan::{ArrayStyle, Capacity, PlanError, PlanOptions, plan};
use crate::requant::RequantError;

fn problem(graph: &Graph) -> NodeProblem {
    match graph.check() {
        Err(GraphError::Node { problem, .. }) => problem,
        other => panic!("expected a node's problem, got {other:?}"),
    }
}

fn broken(mut graph: Graph, change: impl FnOnce(&mut Graph)) -> Graph {
    graph.check().unwrap();
    change(&mut graph);
    graph
}

fn conv_of(graph: &mut Graph) -> &mut Conv2d {
    match &mut graph.nodes[0].op {
        Op::Conv2d(op) => op,
        other => panic!("{}", other.kind()),
    }
}

#[test]
fn wide_graphs_survive_json_and_int8_ones_do_not_mention_width() {
    for graph in [sum(), conv(0.5)] {
        assert_eq!(Graph::from_json(&graph.to_json().unwrap()).unwrap(), graph);
    }
    let text = crate::zoo::tiny().to_json().unwrap();
    assert!(!text.contains("precision") && !text.contains("further_inputs"));
}

#[test]
fn wide_tensors_are_symmetric() {
    let graph = broken(sum(), |g| g.tensors[1].quant.zero_point = 1);
    assert!(matches!(graph.check(), Err(GraphError::TensorQuant { tensor, .. }) if tensor == "b"));
    let graph = broken(sum(), |g| g.tensors[1].quant.scale = f32::NAN);
    assert!(matches!(graph.check(), Err(GraphError::TensorQuant { .. })));
}

#[test]
fn inputs_are_tensors_of_their_own() {
    let twice = broken(sum(), |g| g.further_inputs = vec![1, 0]);
    assert_eq!(twice.check(), Err(GraphError::InputTwice { tensor: "a".into() }));
    let missing = broken(sum(), |g| g.further_inputs = vec![9]);
    assert_eq!(missing.check(), Err(GraphError::NoTensor { role: "input", index: 9, tensors: 3 }));
    let made = broken(sum(), |g| g.further_inputs = vec![1, 2]);
    assert_eq!(problem(&made), NodeProblem::MadeTwice { tensor: "sum".into() });
    let unread = broken(sum(), |g| g.further_inputs.clear());
    assert_eq!(problem(&unread), NodeProblem::NotYetMade { tensor: "b".into() });
    let mut int8 = crate::zoo::tiny();
    int8.further_inputs = vec![1];
    assert_eq!(int8.check(), Err(GraphError::FurtherInputs { found: 2 }));
}

#[test]
fn widths_must_agree() {
    let float = Edge { input: Element::Float32, outputs: Element::Float32 };
    for precision in [Precision::Int8, Precision::Int32] {
        let expected = NodeProblem::Precision { expected: Precision::Int16, found: precision };
        for (graph, tensors) in [(sum(), 3), (conv(0.5), 2)] {
            for at in 0..tensors {
                let graph = broken(graph.clone(), |g| (g.edge, g.tensors[at].precision) = (float, precision));
                assert_eq!(problem(&graph), expected, "{at}");
            }
        }
    }
    let pad = Op::Pad(PadOp { pad: Pad::default(), channels: (0, 0) });
    let graph = single(pad, vec![int16("a", 1), int16("b", 1)]);
    let graph = broken(graph, |g| (g.edge, g.tensors[1].precision) = (float, Precision::Int8));
    assert!(matches!(problem(&graph), NodeProblem::Precision { .. }));
}

#[test]
fn other_operators_are_for_int8_only() {
    for op in [Op::Reshape, Op::Mean, Op::Logistic, Op::Softmax(SoftmaxOp { beta: 1.0 })] {
        let graph = single(op, vec![int16("a", 1), int16("b", 1)]);
        assert_eq!(problem(&graph), NodeProblem::WideOperator);
    }
}

#[test]
fn sums_and_padding_of_other_shapes_and_scales_are_refused() {
    let shape = broken(sum(), |g| g.tensors[1].shape.c = 2);
    assert!(matches!(problem(&shape), NodeProblem::Shape { .. }));
    let output = broken(sum(), |g| g.tensors[2].shape.c = 2);
    assert!(matches!(problem(&output), NodeProblem::Shape { .. }));
    let fine = broken(sum(), |g| g.tensors[2].quant.scale = 1e-6);
    assert!(matches!(problem(&fine), NodeProblem::Requantisation { .. }));
    let pad = Op::Pad(PadOp { pad: Pad::default(), channels: (0, 0) });
    let graph = single(pad, vec![int16("a", 1), int16("b", 1)]);
    let scale = broken(graph.clone(), |g| g.tensors[1].quant.scale = 1.0);
    assert_eq!(problem(&scale), NodeProblem::QuantisationDiffers);
    let shape = broken(graph, |g| g.tensors[1].shape.h = 2);
    assert!(matches!(problem(&shape), NodeProblem::Shape { .. }));
}

#[test]
fn convolutions_whose_arithmetic_is_undefined_are_refused() {
    let gain = broken(conv(0.5), |g| conv_of(g).weight_quant = WeightQuant::PerChannel(vec![128.0]));
    let undefined = RequantError::WideMultiplier { real: 128.0 };
    assert_eq!(problem(&gain), NodeProblem::Requantisation { channel: 0, source: undefined });
    // 127 * 2^15 weights of 32767 are 2^37, times 100 more than 32 bits hold.
    let taps = 1 << 15;
    let long = broken(conv(100.0), |g| {
        (g.tensors[0].shape.c, conv_of(g).weights) = (taps, ndarray::Array4::from_elem((1, 1, 1, taps), 127));
    });
    assert!(matches!(
        problem(&long),
        NodeProblem::Requantisation { source: RequantError::WideOverflow { .. }, .. }
    ));
    let negative = broken(conv(0.5), |g| conv_of(g).weight_quant = WeightQuant::PerChannel(vec![-0.5]));
    assert!(matches!(problem(&negative), NodeProblem::Scale { .. }));
    let zero_point = WeightQuant::PerTensor { scale: 0.5, zero_point: 1 };
    let shifted = broken(conv(0.5), |g| conv_of(g).weight_quant = zero_point);
    assert_eq!(problem(&shifted), NodeProblem::WideWeights);
    let biases = broken(conv(0.5), |g| conv_of(g).bias.clear());
    assert!(matches!(problem(&biases), NodeProblem::Count { .. }));
    let dilated = broken(conv(0.5), |g| conv_of(g).dilation = (2, 1));
    assert!(matches!(problem(&dilated), NodeProblem::Dilation { .. }));
}

#[test]
fn rescaling_that_would_overflow_is_refused() {
    let float = Edge { input: Element::Float32, outputs: Element::Float32 };
    let graph = |from, to, scale| {
        let mut graph = single(Op::Rescale, vec![int16("from", 1), int16("to", 1)]);
        (graph.edge, graph.tensors[1].quant.scale) = (float, scale);
        (graph.tensors[0].precision, graph.tensors[1].precision) = (from, to);
        graph
    };
    graph(Precision::Int32, Precision::Int16, 0.51).check().unwrap();
    let refused = |graph: Graph| matches!(problem(&graph), NodeProblem::Operator(_));
    assert!(refused(graph(Precision::Int32, Precision::Int16, 0.5)), "2^31 * 2");
    assert!(refused(graph(Precision::Int16, Precision::Int32, 0.5 / 65_536.0)));
    assert!(refused(graph(Precision::Int32, Precision::Int32, 0.6)));
}

#[test]
fn the_hardware_is_int8() {
    let capacity = Capacity {
        lanes: 8,
        pixels: 2,
        requantisers: 1,
        style: ArrayStyle::Block,
        memory_words: 1024,
        weight_words: 1024,
        list_entries: 512,
        sum_bits: 24,
        requant_bits: 26,
        flash: None,
    };
    let refused = plan(&sum(), 0, &capacity, PlanOptions::default()).unwrap_err();
    assert_eq!(refused, PlanError::Wide { tensor: "a".into(), precision: Precision::Int16 });
    assert_eq!(sum().split_tail(), Split { head: sum(), tail: None });
}

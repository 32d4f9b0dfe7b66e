use super::random::Chain;
use super::*;
use crate::zoo;

fn problem(graph: &Graph) -> NodeProblem {
    match graph.check() {
        Err(GraphError::Node { problem, .. }) => problem,
        other => panic!("expected a node's problem, got {other:?}"),
    }
}

fn broken(change: impl FnOnce(&mut Graph)) -> Graph {
    let mut graph = zoo::tiny();
    change(&mut graph);
    graph
}

fn scales_of(graph: &mut Graph, node: usize) -> &mut Vec<f32> {
    match &mut conv(graph, node).weight_quant {
        WeightQuant::PerChannel(scales) => scales,
        other => panic!("{other:?}"),
    }
}

fn conv(graph: &mut Graph, node: usize) -> &mut Conv2d {
    match &mut graph.nodes[node].op {
        Op::Conv2d(op) => op,
        other => panic!("{}", other.kind()),
    }
}

#[test]
fn windows_slide_as_in_tflite() {
    let slide = |size, kernel, stride, padding| {
        let window = Window { kernel: (kernel, kernel), stride: (stride, stride), padding };
        window.slide(size, size).map(|((h, _), pad)| (h, pad.top, pad.bottom))
    };
    assert_eq!(slide(64, 3, 1, Padding::Same), Some((64, 1, 1)));
    // An even size at stride 2 is padded below and right only.
    assert_eq!(slide(96, 3, 2, Padding::Same), Some((48, 0, 1)));
    assert_eq!(slide(97, 3, 2, Padding::Same), Some((49, 1, 1)));
    assert_eq!(slide(5, 1, 2, Padding::Same), Some((3, 0, 0)));
    assert_eq!(slide(5, 4, 1, Padding::Same), Some((5, 1, 2)));
    assert_eq!(slide(2, 7, 2, Padding::Same), Some((1, 2, 3)));
    assert_eq!(slide(16, 8, 1, Padding::Valid), Some((9, 0, 0)));
    assert_eq!(slide(7, 3, 2, Padding::Valid), Some((3, 0, 0)));
    assert_eq!(slide(2, 3, 1, Padding::Valid), None);
    assert_eq!(slide(2, 0, 1, Padding::Same), None);
    assert_eq!(slide(2, 1, 0, Padding::Valid), None);
    let huge = Window { kernel: (usize::MAX, 1), stride: (usize::MAX, 1), padding: Padding::Same };
    assert_eq!(huge.slide(usize::MAX, 1).map(|(size, _)| size), Some((1, 1)));
}

#[test]
fn activations_end_where_tflite_ends_them() {
    let quant = Quant { scale: 0.0235, zero_point: -128 };
    assert_eq!(Activation::None.range(quant), (-128, 127));
    assert_eq!(Activation::Relu.range(quant), (-128, 127));
    // 6 / 0.0235 = 255.3
    assert_eq!(Activation::Relu6.range(quant), (-128, 127));
    assert_eq!(Activation::Relu6.range(Quant { scale: 0.1, zero_point: -10 }), (-10, 50));
    assert_eq!(Activation::Relu6.range(Quant { scale: 1e-30, zero_point: 5 }), (5, 127));
    assert_eq!(Activation::Relu6.range(Quant { scale: 1e30, zero_point: 5 }), (5, 5));
}

#[test]
fn the_built_in_networks_are_valid_and_survive_json() {
    for name in ["oriented", "tiny"] {
        let graph = zoo::by_name(name).unwrap();
        graph.check().unwrap();
        let text = graph.to_json().unwrap();
        assert_eq!(Graph::from_json(&text).unwrap(), graph);
    }
    assert!(zoo::by_name("nothing").is_none());
}

#[test]
fn json_that_is_no_graph_is_an_error() {
    for text in ["", "{}", "[1]", "{\"format_version\":2}", "null"] {
        assert!(matches!(Graph::from_json(text), Err(GraphError::Json { .. })), "{text}");
    }
    let text = zoo::tiny().to_json().unwrap();
    let old = text.replacen("\"format_version\":2", "\"format_version\":7", 1);
    assert_eq!(Graph::from_json(&old), Err(GraphError::Version { found: 7 }));
    let extra = text.replacen("\"name\":", "\"colour\":1,\"name\":", 1);
    assert!(matches!(Graph::from_json(&extra), Err(GraphError::Json { .. })));
    // An array whose data do not fill its shape.
    let short = text.replacen("\"dim\":[10,40]", "\"dim\":[10,41]", 1);
    assert_ne!(short, text);
    assert!(matches!(Graph::from_json(&short), Err(GraphError::Json { .. })));
}

#[test]
fn every_cut_of_a_graph_is_refused_without_panic() {
    let text = zoo::tiny().to_json().unwrap();
    for end in (0..text.len()).step_by(7) {
        assert!(Graph::from_json(&text[..end]).is_err());
    }
}

#[test]
fn bad_tensors_are_named() {
    let empty = broken(|g| g.tensors[2].shape.c = 0);
    assert!(matches!(empty.check(), Err(GraphError::TensorShape { tensor, .. }) if tensor == "features"));
    let huge = broken(|g| g.tensors[0].shape = Shape::new(usize::MAX, 2, 1));
    assert!(matches!(huge.check(), Err(GraphError::TensorShape { .. })));
    for scale in [0.0, -1.0, f32::NAN, f32::INFINITY, f32::MIN_POSITIVE / 2.0] {
        let graph = broken(|g| g.tensors[1].quant.scale = scale);
        assert!(matches!(graph.check(), Err(GraphError::TensorQuant { .. })), "{scale}");
    }
    let graph = broken(|g| g.tensors[1].quant.zero_point = 128);
    assert!(matches!(graph.check(), Err(GraphError::TensorQuant { .. })));
    let graph = broken(|g| g.outputs = vec![99]);
    assert!(matches!(graph.check(), Err(GraphError::NoTensor { role: "output", index: 99, .. })));
    let graph = broken(|g| drop(g.nodes.pop()));
    assert_eq!(graph.check(), Err(GraphError::Unmade { tensor: "scores".into() }));
}

#[test]
fn bad_edges_are_named() {
    assert_eq!(problem(&broken(|g| g.nodes[0].inputs.clear())), NodeProblem::Inputs { needed: 1, found: 0 });
    assert_eq!(problem(&broken(|g| g.nodes[0].inputs[0] = 50)), NodeProblem::UnknownTensor { index: 50 });
    assert_eq!(problem(&broken(|g| g.nodes[0].output = 50)), NodeProblem::UnknownTensor { index: 50 });
    let early = problem(&broken(|g| g.nodes[0].inputs[0] = 3));
    assert_eq!(early, NodeProblem::NotYetMade { tensor: "mixed".into() });
    let twice = problem(&broken(|g| g.nodes[1].output = 1));
    assert_eq!(twice, NodeProblem::MadeTwice { tensor: "edges".into() });
    let itself = problem(&broken(|g| g.nodes[1].inputs[0] = 2));
    assert_eq!(itself, NodeProblem::NotYetMade { tensor: "features".into() });
}

#[test]
fn bad_constants_are_named() {
    assert!(matches!(problem(&broken(|g| conv(g, 0).dilation = (2, 1))), NodeProblem::Dilation { .. }));
    assert!(matches!(problem(&broken(|g| conv(g, 0).stride = (0, 1))), NodeProblem::Window { .. }));
    assert!(matches!(problem(&broken(|g| conv(g, 0).stride = (256, 1))), NodeProblem::WindowSize { .. }));
    let biases = problem(&broken(|g| conv(g, 0).bias.truncate(3)));
    assert_eq!(biases, NodeProblem::Count { what: "biases", expected: 4, found: 3 });
    let scales = problem(&broken(|g| scales_of(g, 0).truncate(2)));
    assert_eq!(scales, NodeProblem::Count { what: "weight scales", expected: 4, found: 2 });
    assert!(matches!(problem(&broken(|g| scales_of(g, 2)[3] = -0.5)), NodeProblem::Scale { channel: 3, .. }));
    assert!(matches!(problem(&broken(|g| g.tensors[1].shape.h = 5)), NodeProblem::Shape { .. }));
    let weights = problem(&broken(|g| conv(g, 2).weights = ndarray::Array4::zeros((10, 3, 3, 5))));
    assert!(matches!(weights, NodeProblem::Weights { .. }));
    let quant = problem(&broken(|g| g.tensors[2].quant.zero_point = 1));
    assert_eq!(quant, NodeProblem::QuantisationDiffers);
    assert!(matches!(
        problem(&broken(|g| conv(g, 0).bias[1] = i32::MIN)),
        NodeProblem::Accumulator { channel: 1, .. }
    ));
    let gain = problem(&broken(|g| scales_of(g, 0)[2] = 1e7));
    assert!(matches!(gain, NodeProblem::Requantisation { channel: 2, .. }));
    let empty = problem(&broken(|g| conv(g, 0).weights = ndarray::Array4::zeros((0, 3, 3, 1))));
    assert!(matches!(empty, NodeProblem::Shape { .. }));
}

#[test]
fn messages_name_the_node() {
    let error = broken(|g| conv(g, 2).dilation = (1, 3)).check().unwrap_err();
    assert_eq!(error.to_string(), "node `conv2` (conv2d): dilation 1x3 is not supported, only 1x1");
}

#[test]
fn the_summary_counts() {
    let summary = zoo::oriented().summary();
    assert_eq!((summary.input, summary.output), (Shape::new(64, 64, 1), Shape::new(9, 9, 8)));
    assert_eq!(summary.nodes[0].macs, 64 * 64 * 72);
    assert_eq!(summary.nodes[2].macs, 81 * 8 * 512);
    assert_eq!(summary.macs, 64 * 64 * 72 + 81 * 4096);
    assert_eq!((summary.weights, summary.zero_weights), (72 + 4096, 24 + 4096));
    assert_eq!(summary.largest_tensor, 64 * 64 * 8);
}

#[test]
fn scales_survive_json_to_the_bit() {
    let mut chain = Chain::new(4, Shape::new(2, 2, 1));
    chain.fully_connected(4);
    for bits in (0x0080_0000u32..0x7F00_0000).step_by(60_013 * 128) {
        chain.graph.tensors[0].quant.scale = f32::from_bits(bits);
        let text = chain.graph.to_json().unwrap();
        let back: Graph = serde_json::from_str(&text).unwrap();
        assert_eq!(back.tensors[0].quant.scale.to_bits(), bits);
    }
}

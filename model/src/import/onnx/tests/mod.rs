//! Small models made by hand.

mod build;
mod hostile;
mod layout;
mod operators;
mod view;
mod weights;

use super::from_onnx;
use crate::graph::{Graph, Node};
use crate::import::ImportError;
use crate::reference;
use build::Net;

/// The graph of a model.
fn lowered(net: &Net) -> Graph {
    from_onnx(&net.bytes(), "small").unwrap_or_else(|e| panic!("{e}"))
}

/// What is said about a model that is refused.
fn refusal(net: &Net) -> String {
    from_onnx(&net.bytes(), "small").expect_err("it is not supported").to_string()
}

/// The last node.
fn last(graph: &Graph) -> &Node {
    graph.nodes.last().expect("there is a node")
}

/// The first output for an input.
fn evaluated(graph: &Graph, input: &[i8]) -> Vec<i8> {
    reference::run(graph, input).unwrap().swap_remove(graph.output()).data
}

#[test]
fn real_numbers_are_refused_by_the_operator_that_reads_them() {
    let mut net = Net::new(&[1, 2, 4, 4]);
    net.real("w", &[3, 2, 1, 1], &[0.5; 6]);
    net.node("Conv", &["x", "w"], "y").named("first_layer");
    let refused = from_onnx(&net.output("y").bytes(), "float").unwrap_err();
    assert!(matches!(&refused, ImportError::Node { index: 0, node, .. } if node == "y"), "{refused}");
    assert!(refused.to_string().contains("`first_layer`"), "{refused}");
    assert!(refused.to_string().contains("float32"), "{refused}");
}

#[test]
fn only_known_operators_of_known_versions() {
    let mut net = Net::quantized(&[1, 4]);
    net.node("QLinearConv", &["xd"], "y").named("old_form");
    assert!(refusal(net.output("y")).contains("`old_form`"));
    let mut net = Net::quantized(&[1, 4]);
    net.node("Sigmoid", &["xd"], "s").domain("com.example");
    assert!(refusal(&net).contains("not supported"));
    for version in [0, 9, 26] {
        let mut net = Net::quantized(&[1, 4]);
        net.model.opset_import[0].version = version;
        assert!(refusal(net.output("xq")).contains("operator set"), "{version}");
    }
}

//! What is done with a graph that came from anywhere.

use frazil_model::graph::Graph;
use frazil_model::plan::{Capacity, Plan, plan};
use frazil_model::reference;

/// Most work of an evaluation, so that the fuzzer sees many.
const WORK: u64 = 1 << 20;
/// Most elements of a tensor, for the same reason.
const ELEMENTS: usize = 1 << 16;

/// Evaluates, plans and prints a checked graph: nothing of it may panic, and its JSON form reads back.
pub fn use_graph(graph: &Graph) {
    let summary = graph.summary();
    let elements: usize = graph.tensors.iter().map(|tensor| tensor.shape.len()).sum();
    if summary.macs > WORK || summary.weights > WORK || elements > ELEMENTS {
        return;
    }
    let input: Vec<i8> = (0..graph.tensors[graph.input].shape.len()).map(|at| at as i8).collect();
    let tensors = reference::run(graph, &input).expect("a checked graph evaluates");
    for &output in &graph.outputs {
        graph.decode_output(output, &tensors[output].data);
    }
    let text = graph.to_json().expect("it prints");
    assert_eq!(Graph::from_json(&text).expect("it reads back"), *graph);
    planned(graph);
}

fn planned(graph: &Graph) {
    let capacity = Capacity {
        lanes: 8,
        activation_bytes: 8192,
        weight_bytes: 1 << 17,
        parameter_channels: 64,
        descriptors: 16,
    };
    for frozen in 0..3 {
        if let Ok(made) = plan(graph, frozen, &capacity) {
            let text = made.to_json().expect("it prints");
            assert_eq!(Plan::from_json(&text).expect("it reads back"), made);
        }
    }
}

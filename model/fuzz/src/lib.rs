//! What is done with a graph that came from anywhere.

use frazil_model::graph::Graph;
use frazil_model::plan::{ArrayStyle, Capacity, FlashCapacity, Plan, PlanOptions, plan};
use frazil_model::reference::{self, WideTensor};

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
    evaluate(graph);
    let text = graph.to_json().expect("it prints");
    assert_eq!(Graph::from_json(&text).expect("it reads back"), *graph);
    planned(graph);
}

/// Every value is within its tensor's range, and both evaluators give the same to an int8 graph.
fn evaluate(graph: &Graph) {
    let inputs: Vec<Vec<i32>> = graph.inputs().map(|index| ramp(graph, index)).collect();
    let inputs: Vec<&[i32]> = inputs.iter().map(Vec::as_slice).collect();
    let tensors = reference::run_wide(graph, &inputs).expect("a checked graph evaluates");
    for tensor in &tensors {
        let (lo, hi) = tensor.precision.range();
        assert!(tensor.data.iter().all(|value| (lo..=hi).contains(value)));
    }
    for &output in &graph.outputs {
        graph.decode_wide_output(output, &tensors[output].data);
    }
    if graph.wide_tensor().is_none() {
        evaluate_int8(graph, inputs[0], &tensors);
    }
}

fn evaluate_int8(graph: &Graph, input: &[i32], expected: &[WideTensor]) {
    let input: Vec<i8> = input.iter().map(|&q| q as i8).collect();
    let tensors = reference::run(graph, &input).expect("a checked graph evaluates");
    for (found, expected) in tensors.iter().zip(expected) {
        assert!(found.data.iter().map(|&q| i32::from(q)).eq(expected.data.iter().copied()));
    }
    for &output in &graph.outputs {
        graph.decode_output(output, &tensors[output].data);
    }
}

/// Values of an input: both ends of its range, then all over it.
fn ramp(graph: &Graph, index: usize) -> Vec<i32> {
    let info = &graph.tensors[index];
    let (lo, hi) = info.precision.range();
    let shift = hi.leading_zeros() - 1;
    let scattered = |at: i32| at.wrapping_mul(0x1234_5679) >> shift;
    [lo, hi].into_iter().chain((2..).map(scattered)).take(info.shape.len()).collect()
}

fn planned(graph: &Graph) {
    let capacity = Capacity {
        lanes: 8,
        pixels: 2,
        requantisers: 1,
        style: ArrayStyle::Block,
        memory_words: 16_384,
        weight_words: 1024,
        list_entries: 512,
        sum_bits: 24,
        requant_bits: 26,
        flash: None,
    };
    let quads = Capacity {
        lanes: 16,
        pixels: 16,
        requantisers: 16,
        style: ArrayStyle::Quad,
        weight_words: 2048,
        ..capacity.clone()
    };
    let streamed = Capacity {
        lanes: 16,
        style: ArrayStyle::Line,
        memory_words: 256,
        flash: Some(FlashCapacity { ring_words: 16, bytes: 1 << 20 }),
        ..capacity.clone()
    };
    let kinds = [(0, &capacity), (1, &capacity), (2, &capacity), (0, &quads), (0, &streamed)];
    for (frozen, capacity) in kinds {
        for skip_zeros in [false, true] {
            if let Ok(made) = plan(graph, frozen, capacity, PlanOptions { skip_zeros }) {
                let text = made.to_json().expect("it prints");
                assert_eq!(Plan::from_json(&text).expect("it reads back"), made);
            }
        }
    }
}

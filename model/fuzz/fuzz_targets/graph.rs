//! Any text as a graph's JSON.

#![no_main]

use frazil_model::graph::Graph;

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok(graph) = Graph::from_json(text) {
        frazil_model_fuzz::use_graph(&graph);
    }
});

//! Any bytes as an ONNX file.

#![no_main]

use frazil_model::import::from_onnx;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(graph) = from_onnx(bytes, "fuzz") {
        frazil_model_fuzz::use_graph(&graph);
    }
});

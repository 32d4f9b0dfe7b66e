//! Any bytes as a TFLite file.

#![no_main]

use frazil_model::import::from_tflite;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(graph) = from_tflite(bytes, "fuzz") {
        frazil_model_fuzz::use_graph(&graph);
    }
});

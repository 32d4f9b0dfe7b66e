//! Evaluations a second of the reference arithmetic, one core, on real models of the shared data.

use std::fs;
use std::path::PathBuf;

use criterion::{Criterion, criterion_group, criterion_main};
use frazil_model::import::from_tflite;
use frazil_model::reference::Evaluator;

/// Folder and file of each model.
const MODELS: [&str; 6] = [
    "models_mlperf_tiny/pretrainedResnet_quant.tflite",
    "models_mlperf_tiny/vww_96_int8.tflite",
    "models_mlperf_tiny/kws_ref_model.tflite",
    "models_mlperf_tiny/ad01_int8.tflite",
    "models_deepfreeze/mobilenet_v1_0.25_224_quant.tflite",
    "models_detect/tinyengine_detection.tflite",
];

fn reference(criterion: &mut Criterion) {
    let fallback = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data");
    let root: PathBuf = std::env::var_os("FRAZIL_DATA").unwrap_or_else(|| fallback.into()).into();
    let mut group = criterion.benchmark_group("reference");
    group.sample_size(10);
    for model in MODELS {
        let Ok(bytes) = fs::read(root.join(model)) else {
            println!("SKIPPED {model}: no data; FRAZIL_DATA names their folder");
            continue;
        };
        let graph = from_tflite(&bytes, model).expect("a model of ours");
        let evaluator = Evaluator::new(&graph).expect("it evaluates");
        let input: Vec<i8> = (0..graph.tensors[graph.input].shape.len()).map(|at| (at * 37) as i8).collect();
        group.bench_function(model, |bencher| bencher.iter(|| evaluator.run(&input)));
    }
    group.finish();
}

criterion_group!(benches, reference);
criterion_main!(benches);

//! Plans of real models: what the interpreter makes of the program's bytes equals the stored outputs of TensorFlow
//! Lite's reference kernels, to the bit, and the models fit the boards that they are meant for.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::data;
use frazil_model::graph::{Element, Graph};
use frazil_model::import::from_tflite;
use frazil_model::optimise::optimise;
use frazil_model::plan::{ArrayStyle, Capacity, Plan, PlanOptions, interpret, plan};
use frazil_model::reference::Evaluator;
use serde_json::Value;

/// An array that an iCE40UP5K holds.
fn up5k() -> Capacity {
    Capacity {
        lanes: 8,
        pixels: 2,
        requantisers: 1,
        style: ArrayStyle::Line,
        memory_words: 16384,
        weight_words: 1024,
        list_entries: 512,
        sum_bits: 24,
        requant_bits: 24,
        flash: None,
    }
}

/// A quad array that an ECP5-85F holds.
fn ecp5_85f() -> Capacity {
    Capacity {
        lanes: 16,
        pixels: 16,
        requantisers: 16,
        style: ArrayStyle::Quad,
        memory_words: 20_480,
        weight_words: 2048,
        requant_bits: 26,
        ..up5k()
    }
}

/// One that has room for everything.
fn large(lanes: usize) -> Capacity {
    let (pixels, requantisers) = if lanes == 8 { (2, 1) } else { (4, 2) };
    let rings = Capacity {
        weight_words: 8192,
        list_entries: 4096,
        sum_bits: 28,
        requant_bits: 32,
        style: ArrayStyle::Block,
        ..up5k()
    };
    Capacity { lanes, pixels, requantisers, memory_words: 1 << 16, ..rings }
}

/// Plans a model and compares the interpreter with the stored outputs, which the host's part of the network finishes.
fn golden(folder: &str, capacity: &Capacity, options: PlanOptions) -> Option<Plan> {
    let (graph, golden) = model(folder)?;
    Some(compare(&graph, &golden, capacity, options))
}

/// A model and the folder of its stored outputs.
fn model(folder: &str) -> Option<(Graph, PathBuf)> {
    let root = data(folder)?;
    let golden = root.join("golden").join(folder);
    let meta: Value = serde_json::from_slice(&fs::read(golden.join("meta.json")).unwrap()).unwrap();
    let file = root.join(meta["model"].as_str().unwrap());
    let graph = from_tflite(&fs::read(&file).unwrap(), "golden").unwrap_or_else(|e| panic!("{e}"));
    Some((graph, golden))
}

/// Plans a graph and compares every output.
fn compare(graph: &Graph, golden: &Path, capacity: &Capacity, options: PlanOptions) -> Plan {
    let folder = golden.display();
    let split = graph.split_tail();
    let plan = match plan(&split.head, 0, capacity, options) {
        Ok(plan) => plan,
        Err(error) => panic!("{folder}: {error}"),
    };
    plan.check().unwrap();
    let tail = split.tail.map(|tail| (Evaluator::new(&tail).unwrap(), tail.output()));
    let finish = |head: Vec<i8>| match &tail {
        Some((tail, output)) => tail.run(&head).unwrap()[*output].data.clone(),
        None => head,
    };
    let (inputs, shift) = (fs::read(golden.join("inputs.bin")).unwrap(), shift(graph));
    let length = graph.tensors[graph.input].shape.len();
    let expected: Vec<Vec<u8>> = (0..graph.outputs.len()).map(|k| outputs(golden, k)).collect();
    let mut memory = interpret::load(&plan);
    for (sample, input) in inputs.chunks(length).enumerate() {
        let input: Vec<i8> = input.iter().map(|b| (b ^ shift) as i8).collect();
        let found = interpret::evaluate(&plan, &mut memory, &input).unwrap();
        for (found, expected) in found.into_iter().zip(&expected) {
            let found = finish(found);
            let expected = &expected[sample * found.len()..(sample + 1) * found.len()];
            let differ = found.iter().zip(expected).filter(|&(&f, &e)| f as u8 ^ shift != e).count();
            assert_eq!(differ, 0, "{folder}, sample {sample}: values that differ, of {}", found.len());
        }
    }
    plan
}

/// What is to be added to the bits of an int8 for the model's own bytes.
fn shift(graph: &Graph) -> u8 {
    if graph.edge.input == Element::Uint8 { 0x80 } else { 0 }
}

/// The outputs with double rounding everywhere.
fn outputs(folder: &Path, index: usize) -> Vec<u8> {
    let other = folder.join(format!("output{index}_tflm.bin"));
    let path = if other.exists() { other } else { folder.join(format!("output{index}.bin")) };
    fs::read(path).unwrap()
}

/// Share of the array's products that are the network's multiply-accumulates.
fn utilisation(plan: &Plan) -> f64 {
    let macs: u64 = plan.program.layers.iter().map(|layer| layer.macs).sum();
    let slots = plan.program.clocks() * (plan.capacity.lanes * plan.capacity.pixels) as u64;
    macs as f64 / slots as f64
}

#[test]
fn the_smallest_board_holds_two_models_and_keeps_its_lanes_busy() {
    for (folder, least) in [("ic01_resnet8_int8", 0.94), ("kws01_dscnn_int8", 0.85)] {
        let Some(plan) = golden(folder, &up5k(), PlanOptions::default()) else { return };
        let found = utilisation(&plan);
        assert!(found > least, "{folder}: {found}");
        let used = plan.summary().memory[0].used;
        assert!(used <= 131_072, "{folder}: {used} bytes");
    }
}

#[test]
fn the_smallest_board_holds_a_sparse_model_without_its_constant_channels() {
    let folder = "vww01_mobilenetv1_int8";
    let Some((graph, golden)) = model(folder) else { return };
    let smaller = optimise(&graph, 8).unwrap().graph;
    let plan = compare(&smaller, &golden, &up5k(), PlanOptions { skip_zeros: true });
    assert!(plan.summary().memory[0].used <= 131_072);
}

#[test]
fn four_words_a_clock_keep_the_largest_array_busy() {
    let models = [
        ("ic01_resnet8_int8", 0.9, false),
        ("kws01_dscnn_int8", 0.75, false),
        ("vww01_mobilenetv1_int8", 0.65, false),
        ("vww01_mobilenetv1_int8", 0.5, true),
        ("ad01_fc_autoenc_int8", 0.1, false),
    ];
    for (folder, least, sparse) in models {
        let Some((graph, golden)) = model(folder) else { return };
        let smaller = if sparse { optimise(&graph, 16).unwrap().graph } else { graph };
        let plan = compare(&smaller, &golden, &ecp5_85f(), PlanOptions { skip_zeros: sparse });
        let found = utilisation(&plan);
        assert!(found > least, "{folder}: {found}");
    }
}

#[test]
fn zeros_save_clocks_and_memory() {
    let folder = "vww01_mobilenetv1_int8";
    let Some(dense) = golden(folder, &large(8), PlanOptions::default()) else { return };
    let Some(skipping) = golden(folder, &large(8), PlanOptions { skip_zeros: true }) else { return };
    let used = |plan: &Plan| plan.summary().memory[0].used;
    assert!(skipping.program.clocks() * 10 < dense.program.clocks() * 7);
    assert!(used(&skipping) * 10 < used(&dense) * 6);
}

#[test]
fn larger_networks_run_on_sixteen_lanes() {
    let folders =
        ["mcunet_person_detect_int8", "deepfreeze_mobilenet_v1_025_224_uint8", "blazeface_front_128_int8"];
    for folder in folders {
        golden(folder, &large(16), PlanOptions { skip_zeros: true });
        let quads = Capacity { pixels: 16, requantisers: 16, style: ArrayStyle::Quad, ..large(16) };
        golden(folder, &quads, PlanOptions { skip_zeros: true });
    }
}

macro_rules! golden {
    ($($test:ident: $folder:literal;)*) => {$(
        #[test]
        fn $test() {
            for lanes in [8, 16] {
                for skip_zeros in [false, true] {
                    golden($folder, &large(lanes), PlanOptions { skip_zeros });
                }
            }
            let quads = Capacity { pixels: 16, requantisers: 16, style: ArrayStyle::Quad, ..large(16) };
            for skip_zeros in [false, true] {
                golden($folder, &quads, PlanOptions { skip_zeros });
            }
        }
    )*};
}

golden! {
    image_classification: "ic01_resnet8_int8";
    visual_wake_words: "vww01_mobilenetv1_int8";
    keyword_spotting: "kws01_dscnn_int8";
    anomaly_detection: "ad01_fc_autoenc_int8";
    person_detection: "person_detect_int8";
    micro_speech: "micro_speech_int8";
}

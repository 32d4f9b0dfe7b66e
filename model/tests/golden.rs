//! Imported models against the outputs of TensorFlow Lite's reference kernels: every stored input, every output, and
//! every intermediate tensor of the samples whose layers are stored, to the bit.

mod common;

use std::fs;
use std::path::Path;

use common::data;
use frazil_model::graph::{Element, Graph};
use frazil_model::import::from_tflite;
use frazil_model::reference::{Evaluator, Tensor};
use serde_json::Value;

/// Compares one model; `folder` below `golden`.
fn golden(folder: &str) {
    let Some(root) = data(folder) else { return };
    let folder = root.join("golden").join(folder);
    let meta: Value = serde_json::from_slice(&fs::read(folder.join("meta.json")).unwrap()).unwrap();
    let file = root.join(meta["model"].as_str().unwrap());
    let graph = from_tflite(&fs::read(&file).unwrap(), "golden").unwrap_or_else(|e| panic!("{e}"));
    let evaluator = Evaluator::new(&graph).unwrap();
    let (inputs, shift) = (fs::read(folder.join("inputs.bin")).unwrap(), shift(&graph));
    let length = graph.tensors[graph.input].shape.len();
    let expected: Vec<Vec<u8>> = (0..graph.outputs.len()).map(|k| outputs(&folder, k)).collect();
    assert_eq!(Some(inputs.len() / length), meta["n"].as_u64().map(|n| n as usize));
    for (sample, input) in inputs.chunks(length).enumerate() {
        let input: Vec<i8> = input.iter().map(|b| (b ^ shift) as i8).collect();
        let tensors = evaluator.run(&input).unwrap();
        layers(&folder, &graph, &tensors, shift, sample);
        for (&output, expected) in graph.outputs.iter().zip(&expected) {
            let found = &tensors[output].data;
            let range = sample * found.len()..(sample + 1) * found.len();
            assert_same(&graph.tensors[output].name, found, &expected[range], shift, sample);
        }
    }
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

/// Every stored tensor of a sample, to the bit; fully connected layers round once in the dumps and twice with us, so
/// that each adds at most one step of difference, to itself and to those after it.
fn layers(folder: &Path, graph: &Graph, tensors: &[Tensor], shift: u8, sample: usize) {
    let (Ok(table), Ok(bytes)) = (
        fs::read_to_string(folder.join(format!("layers{sample}.csv"))),
        fs::read(folder.join(format!("layers{sample}.bin"))),
    ) else {
        return;
    };
    let mut steps = 0;
    for line in table.lines().skip(1) {
        // A name may have commas: count from both ends.
        let (front, back): (Vec<&str>, Vec<&str>) = (line.split(',').collect(), line.rsplit(',').collect());
        let name = front[3..front.len() - 6].join(",");
        if back[5] == "float32" {
            continue;
        }
        let at = graph.tensors.iter().position(|t| t.name == name);
        let found = &tensors[at.unwrap_or_else(|| panic!("no tensor is called {name}"))].data;
        let (offset, length): (usize, usize) = (back[1].parse().unwrap(), back[0].parse().unwrap());
        let expected = &bytes[offset..offset + length];
        steps += u8::from(front[1] == "FULLY_CONNECTED");
        match steps {
            0 => assert_same(&name, found, expected, shift, sample),
            _ => assert!(furthest(found, expected, shift) <= steps, "{name}: more than {steps} steps apart"),
        }
    }
}

/// Largest difference of two tensors.
fn furthest(found: &[i8], expected: &[u8], shift: u8) -> u8 {
    let pairs = found.iter().zip(expected);
    pairs.map(|(&f, &e)| f.abs_diff((e ^ shift) as i8)).max().unwrap_or(0)
}

fn assert_same(name: &str, found: &[i8], expected: &[u8], shift: u8, sample: usize) {
    assert_eq!(found.len(), expected.len(), "{name}, sample {sample}: length");
    let differ = found.iter().zip(expected).filter(|&(&f, &e)| f as u8 ^ shift != e).count();
    assert_eq!(differ, 0, "{name}, sample {sample}: values that differ, of {}", found.len());
}

macro_rules! golden {
    ($($test:ident => $folder:literal;)*) => {$(
        #[test]
        fn $test() {
            golden($folder);
        }
    )*};
}

golden! {
    image_classification => "ic01_resnet8_int8";
    visual_wake_words => "vww01_mobilenetv1_int8";
    keyword_spotting => "kws01_dscnn_int8";
    anomaly_detection => "ad01_fc_autoenc_int8";
    person_detection => "person_detect_int8";
    micro_speech => "micro_speech_int8";
    mobilenet_uint8 => "deepfreeze_mobilenet_v1_025_224_uint8";
    face_detection => "blazeface_front_128_int8";
    person_detection_boxes => "mcunet_person_detect_int8";
}

//! ONNX models in QDQ form against the outputs of TensorFlow Lite's reference kernels for the TFLite files that they
//! were converted from: every stored input and every output, to the bit; and files that are damaged.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::data;
use frazil_model::graph::{Element, Graph};
use frazil_model::import::{from_onnx, from_tflite};
use frazil_model::reference::{Evaluator, Tensor};
use serde_json::Value;

fn model(root: &Path, file: &str) -> PathBuf {
    root.join("models_onnx").join(format!("{file}_qdq.onnx"))
}

/// Compares one model with what is stored in `folder` below `golden`.
fn golden(test: &str, file: &str, folder: &str) {
    let Some(root) = data(test) else { return };
    let folder = root.join("golden").join(folder);
    let meta: Value = serde_json::from_slice(&fs::read(folder.join("meta.json")).unwrap()).unwrap();
    let graph = from_onnx(&fs::read(model(&root, file)).unwrap(), "golden").unwrap_or_else(|e| panic!("{e}"));
    let original = fs::read(root.join(meta["model"].as_str().unwrap())).unwrap();
    let original = from_tflite(&original, "golden").unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(graph.edge, original.edge);
    assert_eq!(graph.tensors[graph.input].shape, original.tensors[original.input].shape);
    let evaluator = Evaluator::new(&graph).unwrap();
    let (inputs, shift) = (fs::read(folder.join("inputs.bin")).unwrap(), shift(&graph));
    let length = graph.tensors[graph.input].shape.len();
    let expected: Vec<Vec<u8>> = (0..graph.outputs.len()).map(|k| outputs(&folder, k)).collect();
    assert_eq!(Some(inputs.len() / length), meta["n"].as_u64().map(|n| n as usize));
    for (sample, input) in inputs.chunks(length).enumerate() {
        let input: Vec<i8> = input.iter().map(|b| (b ^ shift) as i8).collect();
        let tensors = evaluator.run(&input).unwrap();
        for (&output, expected) in graph.outputs.iter().zip(&expected) {
            let found: Vec<u8> = tensors[output].data.iter().map(|&q| q as u8 ^ shift).collect();
            let range = sample * found.len()..(sample + 1) * found.len();
            let differ = found.iter().zip(&expected[range]).filter(|(f, e)| f != e).count();
            assert_eq!(differ, 0, "{}, sample {sample}: values that differ", graph.tensors[output].name);
        }
        if sample == 0 {
            layers(&graph, &tensors, &original, &input);
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

/// Every tensor that the two files call the same, which must be most: the ONNX file has some under other names.
fn layers(graph: &Graph, tensors: &[Tensor], original: &Graph, input: &[i8]) {
    let expected = Evaluator::new(original).unwrap().run(input).unwrap();
    let mut compared = 0;
    for (info, found) in graph.tensors.iter().zip(tensors) {
        let Some(at) = original.tensors.iter().position(|other| other.name == info.name) else { continue };
        assert_eq!(*found, expected[at], "{}", info.name);
        assert_eq!(info.quant, original.tensors[at].quant, "{}", info.name);
        compared += 1;
    }
    assert!(compared >= graph.nodes.len() * 9 / 10, "{compared} tensors of {} nodes", graph.nodes.len());
}

macro_rules! golden {
    ($($test:ident: $file:literal => $folder:literal;)*) => {$(
        #[test]
        fn $test() {
            golden(stringify!($test), $file, $folder);
        }
    )*};
}

golden! {
    image_classification: "pretrainedResnet_quant" => "ic01_resnet8_int8";
    visual_wake_words: "vww_96_int8" => "vww01_mobilenetv1_int8";
    keyword_spotting: "kws_ref_model" => "kws01_dscnn_int8";
    anomaly_detection: "ad01_int8" => "ad01_fc_autoenc_int8";
    mobilenet_uint8: "mobilenet_v1_0.25_224_quant" => "deepfreeze_mobilenet_v1_025_224_uint8";
    person_detection_boxes: "tinyengine_detection" => "mcunet_person_detect_int8";
}

/// Random numbers (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }
}

#[test]
fn mutations() {
    let Some(root) = data("mutations") else { return };
    let bytes = fs::read(model(&root, "kws_ref_model")).unwrap();
    let (mut random, mut refused) = (Random(0x9e37_79b9_7f4a_7c15), 0);
    for _ in 0..5000 {
        let mut bytes = bytes.clone();
        for _ in 0..=random.below(3) {
            let at = random.below(bytes.len());
            bytes[at] = random.below(256) as u8;
        }
        refused += usize::from(from_onnx(&bytes, "mutated").is_err());
    }
    assert!(refused > 500, "only {refused} were refused");
}

#[test]
fn truncations() {
    let Some(root) = data("truncations") else { return };
    let bytes = fs::read(model(&root, "kws_ref_model")).unwrap();
    for length in (0..bytes.len()).step_by(101) {
        assert!(from_onnx(&bytes[..length], "short").is_err(), "{length} bytes");
    }
}

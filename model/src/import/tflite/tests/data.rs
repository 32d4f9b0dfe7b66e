//! Real files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::*;
use crate::test_data::data;

/// All TFLite files of a folder and the folders in it.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "tflite") {
            found.push(path);
        }
    }
}

fn open(path: &Path) -> Model {
    read(&std::fs::read(path).unwrap()).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// How often each operator occurs.
fn counts(subgraph: &Subgraph) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for operator in &subgraph.operators {
        *counts.entry(operator.code.name()).or_default() += 1;
    }
    counts
}

#[test]
fn all_files_are_read() {
    let Some(root) = data("all_files_are_read") else { return };
    let mut paths = Vec::new();
    let models =
        ["models_mlperf_tiny", "models_tflm", "models_detect", "models_deepfreeze", "tflm_seanet_ops"];
    models.iter().for_each(|folder| files(&root.join(folder), &mut paths));
    assert!(paths.len() >= 140, "{}", paths.len());
    for path in paths {
        let model = open(&path);
        let [subgraph] = model.subgraphs.as_slice() else { panic!("{}", path.display()) };
        assert!(
            !subgraph.operators.is_empty() && !subgraph.inputs.is_empty() && !subgraph.outputs.is_empty()
        );
    }
}

#[test]
fn operators_are_counted() {
    let Some(root) = data("operators_are_counted") else { return };
    let expected: [(&str, &[(&str, usize)]); 5] = [
        (
            "models_mlperf_tiny/pretrainedResnet_quant",
            &[
                ("CONV_2D", 9),
                ("ADD", 3),
                ("AVERAGE_POOL_2D", 1),
                ("RESHAPE", 1),
                ("FULLY_CONNECTED", 1),
                ("SOFTMAX", 1),
            ],
        ),
        ("models_mlperf_tiny/ad01_int8", &[("FULLY_CONNECTED", 10)]),
        (
            "models_deepfreeze/mobilenet_v1_0.25_224_quant",
            &[
                ("CONV_2D", 15),
                ("DEPTHWISE_CONV_2D", 13),
                ("AVERAGE_POOL_2D", 1),
                ("RESHAPE", 1),
                ("SOFTMAX", 1),
            ],
        ),
        (
            "models_detect/tinyengine_detection",
            &[
                ("QUANTIZE", 1),
                ("PAD", 5),
                ("CONV_2D", 39),
                ("DEPTHWISE_CONV_2D", 16),
                ("ADD", 11),
                ("RESIZE_NEAREST_NEIGHBOR", 2),
                ("MAX_POOL_2D", 2),
                ("DEQUANTIZE", 3),
            ],
        ),
        (
            "models_tflm/dtln_noise_suppression",
            &[("UNIDIRECTIONAL_SEQUENCE_LSTM", 2), ("FULLY_CONNECTED", 1), ("LOGISTIC", 1)],
        ),
    ];
    for (name, expected) in expected {
        let model = open(&root.join(format!("{name}.tflite")));
        assert_eq!(counts(&model.subgraphs[0]), expected.iter().copied().collect(), "{name}");
    }
}

#[test]
fn the_resnet_is_as_known() {
    let Some(root) = data("the_resnet_is_as_known") else { return };
    let model = open(&root.join("models_mlperf_tiny/pretrainedResnet_quant.tflite"));
    let subgraph = &model.subgraphs[0];
    assert_eq!(model.description, "MLIR Converted.");
    let input = &subgraph.tensors[subgraph.inputs[0]];
    assert_eq!((input.shape.as_slice(), input.element), (&[1, 32, 32, 3][..], ElementType::Int8));
    let output = &subgraph.tensors[subgraph.outputs[0]];
    assert_eq!((output.shape.as_slice(), output.element), (&[1, 10][..], ElementType::Int8));
    let conv = &subgraph.operators[0];
    let expected = Conv2dOptions {
        padding: Padding::Same,
        stride: (1, 1),
        dilation: (1, 1),
        activation: FusedActivation::Relu,
    };
    assert_eq!((&conv.code, &conv.options), (&OpCode::Conv2d, &Options::Conv2d(expected)));
    let weights = &subgraph.tensors[conv.inputs[1].unwrap()];
    assert_eq!((weights.shape.as_slice(), weights.element), (&[16, 3, 3, 3][..], ElementType::Int8));
    assert_eq!(weights.data.as_ref().map(Vec::len), Some(16 * 3 * 3 * 3));
    assert_eq!(weights.quantization.as_ref().map(|q| (q.scales.len(), q.axis)), Some((16, 0)));
    let softmax = subgraph.operators.last().unwrap();
    assert_eq!(softmax.options, Options::Softmax { beta: 1.0 });
}

/// Biases with one side and an axis of 3 are delivered, not refused.
#[test]
fn a_wrong_axis_is_delivered() {
    let Some(root) = data("a_wrong_axis_is_delivered") else { return };
    let model = open(&root.join("models_tflm/person_detect.tflite"));
    let wrong = |t: &&Tensor| t.shape.len() == 1 && t.quantization.as_ref().is_some_and(|q| q.axis == 3);
    assert_eq!(model.subgraphs[0].tensors.iter().filter(wrong).count(), 14);
}

#[test]
fn custom_operators_are_named() {
    let Some(root) = data("custom_operators_are_named") else { return };
    let model = open(&root.join("models_tflm/audio_preprocessor_int8.tflite"));
    let subgraph = &model.subgraphs[0];
    assert_eq!(counts(subgraph)["CUSTOM"], 9);
    let code = OpCode::Custom { name: "SignalWindow".into() };
    assert!(subgraph.operators.iter().any(|operator| operator.code == code));
}

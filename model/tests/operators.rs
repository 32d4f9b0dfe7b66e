//! Models of one operator with int16 activations against TensorFlow Lite Micro's kernels: every stored output to the
//! bit, and an error that names the node where the operator is not supported.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::data;
use frazil_model::graph::Graph;
use frazil_model::import::{ImportError, Problem, from_tflite};
use frazil_model::reference::run_wide;

/// Folder, operator, models, and values that are compared; none where the operator is refused.
const OPERATORS: [(&str, &str, usize, usize); 8] = [
    ("add", "ADD", 17, 35_200),
    ("conv", "CONV_2D", 22, 26_720),
    ("pad", "PAD", 19, 28_088),
    ("quantize", "QUANTIZE", 2, 1_280),
    ("leaky_relu", "LEAKY_RELU", 23, 0),
    ("strided_slice", "STRIDED_SLICE", 34, 0),
    ("sub", "SUB", 5, 0),
    ("transpose_conv", "TRANSPOSE_CONV", 5, 0),
];
/// The first ones are supported.
const SUPPORTED: usize = 4;

#[test]
fn every_supported_operator_of_int16_equals_the_kernels() {
    let Some(root) = data("every_supported_operator_of_int16_equals_the_kernels") else { return };
    let mut ran = 0;
    for (folder, _, models, values) in &OPERATORS[..SUPPORTED] {
        let files = models_of(&root.join("tflm_seanet_ops").join(folder));
        let compared = files.iter().map(|file| compare(file)).sum::<usize>();
        assert_eq!((files.len(), compared), (*models, *values), "{folder}");
        ran += files.len();
    }
    assert_eq!(ran, 60);
}

#[test]
fn every_other_operator_is_an_error_that_names_the_node() {
    let Some(root) = data("every_other_operator_is_an_error_that_names_the_node") else { return };
    let mut refused = 0;
    for (folder, operator, models, _) in &OPERATORS[SUPPORTED..] {
        let files = models_of(&root.join("tflm_seanet_ops").join(folder));
        files.iter().for_each(|file| assert_refused(file, operator));
        assert_eq!(files.len(), *models, "{folder}");
        refused += files.len();
    }
    assert_eq!(refused, 67);
}

fn models_of(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|e| e == "tflite")).collect()
}

fn import(model: &Path) -> Result<Graph, ImportError> {
    from_tflite(&fs::read(model).unwrap(), name(model))
}

fn name(model: &Path) -> &str {
    model.file_stem().unwrap().to_str().unwrap()
}

fn assert_refused(model: &Path, expected: &str) {
    match import(model).unwrap_err() {
        ImportError::Node { index: 0, node, operator, problem: Problem::Unsupported } => {
            assert!(operator.starts_with(expected) && !node.is_empty(), "{operator}, {node}");
        }
        other => panic!("{}: {other}", name(model)),
    }
}

/// Compares one model with its stored output; gives the number of values, none of which may differ.
fn compare(model: &Path) -> usize {
    let graph = import(model).unwrap_or_else(|e| panic!("{}: {e}", name(model)));
    let csv = |what: &str, index: usize| {
        numbers(&model.with_file_name(format!(
            "{}_{what}_{}.csv",
            name(model),
            graph.tensors[index].precision
        )))
    };
    let inputs: Vec<Vec<i32>> =
        graph.inputs().enumerate().map(|(at, index)| csv(&format!("input{at}"), index)).collect();
    let inputs: Vec<&[i32]> = inputs.iter().map(Vec::as_slice).collect();
    let found = run_wide(&graph, &inputs).unwrap().swap_remove(graph.output()).data;
    let expected = csv("golden", graph.output());
    assert_eq!(found.len(), expected.len(), "{}: length", name(model));
    let differ = found.iter().zip(&expected).filter(|(found, expected)| found != expected).count();
    assert_eq!(differ, 0, "{}: values that differ, of {}", name(model), found.len());
    found.len()
}

fn numbers(path: &Path) -> Vec<i32> {
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    text.split([',', '\n']).map(str::trim).filter(|n| !n.is_empty()).map(|n| n.parse().unwrap()).collect()
}

//! Accuracy of imported models on labelled inputs: that of TensorFlow Lite's reference kernels, to the input.

mod common;

use std::fs;

use common::data;
use frazil_model::import::from_tflite;
use frazil_model::reference::Evaluator;

/// The reference kernels name 901 of the 1,000 words.
#[test]
fn keyword_spotting_names_as_many_words() {
    let Some(root) = data("keyword_spotting_names_as_many_words") else { return };
    let model = fs::read(root.join("models_mlperf_tiny/kws_ref_model.tflite")).unwrap();
    let graph = from_tflite(&model, "kws01").unwrap();
    let evaluator = Evaluator::new(&graph).unwrap();
    let inputs = fs::read(root.join("inputs_kws01/kws01_inputs_int8_1000x49x10x1.bin")).unwrap();
    let labels = fs::read_to_string(root.join("inputs_kws01/y_labels.csv")).unwrap();
    let labels: Vec<usize> =
        labels.lines().map(|line| line.rsplit(',').next().unwrap().trim().parse().unwrap()).collect();
    assert_eq!((inputs.len(), labels.len()), (490_000, 1000));
    let right = inputs.chunks(490).zip(&labels).filter(|(input, label)| {
        let input: Vec<i8> = input.iter().map(|&b| b as i8).collect();
        let scores = &evaluator.run(&input).unwrap()[graph.output()].data;
        // The first of equals.
        let best = (0..scores.len()).rev().max_by_key(|&class| scores[class]);
        best == Some(**label)
    });
    assert_eq!(right.count(), 901);
}

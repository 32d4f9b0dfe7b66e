//! Models of others from the command line, where the shared data are.

mod common;

use std::fs;
use std::path::Path;

use common::{data, frazil, run};
use serde_json::Value;

const NAMES: &str = "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n";

fn json(command: &mut assert_cmd::Command) -> Value {
    let (exit, stdout, stderr) = run(command.arg("--json"));
    assert_eq!(exit, 0, "{stderr}");
    serde_json::from_str(&stdout).unwrap()
}

fn refused(command: &mut assert_cmd::Command, code: &str, says: &str) {
    let (exit, stdout, stderr) = run(command);
    let flat = stderr.replace(['│', '\n'], " ").split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!((exit, stdout.as_str()), (2, ""), "{stderr}");
    assert!(stderr.contains(code) && flat.contains(says) && stderr.contains("help:"), "{stderr}");
}

fn reference(model: &Path) -> assert_cmd::Command {
    let mut command = frazil();
    command.args(["run", "--device", "reference"]).arg(model);
    command
}

/// The first record of a golden file.
fn record(path: &Path, bytes: usize, to: &Path) {
    fs::write(to, &fs::read(path).unwrap()[..bytes]).unwrap();
}

#[test]
fn a_classifier_names_its_classes_and_is_traced() {
    let Some(root) = data("a_classifier_names_its_classes_and_is_traced") else { return };
    let dir = tempfile::tempdir().unwrap();
    let (input, labels, trace) =
        (dir.path().join("in.bin"), dir.path().join("names.txt"), dir.path().join("trace"));
    record(&root.join("golden/ic01_resnet8_int8/inputs.bin"), 3072, &input);
    fs::write(&labels, NAMES).unwrap();
    let model = root.join("models_mlperf_tiny/pretrainedResnet_quant.tflite");
    let mut command = reference(&model);
    command.arg(&input).arg("--labels").arg(&labels).args(["--top", "3", "--trace"]).arg(&trace);
    let result = &json(&mut command)["results"][0];
    let samples = fs::read_to_string(root.join("golden/ic01_resnet8_int8/samples.csv")).unwrap();
    let best: usize = samples.lines().nth(1).unwrap().rsplit(',').next().unwrap().trim().parse().unwrap();
    assert_eq!(result["top"][0]["class"], best);
    assert_eq!(result["top"][0]["label"], NAMES.lines().nth(best).unwrap());
    assert_eq!(result["top"].as_array().unwrap().len(), 3);
    let golden = fs::read(root.join("golden/ic01_resnet8_int8/output0.bin")).unwrap();
    let expected: Vec<i64> = golden[..10].iter().map(|&b| i64::from(b as i8)).collect();
    assert_eq!(serde_json::from_value::<Vec<i64>>(result["outputs"][0]["values"].clone()).unwrap(), expected);
    let index: Value = serde_json::from_slice(&fs::read(trace.join("trace.json")).unwrap()).unwrap();
    let tensors = index["tensors"].as_array().unwrap();
    let last = tensors.iter().find(|t| t["operator"] == "softmax").unwrap();
    assert_eq!(fs::read(trace.join(last["file"].as_str().unwrap())).unwrap(), golden[..10]);
    assert_eq!(tensors.len(), 17, "the input and what sixteen operators make");
}

#[test]
fn networks_of_real_numbers_take_images_by_a_rule() {
    let Some(root) = data("networks_of_real_numbers_take_images_by_a_rule") else { return };
    let (model, image) = (
        root.join("models_detect/openmv_blazeface_front_128.tflite"),
        root.join("video/OTB_Crossing/img/0001.jpg"),
    );
    refused(
        reference(&model).arg(&image),
        "frazil::run::normalisation",
        "nothing says how pixels become some",
    );
    let result = json(reference(&model).arg(&image).args(["--mean", "0", "--std", "255"]));
    let outputs = result["results"][0]["outputs"].as_array().unwrap().clone();
    assert_eq!(outputs.len(), 4);
    assert!(outputs.iter().all(|o| o["values"][0].is_f64()), "real numbers go in and come out");
}

#[test]
fn models_that_cannot_be_run_are_told_apart() {
    let Some(root) = data("models_that_cannot_be_run_are_told_apart") else { return };
    let dir = tempfile::tempdir().unwrap();
    let models = root.join("models_mlperf_tiny");
    let inspect = |path: &Path| {
        let mut command = frazil();
        command.arg("inspect").arg(path);
        command
    };
    refused(&mut inspect(&models.join("pretrainedResnet.tflite")), "frazil::import::float", "is float32");
    let palm = root.join("models_detect/openmv_palm_detection_full_192.tflite");
    refused(&mut inspect(&palm), "frazil::import::unsupported", "PRELU");
    let (cut, text) = (dir.path().join("cut.tflite"), dir.path().join("text.tflite"));
    record(&models.join("kws_ref_model.tflite"), 3000, &cut);
    refused(&mut inspect(&cut), "frazil::import::file", "is it truncated?");
    fs::write(&text, NAMES).unwrap();
    refused(&mut inspect(&text), "frazil::import::file", "TFL3");
    let (cut, text) = (dir.path().join("cut.onnx"), dir.path().join("text.tflite"));
    record(&root.join("models_onnx/kws_ref_model_qdq.onnx"), 3000, &cut);
    refused(&mut inspect(&cut), "frazil::import::file", "not an ONNX model");
    let kws = models.join("kws_ref_model.tflite");
    refused(reference(&kws).arg(&text), "frazil::run::input_length", "60 bytes");
    let mut labelled = reference(&kws);
    labelled.arg(&text).arg("--labels").arg(&text);
    refused(&mut labelled, "frazil::run::labels", "10 labels, and the network has 12");
}

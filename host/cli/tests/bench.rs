//! The benchmark from the command line, where the shared data are.

mod common;

use common::{data, frazil, run};
use serde_json::Value;

#[test]
fn the_benchmark_measures_what_fits() {
    let Some(root) = data("the_benchmark_measures_what_fits") else { return };
    let mut command = frazil();
    command
        .args(["bench", "mlperf-tiny", "--no-route", "--board", "icebreaker", "--networks", "kws01,ad01"])
        .args(["--inputs", "60", "--models"])
        .arg(root.join("models_mlperf_tiny"))
        .arg("--data")
        .arg(&root);
    let (exit, text, stderr) = run(&mut command);
    assert_eq!(exit, 0, "{stderr}");
    assert!(text.contains("CFU-Playground") && text.contains("not routed"), "{text}");
    let (exit, json, stderr) = run(command.args(["--json", "--layers"]));
    assert_eq!(exit, 0, "{stderr}");
    let bench: Value = serde_json::from_str(&json).unwrap();
    let (kws, ad) = (&bench["results"][0], &bench["results"][1]);
    assert_eq!((&kws["network"], &ad["network"]), (&"kws01".into(), &"ad01".into()));
    assert_eq!((&kws["dense"]["fits"], &ad["dense"]["fits"]), (&true.into(), &true.into()));
    assert!(kws["macs"] == 2_656_768, "{}", kws["macs"]);
    assert!(kws["dense"]["utilisation"].as_f64().unwrap() > 0.8, "{kws}");
    assert!(kws["speed"]["routed"] == false && ad["speed"]["routed"] == false);
    // Its weights come from the flash.
    assert_eq!(ad["score"]["same_as_reference"], 60, "{ad}");
    let score = &kws["score"];
    assert_eq!((&score["inputs"], &score["same_as_reference"]), (&60.into(), &60.into()));
    assert!(score["value"].as_f64().unwrap() > 0.8, "{score}");
    let layers = kws["dense"]["layers"].as_array().unwrap();
    assert!(layers.len() == 11 && layers.iter().all(|layer| layer["limit"].is_string()));
    let clocks: u64 = layers.iter().map(|layer| layer["clocks"].as_u64().unwrap()).sum();
    let cycles = kws["dense"]["cycles"].as_u64().unwrap();
    assert!((cycles as f64 / clocks as f64 - 1.0).abs() < 0.05, "{cycles} cycles, {clocks} of layers");
}

#[test]
fn what_does_not_fit_is_said() {
    let Some(root) = data("what_does_not_fit_is_said") else { return };
    let mut command = frazil();
    command.args(["bench", "mlperf-tiny", "--no-route", "--board", "hx8k-breakout", "--networks", "ad01"]);
    let (exit, text, stderr) =
        run(command.arg("--models").arg(root.join("models_mlperf_tiny")).arg("--data").arg(&root));
    assert_eq!(exit, 0, "{stderr}");
    assert!(text.contains("ad01 on hx8k-breakout: node"), "{text}");
    let (_, json, _) = run(command.arg("--json"));
    let bench: Value = serde_json::from_str(&json).unwrap();
    assert!(bench["results"][0]["speed"].is_null(), "{json}");
}

#[test]
fn what_the_benchmark_cannot_use_is_said() {
    let refused = |args: &[&str], code: &str| {
        let (exit, stdout, stderr) = run(frazil().args(["bench", "mlperf-tiny"]).args(args));
        assert_eq!((exit, stdout.as_str()), (2, ""), "{stderr}");
        assert!(stderr.contains(code) && stderr.contains("help:"), "{stderr}");
    };
    refused(&["--models", "no/such", "--networks", "ic02"], "frazil::bench::network");
    refused(&["--models", "no/such", "--board", "nope"], "frazil::board::unknown");
    refused(&["--models", "no/such"], "frazil::model::missing");
}

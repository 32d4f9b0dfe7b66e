//! What the commands print and return when all is well.

mod common;

use std::fs;
use std::io::Write as _;

use common::{data, frazil, run, y4m};
use serde_json::Value;

fn json(command: &mut assert_cmd::Command) -> Value {
    let (exit, stdout, stderr) = run(command.arg("--json"));
    assert!(exit < 2, "{stderr}");
    serde_json::from_str(&stdout).unwrap_or_else(|e| panic!("{e} in:\n{stdout}"))
}

#[test]
fn help_names_every_command_and_completions_work() {
    let (exit, stdout, _) = run(frazil().arg("--help"));
    assert_eq!(exit, 0);
    for name in [
        "list",
        "doctor",
        "inspect",
        "plan",
        "build",
        "flash",
        "run",
        "track",
        "eval",
        "bench",
        "demo",
        "completions",
    ] {
        assert!(stdout.contains(name), "{name}");
        assert_eq!(run(frazil().args([name, "--help"])).0, 0, "{name}");
    }
    assert_eq!(run(&mut frazil()).0, 2);
    assert_eq!(run(frazil().arg("no-such-command")).0, 2);
    assert!(run(frazil().args(["completions", "bash"])).1.contains("frazil"));
}

#[test]
fn everything_that_reports_has_json() {
    assert_eq!(json(frazil().arg("list"))["boards"][2]["name"], "icebreaker");
    assert!(json(frazil().arg("doctor"))["tools"].as_array().unwrap().len() > 5);
    let graph = json(frazil().args(["inspect", "oriented"]));
    assert_eq!((&graph["name"], &graph["macs"]), (&"oriented".into(), &626_688.into()));
    let plan = json(frazil().args(["plan", "oriented", "--board", "ulx3s-85f"]));
    assert_eq!(plan["plan"]["frozen"].as_array().unwrap().len(), 1);
    assert_eq!(plan["summary"]["design_id"].as_str().unwrap().len(), 16);
}

#[test]
fn doctor_reports_missing_tools_by_its_exit_code() {
    let dir = tempfile::tempdir().unwrap();
    let mut command = frazil();
    command.arg("doctor").env("PATH", dir.path()).current_dir(dir.path());
    let (exit, stdout, stderr) = run(&mut command);
    assert_eq!(exit, 1);
    assert!(stdout.contains("missing"), "{stdout}");
    assert!(stderr.contains("apt-get install ffmpeg") && stderr.contains("pip install"), "{stderr}");
}

#[test]
fn verilog_is_written_without_any_tool() {
    let dir = tempfile::tempdir().unwrap();
    for (board, constraints) in [("icebreaker", "top.pcf"), ("ulx3s-85f", "top.lpf")] {
        let out = dir.path().join(board);
        let mut command = frazil();
        command
            .args(["build", "--verilog-only", "--board", board, "--out"])
            .arg(&out)
            .env("PATH", dir.path());
        assert_eq!(run(&mut command).0, 0);
        assert!(fs::read_to_string(out.join("top.v")).unwrap().contains("module top"));
        assert!(fs::read_to_string(out.join(constraints)).unwrap().contains("clock"));
    }
}

#[test]
fn the_simulated_device_gives_the_bits_of_the_reference() {
    let dir = tempfile::tempdir().unwrap();
    let input = dir.path().join("input.bin");
    fs::write(&input, (0..64u32).map(|i| (i * 37 % 251) as u8).collect::<Vec<_>>()).unwrap();
    for freeze in ["1", "2"] {
        let mut command = frazil();
        command
            .args(["run", "tiny", "--device", "sim", "--compare", "reference", "--freeze", freeze])
            .arg(&input);
        let result = json(&mut command);
        assert_eq!(result["results"][0]["differences"], 0, "freeze {freeze}");
        assert_eq!(result["results"][0]["outputs"][0]["values"].as_array().unwrap().len(), 10);
        assert!(result["results"][0]["cycles"].as_u64().unwrap() > 100);
    }
}

#[test]
fn the_host_finishes_what_the_device_leaves() {
    use frazil_model::graph::{Node, Op, Quant, SoftmaxOp, TensorInfo};
    let dir = tempfile::tempdir().unwrap();
    let (file, input) = (dir.path().join("classifier.json"), dir.path().join("input.bin"));
    let mut graph = frazil_model::zoo::tiny();
    let quant = Quant { scale: 1.0 / 256.0, zero_point: -128 };
    graph.tensors.push(TensorInfo { name: "classes".into(), quant, ..graph.tensors[4].clone() });
    let op = Op::Softmax(SoftmaxOp { beta: 1.0 });
    graph.nodes.push(Node { name: "softmax".into(), inputs: vec![4], output: 5, op });
    graph.outputs = vec![5];
    fs::write(&file, graph.to_json().unwrap()).unwrap();
    fs::write(&input, [9; 64]).unwrap();
    let mut command = frazil();
    command.args(["run", "--device", "sim", "--compare", "reference", "--top", "2"]).arg(&file).arg(&input);
    let result = &json(&mut command)["results"][0];
    assert_eq!(result["differences"], 0);
    assert_eq!(
        (result["outputs"][0]["name"].as_str(), result["top"].as_array().unwrap().len()),
        (Some("classes"), 2)
    );
    let (_, planned, _) = run(frazil().arg("plan").arg(&file));
    assert!(planned.contains("left to the host: softmax"), "{planned}");
}

#[test]
fn the_demo_tracks_its_target() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("demo");
    let mut command = frazil();
    let shown = json(command.args(["demo", "--frames", "30", "--out"]).arg(&out));
    let runs = shown["runs"].as_array().unwrap();
    assert_eq!(runs.iter().map(|r| &r["window"]).collect::<Vec<_>>(), ["1", "4", "adaptive"]);
    for run in runs {
        assert!(run["score"]["success_50"].as_f64().unwrap() > 0.9, "{run}");
        assert!(run["device"]["cycles"].as_u64().unwrap() > 0, "{run}");
    }
    assert_eq!((&runs[0]["keyframes"], &runs[1]["keyframes"]), (&30.into(), &8.into()));
    let report: Value = serde_json::from_slice(&fs::read(out.join("report.json")).unwrap()).unwrap();
    assert_eq!(report["runs"][2]["steps"].as_array().unwrap().len(), 30);
    assert!(fs::read_to_string(out.join("report.html")).unwrap().contains("</html>"));
    assert!(fs::read(out.join("annotated.gif")).unwrap().starts_with(b"GIF89a"));
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "something was left behind");
}

#[test]
fn tracking_gives_one_line_a_frame_and_the_same_on_every_device() {
    let dir = tempfile::tempdir().unwrap();
    let video = dir.path().join("v.y4m");
    y4m(&video, 96, 80, 5);
    let track = |device: &str| {
        let mut command = frazil();
        command.args(["track", "--box", "30,24,32,28", "--window", "2", "--device", device]).arg(&video);
        let (exit, stdout, stderr) = run(&mut command);
        assert_eq!(exit, 0, "{stderr}");
        stdout
    };
    let lines = track("reference");
    assert_eq!(lines.lines().count(), 6, "{lines}");
    assert!(lines.starts_with("frame,x,y,w,h,keyframe\n0,30.00,24.00,32.00,28.00,1\n1,"), "{lines}");
    assert_eq!(track("sim"), lines);
}

/// A sequence of the OTB layout: a bright, textured square that moves two pixels a frame.
fn sequence(folder: &std::path::Path, frames: u32) {
    fs::create_dir_all(folder.join("img")).unwrap();
    let mut truth = String::new();
    for at in 0..frames {
        let (left, top) = (20 + 2 * at, 24 + at);
        let picture = image::GrayImage::from_fn(96, 80, |x, y| {
            let inside = (left..left + 24).contains(&x) && (top..top + 22).contains(&y);
            let (u, v) = (x.wrapping_sub(left) % 64, y.wrapping_sub(top) % 64);
            let target = if (u / 4 + v / 5) % 2 == 0 { 230 } else { 120 + (u * v % 60) as u8 };
            image::Luma([if inside { target } else { 40 + ((x * 5 + y * 3) % 32) as u8 }])
        });
        picture.save(folder.join(format!("img/{at}.png"))).unwrap();
        truth += &format!("{},{},24,22\n", left + 1, top + 1);
    }
    fs::write(folder.join("groundtruth_rect.txt"), truth).unwrap();
}

#[test]
fn evaluation_compares_both_trackers_for_every_window() {
    let dir = tempfile::tempdir().unwrap();
    let folders = ["first", "second"].map(|name| dir.path().join(name));
    folders.iter().for_each(|folder| sequence(folder, 12));
    let mut command = frazil();
    let table = json(command.args(["eval", "otb", "--windows", "1,4,adaptive"]).args(&folders));
    assert_eq!(table["sequences"].as_array().unwrap().len(), 2);
    let mean = table["mean"].as_array().unwrap();
    let names: Vec<_> =
        mean.iter().map(|m| (m["tracker"].as_str().unwrap(), m["window"].as_str().unwrap())).collect();
    let expected = ["oriented", "raw pixels"].map(|t| ["1", "4", "adaptive"].map(|w| (t, w)));
    assert_eq!(names, expected.concat());
    for row in mean {
        assert!(row["score"]["success_50"].as_f64().unwrap() > 0.9, "{row}");
    }
    assert_eq!(mean[1]["inference_rate"], 0.25);
    // Results do not depend on how many sequences are measured at once, or on the device.
    let mut command = frazil();
    command.args(["eval", "otb", "--windows", "1,4,adaptive", "--device", "sim"]).arg(&folders[1]);
    let alone = json(&mut command);
    let scores = |table: &Value, at: usize| {
        let results = table["sequences"][at]["results"].as_array().unwrap().clone();
        results.into_iter().map(|r| r["score"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(scores(&alone, 0), scores(&table, 1));
}

#[test]
fn a_real_sequence_is_tracked_alike_on_the_reference_and_the_simulated_device() {
    let test = "a_real_sequence_is_tracked_alike_on_the_reference_and_the_simulated_device";
    let Some(folder) = data(test).map(|root| root.join("video/OTB_Crossing")) else { return };
    let track = |device: &str| {
        let mut command = frazil();
        let (exit, stdout, stderr) =
            run(command.args(["track", "--window", "adaptive", "--device", device]).arg(&folder));
        assert_eq!(exit, 0, "{stderr}");
        stdout
    };
    let lines = track("reference");
    assert_eq!(lines.lines().count(), 121);
    assert_eq!(track("sim"), lines);
}

/// One keyframe of a real sequence: the same box from every device, and the same clocks from every one that has them.
#[test]
fn a_real_keyframe_is_the_same_on_all_four_devices() {
    let test = "a_real_keyframe_is_the_same_on_all_four_devices";
    let Some(folder) = data(test).map(|root| root.join("video/OTB_Crossing")) else { return };
    let verilator = std::env::var_os("FRAZIL_VERILATOR");
    let devices = if verilator.is_some() {
        &["reference", "sim", "verilator"][..]
    } else {
        assert!(std::env::var_os("CI").is_none(), "{test}: FRAZIL_VERILATOR is not set");
        // Straight to the terminal: what a test prints is not shown.
        let _ = writeln!(std::io::stderr(), "SKIPPED {test} on verilator: FRAZIL_VERILATOR is not set");
        &["reference", "sim"][..]
    };
    let mut looks = devices.iter().map(|device| {
        let mut command = frazil();
        command.args(["track", "--frames", "2", "--window", "1", "--device", device]).arg(&folder);
        command.envs(verilator.iter().map(|path| ("FRAZIL_VERILATOR", path)));
        let step = json(&mut command)["steps"][1].clone();
        (step["box"].clone(), step["confidence"].clone(), step["cycles"].as_u64().unwrap())
    });
    let (place, confidence, none) = looks.next().unwrap();
    assert_eq!(none, 0, "the reference has no clock");
    let clocked: Vec<_> = looks.collect();
    for (device, look) in devices[1..].iter().zip(&clocked) {
        assert_eq!(look, &(place.clone(), confidence.clone(), clocked[0].2), "{device}");
    }
    assert!(clocked[0].2 > 20_000, "two looks take longer than {} clocks", clocked[0].2);
    // Stepping RustHDL takes minutes for a whole keyframe: one run of the network on the real frame.
    let mut command = frazil();
    command.args(["run", "oriented"]).arg(folder.join("img/0001.jpg"));
    let (exit, _, stderr) = run(command.args(["--device", "rtl", "--compare", "sim"]));
    assert_eq!(exit, 0, "{stderr}");
}

#[test]
fn y4m_is_read_from_the_standard_input() {
    let dir = tempfile::tempdir().unwrap();
    let video = dir.path().join("v.y4m");
    y4m(&video, 64, 48, 3);
    let mut command = frazil();
    command.args(["track", "-", "--box", "10,10,20,20", "--device", "reference"]);
    let (exit, stdout, stderr) = run(command.write_stdin(fs::read(&video).unwrap()));
    assert_eq!(exit, 0, "{stderr}");
    assert_eq!(stdout.lines().count(), 4);
}

#[cfg(unix)]
#[test]
fn parameters_are_printed_and_change_the_boxes() {
    let dir = tempfile::tempdir().unwrap();
    let (video, file) = (dir.path().join("clip.y4m"), dir.path().join("mine.toml"));
    y4m(&video, 96, 72, 5);
    let track = |parameters: &str| {
        std::fs::write(&file, parameters).unwrap();
        let mut command = frazil();
        command.args([
            "track",
            "--device",
            "reference",
            "--box",
            "20,20,24,24",
            "--window",
            "1",
            "--parameters",
        ]);
        let (exit, boxes, stderr) = run(command.arg(&file).arg(&video));
        assert_eq!(exit, 0, "{stderr}");
        boxes
    };
    let (exit, printed, _) = run(frazil().arg("parameters"));
    assert_eq!(exit, 0);
    assert_eq!(track(&printed), track(""), "the printed constants are not the defaults");
    assert_ne!(track("[tracker]\nscale_gain = 0.0\n"), track(""));
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    use std::process::{Command, Stdio};
    let mut child = Command::new(assert_cmd::cargo::cargo_bin("frazil"))
        .args(["completions", "bash"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

/// A folder for each class, with one picture: every picture is of the class that the reference gives it.
#[test]
fn pictures_in_folders_have_their_classes_counted() {
    let dir = tempfile::tempdir().unwrap();
    let classes = 10;
    for class in 0..classes {
        let folder = dir.path().join(format!("class{class}"));
        std::fs::create_dir(&folder).unwrap();
        image::GrayImage::from_fn(8, 8, |x, y| image::Luma([(x * 31 + y * 57 + class * 23) as u8]))
            .save(folder.join("picture.png"))
            .unwrap();
    }
    let mut hits = 0;
    for class in 0..classes {
        let picture = dir.path().join(format!("class{class}/picture.png"));
        let found = json(frazil().args(["run", "tiny", "--top", "1", "--device", "reference"]).arg(picture));
        hits += u64::from(found["results"][0]["top"][0]["class"] == class);
    }
    let found = json(frazil().args(["eval", "classes", "tiny", "--device", "sim"]).arg(dir.path()));
    assert_eq!(found["all"]["pictures"], classes);
    assert_eq!(found["all"]["top_1"], hits);
    assert_eq!(found["classes"][3]["index"], 3);
}

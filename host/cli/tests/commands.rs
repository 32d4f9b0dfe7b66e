//! What the commands print and return when all is well.

mod common;

use std::fs;

use common::{frazil, run, y4m};
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
    for name in
        ["list", "doctor", "inspect", "plan", "build", "flash", "run", "track", "eval", "demo", "completions"]
    {
        assert!(stdout.contains(name), "{name}");
        assert_eq!(run(frazil().args([name, "--help"])).0, 0, "{name}");
    }
    assert_eq!(run(&mut frazil()).0, 2);
    assert_eq!(run(frazil().arg("no-such-command")).0, 2);
    assert!(run(frazil().args(["completions", "bash"])).1.contains("frazil"));
}

#[test]
fn everything_that_reports_has_json() {
    assert_eq!(json(frazil().arg("list"))["boards"][0]["name"], "icebreaker");
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
        assert_eq!(result["results"][0]["output"].as_array().unwrap().len(), 10);
        assert!(result["results"][0]["cycles"].as_u64().unwrap() > 100);
    }
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

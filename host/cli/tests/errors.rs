//! Bad input: a clear error with a code and a next step, exit code 2, and nothing left behind.

mod common;

use std::fs;
use std::io::Write as _;
use std::path::Path;

use assert_cmd::Command;
use common::{frazil, run, y4m};
use image::GrayImage;
use tempfile::TempDir;

/// Checks that a command fails as promised: exit code 2, the error's code, a next step, nothing on stdout.
fn refuses(command: &mut Command, code: &str, says: &[&str]) {
    let (exit, stdout, stderr) = run(command);
    assert_eq!(exit, 2, "{stderr}");
    assert_eq!(stdout, "", "{stderr}");
    assert!(stderr.contains(code), "no {code} in:\n{stderr}");
    assert!(stderr.contains("help:"), "no next step in:\n{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
    // Long messages are wrapped.
    let flat = stderr.replace(['│', '\n'], " ").split_whitespace().collect::<Vec<_>>().join(" ");
    for part in says {
        assert!(flat.contains(part), "no `{part}` in:\n{stderr}");
    }
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("temporary folder")
}

fn track(video: &Path) -> Command {
    let mut command = frazil();
    command.args(["track", "--device", "reference", "--box", "8,8,16,16"]).arg(video);
    command
}

fn image(path: &Path, width: u32, height: u32) {
    GrayImage::new(width, height).save(path).expect("saved");
}

fn files(folder: &Path) -> usize {
    fs::read_dir(folder).expect("listed").count()
}

#[test]
fn a_missing_video() {
    refuses(&mut track(Path::new("no/such/video.mp4")), "frazil::frames::missing", &["no/such/video.mp4"]);
}

#[test]
fn a_truncated_y4m_leaves_no_report() {
    let dir = folder();
    let video = dir.path().join("cut.y4m");
    y4m(&video, 64, 48, 3);
    let bytes = fs::read(&video).unwrap();
    fs::write(&video, &bytes[..bytes.len() - 100]).unwrap();
    let report = dir.path().join("report");
    let says = ["frame 2", "2972 of 3072 bytes"];
    refuses(track(&video).arg("--report").arg(&report), "frazil::frames::truncated", &says);
    assert_eq!(files(dir.path()), 1, "something was left behind");
}

#[test]
fn a_zero_size_frame() {
    let dir = folder();
    let video = dir.path().join("zero.y4m");
    fs::write(&video, "YUV4MPEG2 W0 H48 F25:1\n").unwrap();
    refuses(&mut track(&video), "frazil::frames::size", &["0x48"]);
}

#[test]
fn a_broken_video() {
    if which("ffmpeg").is_none() {
        assert!(std::env::var_os("CI").is_none(), "no ffmpeg");
        // Straight to the terminal: what a test prints is not shown.
        let _ = writeln!(std::io::stderr(), "SKIPPED a_broken_video: no ffmpeg");
        return;
    }
    let dir = folder();
    let video = dir.path().join("broken.mp4");
    fs::write(&video, "this is no video").unwrap();
    refuses(&mut track(&video), "frazil::frames::broken", &["broken.mp4"]);
}

fn which(program: &str) -> Option<std::path::PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(program)).find(|p| p.is_file())
}

#[test]
fn a_missing_ffmpeg() {
    let dir = folder();
    let video = dir.path().join("video.mp4");
    fs::write(&video, "anything").unwrap();
    let mut command = track(&video);
    command.env("PATH", dir.path()).current_dir(dir.path());
    refuses(&mut command, "frazil::frames::no_ffmpeg", &["ffmpeg", "apt-get install ffmpeg"]);
}

#[test]
fn images_of_different_sizes() {
    let dir = folder();
    image(&dir.path().join("1.png"), 64, 48);
    image(&dir.path().join("2.png"), 64, 50);
    refuses(&mut track(dir.path()), "frazil::frames::sizes", &["1.png is 64x48", "2.png is 64x50"]);
}

#[test]
fn an_empty_folder() {
    refuses(&mut track(folder().path()), "frazil::frames::empty", &["no frames"]);
}

#[test]
fn a_box_outside_the_frame() {
    let dir = folder();
    let video = dir.path().join("v.y4m");
    y4m(&video, 64, 48, 2);
    for outside in ["64,0,10,10", "0,-20,10,20", "5,5,0,10", "5,5,-3,10", "NaN,0,5,5"] {
        let mut command = frazil();
        command.args(["track", "--box", outside]).arg(&video);
        refuses(&mut command, "frazil::track::box_outside", &["64x48 pixels", "--box"]);
    }
    let mut command = frazil();
    command.args(["track", "--box", "1,2,3"]).arg(&video);
    refuses(&mut command, "frazil::track::bad_box", &["`1,2,3`"]);
    let mut command = frazil();
    refuses(command.arg("track").arg(&video), "frazil::track::no_box", &["--box X,Y,W,H"]);
}

#[test]
fn an_unknown_window() {
    let dir = folder();
    let video = dir.path().join("v.y4m");
    y4m(&video, 64, 48, 2);
    for window in ["0", "-1", "often", ""] {
        refuses(track(&video).arg(format!("--window={window}")), "frazil::track::window", &["adaptive"]);
    }
}

#[test]
fn parameters_that_are_none() {
    let dir = folder();
    let video = dir.path().join("clip.y4m");
    y4m(&video, 64, 48, 3);
    let file = dir.path().join("mine.toml");
    let cases = [
        ("[tracker]\nspeed = 1\n", "frazil::parameters::parse", "unknown field `speed`"),
        ("[tracker]\nrate = 2.0\n", "frazil::track::parameter", "rate"),
        ("[tracker]\nfine_search = 1.0\n", "frazil::track::parameter", "fine_search"),
        ("[motion]\nblock = 1000\n", "frazil::track::parameter", "macroblock side 1000"),
        ("[extrapolation]\nrows = 0\n", "frazil::track::parameter", "0x3"),
    ];
    for (text, code, says) in cases {
        fs::write(&file, text).unwrap();
        refuses(track(&video).arg("--parameters").arg(&file), code, &[says]);
    }
    let contradiction = "[adaptive]\nmin = 9\n";
    fs::write(&file, contradiction).unwrap();
    let adaptive = ["--window", "adaptive", "--parameters"];
    refuses(track(&video).args(adaptive).arg(&file), "frazil::track::parameter", &["min 9"]);
    refuses(
        track(&video).args(["--parameters", "no/such.toml"]),
        "frazil::parameters::read",
        &["no/such.toml"],
    );
}

#[test]
fn an_unknown_board_and_device() {
    refuses(
        frazil().args(["plan", "--board", "nope"]),
        "frazil::board::unknown",
        &["icebreaker, orangecrab-25f, ulx3s-85f"],
    );
    refuses(frazil().args(["demo", "--device", "simm"]), "frazil::device::unknown", &["simm", "frazil list"]);
    refuses(frazil().args(["demo"]).env("FRAZIL_BOARD", "nope"), "frazil::board::unknown", &["nope"]);
}

#[test]
fn a_board_that_is_not_there() {
    let mut command = frazil();
    command.args(["demo", "--device", "/dev/no-such-port"]);
    refuses(&mut command, "frazil::link::open", &["/dev/no-such-port"]);
    assert!(!Path::new("demo").exists());
}

#[cfg(unix)]
#[test]
fn a_device_that_sends_garbage() {
    // A pseudo terminal of `script` or socat would need tools; /dev/zero and /dev/null are no terminals.
    let (exit, _, stderr) = run(frazil().args(["demo", "--device", "/dev/null"]));
    assert_eq!(exit, 2, "{stderr}");
    assert!(stderr.contains("frazil::link::"), "{stderr}");
}

#[test]
fn an_unwritable_output() {
    let dir = folder();
    let file = dir.path().join("file");
    fs::write(&file, "mine").unwrap();
    for (out, code) in
        [(file.clone(), "frazil::output::not_a_folder"), (file.join("deeper"), "frazil::output::write")]
    {
        let mut command = frazil();
        command.args(["demo", "--device", "reference", "--frames", "2", "--out"]).arg(&out);
        refuses(&mut command, code, &["file"]);
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    assert_eq!(files(dir.path()), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk() {
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let program = assert_cmd::cargo::cargo_bin("frazil");
    let child = std::process::Command::new(program).arg("list").stdout(full).output().unwrap();
    let stderr = String::from_utf8(child.stderr).unwrap();
    assert_eq!(child.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("frazil::output::stdout"), "{stderr}");
}

#[test]
fn a_missing_tool() {
    let dir = folder();
    let mut command = frazil();
    command.args(["build", "--out", "out"]).env("PATH", dir.path()).current_dir(dir.path());
    refuses(&mut command, "frazil::tool::missing", &["yosys", "pip install"]);
    assert_eq!(files(dir.path()), 0, "something was left behind");
    let mut command = frazil();
    command.args(["flash", "--board", "ulx3s-85f", "--bitstream", "x.bit"]);
    command.env("PATH", dir.path()).current_dir(dir.path());
    refuses(&mut command, "frazil::tool::missing", &["openFPGALoader"]);
    let mut command = frazil();
    refuses(command.args(["flash"]).current_dir(dir.path()), "frazil::flash::no_build", &["frazil build"]);
}

#[cfg(unix)]
#[test]
fn flash_memory_is_not_overwritten_without_consent() {
    use std::os::unix::fs::PermissionsExt;
    let dir = folder();
    let loader = dir.path().join("loader");
    fs::write(&loader, "#!/bin/sh\necho \"$@\" > called\n").unwrap();
    fs::set_permissions(&loader, fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(dir.path().join("top.bin"), "bits").unwrap();
    let flash = || {
        let mut command = frazil();
        command.args(["flash", "--persistent", "--bitstream", "top.bin"]).current_dir(dir.path());
        command.env("FRAZIL_OPENFPGALOADER", &loader);
        command
    };
    refuses(&mut flash(), "frazil::flash::not_confirmed", &["icebreaker", "--yes"]);
    assert!(!dir.path().join("called").exists());
    assert_eq!(run(flash().arg("--yes")).0, 0);
    assert!(fs::read_to_string(dir.path().join("called")).unwrap().contains("--write-flash top.bin"));
}

#[cfg(unix)]
#[test]
fn weights_are_written_where_a_network_needs_them() {
    use std::os::unix::fs::PermissionsExt;
    let Some(root) = common::data("weights_are_written_where_a_network_needs_them") else { return };
    let dir = folder();
    let loader = dir.path().join("loader");
    fs::write(&loader, "#!/bin/sh\necho \"$@\" > called\n").unwrap();
    fs::set_permissions(&loader, fs::Permissions::from_mode(0o755)).unwrap();
    let flash = |model: &str| {
        let mut command = frazil();
        command.args(["flash", "--weights"]).arg(root.join("models_mlperf_tiny").join(model));
        command.env("FRAZIL_OPENFPGALOADER", &loader).current_dir(dir.path());
        command
    };
    refuses(&mut flash("ad01_int8.tflite"), "frazil::flash::not_confirmed", &["icebreaker", "--yes"]);
    refuses(flash("kws_ref_model.tflite").arg("--yes"), "frazil::flash::no_stream", &["fit the memory"]);
    assert!(!dir.path().join("called").exists());
    assert_eq!(run(flash("ad01_int8.tflite").arg("--yes")).0, 0);
    let called = fs::read_to_string(dir.path().join("called")).unwrap();
    assert!(called.contains("--offset 1048576 build/icebreaker/weights.bin"), "{called}");
    assert!(fs::read(dir.path().join("build/icebreaker/weights.bin")).unwrap().len() > 150_000);
}

#[test]
fn a_network_that_is_none() {
    let dir = folder();
    let graph = dir.path().join("graph.json");
    fs::write(&graph, "{\"format_version\": 1}").unwrap();
    refuses(frazil().arg("inspect").arg(&graph), "frazil::model::graph", &[]);
    refuses(frazil().args(["inspect", "no-such.json"]), "frazil::model::missing", &["oriented"]);
    refuses(frazil().args(["plan", "tiny", "--freeze", "9"]), "frazil::plan::freeze", &["--freeze 2"]);
}

#[test]
fn an_input_of_the_wrong_length() {
    let dir = folder();
    let input = dir.path().join("short.bin");
    fs::write(&input, [0; 63]).unwrap();
    refuses(frazil().args(["run", "tiny"]).arg(&input), "frazil::run::input_length", &["63", "64"]);
}

#[test]
fn a_sequence_without_truth() {
    let dir = folder();
    image(&dir.path().join("1.png"), 64, 48);
    refuses(frazil().args(["eval", "otb"]).arg(dir.path()), "frazil::eval::no_truth", &["groundtruth_rect"]);
    fs::write(dir.path().join("groundtruth_rect.txt"), "1,1,9,9\n2,2,9,9\n").unwrap();
    refuses(
        frazil().args(["eval", "otb"]).arg(dir.path()),
        "frazil::frames::truth_length",
        &["2 boxes for 1 images"],
    );
    fs::write(dir.path().join("groundtruth_rect.txt"), "one\n").unwrap();
    refuses(frazil().args(["eval", "otb"]).arg(dir.path()), "frazil::frames::truth", &["line 1"]);
}

#[test]
fn pictures_without_a_class_are_refused() {
    let dir = folder();
    let eval = |folder: &Path| {
        let mut command = frazil();
        command.args(["eval", "classes", "tiny"]).arg(folder);
        command
    };
    refuses(&mut eval(dir.path()), "frazil::eval::no_classes", &["has no folders"]);
    fs::create_dir(dir.path().join("cat")).unwrap();
    refuses(&mut eval(dir.path()), "frazil::eval::class", &["cat is not the name of a class"]);
    refuses(&mut eval(&dir.path().join("none")), "frazil::run::input", &["cannot read"]);
}

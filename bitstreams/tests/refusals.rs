//! Requests and folders that are refused before any tool starts, and tools that misbehave.
#![cfg(unix)]

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use frazil_boards::Board;
use frazil_flow::{Build, FlowError, Manifest, Search, Tools, Work, build};

/// Makes the files of yosys, nextpnr-ice40 or icepack, by the name it is called under.
const STAND_IN: &str = r#"#!/bin/sh
case "$1" in -V | --version) echo "version 0"; exit ;; esac
case "$0" in
*yosys) echo '{}' > top.json; echo '{"design": {"num_cells_by_type": {"SB_DFF": 3}}}' > synth.stat.json ;;
*nextpnr-ice40)
  while [ $# -gt 0 ]; do
    case "$1" in
    --asc) echo placed > "$2" ;;
    --report) REPORT > "$2" ;;
    esac
    shift
  done ;;
*icepack) test "$1" = -s && cp "$2" "$3" ;;
esac
"#;

const REPORT: &str = r#"echo '{"fmax": {"clk": {"achieved": 30, "constraint": 24}},
  "utilization": {"ICESTORM_LC": {"used": 9, "available": 5280}}}'"#;

/// A folder with stand-ins for the iCE40 tools, whose nextpnr writes its report with `report`.
fn stand_ins(report: &str) -> (tempfile::TempDir, Tools) {
    let dir = tempfile::tempdir().expect("temporary directory");
    for name in ["yosys", "nextpnr-ice40", "icepack"] {
        let path = dir.path().join(name);
        fs::write(&path, STAND_IN.replace("REPORT", report)).expect("program");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("mode");
    }
    let variables = HashMap::from([("PATH".to_owned(), dir.path().into())]);
    let tools = Tools::with(Search { variables, directory: dir.path().into() });
    (dir, tools)
}

fn request(output: &Path) -> Build {
    Build {
        board: Board::load("icebreaker").expect("built in"),
        verilog: "module top; endmodule\n".into(),
        constraints: String::new(),
        anchors: vec![],
        top: "top".into(),
        seeds: vec![1, 2, 3],
        keep: false,
        design_id: None,
        work: Some(Work { cycles: 1000, array_macs: 4000, peak: 8 }),
        step_limit: std::time::Duration::from_secs(60),
        output: output.into(),
    }
}

fn code(request: &Build, tools: &Tools) -> &'static str {
    build(request, tools, &mut |_| ()).expect_err("must be refused").code()
}

#[test]
fn a_build_with_stand_ins_makes_the_whole_folder() {
    let (dir, tools) = stand_ins(REPORT);
    let output = dir.path().join("new/deep/out");
    let manifest = build(&request(&output), &tools, &mut |_| ()).expect("builds");
    let text = fs::read_to_string(output.join("manifest.json")).expect("manifest");
    assert_eq!(serde_json::from_str::<Manifest>(&text).expect("reads"), manifest);
    let performance = manifest.performance.expect("the work is known");
    assert_eq!((performance.runs_per_second, performance.array_utilisation), (24_000.0, 0.5));
    // All seeds are equal: the first one is taken.
    assert_eq!((manifest.best_seed, manifest.utilisation.ff.used), (1, 3));
    assert_eq!(fs::read_to_string(output.join("top.bin")).expect("bitstream"), "placed\n");
    assert!(!output.join("seed-1.asc").exists());
}

#[test]
fn impossible_requests_name_their_field() {
    let (dir, tools) = stand_ins(REPORT);
    let good = request(&dir.path().join("out"));
    let requests: [(&str, Build); 8] = [
        ("seeds", Build { seeds: vec![], ..good.clone() }),
        ("seeds", Build { seeds: vec![1, 2, 1], ..good.clone() }),
        ("seeds", Build { seeds: vec![1 << 31], ..good.clone() }),
        ("top", Build { top: "../top".into(), ..good.clone() }),
        ("top", Build { top: String::new(), ..good.clone() }),
        ("top", Build { top: "manifest".into(), ..good.clone() }),
        ("verilog", Build { verilog: " \n".into(), ..good.clone() }),
        ("output", Build { output: "/".into(), ..good.clone() }),
    ];
    for (name, request) in requests {
        let error = build(&request, &tools, &mut |_| ()).expect_err("must be refused");
        assert!(matches!(error, FlowError::Request { field, .. } if field == name), "{name}: {error:?}");
    }
    assert!(!good.output.exists());
}

#[test]
fn a_missing_tool_is_told_before_anything_is_written() {
    let (dir, tools) = stand_ins(REPORT);
    fs::remove_file(dir.path().join("nextpnr-ice40")).expect("removed");
    let output = dir.path().join("deep/out");
    assert_eq!(code(&request(&output), &tools), "frazil::tool::missing");
    assert!(!dir.path().join("deep").exists());
}

#[test]
fn a_broken_tool_is_told_before_anything_is_written() {
    let (dir, tools) = stand_ins(REPORT);
    let yosys = dir.path().join("yosys");
    fs::write(&yosys, "#!/bin/sh\necho 'libffi.so.8: cannot open shared object file' >&2\nexit 127\n")
        .expect("program");
    let output = dir.path().join("deep/out");
    let error = build(&request(&output), &tools, &mut |_| ()).expect_err("must be refused");
    assert_eq!(error.code(), "frazil::tool::broken");
    assert!(
        error.to_string().ends_with("does not run: libffi.so.8: cannot open shared object file"),
        "{error}"
    );
    assert!(!dir.path().join("deep").exists());
}

#[test]
fn a_folder_with_other_files_is_not_touched() {
    let (dir, tools) = stand_ins(REPORT);
    let output = dir.path().join("out");
    fs::create_dir(&output).expect("folder");
    fs::write(output.join("thesis.txt"), "mine").expect("file");
    assert_eq!(code(&request(&output), &tools), "frazil::build::occupied");
    assert_eq!(fs::read_to_string(output.join("thesis.txt")).expect("file"), "mine");
}

#[test]
fn an_output_that_cannot_be_a_folder_is_a_write_error() {
    let (dir, tools) = stand_ins(REPORT);
    let file = dir.path().join("file");
    fs::write(&file, "mine").expect("file");
    assert_eq!(code(&request(&file), &tools), "frazil::build::write");
    let error = build(&request(&file.join("out")), &tools, &mut |_| ()).expect_err("must be refused");
    assert!(matches!(&error, FlowError::Write { .. }), "{error:?}");
    assert!(error.hint().contains(&file.display().to_string()), "{}", error.hint());
    assert_eq!(code(&request(Path::new("/proc/out")), &tools), "frazil::build::write");
    assert_eq!(fs::read_to_string(&file).expect("file"), "mine");
}

#[test]
fn a_tool_that_lies_leaves_no_output() {
    for (report, expected) in [
        ("true", "frazil::tool::report"),
        ("echo '{\"fmax\": {}, \"utilization\": {}}'", "frazil::tool::report"),
        ("exit 1; true", "frazil::tool::failed"),
        ("echo lost > lost; true", "frazil::tool::report"),
    ] {
        let (dir, tools) = stand_ins(report);
        let output = dir.path().join("out");
        assert_eq!(code(&request(&output), &tools), expected, "{report}");
        assert!(!output.exists() && dir.path().join("out.failed/logs").is_dir(), "{report}");
    }
}

#[test]
fn an_earlier_build_is_replaced_as_a_whole() {
    let (dir, tools) = stand_ins(REPORT);
    let output = dir.path().join("out");
    build(&request(&output), &tools, &mut |_| ()).expect("builds");
    fs::write(output.join("old.txt"), "of the earlier build").expect("file");
    build(&request(&output), &tools, &mut |_| ()).expect("builds again");
    assert!(!output.join("old.txt").exists() && output.join("manifest.json").is_file());
}

//! Real bitstreams of a small design for both boards, and what happens when the design or the disk is bad.
//!
//! The design is a counter, an adder tree and one multiplier on the PLL's clock, with a light and an echo on the
//! link's pins. Needs the tools: `bitstreams/tools.sh` installs them.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use frazil_boards::Board;
use frazil_flow::{Build, Event, FlowError, Manifest, Tools, build, earlier};

/// The top, around a `PLL` from `crystal` to `clock`.
const TOP: &str = r"
module top (input crystal, input rx, output tx, output led);
  wire clock;
  PLL
  reg [25:0] count = 0;
  reg [7:0] a = 0, b = 0;
  reg signed [15:0] product = 0;
  reg signed [19:0] sum = 0;
  always @(posedge clock) begin
    count <= count + 1;
    a <= {a[6:0], rx};
    b <= b + a;
    product <= $signed(a) * $signed(b);
    sum <= (product + $signed({count[7:0], 2'b0})) - ($signed(a) + $signed(b));
  end
  assign led = count[25];
  assign tx = ^sum;
endmodule
";

/// 12 MHz to 24 MHz.
const PLL_UP5K: &str = r"
  SB_PLL40_PAD #(
    .FEEDBACK_PATH(%SIMPLE%), .DIVR(4'd0), .DIVF(7'd63), .DIVQ(3'd5), .FILTER_RANGE(3'd1)
  ) pll (.PACKAGEPIN(crystal), .PLLOUTGLOBAL(clock), .RESETB(1'b1), .BYPASS(1'b0));
";

/// 25 MHz to 80 MHz.
const PLL_ECP5: &str = r"
  EHXPLLL #(
    .CLKI_DIV(5), .CLKFB_DIV(16), .CLKOP_DIV(8), .CLKOP_ENABLE(%ENABLED%), .CLKOP_CPHASE(4),
    .FEEDBK_PATH(%CLKOP%)
  ) pll (
    .CLKI(crystal), .CLKFB(clock), .CLKOP(clock), .RST(1'b0), .STDBY(1'b0), .ENCLKOP(1'b0),
    .PHASESEL0(1'b0), .PHASESEL1(1'b0), .PHASEDIR(1'b1), .PHASESTEP(1'b1), .PHASELOADREG(1'b1)
  );
";

/// The design's ports and the board's pins.
fn ports(board: &Board) -> [(&'static str, &str); 4] {
    let led = board.leds.first().expect("a light");
    [("crystal", &board.clock.pin), ("rx", &board.link.rx), ("tx", &board.link.tx), ("led", &led.pin)]
}

fn pcf(board: &Board) -> String {
    let pins: String = ports(board).iter().map(|(port, pin)| format!("set_io {port} {pin}\n")).collect();
    format!("{pins}set_frequency crystal {}\n", f64::from(board.clock.crystal_hz) / 1e6)
}

fn lpf(board: &Board) -> String {
    let standard = &board.device.io_standard;
    let pin = |(port, pin): &(&str, &str)| {
        format!("LOCATE COMP \"{port}\" SITE \"{pin}\";\nIOBUF PORT \"{port}\" IO_TYPE={standard};\n")
    };
    let pins: String = ports(board).iter().map(pin).collect();
    format!("{pins}FREQUENCY PORT \"crystal\" {} MHZ;\n", f64::from(board.clock.crystal_hz) / 1e6)
}

fn request(board: &str, output: &Path) -> Build {
    let board = Board::load(board).expect("built in");
    let ice = board.name == "icebreaker";
    let (pll, constraints) = if ice { (PLL_UP5K, pcf(&board)) } else { (PLL_ECP5, lpf(&board)) };
    Build {
        verilog: TOP.replace("PLL", &pll.replace('%', "\"")),
        constraints,
        board,
        anchors: vec![],
        top: "top".into(),
        seeds: vec![1, 2],
        keep: false,
        design_id: Some("blinky".into()),
        work: None,
        step_limit: std::time::Duration::from_secs(600),
        output: output.into(),
    }
}

/// The tools if all that `request` needs are there. Without them the test is skipped, but not in CI.
fn tools(test: &str, request: &Build) -> Option<Tools> {
    let tools = Tools::find();
    let Some(missing) = request.steps().iter().find_map(|step| tools.path(step.tool).err()) else {
        return Some(tools);
    };
    assert!(std::env::var_os("CI").is_none(), "{test}: {missing}: {}", missing.hint());
    // Straight to the terminal: what a test prints is not shown.
    let _ = writeln!(std::io::stderr(), "SKIPPED {test}: {missing}");
    None
}

/// Temporary folder and output folder in it.
fn scratch() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().expect("temporary directory");
    let output = dir.path().join("made/out");
    (dir, output)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("folder");
    let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("entry").file_name().into_string();
    let mut names: Vec<_> = entries.map(|entry| name(entry).expect("text")).collect();
    names.sort();
    names
}

/// Builds and checks what holds for every board.
fn build_whole(request: &Build, tools: &Tools) -> Manifest {
    let mut events = Vec::new();
    let manifest = build(request, tools, &mut |event| events.push(event)).expect("builds");
    let text = fs::read_to_string(request.output.join("manifest.json")).expect("manifest");
    assert_eq!(serde_json::from_str::<Manifest>(&text).expect("reads"), manifest);
    assert_eq!(events[0], Event::Started { steps: 4 });
    let done = events.iter().filter(|event| matches!(event, Event::Done { .. })).count();
    let seeds = events.iter().filter(|event| matches!(event, Event::Seed { .. })).count();
    assert_eq!((done, seeds), (4, 2));
    assert!(manifest.meets_timing && manifest.fmax.best >= manifest.target_mhz, "{:?}", manifest.fmax);
    assert_eq!(manifest.seeds.iter().map(|seed| seed.seed).collect::<Vec<_>>(), request.seeds);
    assert!(manifest.seeds.iter().all(|seed| seed.critical_path.is_some()));
    // The PLL's output has the constraint that the tools derive from the crystal's.
    let needed = manifest.seeds[0].limiting.needed_mhz;
    assert!((needed / manifest.target_mhz - 1.0).abs() < 0.001, "{needed} MHz");
    // Nothing is left beside the output.
    assert_eq!(names(request.output.parent().expect("parent")), ["out"]);
    manifest
}

/// The counts that the board file states are the tool's.
fn check_capacity(manifest: &Manifest, board: &Board) {
    let (have, all) = (&board.capacity, &manifest.utilisation);
    let counts = [all.lut, all.ff, all.block_ram, all.spram, all.dsp].map(|resource| resource.available);
    let stated = [have.logic_cells, have.flip_flops, have.block_rams, have.sprams, have.multipliers];
    assert_eq!(counts, stated.map(u64::from));
    assert_eq!((all.pll.used, all.io.used), (1, 4));
    assert!(all.lut.used > 40 && all.ff.used > 26, "{all:?}");
}

#[test]
fn icebreaker_bitstream() {
    let (_dir, output) = scratch();
    let request = request("icebreaker", &output);
    let Some(tools) = tools("icebreaker_bitstream", &request) else { return };
    let manifest = build_whole(&request, &tools);
    check_capacity(&manifest, &request.board);
    assert_eq!(manifest.utilisation.dsp.used, 1);
    let expected = [
        "add2alu.v",
        "build.json",
        "logs",
        "manifest.json",
        "seed-1.report.json",
        "seed-2.report.json",
        "synth.stat.json",
        "synth.ys",
        "top.asc",
        "top.bin",
        "top.json",
        "top.pcf",
        "top.v",
    ];
    assert_eq!(names(&output), expected);
    // Preamble of an iCE40 bitstream, after its comment.
    let bits = fs::read(output.join("top.bin")).expect("bitstream");
    assert!(bits.windows(4).take(200).any(|four| four == [0x7e, 0xaa, 0x99, 0x7e]));
    // Again, over the first: the same bits.
    let again = build_whole(&request, &tools);
    assert_eq!(again.hashes, manifest.hashes);
    found_again(&request, &tools, &again);
}

/// The build is found again as long as nothing differs.
fn found_again(request: &Build, tools: &Tools, manifest: &Manifest) {
    let find = |request: &Build| earlier(request, tools).expect("tools are there");
    assert_eq!(find(request).as_ref(), Some(manifest));
    let others: [fn(&mut Build); 4] = [
        |build| build.verilog.push('\n'),
        |build| build.constraints.push('\n'),
        |build| build.seeds = vec![2, 1],
        |build| build.board.clock.target_hz += 1,
    ];
    for change in others {
        let mut other = request.clone();
        change(&mut other);
        assert_eq!(find(&other), None);
    }
    let bitstream = request.output.join(&manifest.bitstream);
    let mut bits = fs::read(&bitstream).expect("bitstream");
    bits[100] ^= 1;
    fs::write(&bitstream, bits).expect("writes");
    assert_eq!(find(request), None);
}

#[test]
fn ulx3s_bitstream() {
    let (_dir, output) = scratch();
    let request = Build { keep: true, ..request("ulx3s-85f", &output) };
    let Some(tools) = tools("ulx3s_bitstream", &request) else { return };
    let manifest = build_whole(&request, &tools);
    check_capacity(&manifest, &request.board);
    assert_eq!(manifest.utilisation.dsp.used, 1);
    let kept = names(&output);
    assert!(
        ["seed-1.config", "seed-2.config", "top.bit", "top.lpf"]
            .iter()
            .all(|name| kept.contains(&(*name).into()))
    );
}

#[test]
fn a_syntax_error_is_told_with_its_line_and_leaves_no_output() {
    let (_dir, output) = scratch();
    let mut request = request("icebreaker", &output);
    request.verilog = "module top (input crystal);\n  assign = 1;\nendmodule\n".into();
    let Some(tools) = tools("a_syntax_error_is_told_with_its_line_and_leaves_no_output", &request) else {
        return;
    };
    let error = build(&request, &tools, &mut |_| ()).expect_err("must fail");
    let FlowError::ToolFailed { log, tail, .. } = &error else { panic!("{error:?}") };
    assert!(tail.contains("top.v:2"), "{tail}");
    assert!(log.ends_with("out.failed/logs/synth.log") && log.is_file(), "{}", log.display());
    assert_eq!(names(output.parent().expect("parent")), ["out.failed"]);
}

#[test]
fn a_missed_clock_is_an_error_that_keeps_its_files_and_the_earlier_build() {
    let (_dir, output) = scratch();
    let mut request = Build { seeds: vec![1], ..request("icebreaker", &output) };
    let Some(tools) =
        tools("a_missed_clock_is_an_error_that_keeps_its_files_and_the_earlier_build", &request)
    else {
        return;
    };
    fs::create_dir_all(&output).expect("folder");
    fs::write(output.join("build.json"), "an earlier build").expect("file");
    // The crystal's pin, and so the PLL's output, is said to be 16 times as fast; nextpnr rounds periods to picoseconds.
    request.constraints = request.constraints.replace("crystal 12", "crystal 192");
    let error = build(&request, &tools, &mut |_| ()).expect_err("must miss");
    let FlowError::Timing { best_mhz, target_mhz, kept, .. } = &error else { panic!("{error:?}") };
    assert!(best_mhz < target_mhz && (target_mhz / 384.0 - 1.0).abs() < 0.01, "{error}");
    let text = fs::read_to_string(kept.join("manifest.json")).expect("manifest");
    let manifest: Manifest = serde_json::from_str(&text).expect("reads");
    assert!(!manifest.meets_timing && kept.join(&manifest.bitstream).is_file());
    assert_eq!(fs::read_to_string(output.join("build.json")).expect("file"), "an earlier build");
    assert_eq!(earlier(&request, &tools).expect("tools are there"), Some(manifest));
}

//! File names, the synthesis script and the steps of each family.

use frazil_boards::{Family, Multiplier};

use super::Build;
use crate::{Step, Tool};

/// The techmap that keeps adders as carry chains.
pub(crate) const ADDERS: &str = include_str!("../cells/add2alu.v");
/// Its file name.
pub(crate) const ADDERS_FILE: &str = "add2alu.v";
/// Leaves room for wires: a design with anchors is a large one, and lies over the whole device.
const SPREAD: [&str; 2] = ["--placer-heap-beta", "0.65"];
/// File name of the synthesis script.
pub(crate) const SCRIPT_FILE: &str = "synth.ys";

/// Names of the files of a build, relative to its folder.
pub(crate) struct Files {
    /// Source.
    pub verilog: String,
    /// Pin constraints.
    pub constraints: String,
    /// Netlist after synthesis.
    pub netlist: String,
    /// Cells after synthesis.
    pub statistics: String,
    /// The best seed, placed and routed.
    pub placed: String,
    /// The bitstream.
    pub bitstream: String,
    /// Ending of placed designs.
    placed_ending: &'static str,
}

impl Files {
    /// Names for a build's family and top.
    pub fn of(build: &Build) -> Self {
        let (constraints, placed_ending, bitstream) = match build.board.device.family {
            Family::Ice40 => ("pcf", "asc", "bin"),
            Family::Ecp5 => ("lpf", "config", "bit"),
        };
        let name = |ending: &str| format!("{}.{ending}", build.top);
        Self {
            verilog: name("v"),
            constraints: name(constraints),
            netlist: name("json"),
            statistics: "synth.stat.json".into(),
            placed: name(placed_ending),
            bitstream: name(bitstream),
            placed_ending,
        }
    }

    /// Placed design of a seed.
    pub fn placed_by(&self, seed: u64) -> String {
        format!("seed-{seed}.{}", self.placed_ending)
    }

    /// nextpnr's report of a seed.
    pub fn report_of(&self, seed: u64) -> String {
        format!("seed-{seed}.report.json")
    }

    /// Yosys's script: the family's own synthesis, with adders made carry chains before its coarse part.
    ///
    /// On iCE40 an adder that follows a multiplier stays `$add`, so that the DSP can take it in; ECP5's DSP
    /// takes in no adder. Constant products stay out of the DSPs because nothing but the MAC array multiplies.
    pub fn script(&self, build: &Build) -> String {
        let (top, netlist) = (&build.top, &self.netlist);
        let (adders, synthesis) = match build.board.device.family {
            Family::Ice40 => ("t:$add t:$sub %u t:$mul %co4 %d", ice40_synthesis(build)),
            Family::Ecp5 => ("t:$add t:$sub %u", ecp5_synthesis(build)),
        };
        [
            &format!("read_verilog {}", self.verilog),
            // Reads the family's primitives and checks the hierarchy.
            &format!("{synthesis} -top {top} -run begin:coarse"),
            "proc",
            "flatten",
            "opt",
            "wreduce",
            "opt_clean",
            &format!("techmap -map {ADDERS_FILE} {adders}"),
            "opt_clean",
            &format!("{synthesis} -top {top} -run coarse:json"),
            "check -assert",
            &format!("{}write_json {netlist}", anchors(build)),
            &format!("tee -q -o {} stat -json", self.statistics),
            "",
        ]
        .join("\n")
    }

    /// Synthesis. Only warnings and errors are printed.
    pub fn synthesis(&self) -> Step {
        Step::new("synth", Tool::Yosys, &["-q", "-s", SCRIPT_FILE])
            .reads(&[SCRIPT_FILE, ADDERS_FILE, &self.verilog])
            .makes(&[&self.netlist, &self.statistics])
    }

    /// Place and route with a seed. A missed clock is no error here: it is read from the report.
    pub fn place(&self, build: &Build, seed: u64) -> Step {
        let device = &build.board.device;
        let (tool, constraints, output) = match device.family {
            Family::Ice40 => (Tool::NextpnrIce40, "--pcf", "--asc"),
            Family::Ecp5 => (Tool::NextpnrEcp5, "--lpf", "--textcfg"),
        };
        let (placed, report) = (self.placed_by(seed), self.report_of(seed));
        let (variant, frequency, seed) =
            (format!("--{}", device.variant), format!("{}", build.target_mhz()), seed.to_string());
        let grade = device.speed_grade.map(|grade| grade.to_string());
        let grade = grade.iter().flat_map(|grade| ["--speed", grade.as_str()]);
        let args: Vec<&str> = [variant.as_str(), "--package", &device.package]
            .into_iter()
            .chain(grade)
            .chain(["--freq", &frequency, "--timing-allow-fail", "--seed", &seed])
            .chain(["--json", &self.netlist, constraints, &self.constraints])
            .chain([output, &placed, "--report", &report])
            .chain(SPREAD.into_iter().filter(|_| !build.anchors.is_empty()))
            .collect();
        Step::new(&format!("place-{seed}"), tool, &args)
            .reads(&[&self.netlist, &self.constraints])
            .makes(&[&placed, &report])
    }

    /// Bitstream of the best seed.
    pub fn pack(&self, build: &Build) -> Step {
        let (tool, args): (_, &[&str]) = match build.board.device.family {
            // The bitstream would end with a command that puts the flash to sleep.
            Family::Ice40 if build.board.flash.is_some() => {
                (Tool::Icepack, &["-s", &self.placed, &self.bitstream])
            }
            Family::Ice40 => (Tool::Icepack, &[&self.placed, &self.bitstream]),
            Family::Ecp5 => (Tool::Ecppack, &["--compress", &self.placed, &self.bitstream]),
        };
        Step::new("pack", tool, args).reads(&[&self.placed]).makes(&[&self.bitstream])
    }
}

/// Sites as attributes of the cells.
fn anchors(build: &Build) -> String {
    let anchor =
        |(cell, site): &(String, String)| format!("setattr -set BEL \"{site}\" {}/{cell}\n", build.top);
    build.anchors.iter().map(anchor).collect()
}

fn ice40_synthesis(build: &Build) -> String {
    let device = match build.board.device.variant.as_str() {
        variant if variant.starts_with("up") || variant.starts_with('u') => "u",
        variant if variant.starts_with("lp") => "lp",
        _ => "hx",
    };
    let dsp = if build.board.fabric.multiplier == Multiplier::SbMac16 { " -dsp" } else { "" };
    format!("synth_ice40 -device {device}{dsp} -abc9")
}

fn ecp5_synthesis(build: &Build) -> String {
    let dsp = if build.board.fabric.multiplier == Multiplier::Lut { " -nodsp" } else { "" };
    format!("synth_ecp5{dsp}")
}

#[cfg(test)]
mod tests {
    use frazil_boards::Board;

    use super::*;

    fn build(board: &str) -> Build {
        Build {
            board: Board::load(board).expect("built in"),
            verilog: "module top; endmodule".into(),
            constraints: String::new(),
            anchors: vec![],
            top: "top".into(),
            seeds: vec![1, 7],
            keep: false,
            design_id: None,
            work: None,
            step_limit: std::time::Duration::from_secs(60),
            output: "out".into(),
        }
    }

    #[test]
    fn steps_of_icebreaker() {
        insta::assert_json_snapshot!(build("icebreaker").steps());
    }

    #[test]
    fn steps_of_ulx3s() {
        insta::assert_json_snapshot!(build("ulx3s-85f").steps());
    }

    #[test]
    fn scripts() {
        insta::assert_snapshot!("script_icebreaker", build("icebreaker").script());
        insta::assert_snapshot!("script_ulx3s", build("ulx3s-85f").script());
    }

    #[test]
    fn the_board_chooses_device_and_dsp() {
        let mut build = build("icebreaker");
        build.board.device.variant = "hx8k".into();
        build.board.fabric.multiplier = Multiplier::Lut;
        assert!(build.script().contains("synth_ice40 -device hx -abc9 -top top"));
    }

    #[test]
    fn anchors_go_to_the_netlist_and_spread_the_rest() {
        let anchors = vec![("chip.datapath.mult_0_0".into(), "X4/Y10/MULT18_0".into())];
        let build = Build { anchors, ..build("ulx3s-85f") };
        let script = build.script();
        let set = script.find("setattr -set BEL \"X4/Y10/MULT18_0\" top/chip.datapath.mult_0_0\n");
        assert!(set.expect("an attribute") < script.find("write_json top.json").expect("a netlist"));
        let places = |build: &Build| build.steps()[1].args.join(" ").ends_with("--placer-heap-beta 0.65");
        assert!(places(&build) && !places(&Build { anchors: vec![], ..build.clone() }));
    }

    #[test]
    fn each_step_reads_what_an_earlier_one_or_the_sources_made() {
        for board in ["icebreaker", "ulx3s-85f"] {
            let build = build(board);
            let files = Files::of(&build);
            let mut there = vec![SCRIPT_FILE.into(), ADDERS_FILE.into(), files.verilog, files.constraints];
            for step in build.steps() {
                // The best seed's design takes this name when all seeds are placed.
                if step.name == "pack" {
                    assert!(there.contains(&format!("seed-1.{}", files.placed_ending)));
                    there.push(files.placed.clone());
                }
                assert!(step.inputs.iter().all(|file| there.contains(file)), "{step:?}");
                assert!(step.inputs.iter().all(|file| step.name == "synth" || step.args.contains(file)));
                there.extend(step.outputs);
            }
            assert!(there.contains(&files.bitstream));
        }
    }
}

//! `frazil build`: from a plan to a bitstream.

use std::path::{Path, PathBuf};
use std::time::Duration;

use frazil_boards::{Board, Family};
use frazil_flow::{Build, Event, FlowError, Manifest, Performance, Tools};
use frazil_hdl::top::{Design, assemble};
use serde::Serialize;

use super::Verdict;
use crate::accelerator::{TOP, anchors, network, top_spec, work};
use crate::args::BuildArgs;
use crate::error::{Failure, Result};
use crate::output::{Output, Stage, Table};
use crate::progress::Progress;

/// What `--json` prints with `--verilog-only`.
#[derive(Serialize)]
struct Sources<'a> {
    format_version: u32,
    folder: &'a Path,
    files: [String; 2],
    design_id: String,
}

/// Builds, prints the manifest, and says with the exit code whether the clock is met.
pub fn run(output: Output, args: &BuildArgs) -> Result<Verdict> {
    let board = Board::load(&args.plan.board.board).map_err(Failure::from)?;
    let freeze = network::frozen(&args.plan.graph, args.plan.freeze);
    let plan = network::plan(&args.plan.graph, freeze, &board)?;
    let design = assemble(&plan, &top_spec(&board, freeze > 0)?).map_err(Failure::from)?;
    let folder = args.out.clone().unwrap_or_else(|| default_folder(&board.name));
    if args.verilog_only {
        return sources(output, &board, &design, &folder);
    }
    let work = work(&plan, &board)?;
    let build = Build {
        board,
        verilog: design.verilog,
        constraints: design.constraints,
        anchors: anchors(design.anchors),
        top: TOP.into(),
        seeds: args.seeds.clone(),
        keep: false,
        design_id: Some(format!("{:016x}", design.design_id)),
        work: Some(work),
        step_limit: Duration::from_secs(args.step_limit),
        output: folder,
    };
    bitstream(output, &build)
}

/// Where the results of a board go when nothing else is said.
pub fn default_folder(board: &str) -> PathBuf {
    Path::new("build").join(board)
}

fn sources(output: Output, board: &Board, design: &Design, folder: &Path) -> Result<Verdict> {
    let constraints = match board.device.family {
        Family::Ice40 => format!("{TOP}.pcf"),
        Family::Ecp5 => format!("{TOP}.lpf"),
    };
    let files = [format!("{TOP}.v"), constraints];
    let stage = Stage::new(folder)?;
    stage.write(&files[0], design.verilog.as_bytes())?;
    stage.write(&files[1], design.constraints.as_bytes())?;
    stage.commit()?;
    let design_id = format!("{:016x}", design.design_id);
    let result = Sources { format_version: 1, folder, files, design_id };
    output.result(&result, || {
        format!("wrote {} and {} to {}\n", result.files[0], result.files[1], folder.display())
    })?;
    Ok(Verdict::Good)
}

fn bitstream(output: Output, build: &Build) -> Result<Verdict> {
    let progress = Progress::new(output, format!("build {}", build.board.name), Some(build.steps().len()));
    let result = frazil_flow::build(build, &Tools::find(), &mut |event| show(&progress, &event));
    drop(progress);
    match result {
        Ok(manifest) => {
            output.result(&manifest, || table(&manifest, &build.output))?;
            Ok(Verdict::Good)
        }
        // Everything was done; the result is slower than it should be.
        Err(error @ FlowError::Timing { .. }) => {
            output.note(format_args!("{error}\n{}", error.hint()));
            Ok(Verdict::Wrong)
        }
        Err(error) => Err(Failure::from(error).into()),
    }
}

fn show(progress: &Progress, event: &Event) {
    match event {
        Event::Started { .. } => {}
        Event::Step { name, tool } => progress.say(format!("{name} ({})", tool.program())),
        Event::Done { name, seconds } => {
            progress.step();
            progress.line(format_args!("{name:16} {seconds:6.1} s"));
        }
        Event::Seed { seed, fmax_mhz, meets_timing } => {
            let word = if *meets_timing { "meets the clock" } else { "too slow" };
            progress.line(format_args!("seed {seed:11} {fmax_mhz:6.2} MHz, {word}"));
        }
    }
}

fn table(manifest: &Manifest, folder: &Path) -> String {
    let mut seeds = Table::new(["seed", "MHz", ""]);
    for seed in &manifest.seeds {
        let best = if seed.seed == manifest.best_seed { "bitstream" } else { "" };
        seeds.row([seed.seed.to_string(), format!("{:.2}", seed.limiting.achieved_mhz), best.into()]);
    }
    let mut used = Table::new(["resource", "used", "of"]);
    let u = &manifest.utilisation;
    let rows = [("LUT", u.lut), ("FF", u.ff), ("block RAM", u.block_ram), ("SPRAM", u.spram), ("DSP", u.dsp)];
    for (name, resource) in rows {
        used.row([name.into(), resource.used.to_string(), resource.available.to_string()]);
    }
    let speed = manifest.performance.as_ref().map(speed).unwrap_or_default();
    format!(
        "{}\n{}\n{speed}{}: needs {} MHz; wrote {}\n",
        seeds.render(),
        used.render(),
        manifest.part,
        manifest.target_mhz,
        folder.join(&manifest.bitstream).display()
    )
}

fn speed(performance: &Performance) -> String {
    let Performance { work, array_utilisation, runs_per_second, runs_per_second_at_fmax } = performance;
    format!(
        "one run: {} cycles; {runs_per_second:.0} a second at the board's clock, {runs_per_second_at_fmax:.0} at the \
         median; {:.1} % of {} multipliers x cycles used\n",
        work.cycles,
        100.0 * array_utilisation,
        work.peak
    )
}

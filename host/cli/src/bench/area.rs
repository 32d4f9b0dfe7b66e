//! Building the boards' accelerators: what they take, and the clock that they reach.

use std::path::Path;
use std::time::Duration;

use frazil_boards::Board;
use frazil_flow::{Build, FlowError, Fmax, Manifest, Tools, Utilisation};
use frazil_hdl::top::assemble;
use frazil_model::plan::Plan;
use serde::Serialize;

use crate::accelerator::{TOP, anchors, top_spec};
use crate::error::{Failure, Result};

/// How to build.
#[derive(Clone, Copy, Debug)]
pub struct Route<'a> {
    /// Seeds of place and route.
    pub seeds: &'a [u64],
    /// Longest time of a tool.
    pub step_limit: Duration,
    /// Folder for the builds, one folder in it for each board.
    pub folder: &'a Path,
}

/// A built accelerator, without a frozen front end: it runs every network that fits.
#[derive(Clone, Debug, Serialize)]
pub struct Area {
    /// Name of the board.
    pub board: String,
    /// The clock that the board aims at, in MHz.
    pub target_mhz: f64,
    /// The clock that was reached, in MHz.
    pub fmax: Fmax,
    /// The seeds.
    pub seeds: Vec<u64>,
    /// What it takes.
    pub utilisation: Utilisation,
}

/// Builds the accelerator of a board; a clock below the target is a result too.
pub fn build(board: &Board, plan: &Plan, route: &Route, say: &mut dyn FnMut(String)) -> Result<Area> {
    let design = assemble(plan, &top_spec(board, false)?).map_err(Failure::from)?;
    let build = Build {
        board: board.clone(),
        verilog: design.verilog,
        constraints: design.constraints,
        anchors: anchors(design.anchors),
        top: TOP.into(),
        seeds: route.seeds.to_vec(),
        keep: false,
        design_id: Some(format!("{:016x}", design.design_id)),
        work: None,
        step_limit: route.step_limit,
        output: route.folder.join(&board.name),
    };
    let manifest = made(&build, &Tools::find(), say).map_err(Failure::from)?;
    Ok(area(manifest))
}

/// A build that is there is not made again: the tools would give the same.
fn made(
    build: &Build,
    tools: &Tools,
    say: &mut dyn FnMut(String),
) -> std::result::Result<Manifest, FlowError> {
    if let Some(manifest) = frazil_flow::earlier(build, tools)? {
        say(format!("the same build stands in {}", build.output.display()));
        return Ok(manifest);
    }
    match frazil_flow::build(build, tools, &mut |event| say(described(&event))) {
        Err(error @ FlowError::Timing { .. }) => frazil_flow::earlier(build, tools)?.ok_or(error),
        other => other,
    }
}

fn area(manifest: Manifest) -> Area {
    Area {
        board: manifest.board,
        target_mhz: manifest.target_mhz,
        fmax: manifest.fmax,
        seeds: manifest.seeds.iter().map(|seed| seed.seed).collect(),
        utilisation: manifest.utilisation,
    }
}

fn described(event: &frazil_flow::Event) -> String {
    use frazil_flow::Event;
    match event {
        Event::Started { steps } => format!("{steps} steps"),
        Event::Step { name, tool } => format!("{name} ({})", tool.program()),
        Event::Done { name, seconds } => format!("{name}: {seconds:.0} s"),
        Event::Seed { seed, fmax_mhz, .. } => format!("seed {seed}: {fmax_mhz:.2} MHz"),
    }
}

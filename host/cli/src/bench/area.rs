//! Building the boards' accelerators: what they take, and the clock that they reach.

use std::fs;
use std::path::Path;
use std::time::Duration;

use frazil_boards::Board;
use frazil_flow::{Build, FlowError, Fmax, Manifest, Tools, Utilisation};
use frazil_hdl::top::assemble;
use frazil_model::plan::Plan;
use serde::Serialize;

use crate::accelerator::{TOP, anchors, top_spec};
use crate::error::{Failure, Result, UsageError};

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
    let folder = route.folder.join(&board.name);
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
        output: folder.clone(),
    };
    let manifest = match frazil_flow::build(&build, &Tools::find(), &mut |event| say(described(&event))) {
        Ok(manifest) => manifest,
        Err(FlowError::Timing { .. }) => too_slow(&folder)?,
        Err(error) => return Err(Failure::from(error).into()),
    };
    Ok(area(manifest))
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

/// The manifest of a build that is complete and misses its clock.
fn too_slow(folder: &Path) -> Result<Manifest> {
    let path = folder.with_extension("failed").join("manifest.json");
    let fail = |what: String| UsageError::Inputs { path: path.clone(), what };
    let text = fs::read_to_string(&path).map_err(|error| fail(error.to_string()))?;
    Ok(serde_json::from_str(&text).map_err(|error| fail(error.to_string()))?)
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

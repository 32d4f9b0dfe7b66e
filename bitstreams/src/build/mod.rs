//! One build: request, steps as data, and the run.

mod earlier;
mod request;
mod seeds;
mod stage;
mod steps;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::manifest::{FORMAT_VERSION, Fmax, Hashes, Manifest, SeedResult, sha256};
use crate::report::{self, Place, Utilisation};
use crate::run::run_step;
use crate::{FlowError, Found, Performance, Step, Tool, Tools};

pub use earlier::earlier;
pub use request::Build;
use seeds::Seed;
use stage::Stage;
use steps::Files;

/// What happens during a build.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The build starts.
    Started {
        /// Steps that it will take.
        steps: usize,
    },
    /// A step starts. Steps of different seeds overlap.
    Step {
        /// Name of the step.
        name: String,
        /// Its tool.
        tool: Tool,
    },
    /// A step ended well.
    Done {
        /// Name of the step.
        name: String,
        /// How long it took.
        seconds: f64,
    },
    /// A seed was placed and routed.
    Seed {
        /// The seed.
        seed: u64,
        /// The clock it reached, in MHz.
        fmax_mhz: f64,
        /// Every clock reaches what it needs.
        meets_timing: bool,
    },
}

/// Receives events.
pub(crate) type Listener<'a> = &'a mut dyn FnMut(Event);

/// Builds the bitstream of the best seed.
///
/// The folder [`Build::output`] appears when everything in it is whole, replacing that of an earlier build. After
/// an error it is as it was before; what was made until then is in `<output>.failed`, logs included. Missing
/// the clock is such an error ([`FlowError::Timing`]); its folder is complete.
pub fn build(build: &Build, tools: &Tools, on_event: &mut dyn FnMut(Event)) -> Result<Manifest, FlowError> {
    build.check()?;
    let found = tools_of(build, tools)?;
    let stage = Stage::open(&build.output)?;
    let result = run(build, &found, &stage, on_event).and_then(|manifest| timing(build, &stage, manifest));
    match result {
        Ok(manifest) => stage.publish().map(|()| manifest),
        Err(error) => Err(stage.fail(error)),
    }
}

/// The tools of the build's steps, with versions; a missing one is found before anything is written.
fn tools_of(build: &Build, tools: &Tools) -> Result<Vec<Found>, FlowError> {
    let mut needed: Vec<Tool> = build.steps().iter().map(|step| step.tool).collect();
    needed.sort();
    needed.dedup();
    needed.into_iter().map(|tool| tools.get(tool)).collect()
}

/// What the steps gave.
struct Outcome {
    placed: Vec<Seed>,
    best: usize,
    cells: BTreeMap<String, u64>,
    seconds: BTreeMap<String, f64>,
}

/// Runs all steps and writes the manifest.
fn run(build: &Build, found: &[Found], stage: &Stage, on_event: Listener) -> Result<Manifest, FlowError> {
    let files = Files::of(build);
    let steps = build.steps();
    on_event(Event::Started { steps: steps.len() });
    stage.write_sources(build, &files, &steps)?;
    let outcome =
        run_steps(build, &files, Runner::new(found, stage.folder(), build.step_limit), stage, on_event)?;
    let manifest = manifest(build, &files, found, stage, outcome)?;
    stage.write_manifest(&manifest)?;
    Ok(manifest)
}

fn run_steps(
    build: &Build,
    files: &Files,
    mut runner: Runner,
    stage: &Stage,
    on_event: Listener,
) -> Result<Outcome, FlowError> {
    let start = Instant::now();
    runner.run(&files.synthesis(), on_event)?;
    let cells = report::cells(&files.statistics, &stage.read(&files.statistics)?)?;
    let placed = seeds::place(build, files, &runner, on_event)?;
    runner.seconds.extend(placed.iter().map(|seed| (seed.step.clone(), seed.seconds)));
    let best = seeds::best(&placed).ok_or_else(no_seeds)?;
    stage.keep_best(files, &placed, best, build.keep)?;
    runner.run(&files.pack(build), on_event)?;
    runner.seconds.insert("total".into(), start.elapsed().as_secs_f64());
    Ok(Outcome { placed, best, cells, seconds: runner.seconds })
}

fn manifest(
    build: &Build,
    files: &Files,
    found: &[Found],
    stage: &Stage,
    outcome: Outcome,
) -> Result<Manifest, FlowError> {
    let best = &outcome.placed[outcome.best];
    let device = &build.board.device;
    let seeds: Vec<SeedResult> = outcome.placed.iter().map(|seed| result(seed.seed, &seed.place)).collect();
    let fmax = Fmax::of(&seeds);
    Ok(Manifest {
        format_version: FORMAT_VERSION,
        board: build.board.name.clone(),
        part: device.part.clone(),
        top: build.top.clone(),
        design_id: build.design_id.clone(),
        bitstream: files.bitstream.clone(),
        hashes: hashes(build, files, stage)?,
        target_mhz: build.target_mhz(),
        meets_timing: best.place.meets_timing(),
        fmax,
        best_seed: best.seed,
        seeds,
        utilisation: Utilisation::new(device.family, best.place.used.clone(), outcome.cells),
        performance: build.work.map(|work| Performance::new(work, build.target_mhz(), &fmax)),
        tools: found.to_vec(),
        seconds: outcome.seconds,
    })
}

fn no_seeds() -> FlowError {
    FlowError::Request { field: "seeds", reason: "must not be empty".into() }
}

fn result(seed: u64, place: &Place) -> SeedResult {
    SeedResult {
        seed,
        meets_timing: place.meets_timing(),
        limiting: place.limiting.clone(),
        clocks: place.clocks.clone(),
        critical_path: place.critical_path.clone(),
    }
}

fn hashes(build: &Build, files: &Files, stage: &Stage) -> Result<Hashes, FlowError> {
    Ok(Hashes {
        verilog: sha256(build.verilog.as_bytes()),
        constraints: sha256(build.constraints.as_bytes()),
        script: sha256(files.script(build).as_bytes()),
        bitstream: sha256(&stage.read_bytes(&files.bitstream)?),
    })
}

fn timing(build: &Build, stage: &Stage, manifest: Manifest) -> Result<Manifest, FlowError> {
    if manifest.meets_timing {
        return Ok(manifest);
    }
    let best = manifest.seeds.iter().find(|seed| seed.seed == manifest.best_seed);
    let limiting = best.map(|seed| (seed.limiting.achieved_mhz, seed.limiting.needed_mhz));
    let (best_mhz, target_mhz) = limiting.unwrap_or((manifest.fmax.best, build.target_mhz()));
    Err(FlowError::Timing { best_mhz, target_mhz, seeds: build.seeds.len(), kept: stage.failed_folder() })
}

/// Runs steps in the build's folder and notes how long they take.
pub(crate) struct Runner<'a> {
    found: &'a [Found],
    folder: &'a Path,
    limit: Duration,
    seconds: BTreeMap<String, f64>,
}

impl<'a> Runner<'a> {
    fn new(found: &'a [Found], folder: &'a Path, limit: Duration) -> Self {
        Self { found, folder, limit, seconds: BTreeMap::new() }
    }

    fn run(&mut self, step: &Step, on_event: Listener) -> Result<(), FlowError> {
        let seconds = self.timed(step, on_event)?;
        self.seconds.insert(step.name.clone(), seconds);
        Ok(())
    }

    /// Runs a step; gives its seconds.
    fn timed(&self, step: &Step, on_event: Listener) -> Result<f64, FlowError> {
        let program = self.found.iter().find(|found| found.tool == step.tool);
        let program = program.ok_or(FlowError::MissingTool { tool: step.tool })?;
        on_event(Event::Step { name: step.name.clone(), tool: step.tool });
        let start = Instant::now();
        run_step(step, &program.path, self.folder, self.limit)?;
        let seconds = start.elapsed().as_secs_f64();
        on_event(Event::Done { name: step.name.clone(), seconds });
        Ok(seconds)
    }
}

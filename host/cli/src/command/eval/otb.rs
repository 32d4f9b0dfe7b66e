//! `frazil eval otb`: accuracy on sequences, beside a raw-pixel tracker in the same loop.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use frazil_boards::Board;
use frazil_track::BBox;
use frazil_track::metrics::{Summary, inference_rate};
use frazil_track::schedule::Window;
use serde::Serialize;

use crate::accelerator::{RawPixels, Target, Tracking};
use crate::args::OtbArgs;
use crate::command::Verdict;
use crate::command::track::in_frame;
use crate::error::{Failure, Result, UsageError};
use crate::frames::{Folder, Frame, FrameSource, Frames, Info};
use crate::output::{Output, Table};
use crate::parameters::Parameters;
use crate::pipeline::{self, DeviceUse, Job, Look, window_name};
use crate::progress::Progress;

/// The tracker whose network runs on the device.
const ORIENTED: &str = "oriented";
/// The tracker that it is measured against.
const RAW: &str = "raw pixels";

/// Everything measured; what `--json` prints.
#[derive(Serialize)]
struct Evaluation {
    format_version: u32,
    device: String,
    board: String,
    parameters: Parameters,
    sequences: Vec<Sequence>,
    mean: Vec<Mean>,
}

/// One sequence.
#[derive(Serialize)]
struct Sequence {
    name: String,
    width: u32,
    height: u32,
    frames: usize,
    results: Vec<Measured>,
}

/// One tracker with one window on one sequence.
#[derive(Serialize)]
struct Measured {
    tracker: &'static str,
    window: String,
    keyframes: usize,
    inference_rate: f64,
    score: Summary,
    device: DeviceUse,
    host_seconds: f64,
}

/// One tracker with one window, each sequence counting the same.
#[derive(Serialize)]
struct Mean {
    tracker: &'static str,
    window: String,
    inference_rate: f64,
    score: Summary,
}

/// A sequence in memory.
struct Loaded {
    info: Info,
    frames: Vec<Frame>,
    truth: Vec<Option<BBox>>,
    start: BBox,
}

/// What every sequence is measured with.
struct Plan<'a> {
    windows: Vec<Window>,
    device: &'a str,
    target: Target,
    board: Board,
    parameters: &'a Parameters,
    progress: &'a Progress,
}

/// Measures all sequences and prints the tables.
pub fn otb(output: Output, args: &OtbArgs) -> Result<Verdict> {
    let windows = args.windows.iter().map(|w| w.parse::<Window>().map_err(|e| Failure::from(e).into()));
    let windows = windows.collect::<Result<Vec<Window>>>()?;
    let parameters = Parameters::load(args.parameters.parameters.as_deref())?;
    let target = Target::parse(&args.device)?;
    let board = Board::load(&args.board.board).map_err(Failure::from)?;
    // A wrong folder is said at once, not after minutes.
    let folders = args.sequences.iter().map(|p| open(p)).collect::<Result<Vec<Folder>>>()?;
    let progress = Progress::new(output, "evaluate", Some(folders.len() * windows.len() * 2));
    let plan =
        Plan { windows, device: &args.device, target, board, parameters: &parameters, progress: &progress };
    let sequences = measure_all(&plan, folders, &args.sequences)?;
    drop(progress);
    let mean = means(&sequences);
    let board = args.board.board.clone();
    let evaluation =
        Evaluation { format_version: 1, device: args.device.clone(), board, parameters, sequences, mean };
    output.result(&evaluation, || text(&evaluation))?;
    Ok(Verdict::Good)
}

fn open(path: &Path) -> Result<Folder> {
    if !path.is_dir() {
        let missing = std::io::ErrorKind::NotFound.into();
        return Err(crate::frames::FrameError::open(path, missing).into());
    }
    let folder = Folder::open(path)?;
    let first = folder.truth().first().ok_or_else(|| UsageError::NoTruth { folder: path.into() })?;
    let first = first.ok_or_else(|| UsageError::Absent { folder: path.into() })?;
    in_frame(first, folder.info())?;
    Ok(folder)
}

/// Sequences are independent, so that the reference, which has no device to wait for, uses all processors.
fn measure_all(plan: &Plan<'_>, folders: Vec<Folder>, paths: &[std::path::PathBuf]) -> Result<Vec<Sequence>> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let workers = if plan.target == Target::Reference { processors.min(folders.len()) } else { 1 };
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let (Some(folder), Some(path)) = (folders.get(at), paths.get(at)) else { return Ok(done) };
            done.push((at, measure(plan, folder, path)?));
        }
    };
    let mut results: Vec<(usize, Sequence)> = std::thread::scope(|scope| {
        let started: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        let joined =
            started.into_iter().map(|t| t.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        joined.collect::<Result<Vec<_>>>().map(|lists| lists.into_iter().flatten().collect())
    })?;
    results.sort_by_key(|(at, _)| *at);
    Ok(results.into_iter().map(|(_, sequence)| sequence).collect())
}

fn measure(plan: &Plan<'_>, folder: &Folder, path: &Path) -> Result<Sequence> {
    let loaded = load(folder, path)?;
    let mut tracking = Tracking::on(plan.device, &plan.target, &plan.board, plan.parameters.tracker)?;
    let mut results = Vec::new();
    for window in &plan.windows {
        results.push(one(ORIENTED, &mut tracking, &loaded, plan.parameters, *window)?);
        plan.progress.step();
        let mut raw = RawPixels::new(plan.parameters.raw_pixels);
        results.push(one(RAW, &mut raw, &loaded, plan.parameters, *window)?);
        plan.progress.step();
    }
    let Info { name, width, height, .. } = loaded.info;
    Ok(Sequence { name, width, height, frames: loaded.frames.len(), results })
}

fn load(folder: &Folder, path: &Path) -> Result<Loaded> {
    let mut source = folder.again();
    let mut frames = Vec::new();
    while let Some(frame) = source.next_frame()? {
        // Nobody looks at colours here.
        frames.push(Frame { rgb: None, ..frame });
    }
    let truth = folder.truth().to_vec();
    let absent = || UsageError::Absent { folder: path.into() };
    let start = truth.first().copied().flatten().ok_or_else(absent)?;
    Ok(Loaded { info: folder.info().clone(), frames, truth, start })
}

fn one(
    tracker: &'static str,
    look: &mut dyn Look,
    loaded: &Loaded,
    parameters: &Parameters,
    window: Window,
) -> Result<Measured> {
    let job = Job { start: loaded.start, parameters, window, truth: &loaded.truth, limit: None };
    let mut source = Frames::new(loaded.info.clone(), &loaded.frames);
    let run = pipeline::run(look, &mut source, &job, |_, _| {})?;
    Ok(Measured {
        tracker,
        window: run.window,
        keyframes: run.keyframes,
        inference_rate: inference_rate(run.keyframes as u64, run.steps.len() as u64),
        score: run.score.unwrap_or_default(),
        device: run.device,
        host_seconds: run.host_seconds,
    })
}

/// One row for each tracker and window, in the order of the results.
fn means(sequences: &[Sequence]) -> Vec<Mean> {
    let count = sequences.first().map_or(0, |s| s.results.len());
    let mut means: Vec<Mean> = (0..count)
        .filter_map(|at| {
            let column: Vec<&Measured> = sequences.iter().filter_map(|s| s.results.get(at)).collect();
            let first = column.first()?;
            let rate = column.iter().map(|m| m.inference_rate).sum::<f64>() / column.len() as f64;
            let scores: Vec<Summary> = column.iter().map(|m| m.score).collect();
            let score = Summary::mean(&scores)?;
            Some(Mean { tracker: first.tracker, window: first.window.clone(), inference_rate: rate, score })
        })
        .collect();
    means.sort_by_key(|m| m.tracker != ORIENTED);
    means
}

fn text(evaluation: &Evaluation) -> String {
    let mut mean =
        Table::new(["tracker", "window", "success@0.3", "@0.5", "@0.7", "AUC", "precision@20", "inferences"]);
    for m in &evaluation.mean {
        let s = &m.score;
        let shares = [s.success_30, s.success_50, s.success_70].map(|v| format!("{v:.3}"));
        let rest = [s.auc, s.precision_20].map(|v| format!("{v:.3}"));
        let rate = format!("{:.1} %", 100.0 * m.inference_rate);
        table_row(&mut mean, m.tracker, &m.window, shares.into_iter().chain(rest).chain([rate]));
    }
    format!(
        "mean of {} sequences\n\n{}\nAUC of each sequence\n\n{}",
        evaluation.sequences.len(),
        mean.render(),
        by_sequence(evaluation)
    )
}

fn table_row(table: &mut Table, tracker: &str, window: &str, cells: impl Iterator<Item = String>) {
    table.row([tracker.to_string(), window_name(window)].into_iter().chain(cells));
}

/// AUC with sequences as rows and windows as columns.
fn by_sequence(evaluation: &Evaluation) -> String {
    let columns = || evaluation.mean.iter();
    let short = |tracker: &str| if tracker == ORIENTED { "" } else { "raw " };
    let heading = columns().map(|m| format!("{}{}", short(m.tracker), window_name(&m.window)));
    let mut table =
        Table::with_heading(["sequence".to_string(), "frames".to_string()].into_iter().chain(heading));
    for sequence in &evaluation.sequences {
        let auc = columns().map(|m| {
            let result = sequence.results.iter().find(|r| r.tracker == m.tracker && r.window == m.window);
            result.map_or("-".into(), |r| format!("{:.3}", r.score.auc))
        });
        table.row([sequence.name.clone(), sequence.frames.to_string()].into_iter().chain(auc));
    }
    table.render()
}

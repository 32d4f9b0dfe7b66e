//! `frazil demo`: the built-in clip on a device, with three windows.

use frazil_track::schedule::Window;
use serde::Serialize;

use super::Verdict;
use super::track::{follow, saved};
use crate::accelerator::Tracking;
use crate::args::DemoArgs;
use crate::clip::Clip;
use crate::error::{Failure, Result};
use crate::frames::Frames;
use crate::output::{Output, Stage};
use crate::parameters::Parameters;
use crate::pipeline::{self, Job, Run, RunSummary};
use crate::progress::Progress;
use crate::report::{Album, Device, Report, Source};

/// The windows of the demo.
const WINDOWS: [&str; 3] = ["1", "4", "adaptive"];

/// What `--json` prints.
#[derive(Serialize)]
struct Shown<'a> {
    format_version: u32,
    source: &'a Source,
    device: &'a Device,
    runs: Vec<RunSummary>,
}

/// Renders, tracks, writes the report and prints the table.
pub fn run(output: Output, args: &DemoArgs) -> Result<Verdict> {
    let stage = Stage::new(&args.out)?;
    let parameters = Parameters::default();
    let mut tracking = Tracking::open(&args.device, parameters.tracker)?;
    let clip = render(output, args.frames)?;
    let mut album = Album::new();
    let mut runs = Vec::new();
    for (at, window) in WINDOWS.iter().enumerate() {
        let window: Window = window.parse().map_err(Failure::from)?;
        runs.push(track(output, &mut tracking, &clip, window, (at == 0).then_some(&mut album))?);
    }
    let source = Source::new(&clip.info(), clip.frames.len());
    let report = Report::new(source, tracking.device(), parameters, runs);
    report.write(&stage, &album)?;
    stage.commit()?;
    print(output, &report)?;
    saved(output, Some(&args.out));
    Ok(Verdict::Good)
}

fn render(output: Output, frames: usize) -> Result<Clip> {
    let progress = Progress::new(output, "render the clip", Some(frames));
    Ok(Clip::render(frames, || progress.step()).map_err(Failure::from)?)
}

fn track(
    output: Output,
    tracking: &mut Tracking,
    clip: &Clip,
    window: Window,
    album: Option<&mut Album>,
) -> Result<Run> {
    let truth: Vec<_> = clip.truth.iter().copied().map(Some).collect();
    let job =
        Job { start: clip.truth[0], parameters: &Parameters::default(), window, truth: &truth, limit: None };
    let run = follow(output, tracking, &mut Frames::new(clip.info(), &clip.frames), &job, album)?;
    let success = run.score.map_or(0.0, |s| 100.0 * s.success_50);
    output.progress(format_args!(
        "{:9} {:3} keyframes, success@0.5 {success:5.1} %, {:.2} s",
        run.name(),
        run.keyframes,
        run.host_seconds
    ));
    Ok(run)
}

fn print(output: Output, report: &Report) -> Result<()> {
    let clock_hz = report.device.clock_hz;
    let runs: Vec<RunSummary> = report.runs.iter().map(|r| RunSummary::new(r, clock_hz)).collect();
    let shown = Shown { format_version: 1, source: &report.source, device: &report.device, runs };
    output.result(&shown, || {
        let board = &report.device.board;
        format!(
            "{}\ndevice {} as {board} at {} MHz; device time is that of the cycles, without the link\n",
            pipeline::table(&shown.runs),
            report.device.kind,
            clock_hz / 1e6
        )
    })?;
    Ok(())
}

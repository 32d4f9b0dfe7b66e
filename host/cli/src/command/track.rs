//! `frazil track`: one object through a video.

use std::path::Path;

use frazil_track::BBox;
use frazil_track::schedule::Window;
use serde::Serialize;

use super::Verdict;
use crate::accelerator::Tracking;
use crate::args::TrackArgs;
use crate::error::{Failure, Result, UsageError};
use crate::frames::{self, FrameSource, Info};
use crate::output::{Output, Stage};
use crate::parameters::Parameters;
use crate::pipeline::{self, Job, Run, RunSummary};
use crate::progress::Progress;
use crate::report::{Album, Report, Source};

/// What `--json` prints.
#[derive(Serialize)]
struct Tracked<'a> {
    format_version: u32,
    source: &'a Source,
    run: RunSummary,
    steps: &'a [pipeline::Step],
}

/// Tracks, prints the boxes, and writes the report if one is wanted.
pub fn run(output: Output, args: &TrackArgs) -> Result<Verdict> {
    let window: Window = args.window.parse().map_err(Failure::from)?;
    let parameters = Parameters::load(args.parameters.parameters.as_deref())?;
    let mut source = frames::open(&args.video)?;
    let truth = source.truth().to_vec();
    let start = start_box(args, &truth, source.info())?;
    let stage = args.report.as_deref().map(Stage::new).transpose()?;
    let mut tracking = Tracking::open(&args.device, parameters.tracker)?;

    let mut album = stage.as_ref().map(|_| Album::new());
    let job = Job { start, parameters: &parameters, window, truth: &truth, limit: args.frames };
    let run = follow(output, &mut tracking, source.as_mut(), &job, album.as_mut())?;
    let source = Source::new(source.info(), run.steps.len());
    let report = Report::new(source, tracking.device(), parameters, vec![run]);
    print(output, &report)?;
    if let (Some(stage), Some(album)) = (stage, album) {
        report.write(&stage, &album)?;
        stage.commit()?;
        saved(output, args.report.as_deref());
    }
    Ok(Verdict::Good)
}

/// The box of the command line, or the first of the ground truth.
fn start_box(args: &TrackArgs, truth: &[Option<BBox>], info: &Info) -> Result<BBox> {
    let known = truth.first().copied().flatten();
    let bbox = match &args.bbox {
        Some(text) => parse_box(text)?,
        None => known.ok_or_else(|| UsageError::NoBox { video: args.video.clone() })?,
    };
    in_frame(bbox, info)
}

fn parse_box(text: &str) -> Result<BBox> {
    let bad = || UsageError::BoxText { text: text.into() };
    let numbers = text.split(',').map(|n| n.trim().parse::<f64>().ok()).collect::<Option<Vec<f64>>>();
    let [x, y, w, h] = numbers.and_then(|n| <[f64; 4]>::try_from(n).ok()).ok_or_else(bad)?;
    Ok(BBox::new(x, y, w, h))
}

/// A box without any pixel of the frame cannot be tracked.
pub fn in_frame(bbox: BBox, info: &Info) -> Result<BBox> {
    let (width, height) = (info.width, info.height);
    let inside = bbox.clipped(width as usize, height as usize);
    let BBox { x, y, w, h } = bbox;
    inside.map(|_| bbox).ok_or_else(|| UsageError::BoxOutside { x, y, w, h, width, height }.into())
}

/// Runs with a progress bar and fills the album.
pub fn follow(
    output: Output,
    tracking: &mut Tracking,
    source: &mut dyn FrameSource,
    job: &Job<'_>,
    mut album: Option<&mut Album>,
) -> Result<Run> {
    let length = source.info().frames.or(job.limit);
    let name = pipeline::window_name(&job.window.to_string());
    let progress = Progress::new(output, format!("track {name}"), length);
    pipeline::run(tracking, source, job, |frame, step| {
        if let Some(album) = album.as_deref_mut() {
            album.offer(step.frame, frame);
        }
        progress.step();
    })
}

fn print(output: Output, report: &Report) -> Result<()> {
    for run in &report.runs {
        let summary = RunSummary::new(run, report.device.clock_hz);
        output.note(pipeline::table(std::slice::from_ref(&summary)).trim_end());
        let tracked = Tracked { format_version: 1, source: &report.source, run: summary, steps: &run.steps };
        output.result(&tracked, || lines(&run.steps))?;
    }
    Ok(())
}

fn lines(steps: &[pipeline::Step]) -> String {
    let line = |s: &pipeline::Step| {
        let b = s.bbox;
        format!("{},{:.2},{:.2},{:.2},{:.2},{}\n", s.frame, b.x, b.y, b.w, b.h, u8::from(s.keyframe))
    };
    let rows: String = steps.iter().map(line).collect();
    format!("frame,x,y,w,h,keyframe\n{rows}")
}

/// Says where the report is.
pub fn saved(output: Output, folder: Option<&Path>) {
    if let Some(folder) = folder {
        output.note(format_args!("wrote {0}/report.html, report.json and annotated.gif", folder.display()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_are_read_and_checked() {
        let info = Info { name: "v".into(), width: 100, height: 50, fps: 25.0, frames: None };
        assert_eq!(parse_box("1, 2.5,3,4").unwrap(), BBox::new(1.0, 2.5, 3.0, 4.0));
        for text in ["", "1,2,3", "1,2,3,4,5", "a,2,3,4"] {
            assert!(parse_box(text).is_err(), "{text}");
        }
        for good in ["-5,-5,10,10", "0,0,100,50", "99,49,50,50"] {
            assert!(in_frame(parse_box(good).unwrap(), &info).is_ok(), "{good}");
        }
        for outside in ["100,0,5,5", "0,50,5,5", "-9,0,9,9", "1,1,0,5", "1,1,-5,5", "NaN,1,5,5", "1,1,inf,5"]
        {
            assert!(in_frame(parse_box(outside).unwrap(), &info).is_err(), "{outside}");
        }
    }
}

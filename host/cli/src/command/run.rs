//! `frazil run`: a network on a device.

use std::path::{Path, PathBuf};

use frazil_boards::Board;
use frazil_model::graph::Shape;
use image::imageops::FilterType;
use image::{DynamicImage, ImageFormat};
use serde::Serialize;

use super::Verdict;
use crate::accelerator::{Executor, Inference, Target, network};
use crate::args::RunArgs;
use crate::error::{Failure, Result, UsageError};
use crate::output::Output;

/// What `--json` prints.
#[derive(Serialize)]
struct Outcome {
    format_version: u32,
    network: String,
    device: String,
    board: String,
    compared_with: Option<String>,
    results: Vec<Row>,
}

/// One input's result.
#[derive(Serialize)]
struct Row {
    input: PathBuf,
    output: Vec<i8>,
    cycles: Option<u64>,
    seconds: Option<f64>,
    differences: Option<usize>,
}

/// Runs all inputs; exit code 1 if a comparison finds a difference.
pub fn run(output: Output, args: &RunArgs) -> Result<Verdict> {
    let target = Target::parse(&args.device.device)?;
    let other = args.compare.as_deref().map(Target::parse).transpose()?;
    let board = Board::load(&args.device.board.board).map_err(Failure::from)?;
    let graph = network::load(&args.graph)?;
    let shape = graph.summary().input;
    let inputs = args.inputs.iter().map(|path| read(path, shape)).collect::<Result<Vec<_>>>()?;
    let open = |target: &Target| Executor::open(target, &board, &graph, args.freeze);
    let mut device = open(&target)?;
    let mut second = other.as_ref().map(open).transpose()?;
    let mut results = Vec::new();
    for (path, input) in args.inputs.iter().zip(&inputs) {
        let first = device.infer(input)?;
        let second = second.as_mut().map(|s| s.infer(input)).transpose()?;
        results.push(row(path, first, second, f64::from(board.clock.target_hz)));
    }
    let outcome = Outcome {
        format_version: 1,
        network: graph.name.clone(),
        device: args.device.device.clone(),
        board: board.name,
        compared_with: args.compare.clone(),
        results,
    };
    output.result(&outcome, || text(&outcome))?;
    let same = outcome.results.iter().all(|r| r.differences.unwrap_or(0) == 0);
    Ok(if same { Verdict::Good } else { Verdict::Wrong })
}

fn row(path: &Path, first: Inference, second: Option<Inference>, clock_hz: f64) -> Row {
    let differ = |other: &Inference| first.output.iter().zip(&other.output).filter(|(a, b)| a != b).count();
    Row {
        input: path.into(),
        differences: second.as_ref().map(differ),
        cycles: first.cycles,
        seconds: first.cycles.map(|c| c as f64 / clock_hz),
        output: first.output,
    }
}

/// An image scaled to the input, or raw values.
fn read(path: &Path, shape: Shape) -> Result<Vec<i8>> {
    let bytes = std::fs::read(path).map_err(|source| UsageError::Input { path: path.into(), source })?;
    let Ok(format) = image::guess_format(&bytes) else { return raw(path, bytes, shape) };
    let picture =
        decode(path, &bytes, format)?.resize_exact(shape.w as u32, shape.h as u32, FilterType::Triangle);
    let pixels = match shape.c {
        1 => picture.into_luma8().into_raw(),
        3 => picture.into_rgb8().into_raw(),
        channels => return Err(UsageError::Channels { path: path.into(), channels }.into()),
    };
    // The quantisation of images: 0..=255 less 128.
    Ok(pixels.into_iter().map(|p| (p ^ 0x80) as i8).collect())
}

fn decode(path: &Path, bytes: &[u8], format: ImageFormat) -> Result<DynamicImage> {
    let fail = |source| crate::frames::FrameError::Image { path: path.into(), source };
    Ok(image::load_from_memory_with_format(bytes, format).map_err(fail)?)
}

fn raw(path: &Path, bytes: Vec<u8>, shape: Shape) -> Result<Vec<i8>> {
    let expected = shape.h * shape.w * shape.c;
    if bytes.len() != expected {
        return Err(UsageError::InputLength { path: path.into(), found: bytes.len(), expected }.into());
    }
    Ok(bytes.into_iter().map(|b| b as i8).collect())
}

fn text(outcome: &Outcome) -> String {
    let line = |r: &Row| {
        let cycles = match (r.cycles, r.seconds) {
            (Some(c), Some(s)) => format!("  {c} cycles, {:.3} ms on {}", s * 1e3, outcome.board),
            _ => String::new(),
        };
        let compared = match (r.differences, &outcome.compared_with) {
            (Some(0), Some(other)) => format!("  same bits as {other}"),
            (Some(n), Some(other)) => format!("  {n} of {} values differ from {other}", r.output.len()),
            _ => String::new(),
        };
        format!("{}{cycles}{compared}\n  {}\n", r.input.display(), values(&r.output))
    };
    outcome.results.iter().map(line).collect()
}

/// The values, or the first ones of many.
fn values(output: &[i8]) -> String {
    const SHOWN: usize = 32;
    let shown: Vec<String> = output.iter().take(SHOWN).map(i8::to_string).collect();
    let more = output.len().saturating_sub(SHOWN);
    let rest = if more > 0 { format!(" ... and {more} more (all with --json)") } else { String::new() };
    shown.join(" ") + &rest
}

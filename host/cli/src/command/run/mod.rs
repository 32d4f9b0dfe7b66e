//! `frazil run`: a network on a device.

mod trace;

use std::path::{Path, PathBuf};

use frazil_boards::Board;
use frazil_model::graph::{Graph, Shape, Values};
use serde::Serialize;

use super::Verdict;
use super::labels::{Labels, Rank};
use super::picture::Reader;
use crate::accelerator::{Executor, Inference, Target, network};
use crate::args::RunArgs;
use crate::error::{Failure, Result};
use crate::output::{Output, Stage};

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
    outputs: Vec<Tensor>,
    top: Vec<Rank>,
    cycles: Option<u64>,
    seconds: Option<f64>,
    differences: Option<usize>,
}

/// One output.
#[derive(Serialize)]
struct Tensor {
    name: String,
    shape: Shape,
    values: Values,
}

/// Runs all inputs; exit code 1 if a comparison finds a difference.
pub fn run(output: Output, args: &RunArgs) -> Result<Verdict> {
    let target = Target::parse(&args.device.device)?;
    let other = args.compare.as_deref().map(Target::parse).transpose()?;
    let board = Board::load(&args.device.board.board).map_err(Failure::from)?;
    let graph = network::load(&args.graph)?;
    let labels = Labels::load(args.labels.as_deref(), args.top, &graph)?;
    let reader = Reader::new(&graph, args.mean, args.std);
    let inputs = args.inputs.iter().map(|path| reader.read(path)).collect::<Result<Vec<_>>>()?;
    let stage = args.trace.as_deref().map(Stage::new).transpose()?;
    let freeze = network::frozen(&args.graph, args.freeze);
    let open = |target: &Target| Executor::open(target, &board, &graph, freeze, network::SPARSE);
    let mut device = open(&target)?;
    let mut second = other.as_ref().map(open).transpose()?;
    let mut results = Vec::new();
    for (path, input) in args.inputs.iter().zip(&inputs) {
        let first = device.infer(input)?;
        let second = second.as_mut().map(|s| s.infer(input)).transpose()?;
        results.push(row(path, &graph, &labels, first, second, f64::from(board.clock.target_hz)));
    }
    if let Some(stage) = stage {
        trace::write(&stage, &graph, &inputs)?;
        stage.commit()?;
    }
    let outcome = Outcome {
        format_version: 2,
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

fn row(
    path: &Path,
    graph: &Graph,
    labels: &Labels,
    first: Inference,
    second: Option<Inference>,
    clock_hz: f64,
) -> Row {
    let pairs = |other: &Inference| -> usize {
        let differ = |(a, b): (&Vec<i8>, &Vec<i8>)| a.iter().zip(b).filter(|(a, b)| a != b).count();
        first.outputs.iter().zip(&other.outputs).map(differ).sum()
    };
    let tensor = |(&index, data): (&usize, &Vec<i8>)| {
        let info = &graph.tensors[index];
        Tensor { name: info.name.clone(), shape: info.shape, values: graph.decode_output(index, data) }
    };
    Row {
        input: path.into(),
        differences: second.as_ref().map(pairs),
        cycles: first.cycles,
        seconds: first.cycles.map(|c| c as f64 / clock_hz),
        top: first.outputs.first().map_or(Vec::new(), |data| labels.rank(graph, data)),
        outputs: graph.outputs.iter().zip(&first.outputs).map(tensor).collect(),
    }
}

fn text(outcome: &Outcome) -> String {
    outcome
        .results
        .iter()
        .map(|row| format!("{}{}\n{}", row.input.display(), notes(outcome, row), body(row)))
        .collect()
}

/// Cycles, and what the comparison says.
fn notes(outcome: &Outcome, row: &Row) -> String {
    let cycles = match (row.cycles, row.seconds) {
        (Some(c), Some(s)) => format!("  {c} cycles, {:.3} ms on {}", s * 1e3, outcome.board),
        _ => String::new(),
    };
    let compared = match (row.differences, &outcome.compared_with) {
        (Some(0), Some(other)) => format!("  same bits as {other}"),
        (Some(n), Some(other)) => format!("  {n} values differ from {other}"),
        _ => String::new(),
    };
    cycles + &compared
}

/// The best classes, or the outputs' values.
fn body(row: &Row) -> String {
    if !row.top.is_empty() {
        return row.top.iter().map(|r| format!("  {:10.6}  {}\n", r.value, r.label)).collect();
    }
    let many = row.outputs.len() > 1;
    let line = |t: &Tensor| {
        let name = if many { format!("{}: ", network::short(&t.name)) } else { String::new() };
        format!("  {name}{}\n", values(&t.values))
    };
    row.outputs.iter().map(line).collect()
}

/// The values, or the first ones of many.
fn values(values: &Values) -> String {
    match values {
        Values::Int8(v) => some(v.iter()),
        Values::Uint8(v) => some(v.iter()),
        Values::Int16(v) => some(v.iter()),
        Values::Int32(v) => some(v.iter()),
        Values::Float32(v) => some(v.iter().map(|v| format!("{v:.4}"))),
    }
}

fn some<T: ToString>(values: impl ExactSizeIterator<Item = T>) -> String {
    const SHOWN: usize = 32;
    let more = values.len().saturating_sub(SHOWN);
    let shown: Vec<String> = values.take(SHOWN).map(|v| v.to_string()).collect();
    let rest = if more > 0 { format!(" ... and {more} more (all with --json)") } else { String::new() };
    shown.join(" ") + &rest
}

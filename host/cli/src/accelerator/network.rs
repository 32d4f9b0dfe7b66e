//! Networks by name, and their plans.

use std::path::Path;

use frazil_boards::Board;
use frazil_model::graph::Graph;
use frazil_model::import::{from_onnx, from_tflite};
use frazil_model::optimise::optimise;
use frazil_model::plan::{Capacity, Plan, PlanOptions, plan as make_plan};
use frazil_model::zoo;

use super::fabric::capacity;
use crate::error::{Failure, Result, UsageError};

/// A built-in network, or one from a file.
pub fn load(name: &str) -> Result<Graph> {
    if let Some(graph) = zoo::by_name(name) {
        return Ok(graph);
    }
    let path = Path::new(name);
    let bytes = std::fs::read(path).map_err(|source| UsageError::Network { path: path.into(), source })?;
    parse(path, &bytes)
}

/// Convolutions to freeze unless told otherwise: the first of a built-in network. The array is the better place for
/// the layers of others.
pub fn frozen(name: &str, asked: Option<usize>) -> usize {
    asked.unwrap_or_else(|| usize::from(zoo::by_name(name).is_some()))
}

/// The network of a file: TFLite and JSON are known by what is in them, ONNX by its name.
fn parse(path: &Path, bytes: &[u8]) -> Result<Graph> {
    let name = path.file_stem().map_or("network".into(), |stem| stem.to_string_lossy());
    if bytes.get(4..8) == Some(b"TFL3") || extension(path, "tflite") {
        return Ok(from_tflite(bytes, &name).map_err(Failure::from)?);
    }
    if extension(path, "onnx") {
        return Ok(from_onnx(bytes, &name).map_err(Failure::from)?);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| UsageError::NoNetwork { path: path.into() })?;
    Ok(Graph::from_json(text).map_err(Failure::from)?)
}

fn extension(path: &Path, known: &str) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(known))
}

/// A tensor's name as people want it: converters join the names of all that they fused.
pub fn short(name: &str) -> &str {
    const LONGEST: usize = 40;
    let first = name.split(';').next().unwrap_or(name);
    let cut = first.char_indices().rev().nth(LONGEST - 1).map_or(0, |(at, _)| at);
    // From a whole part on, if there is one.
    let end = &first[cut..];
    if cut == 0 { end } else { end.split_once('/').map_or(end, |(_, rest)| rest) }
}

/// A network's plan for a board.
pub fn plan(name: &str, freeze: usize, board: &Board) -> Result<Plan> {
    plan_graph(&load(name)?, freeze, board, SPARSE)
}

/// Leaves out products with zero, for networks whose weights stay.
pub const SPARSE: PlanOptions = PlanOptions { skip_zeros: true };
/// Keeps all products, for networks whose weights are exchanged.
pub const DENSE: PlanOptions = PlanOptions { skip_zeros: false };

/// The plan for a board of what a device computes of a graph; the host finishes the rest.
pub fn plan_graph(graph: &Graph, freeze: usize, board: &Board, options: PlanOptions) -> Result<Plan> {
    graph.check().map_err(Failure::from)?;
    let capacity = capacity(board, freeze > 0);
    let head = graph.split_tail().head;
    // What is frozen stays as it is, and behind it weights are exchanged while it runs.
    let options = if freeze == 0 { options } else { DENSE };
    let head = prepared(head, &capacity, options)?;
    Ok(make_plan(&head, freeze, &capacity, options).map_err(Failure::from)?)
}

/// The graph that is planned: where zeros may be skipped, without constant channels, and ordered so that zeros meet.
pub fn prepared(graph: Graph, capacity: &Capacity, options: PlanOptions) -> Result<Graph> {
    match options.skip_zeros {
        true => Ok(optimise(&graph, capacity.lanes).map_err(Failure::from)?.graph),
        false => Ok(graph),
    }
}

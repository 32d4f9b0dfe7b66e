//! Networks by name, and their plans.

use std::path::Path;

use frazil_boards::Board;
use frazil_model::graph::Graph;
use frazil_model::plan::{Plan, plan as make_plan};
use frazil_model::zoo;

use super::fabric::capacity;
use crate::error::{Failure, Result, UsageError};

/// A built-in network, or one from a file.
pub fn load(name: &str) -> Result<Graph> {
    if let Some(graph) = zoo::by_name(name) {
        return Ok(graph);
    }
    let path = Path::new(name);
    let text =
        std::fs::read_to_string(path).map_err(|source| UsageError::Network { path: path.into(), source })?;
    Ok(Graph::from_json(&text).map_err(Failure::from)?)
}

/// A network's plan for a board.
pub fn plan(name: &str, freeze: usize, board: &Board) -> Result<Plan> {
    plan_graph(&load(name)?, freeze, board)
}

/// A graph's plan for a board.
pub fn plan_graph(graph: &Graph, freeze: usize, board: &Board) -> Result<Plan> {
    Ok(make_plan(graph, freeze, &capacity(&board.fabric)).map_err(Failure::from)?)
}

//! A network's program on a board: whether it fits, and its clocks.

use frazil_boards::Board;
use frazil_model::graph::Graph;
use frazil_model::plan::{Plan, PlanError, PlanOptions, plan};
use serde::Serialize;

use super::layers::{Layer, layers};
use crate::accelerator::network::prepared;
use crate::accelerator::{capacity, layer_clocks, work};
use crate::error::Result;

/// Words that an address reaches: what a network that does not fit is planned for, to say how fast it would be.
const MOST_WORDS: usize = 1 << 16;

/// A program on a board.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Run {
    /// It fits the board's memory; otherwise the numbers are those of the same array with more memory.
    pub fits: bool,
    /// Bytes of memory for tensors and program.
    pub memory_bytes: usize,
    /// Clock cycles of one inference.
    pub cycles: u64,
    /// Products of one inference, zero weights included, a share of what the array can do in these cycles.
    pub utilisation: f64,
    /// The layers.
    pub layers: Vec<Layer>,
}

/// A run, the plan it was measured on, and why it does not fit if it does not.
pub struct Measured {
    /// The numbers.
    pub run: Run,
    /// The plan.
    pub plan: Plan,
    /// Why the plan is not for this board.
    pub reason: Option<String>,
}

/// Plans a network for a board and counts its clocks; the words of the planner if that cannot be.
pub fn measure(
    graph: &Graph,
    board: &Board,
    options: PlanOptions,
) -> Result<std::result::Result<Measured, String>> {
    let head = prepared(graph.split_tail().head, &capacity(board, false), options)?;
    match plan(&head, 0, &capacity(board, false), options) {
        Ok(plan) => measured(plan, board, None).map(Ok),
        Err(error @ PlanError::Memory { .. }) => {
            let mut larger = board.clone();
            larger.fabric.memory_words = MOST_WORDS;
            match plan(&head, 0, &capacity(&larger, false), options) {
                Ok(plan) => measured(plan, &larger, Some(error.to_string())).map(Ok),
                Err(_) => Ok(Err(error.to_string())),
            }
        }
        Err(error) => Ok(Err(error.to_string())),
    }
}

fn measured(plan: Plan, board: &Board, reason: Option<String>) -> Result<Measured> {
    let (work, clocks) = (work(&plan, board)?, layer_clocks(&plan, board)?);
    let (program, lanes) = (&plan.program, plan.capacity.lanes);
    let run = Run {
        fits: reason.is_none(),
        memory_bytes: program.tensor_words * lanes + program.image.len(),
        cycles: work.cycles,
        utilisation: work.array_utilisation(),
        layers: layers(&plan, &clocks),
    };
    Ok(Measured { run, plan, reason })
}

//! `frazil plan`: what is frozen, what becomes a program, and whether it fits.

use frazil_boards::Board;
use frazil_model::plan::{Plan, PlanSummary};
use serde::Serialize;

use super::Verdict;
use super::inspect::shape;
use crate::accelerator::network;
use crate::args::PlanArgs;
use crate::error::{Failure, Result};
use crate::output::{Output, Table};

/// What `--json` prints.
#[derive(Serialize)]
struct Planned {
    format_version: u32,
    board: String,
    summary: PlanSummary,
    plan: Plan,
}

/// Prints the plan.
pub fn run(output: Output, args: &PlanArgs) -> Result<Verdict> {
    let board = Board::load(&args.board.board).map_err(Failure::from)?;
    let plan = network::plan(&args.graph, args.freeze, &board)?;
    let planned = Planned { format_version: 1, board: board.name, summary: plan.summary(), plan };
    output.result(&planned, || text(&planned))?;
    Ok(Verdict::Good)
}

fn text(planned: &Planned) -> String {
    let summary = &planned.summary;
    let sections = [frozen(summary), array(summary), memory(summary)];
    let tables: Vec<String> = sections.into_iter().flatten().collect();
    let title = format!("{} on {}, design {}\n\n", summary.graph_name, planned.board, summary.design_id);
    title + &tables.join("\n")
}

fn frozen(summary: &PlanSummary) -> Option<String> {
    let heading = [
        "frozen layer",
        "input",
        "output",
        "MACs",
        "weights",
        "zero",
        "adders",
        "adder bits",
        "depth",
        "requant digits",
    ];
    let mut table = Table::new(heading);
    for layer in &summary.frozen {
        let cost = &layer.datapath;
        let counts = [layer.macs, layer.weights, layer.zero_weights].map(|c| c.to_string());
        let costs = [cost.adders.to_string(), cost.adder_bits.to_string(), cost.depth.to_string()];
        let names = [layer.name.clone(), shape(layer.input), shape(layer.output)];
        table.row(names.into_iter().chain(counts).chain(costs).chain([layer.requant_digits.to_string()]));
    }
    (!summary.frozen.is_empty()).then(|| table.render())
}

fn array(summary: &PlanSummary) -> Option<String> {
    let mut table = Table::new(["array layer", "MACs", "weights", "zero", "issue cycles", "lanes busy"]);
    for layer in &summary.layers {
        let counts =
            [layer.macs, layer.weights, layer.zero_weights, layer.issue_cycles].map(|c| c.to_string());
        let busy = format!("{:.1} %", 100.0 * layer.utilisation);
        table.row([layer.name.clone()].into_iter().chain(counts).chain([busy]));
    }
    (!summary.layers.is_empty()).then(|| table.render())
}

fn memory(summary: &PlanSummary) -> Option<String> {
    let mut table = Table::new(["memory", "used", "of"]);
    for row in &summary.memory {
        table.row([row.what.clone(), row.used.to_string(), row.available.to_string()]);
    }
    Some(table.render())
}

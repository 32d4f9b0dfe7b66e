//! `frazil plan`: what is frozen, what becomes a program, and whether it fits.

use frazil_boards::Board;
use frazil_flow::Work;
use frazil_model::plan::{Plan, PlanSummary};
use serde::Serialize;

use super::Verdict;
use super::inspect::shape;
use crate::accelerator::{network, work};
use crate::args::PlanArgs;
use crate::error::{Failure, Result};
use crate::output::{Output, Table};

/// What `--json` prints.
#[derive(Serialize)]
struct Planned {
    format_version: u32,
    board: String,
    summary: PlanSummary,
    /// Operators that the host computes at the end.
    host: Vec<&'static str>,
    work: Work,
    plan: Plan,
}

/// Prints the plan.
pub fn run(output: Output, args: &PlanArgs) -> Result<Verdict> {
    let board = Board::load(&args.board.board).map_err(Failure::from)?;
    let graph = network::load(&args.graph)?;
    let plan =
        network::plan_graph(&graph, network::frozen(&args.graph, args.freeze), &board, network::SPARSE)?;
    let tail = graph.split_tail().tail;
    let host = tail.iter().flat_map(|tail| &tail.nodes).map(|node| node.op.kind()).collect();
    let work = work(&plan, &board)?;
    let clock_hz = f64::from(board.clock.target_hz);
    let planned = Planned { format_version: 1, board: board.name, summary: plan.summary(), host, work, plan };
    output.result(&planned, || text(&planned, clock_hz))?;
    Ok(Verdict::Good)
}

fn text(planned: &Planned, clock_hz: f64) -> String {
    let summary = &planned.summary;
    let sections = [frozen(summary), array(summary), memory(summary)];
    let tables: Vec<String> = sections.into_iter().flatten().collect();
    let title = format!("{} on {}, design {}\n\n", summary.graph_name, planned.board, summary.design_id);
    let host = planned.host.join(", ");
    let host = if host.is_empty() { host } else { format!("\nleft to the host: {host}\n") };
    title + &tables.join("\n") + &host + &run_line(&planned.work, clock_hz)
}

fn run_line(work: &Work, clock_hz: f64) -> String {
    let mhz = clock_hz / 1e6;
    format!(
        "\none run: {} cycles, {:.2} ms at {mhz} MHz; {:.1} % of {} multipliers x cycles used\n",
        work.cycles,
        1e3 / work.rate(mhz),
        100.0 * work.array_utilisation(),
        work.peak
    )
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
        let names = [network::short(&layer.name).to_string(), shape(layer.input), shape(layer.output)];
        table.row(names.into_iter().chain(counts).chain(costs).chain([layer.requant_digits.to_string()]));
    }
    (!summary.frozen.is_empty()).then(|| table.render())
}

fn array(summary: &PlanSummary) -> Option<String> {
    let heading = ["array layer", "operator", "MACs", "weights", "zero", "issue cycles", "cycles", "busy"];
    let streams = summary.layers.iter().any(|layer| layer.streamed_bytes > 0);
    let mut table =
        Table::with_heading(heading.into_iter().chain(streams.then_some("from flash")).map(String::from));
    for layer in &summary.layers {
        let counts = [layer.macs, layer.weights, layer.zero_weights, layer.issue_cycles, layer.cycles];
        let names = [network::short(&layer.name).to_string(), layer.kind.clone()];
        let busy = format!("{:.1} %", 100.0 * layer.utilisation);
        let flash = streams.then(|| layer.streamed_bytes.to_string());
        table.row(names.into_iter().chain(counts.map(|count| count.to_string())).chain([busy]).chain(flash));
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

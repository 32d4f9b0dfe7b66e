//! `frazil inspect`: what a network is made of.

use frazil_model::graph::{GraphSummary, Shape};
use serde::Serialize;

use super::Verdict;
use crate::accelerator::network;
use crate::error::Result;
use crate::output::{Output, Table};

/// What `--json` prints.
#[derive(Serialize)]
struct Inspected {
    format_version: u32,
    #[serde(flatten)]
    summary: GraphSummary,
}

/// Prints the network's layers.
pub fn run(output: Output, name: &str) -> Result<Verdict> {
    let inspected = Inspected { format_version: 1, summary: network::load(name)?.summary() };
    output.result(&inspected, || text(&inspected.summary))?;
    Ok(Verdict::Good)
}

/// Rows, columns and channels.
pub fn shape(shape: Shape) -> String {
    format!("{}x{}x{}", shape.h, shape.w, shape.c)
}

fn text(summary: &GraphSummary) -> String {
    let mut table = Table::new(["layer", "operator", "input", "output", "MACs", "weights", "zero"]);
    for n in &summary.nodes {
        let counts = [n.macs, n.weights, n.zero_weights].map(|c| c.to_string());
        table.row(
            [network::short(&n.name).to_string(), n.kind.clone(), shape(n.input), shape(n.output)]
                .into_iter()
                .chain(counts),
        );
    }
    let totals = [summary.macs, summary.weights, summary.zero_weights].map(|c| c.to_string());
    let ends = [shape(summary.input), shape(summary.output)];
    table.row(["all".to_string(), String::new()].into_iter().chain(ends).chain(totals));
    format!("{}\n\n{}", summary.name, table.render())
}

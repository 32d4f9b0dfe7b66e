//! `frazil bench`: networks that everyone measures, on boards.

use std::path::Path;
use std::time::Duration;

use frazil_boards::Board;
use frazil_model::graph::Graph;
use frazil_model::plan::Plan;

use super::Verdict;
use crate::accelerator::network::{self, DENSE, SPARSE};
use crate::args::MlperfTinyArgs;
use crate::bench::{self, Bench, Network, Route, Row, Speed};
use crate::error::{Failure, Result};
use crate::output::Output;
use crate::progress::Progress;

/// Measures all networks on all boards and prints the tables.
pub fn mlperf_tiny(output: Output, args: &MlperfTinyArgs) -> Result<Verdict> {
    let names = match args.board.is_empty() {
        true => Board::names().into_iter().map(String::from).collect(),
        false => args.board.clone(),
    };
    let boards = names.iter().map(|name| Board::load(name).map_err(|e| Failure::from(e).into()));
    let boards = boards.collect::<Result<Vec<Board>>>()?;
    let networks = bench::chosen(&args.networks)?;
    // A missing file is said at once, not after minutes.
    let load = |network: &Network| Ok((*network, load(&args.models, network)?));
    let networks = networks.iter().map(load).collect::<Result<Vec<(Network, Graph)>>>()?;
    let progress = Progress::new(output, "bench", Some(boards.len() * (networks.len() + 1)));
    let mut bench = Bench {
        format_version: 1,
        results: Vec::new(),
        boards: Vec::new(),
        published: bench::published(&networks.iter().map(|(network, _)| network.name).collect::<Vec<_>>())?,
        notes: Vec::new(),
    };
    for board in &boards {
        one_board(&mut bench, args, board, &networks, &progress)?;
    }
    drop(progress);
    // By network, as the published figures.
    bench.results.sort_by_key(|row| networks.iter().position(|(network, _)| network.name == row.network));
    output.result(&bench, || bench::text(&bench, args.layers))?;
    Ok(Verdict::Good)
}

fn load(folder: &Path, network: &Network) -> Result<Graph> {
    network::load(&folder.join(network.file).to_string_lossy())
}

/// All networks on a board, then the board's build, then the rates at its clock.
fn one_board(
    bench: &mut Bench,
    args: &MlperfTinyArgs,
    board: &Board,
    networks: &[(Network, Graph)],
    progress: &Progress,
) -> Result<()> {
    let mut built: Option<Plan> = None;
    let first = bench.results.len();
    for (network, graph) in networks {
        progress.say(format!("{} on {}", network.name, board.name));
        let (row, plan) = row(args, board, network, graph)?;
        bench.results.push(row);
        built = built.or(plan);
        progress.step();
    }
    let (clock_mhz, routed) = clock(bench, args, board, built.as_ref(), progress)?;
    for row in &mut bench.results[first..] {
        row.speed = row.best().map(|run| Speed::new(run.cycles, clock_mhz, routed));
    }
    progress.step();
    Ok(())
}

/// The clock in MHz that the board's accelerator reaches, or aims at, and whether it was routed.
fn clock(
    bench: &mut Bench,
    args: &MlperfTinyArgs,
    board: &Board,
    plan: Option<&Plan>,
    progress: &Progress,
) -> Result<(f64, bool)> {
    let aim = f64::from(board.clock.target_hz) / 1e6;
    let Some(plan) = plan.filter(|_| !args.no_route) else {
        bench.notes.push(format!("{}: not routed; times are at the clock that it aims at", board.name));
        return Ok((aim, false));
    };
    let step_limit = Duration::from_secs(args.step_limit);
    let route = Route { seeds: &args.seeds, step_limit, folder: &args.out };
    let mut say = |words: String| progress.say(format!("{}: {words}", board.name));
    let area = bench::build(board, plan, &route, &mut say)?;
    let mhz = area.fmax.min;
    bench.boards.push(area);
    Ok((mhz, true))
}

/// A network on a board, and a plan that fits it.
fn row(
    args: &MlperfTinyArgs,
    board: &Board,
    network: &Network,
    graph: &Graph,
) -> Result<(Row, Option<Plan>)> {
    let mut row = Row {
        network: network.name,
        board: board.name.clone(),
        macs: 0,
        sparse: None,
        dense: None,
        reason: None,
        speed: None,
        score: None,
    };
    let mut fitting = None;
    for (options, run) in [(DENSE, &mut row.dense), (SPARSE, &mut row.sparse)] {
        match bench::measure(graph, board, options)? {
            Ok(measured) => {
                // A network without its constant channels has fewer.
                row.macs = measured.run.layers.iter().map(|layer| layer.macs).sum::<u64>().max(row.macs);
                row.reason = measured.reason;
                fitting = Some(measured.plan).filter(|_| measured.run.fits).or(fitting);
                *run = Some(measured.run);
            }
            Err(reason) => row.reason = Some(reason),
        }
    }
    row.score = match (&fitting, &args.data) {
        (Some(plan), Some(data)) => score(args, data, network, graph, plan)?,
        _ => None,
    };
    Ok((row, fitting))
}

fn score(
    args: &MlperfTinyArgs,
    data: &Path,
    network: &Network,
    graph: &Graph,
    plan: &Plan,
) -> Result<Option<bench::Score>> {
    let most = args.inputs.unwrap_or(usize::MAX);
    let labelled = bench::labelled(data, network.name, graph, most)?;
    labelled.map(|labelled| bench::score(graph, plan, &labelled)).transpose()
}

//! The tables for people.

use super::area::Area;
use super::measure::Run;
use super::peers::Published;
use super::{Bench, Row};
use crate::accelerator::network;
use crate::output::Table;

/// What a cell holds when there is nothing to say.
const NONE: &str = "-";

/// All tables; those of the layers if asked for.
pub fn text(bench: &Bench, with_layers: bool) -> String {
    let mut sections = vec![results(&bench.results)];
    sections.extend(memory(&bench.results));
    if with_layers {
        sections.extend(bench.results.iter().filter_map(layers));
    }
    sections.extend(boards(&bench.boards));
    sections.extend(published(&bench.published));
    sections.extend((!bench.notes.is_empty()).then(|| bench.notes.join("\n") + "\n"));
    sections.join("\n")
}

/// The main table. Cycles of programs that do not fit stand in brackets.
fn results(rows: &[Row]) -> String {
    let heading = [
        "network",
        "board",
        "fits",
        "cycles",
        "all weights",
        "busy",
        "MHz",
        "ms",
        "a second",
        "accuracy",
        "inputs",
        "same bits",
    ];
    let mut table = Table::new(heading);
    for row in rows {
        let speed = |digits: fn(&super::Speed) -> String| row.speed.as_ref().map_or(NONE.into(), digits);
        let busy = row.dense.as_ref().map(|run| format!("{:.1} %", 100.0 * run.utilisation));
        let names = [row.network.into(), row.board.clone(), fits(row).into()];
        let runs = [cycles(&row.sparse), cycles(&row.dense), busy.unwrap_or_else(|| NONE.into())];
        let speeds = [
            speed(|s| format!("{:.1}", s.clock_mhz)),
            speed(|s| format!("{:.3}", s.milliseconds)),
            speed(|s| format!("{:.0}", s.per_second)),
        ];
        table.row(names.into_iter().chain(runs).chain(speeds).chain(accuracy(row)));
    }
    table.render()
}

fn fits(row: &Row) -> &'static str {
    let fits = |run: &Option<Run>| run.as_ref().is_some_and(|run| run.fits);
    match (fits(&row.sparse), fits(&row.dense)) {
        (_, true) => "yes",
        (true, false) => "without zeros",
        (false, false) => "no",
    }
}

fn cycles(run: &Option<Run>) -> String {
    match run {
        Some(run) if run.fits => run.cycles.to_string(),
        Some(run) => format!("({})", run.cycles),
        None => NONE.into(),
    }
}

fn accuracy(row: &Row) -> [String; 3] {
    let Some(score) = &row.score else { return [NONE, NONE, NONE].map(String::from) };
    let value = score.value.map(|value| match score.metric {
        super::score::Metric::Top1 => format!("{:.2} %", 100.0 * value),
        metric => format!("{value:.3} {}", metric.words()),
    });
    let same = format!("{} of {}", score.same_as_reference, score.inputs);
    [value.unwrap_or_else(|| NONE.into()), score.inputs.to_string(), same]
}

/// Why networks do not fit.
fn memory(rows: &[Row]) -> Option<String> {
    let line = |row: &Row| Some(format!("{} on {}: {}\n", row.network, row.board, row.reason.as_ref()?));
    let lines: String = rows.iter().filter_map(line).collect();
    (!lines.is_empty()).then(|| format!("what does not fit:\n{lines}"))
}

/// Says what more than all is.
const MORE: &str = "busy counts products of zero weights as done: leaving them out gives more than 100 %\n";

/// The layers of the program that the board runs, or would run.
fn layers(row: &Row) -> Option<String> {
    let run = row.best().or(row.sparse.as_ref()).or(row.dense.as_ref())?;
    let heading = ["layer", "operator", "MACs", "zero weights", "cycles", "share", "busy", "limited by"];
    let mut table = Table::new(heading);
    let all = run.layers.iter().map(|layer| layer.clocks).sum::<u64>().max(1) as f64;
    for layer in &run.layers {
        let share = |part: f64| format!("{:.1} %", 100.0 * part);
        let zeros = share(layer.zero_weights as f64 / layer.weights.max(1) as f64);
        table.row([
            network::short(&layer.name).to_string(),
            layer.operator.clone(),
            layer.macs.to_string(),
            zeros,
            layer.clocks.to_string(),
            share(layer.clocks as f64 / all),
            share(layer.utilisation),
            layer.limit.words().into(),
        ]);
    }
    let more = if run.layers.iter().any(|layer| layer.utilisation > 1.0) { MORE } else { "" };
    Some(format!("{} on {}, {} cycles\n{}{more}", row.network, row.board, run.cycles, table.render()))
}

fn boards(areas: &[Area]) -> Option<String> {
    let heading = [
        "board",
        "aim MHz",
        "worst seed",
        "median",
        "best",
        "LUT",
        "FF",
        "block RAM",
        "SPRAM",
        "DSP",
        "seeds",
    ];
    let mut table = Table::new(heading);
    for area in areas {
        let clocks = [area.target_mhz, area.fmax.min, area.fmax.median, area.fmax.best];
        let u = &area.utilisation;
        let used = [u.lut, u.ff, u.block_ram, u.spram, u.dsp];
        let of = |r: frazil_flow::Resource| format!("{} of {}", r.used, r.available);
        let seeds = area.seeds.iter().map(u64::to_string).collect::<Vec<_>>().join(" ");
        let cells = clocks.map(|mhz| format!("{mhz:.1}")).into_iter().chain(used.map(of));
        table.row([area.board.clone()].into_iter().chain(cells).chain([seeds]));
    }
    (!areas.is_empty()).then(|| table.render())
}

fn published(rows: &[Published]) -> Option<String> {
    let mut table =
        Table::new(["published", "system", "part", "MHz", "kilocycles", "a second", "accuracy", "source"]);
    let number = |value: Option<f64>| value.map_or(NONE.into(), |value| value.to_string());
    for row in rows {
        table.row([
            row.network.clone(),
            row.system.clone(),
            row.part.clone(),
            row.clock_mhz.to_string(),
            number(row.kilocycles),
            number(row.per_second),
            row.accuracy.clone().unwrap_or_else(|| NONE.into()),
            row.source.clone(),
        ]);
    }
    (!rows.is_empty()).then(|| table.render())
}

#[cfg(test)]
mod tests {
    use super::super::Speed;
    use super::super::score::{Metric, Score};
    use super::*;

    fn bench() -> Bench {
        let run = |fits, cycles| Some(Run { fits, cycles, utilisation: 0.876, ..Run::default() });
        let score = Score { metric: Metric::Top1, value: Some(0.865), inputs: 200, same_as_reference: 200 };
        let row = Row {
            network: "vww01",
            board: "icebreaker".into(),
            macs: 7,
            sparse: run(true, 400_000),
            dense: run(false, 530_000),
            reason: Some("the network needs more".into()),
            speed: Some(Speed::new(400_000, 24.0, true)),
            score: Some(score),
        };
        Bench {
            format_version: 1,
            results: vec![row],
            boards: vec![],
            published: vec![],
            notes: vec!["a note".into()],
        }
    }

    #[test]
    fn a_row_says_everything() {
        let text = text(&bench(), true);
        let row = text.lines().nth(1).unwrap();
        let cells: Vec<&str> = row.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect();
        let due = [
            "vww01",
            "icebreaker",
            "without zeros",
            "400000",
            "(530000)",
            "87.6 %",
            "24.0",
            "16.667",
            "60",
            "86.50 %",
            "200",
            "200 of 200",
        ];
        assert_eq!(cells, due);
        assert!(text.contains("vww01 on icebreaker: the network needs more") && text.ends_with("a note\n"));
    }

    #[test]
    fn what_is_not_known_is_a_dash() {
        let mut bench = bench();
        let row = &mut bench.results[0];
        (row.sparse, row.dense, row.speed, row.score) = (None, None, None, None);
        let text = text(&bench, false);
        assert_eq!(text.lines().nth(1).unwrap().matches('-').count(), 9, "{text}");
    }
}

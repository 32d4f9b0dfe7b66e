//! MLPerf Tiny on boards: what fits, how fast it is, whether the answers are right, and what others reach.

mod area;
mod data;
mod demand;
mod layers;
mod measure;
mod networks;
mod peers;
mod score;
mod table;
mod zip;

use serde::Serialize;

pub use area::{Area, Route, build};
pub use data::labelled;
pub use measure::{Run, measure};
pub use networks::{Network, chosen};
pub use peers::{Published, published};
pub use score::{Score, score};
pub use table::text;

/// Everything measured; what `--json` prints.
#[derive(Debug, Serialize)]
pub struct Bench {
    /// Version of this form.
    pub format_version: u32,
    /// A row for each network and board.
    pub results: Vec<Row>,
    /// The builds, one for each board; none with `--no-route`.
    pub boards: Vec<Area>,
    /// What others publish for the same networks.
    pub published: Vec<Published>,
    /// What could not be measured, and why.
    pub notes: Vec<String>,
}

/// A network on a board.
#[derive(Debug, Serialize)]
pub struct Row {
    /// Name of the task, such as `ic01`.
    pub network: &'static str,
    /// Name of the board.
    pub board: String,
    /// Products of one input, zero weights included.
    pub macs: u64,
    /// The program that leaves out zero weights; none if the network cannot be planned.
    pub sparse: Option<Run>,
    /// The program with all products.
    pub dense: Option<Run>,
    /// Why there is no program, or why it does not fit.
    pub reason: Option<String>,
    /// Speed of the faster program that fits; none if none does.
    pub speed: Option<Speed>,
    /// Answers on labelled inputs; none without data.
    pub score: Option<Score>,
}

impl Row {
    /// The program that the board would run: the faster one of those that fit.
    pub fn best(&self) -> Option<&Run> {
        let runs = [&self.sparse, &self.dense].into_iter().flatten();
        runs.filter(|run| run.fits).min_by_key(|run| run.cycles)
    }
}

/// How fast a network is on a board.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Speed {
    /// The clock, in MHz.
    pub clock_mhz: f64,
    /// The clock is what place and route reached with the worst seed; otherwise it is what the board aims at.
    pub routed: bool,
    /// One inference, in milliseconds.
    pub milliseconds: f64,
    /// Inferences in a second.
    pub per_second: f64,
}

impl Speed {
    /// Of a run at a clock.
    pub fn new(cycles: u64, clock_mhz: f64, routed: bool) -> Self {
        let seconds = cycles.max(1) as f64 / (clock_mhz * 1e6);
        Self { clock_mhz, routed, milliseconds: 1e3 * seconds, per_second: 1.0 / seconds }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(cycles: u64, fits: bool) -> Option<Run> {
        Some(Run { cycles, fits, ..Run::default() })
    }

    fn row(sparse: Option<Run>, dense: Option<Run>) -> Row {
        let (network, board) = ("ic01", "b".into());
        Row { network, board, macs: 1, sparse, dense, reason: None, speed: None, score: None }
    }

    #[test]
    fn the_best_run_fits_and_is_the_fastest() {
        let best = |sparse, dense| row(sparse, dense).best().map(|run| run.cycles);
        assert_eq!(best(run(5, true), run(9, true)), Some(5));
        assert_eq!(best(run(5, false), run(9, true)), Some(9));
        assert_eq!(best(run(5, false), run(9, false)), None);
        assert_eq!(best(None, None), None);
    }

    #[test]
    fn speed_follows_from_cycles_and_clock() {
        let speed = Speed::new(48_000, 24.0, true);
        assert!((speed.milliseconds - 2.0).abs() < 1e-9 && (speed.per_second - 500.0).abs() < 1e-9);
        assert!(Speed::new(0, 24.0, false).per_second.is_finite());
    }
}

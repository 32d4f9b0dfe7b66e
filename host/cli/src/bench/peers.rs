//! What others publish for the same networks.

use serde::{Deserialize, Serialize};

use crate::error::{Failure, Result};

/// The figures, with their sources.
const TABLE: &str = include_str!("peers.toml");

/// A published figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// Name of the task.
    pub network: String,
    /// Who made it.
    pub system: String,
    /// What it runs on.
    pub part: String,
    /// Clock in MHz.
    pub clock_mhz: f64,
    /// Thousands of clock cycles of one inference, as published or from clock and rate.
    pub kilocycles: Option<f64>,
    /// Inferences in a second.
    pub per_second: Option<f64>,
    /// Logic, memory and multipliers, in words.
    pub area: Option<String>,
    /// Accuracy in percent, or the area under the curve.
    pub accuracy: Option<String>,
    /// Where it was published.
    pub source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    published: Vec<Published>,
}

/// What others publish for a task, or for all.
pub fn published(tasks: &[&str]) -> Result<Vec<Published>> {
    let fault = "this is a fault of frazil: please report it";
    let table: Table =
        toml::from_str(TABLE).map_err(|e| Failure::new("frazil::bench::published", fault, e))?;
    Ok(table.published.into_iter().filter(|row| tasks.contains(&row.network.as_str())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_is_consistent_and_has_a_source() {
        let all = published(&["ic01", "vww01", "kws01", "ad01"]).unwrap();
        assert!(all.len() > 20);
        for row in &all {
            assert!(!row.source.is_empty() && row.clock_mhz > 0.0, "{row:?}");
            let (Some(kilocycles), Some(rate)) = (row.kilocycles, row.per_second) else { continue };
            let expected = 1e3 * row.clock_mhz / rate;
            assert!((kilocycles / expected - 1.0).abs() < 0.02, "{row:?}: {expected}");
        }
        assert!(published(&["vww01"]).unwrap().iter().all(|row| row.network == "vww01"));
    }
}

//! nextpnr `--report`: clocks, the slowest path, and what is used of the device.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{bad, parse};
use crate::FlowError;

/// A clock of the placed design.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Clock {
    /// Name of its net.
    pub net: String,
    /// Highest frequency in MHz.
    pub achieved_mhz: f64,
    /// Frequency that it needs, in MHz.
    pub needed_mhz: f64,
}

/// The slowest path of a clock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CriticalPath {
    /// Cell that it leaves.
    pub from: String,
    /// Cell that it enters.
    pub to: String,
    /// Delay in cells, set-up included, in ns.
    pub logic_ns: f64,
    /// Delay between cells in ns.
    pub routing_ns: f64,
}

/// One placed and routed seed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// The clock that limits the design, against what it needs.
    pub limiting: Clock,
    /// Every clock.
    pub clocks: Vec<Clock>,
    /// The slowest path of the limiting clock.
    pub critical_path: Option<CriticalPath>,
    /// Used and available, by nextpnr's names.
    pub used: BTreeMap<String, (u64, u64)>,
}

#[derive(Deserialize)]
struct Report {
    fmax: BTreeMap<String, FmaxEntry>,
    utilization: BTreeMap<String, UseEntry>,
    #[serde(default)]
    critical_paths: Vec<PathEntry>,
}

#[derive(Deserialize)]
struct FmaxEntry {
    achieved: f64,
    constraint: f64,
}

#[derive(Deserialize)]
struct UseEntry {
    used: u64,
    available: u64,
}

#[derive(Deserialize)]
struct PathEntry {
    from: String,
    to: String,
    path: Vec<Segment>,
}

#[derive(Deserialize)]
struct Segment {
    delay: f64,
    #[serde(rename = "type")]
    kind: String,
    from: End,
    to: End,
}

#[derive(Deserialize)]
struct End {
    #[serde(default)]
    cell: String,
}

impl Place {
    /// Reads a report. `file` names the text in errors; a design without a clock is one.
    pub(crate) fn from_json(file: &str, text: &str) -> Result<Self, FlowError> {
        let report: Report = parse(file, text)?;
        let clock = |(net, entry): (&String, &FmaxEntry)| Clock {
            net: net.clone(),
            achieved_mhz: entry.achieved,
            needed_mhz: entry.constraint,
        };
        let clocks: Vec<Clock> = report.fmax.iter().map(clock).collect();
        let limiting = clocks.iter().min_by(|a, b| a.margin().total_cmp(&b.margin())).cloned();
        let limiting = limiting.ok_or_else(|| bad(file, "it has no clock"))?;
        let critical_path = critical_path(&report.critical_paths, &limiting.net);
        let used = report.utilization.into_iter().map(|(name, entry)| (name, (entry.used, entry.available)));
        Ok(Self { limiting, clocks, critical_path, used: used.collect() })
    }

    /// Every clock reaches the frequency that it needs.
    pub fn meets_timing(&self) -> bool {
        self.clocks.iter().all(|clock| clock.margin() >= 1.0)
    }
}

impl Clock {
    /// Reached over needed.
    pub(crate) fn margin(&self) -> f64 {
        self.achieved_mhz / self.needed_mhz
    }
}

/// The slowest path from `clock` to itself.
fn critical_path(paths: &[PathEntry], clock: &str) -> Option<CriticalPath> {
    let within = |end: &str| end.split_once(' ').is_some_and(|(_, net)| net == clock);
    let inner = paths.iter().filter(|path| within(&path.from) && within(&path.to));
    let slowest = inner.max_by(|a, b| delay(a, |_| true).total_cmp(&delay(b, |_| true)))?;
    Some(CriticalPath {
        from: slowest.path.first()?.from.cell.clone(),
        to: slowest.path.last()?.to.cell.clone(),
        logic_ns: delay(slowest, |kind| kind != "routing"),
        routing_ns: delay(slowest, |kind| kind == "routing"),
    })
}

fn delay(path: &PathEntry, counts: impl Fn(&str) -> bool) -> f64 {
    path.path.iter().filter(|segment| counts(&segment.kind)).map(|segment| segment.delay).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = r#"{
        "fmax": {"slow": {"achieved": 30.0, "constraint": 12.0}, "fast": {"achieved": 25.0, "constraint": 24.0}},
        "utilization": {"ICESTORM_LC": {"used": 7, "available": 5280}},
        "critical_paths": [
            {"from": "posedge fast", "to": "posedge fast", "path": [
                {"delay": 1.5, "type": "clk-to-q", "from": {"cell": "a"}, "to": {"cell": "a"}},
                {"delay": 2.0, "type": "routing", "from": {"cell": "a"}, "to": {"cell": "b"}},
                {"delay": 0.5, "type": "setup", "from": {"cell": "b"}, "to": {"cell": "b"}}]},
            {"from": "<async>", "to": "posedge fast", "path": [
                {"delay": 9.0, "type": "routing", "from": {"cell": "pin"}, "to": {"cell": "b"}}]}
        ]}"#;

    #[test]
    fn the_limiting_clock_is_the_one_with_the_least_margin() {
        let place = Place::from_json("seed-1.json", REPORT).expect("reads");
        assert_eq!(place.limiting.net, "fast");
        assert!(place.meets_timing());
        assert_eq!(place.used["ICESTORM_LC"], (7, 5280));
        let path = place.critical_path.expect("a path");
        assert_eq!((path.from.as_str(), path.to.as_str()), ("a", "b"));
        assert_eq!((path.logic_ns, path.routing_ns), (2.0, 2.0));
    }

    #[test]
    fn one_slow_clock_is_enough_to_miss() {
        let text = REPORT.replace("\"achieved\": 30.0", "\"achieved\": 11.9");
        let place = Place::from_json("seed-1.json", &text).expect("reads");
        assert!(!place.meets_timing());
        assert_eq!(place.limiting.net, "slow");
        assert_eq!(place.critical_path, None);
    }

    #[test]
    fn no_clock_and_no_json_are_errors() {
        for text in [r#"{"fmax": {}, "utilization": {}}"#, "{}", "nextpnr"] {
            let error = Place::from_json("seed-1.json", text).expect_err("must be refused");
            assert!(error.to_string().contains("seed-1.json"), "{error}");
        }
    }
}

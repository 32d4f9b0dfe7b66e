//! What a build was made of and what came out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::report::CriticalPath;
use crate::{Clock, Found, Performance, Utilisation};

/// Version of the manifest's form. It grows when a field changes its meaning or goes.
pub const FORMAT_VERSION: u32 = 1;

/// `manifest.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT_VERSION`].
    pub format_version: u32,
    /// Name of the board.
    pub board: String,
    /// Ordering code of the FPGA.
    pub part: String,
    /// Name of the top module.
    pub top: String,
    /// Identity of the design, if the caller gave one: what the device answers when it is asked.
    pub design_id: Option<String>,
    /// File of the bitstream in the build's folder.
    pub bitstream: String,
    /// SHA-256 of the files that went in and came out.
    pub hashes: Hashes,
    /// Clock that the design must meet, in MHz.
    pub target_mhz: f64,
    /// Every clock of the best seed reaches what it needs.
    pub meets_timing: bool,
    /// Highest clock over the seeds.
    pub fmax: Fmax,
    /// The seed of the bitstream.
    pub best_seed: u64,
    /// Every seed, in the order asked for.
    pub seeds: Vec<SeedResult>,
    /// What the best seed uses.
    pub utilisation: Utilisation,
    /// How fast it works, if the caller counted a run's cycles.
    pub performance: Option<Performance>,
    /// The tools, their places and versions.
    pub tools: Vec<Found>,
    /// Wall-clock seconds of each step, and of the whole build as `total`.
    pub seconds: BTreeMap<String, f64>,
}

/// SHA-256 in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hashes {
    /// The Verilog.
    pub verilog: String,
    /// The pin constraints.
    pub constraints: String,
    /// The synthesis script.
    pub script: String,
    /// The bitstream.
    pub bitstream: String,
}

/// Highest frequency of the limiting clock, in MHz, over all seeds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fmax {
    /// Worst seed.
    pub min: f64,
    /// Median of the seeds; of an even number, the mean of the two in the middle.
    pub median: f64,
    /// Best seed.
    pub best: f64,
}

/// One seed of place and route.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeedResult {
    /// The seed.
    pub seed: u64,
    /// Every clock reaches what it needs.
    pub meets_timing: bool,
    /// The clock that limits this seed.
    pub limiting: Clock,
    /// Every clock.
    pub clocks: Vec<Clock>,
    /// Its slowest path.
    pub critical_path: Option<CriticalPath>,
}

impl Fmax {
    /// Of the seeds' limiting clocks; zeros without seeds.
    pub(crate) fn of(seeds: &[SeedResult]) -> Self {
        let mut mhz: Vec<f64> = seeds.iter().map(|seed| seed.limiting.achieved_mhz).collect();
        mhz.sort_by(f64::total_cmp);
        let at = |index: usize| mhz.get(index).copied().unwrap_or_default();
        let last = mhz.len().saturating_sub(1);
        Self { min: at(0), median: (at(last / 2) + at(last.div_ceil(2))) / 2.0, best: at(last) }
    }
}

/// SHA-256 in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fmax(mhz: &[f64]) -> (f64, f64, f64) {
        let seed = |mhz: &f64| {
            let limiting = Clock { net: "clk".into(), achieved_mhz: *mhz, needed_mhz: 24.0 };
            SeedResult { seed: 1, meets_timing: true, limiting, clocks: vec![], critical_path: None }
        };
        let fmax = Fmax::of(&mhz.iter().map(seed).collect::<Vec<_>>());
        (fmax.min, fmax.median, fmax.best)
    }

    #[test]
    fn the_median_is_the_middle_of_the_seeds() {
        assert_eq!(fmax(&[30.0, 26.0, 27.0]), (26.0, 27.0, 30.0));
        assert_eq!(fmax(&[30.0, 26.0]), (26.0, 28.0, 30.0));
        assert_eq!(fmax(&[25.0]), (25.0, 25.0, 25.0));
        assert_eq!(fmax(&[]), (0.0, 0.0, 0.0));
    }

    #[test]
    fn the_hash_is_sha256() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(sha256(b""), empty);
    }
}

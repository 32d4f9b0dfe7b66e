//! How fast a design does its work.

use serde::{Deserialize, Serialize};

use crate::Fmax;

/// What one run of the network takes, as the caller counted it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// Clock cycles from start to end.
    pub cycles: u64,
    /// Multiply-accumulates of the array, padded taps included.
    pub array_macs: u64,
    /// Products that the array can make in a clock.
    pub peak: u64,
}

impl Work {
    /// Share of the array's multipliers times cycles that multiply, 0 to 1: fill, drain, the frozen front end and
    /// requantisation count as idle.
    pub fn array_utilisation(&self) -> f64 {
        self.array_macs as f64 / (self.peak * self.cycles).max(1) as f64
    }

    /// Runs in a second at a clock.
    pub fn rate(&self, mhz: f64) -> f64 {
        1e6 * mhz / self.cycles.max(1) as f64
    }
}

/// Work at the clocks of a build.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Performance {
    /// What one run takes.
    pub work: Work,
    /// [`Work::array_utilisation`].
    pub array_utilisation: f64,
    /// Runs in a second at the clock that the board has.
    pub runs_per_second: f64,
    /// Runs in a second at the median of the seeds' highest clocks.
    pub runs_per_second_at_fmax: f64,
}

impl Performance {
    pub(crate) fn new(work: Work, target_mhz: f64, fmax: &Fmax) -> Self {
        Self {
            work,
            array_utilisation: work.array_utilisation(),
            runs_per_second: work.rate(target_mhz),
            runs_per_second_at_fmax: work.rate(fmax.median),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_follow_from_cycles_and_clocks() {
        let work = Work { cycles: 48_000, array_macs: 96_000, peak: 8 };
        let performance = Performance::new(work, 24.0, &Fmax { min: 20.0, median: 36.0, best: 40.0 });
        assert_eq!(performance.runs_per_second, 500.0);
        assert_eq!(performance.runs_per_second_at_fmax, 750.0);
        assert_eq!(performance.array_utilisation, 0.25);
        let nothing = Work { cycles: 0, array_macs: 0, peak: 0 };
        assert!(nothing.array_utilisation().is_finite() && nothing.rate(24.0).is_finite());
    }
}

//! Staircases over sums: where the results rise.

use super::{FitError, Requantiser, Target};

/// One step: the result of every sum up to `below` is less than `result`, that of every sum from `at` is not. Sums
/// between do not occur.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    pub result: i64,
    pub below: i64,
    pub at: i64,
}

/// A function of the sums `lo..=hi` that never falls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Steps {
    pub lo: i64,
    pub hi: i64,
    /// Result of `lo`.
    pub first: i64,
    /// One for each result above the first.
    pub steps: Vec<Step>,
}

impl Steps {
    /// Of a function of all sums of the range, by bisection: the function must never fall.
    pub fn of(lo: i64, hi: i64, result: impl Fn(i64) -> i64) -> Result<Self, FitError> {
        let (first, last) = (result(lo), result(hi));
        if first > last {
            return Err(FitError::Falls { at: hi });
        }
        let bisect = |wanted: i64| {
            let (mut below, mut at) = (lo, hi);
            while at - below > 1 {
                let middle = below + (at - below) / 2;
                if result(middle) >= wanted { at = middle } else { below = middle }
            }
            Step { result: wanted, below, at }
        };
        Ok(Self { lo, hi, first, steps: (first + 1..=last).map(bisect).collect() })
    }

    /// The same results for sums that are this many times larger.
    pub fn times(&self, factor: i64) -> Self {
        let larger = |step: &Step| Step { below: step.below * factor, at: step.at * factor, ..*step };
        let steps = self.steps.iter().map(larger).collect();
        Self { lo: self.lo * factor, hi: self.hi * factor, first: self.first, steps }
    }

    /// Steps that may lie so much lower.
    pub fn widened(&self, sums: i64) -> Self {
        let wider = |step: &Step| Step { below: step.below - sums, ..*step };
        Self { steps: self.steps.iter().map(wider).collect(), ..*self }
    }

    /// Number of steps.
    pub fn count(&self) -> usize {
        self.steps.len()
    }

    /// Result of `hi`.
    pub fn last(&self) -> i64 {
        self.first + self.steps.len() as i64
    }

    /// Whether a requantiser gives the same result for every sum.
    pub fn agree(&self, requantiser: &Requantiser, target: Target) -> bool {
        let result = |sum: i64| i64::from(requantiser.apply(sum, target));
        let ends = result(self.lo) == self.first && result(self.hi) == self.last();
        ends && self.steps.iter().all(|s| result(s.below) < s.result && result(s.at) >= s.result)
    }
}

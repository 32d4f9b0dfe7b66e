//! Addition of two tensors with different scales: as a weighted sum of both.
//!
//! The results order the pairs of inputs: what has a smaller result must have a smaller sum `A * a + B * b`. For
//! each step that is a condition on the lower corner points of the pairs above and the upper ones of those below;
//! together they bound `A / B`, and that the steps must have one height bounds it further. Within the bounds the pairs
//! of integers are tried, those of the fewest taps first.

use serde::{Deserialize, Serialize};

use super::solve::{any_zero_point, edge, solvable};
use super::steps::{Step, Steps};
use super::{FitError, Limits, Requantiser, Target};
use crate::graph::{Activation, Quant};
use crate::reference::Add;

/// Largest weight.
const MAX_WEIGHT: i64 = 127;
/// Most taps of an input.
const MAX_DIGITS: i64 = 256;
/// Most pairs of weights tried.
const CANDIDATES: usize = 10_000;

/// Largest ratio of two weights, far above that of any weights that are tried.
const MAX_RATIO: i64 = 1 << 20;
/// The larger of two weights where ratios are bounded.
const FINE: f64 = (1u64 << 30) as f64;

/// An addition on the array: `A * a + B * b`, requantised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddFit {
    /// Weights of the first input, whose sum is `A`: one product each.
    pub a: Vec<i8>,
    /// Weights of the second input, whose sum is `B`.
    pub b: Vec<i8>,
    /// Parameters of every channel.
    pub requantiser: Requantiser,
    /// Zero point and clamp; the zero point need not be that of the output tensor.
    pub target: Target,
}

/// ADD of two tensors of these quantisations, with as few products as are exact for all 65,536 pairs of inputs.
///
/// Errors: [`FitError::Requant`] for scales that TFLite refuses, [`FitError::Weights`] if no weights are exact.
pub fn add(
    inputs: [Quant; 2],
    output: Quant,
    activation: Activation,
    limits: Limits,
) -> Result<AddFit, FitError> {
    let limits = limits.check()?;
    let add = Add::from_quants(inputs, output, activation)?;
    let staircase = Staircase::new(|a, b| i64::from(add.sum([a, b])))?;
    let ratios = staircase.solvable(f64::from(inputs[0].scale) / f64::from(inputs[1].scale));
    let candidates = (2..=2 * MAX_DIGITS).flat_map(|taps| pairs(&ratios, taps)).take(CANDIDATES);
    let exact = |(a, b): (i64, i64)| {
        let steps = staircase.steps(a, b)?;
        limits.check_sums(steps.lo, steps.hi).ok()?;
        let (requantiser, target) = any_zero_point(&steps, output.zero_point, limits)?;
        let fit = AddFit { a: digits(a), b: digits(b), requantiser, target };
        fit.equals(&add).then_some(fit)
    };
    candidates.filter_map(exact).next().ok_or(FitError::Weights { digits: MAX_DIGITS as usize })
}

impl AddFit {
    /// The result for one pair of inputs.
    pub fn apply(&self, a: i8, b: i8) -> i8 {
        let weight = |digits: &[i8]| digits.iter().map(|&digit| i64::from(digit)).sum::<i64>();
        self.requantiser.apply(weight(&self.a) * i64::from(a) + weight(&self.b) * i64::from(b), self.target)
    }

    fn equals(&self, add: &Add) -> bool {
        let all = i8::MIN..=i8::MAX;
        all.clone().all(|a| all.clone().all(|b| self.apply(a, b) == add.sum([a, b])))
    }
}

/// Weights of at most 127 with this sum, as few as possible.
fn digits(sum: i64) -> Vec<i8> {
    let count = taps(sum);
    (0..count).map(|at| ((sum + at) / count) as i8).collect()
}

/// Number of weights with this sum.
fn taps(sum: i64) -> i64 {
    (sum + MAX_WEIGHT - 1) / MAX_WEIGHT
}

/// The pairs `(A, B)` of so many taps in all with a ratio between the bounds, large ones first: they are finer.
fn pairs(ratios: &Ratios, taps: i64) -> Vec<(i64, i64)> {
    let taps_of_b = (1.max(taps - MAX_DIGITS)..=MAX_DIGITS.min(taps - 1)).rev();
    let with_b = |b: i64, taps_of_a: i64| {
        let (first, last) = ratios.numerators(b);
        let first = first.max((taps_of_a - 1) * MAX_WEIGHT + 1);
        (first..=last.min(taps_of_a * MAX_WEIGHT)).rev().map(move |a| (a, b))
    };
    let of =
        |n: i64| ((n - 1) * MAX_WEIGHT + 1..=n * MAX_WEIGHT).rev().flat_map(move |b| with_b(b, taps - n));
    taps_of_b.flat_map(of).collect()
}

/// The bounds of `A / B`, as fractions with positive denominators; neither is allowed itself.
struct Ratios {
    above: (i64, i64),
    below: (i64, i64),
}

impl Ratios {
    /// Demands `a * A + b * B > 0`.
    fn demand(&mut self, a: i64, b: i64) {
        let less = |x: (i64, i64), y: (i64, i64)| x.0 * y.1 < y.0 * x.1;
        match a {
            1.. if less(self.above, (-b, a)) => self.above = (-b, a),
            ..0 if less((b, -a), self.below) => self.below = (b, -a),
            0 if b <= 0 => self.below = (0, 1),
            _ => {}
        }
    }

    /// Smallest and largest `A` for a `B`.
    fn numerators(&self, b: i64) -> (i64, i64) {
        let first = (self.above.0 * b).div_euclid(self.above.1) + 1;
        (first, (self.below.0 * b - 1).div_euclid(self.below.1))
    }
}

/// A pair of inputs.
type Pair = (i64, i64);

/// A function of two int8 values that never falls with either.
struct Staircase {
    first: i64,
    /// For each result above the first, the corner points of the pairs with less, and of the others: between them
    /// is where every weighted sum is largest and smallest.
    corners: Vec<(Vec<Pair>, Vec<Pair>)>,
}

impl Staircase {
    fn new(result: impl Fn(i8, i8) -> i64) -> Result<Self, FitError> {
        let all = i8::MIN..=i8::MAX;
        for a in all.clone() {
            let falls = |b: i8| {
                result(a, b) > result(a, b.saturating_add(1)) || result(a, b) > result(a.saturating_add(1), b)
            };
            if all.clone().any(falls) {
                return Err(FitError::Falls { at: i64::from(a) });
            }
        }
        let (first, last) = (result(i8::MIN, i8::MIN), result(i8::MAX, i8::MAX));
        let corners = (first + 1..=last).map(|wanted| corners(&result, wanted)).collect();
        Ok(Self { first, corners })
    }

    /// Bounds for weights whose sums order the pairs as their results.
    fn ratios(&self) -> Ratios {
        let mut ratios = Ratios { above: (0, 1), below: (MAX_RATIO, 1) };
        for (below, at) in &self.corners {
            let differences = at.iter().flat_map(|p| below.iter().map(|q| (p.0 - q.0, p.1 - q.1)));
            differences.for_each(|(a, b)| ratios.demand(a, b));
        }
        ratios
    }

    /// The bounds between which also steps of one height could be made of the sums. They lie around the ratio of the
    /// scales; if that does not do itself, the wider ones.
    fn solvable(&self, scales: f64) -> Ratios {
        let ratios = self.ratios();
        // Fine enough to tell all ratios apart that are tried.
        let b = (FINE * scales.recip().min(1.0)) as i64;
        let does = |a: i128| self.steps(a as i64, b).is_some_and(|steps| solvable(&steps));
        let (first, last) = ratios.numerators(b.max(1));
        let centre = (scales * b as f64) as i64;
        if b == 0 || !(first..=last).contains(&centre) || !does(i128::from(centre)) {
            return ratios;
        }
        let end = |end: i64| edge(i128::from(centre), i128::from(end), does) as i64;
        Ratios { above: (end(first) - 1, b), below: (end(last) + 1, b) }
    }

    /// The steps over the weighted sums; none if those do not order the pairs.
    fn steps(&self, a: i64, b: i64) -> Option<Steps> {
        let sum = |p: &Pair| a * p.0 + b * p.1;
        let step = |(result, (below, at)): (i64, &(Vec<Pair>, Vec<Pair>))| {
            let (below, at) = (below.iter().map(sum).max()?, at.iter().map(sum).min()?);
            (below < at).then_some(Step { result, below, at })
        };
        let steps = (self.first + 1..).zip(&self.corners).map(step).collect::<Option<_>>()?;
        Some(Steps { lo: -128 * (a + b), hi: 127 * (a + b), first: self.first, steps })
    }
}

/// Corner points of the pairs with less than a result, and of those with at least it.
fn corners(result: &impl Fn(i8, i8) -> i64, wanted: i64) -> (Vec<Pair>, Vec<Pair>) {
    let mut b = 128;
    let (mut below, mut at) = (Vec::new(), Vec::new());
    for a in -128..=127i64 {
        // The larger `a`, the smaller the least `b` that is enough.
        while b > -128 && result(a as i8, (b - 1) as i8) >= wanted {
            b -= 1;
        }
        if b > -128 {
            extend(&mut below, (a, b - 1), -1);
        }
        if b < 128 {
            extend(&mut at, (a, b), 1);
        }
    }
    (below, at)
}

/// Extends a hull by the next point to the right; `turn` is 1 for the lower hull and -1 for the upper.
fn extend(hull: &mut Vec<Pair>, next: Pair, turn: i64) {
    while let [.., p, q] = hull[..] {
        let cross = (q.0 - p.0) * (next.1 - q.1) - (q.1 - p.1) * (next.0 - q.0);
        if cross * turn > 0 {
            break;
        }
        hull.pop();
    }
    hull.push(next);
}

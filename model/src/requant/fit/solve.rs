//! The search for bias, multiplier and shift.
//!
//! For a shift `s`, the result reaches `q` where `(sum + bias) * M` reaches a number `X` that `q` and `s` give. A step
//! thus says `(at + bias) * M >= X` and `(below + bias) * M < X`: linear in `M` and `c = bias * M`. How far all
//! steps can be kept is a concave function of `M`: where the tightest pair of steps cannot, it tells on which side to go
//! on. Biases are integers, and for each the steps bound `M` from both sides.

use super::steps::Steps;
use super::{Limits, Requantiser, Target};

/// Values of `M` other than 0.
const MULTIPLIERS: (i128, i128) = (1 << 30, (1 << 31) - 1);
/// Most biases tried for one shift.
const BIASES: i64 = 1024;

/// What the steps demand for one shift, as pairs of a sum and the product `X`.
struct Demands {
    /// `(sum + bias) * M >= X`.
    reach: Vec<(i128, i128)>,
    /// `(sum + bias) * M < X`.
    miss: Vec<(i128, i128)>,
}

/// Parameters that agree with every step, those with the smallest shift; none if there are none of these widths.
pub fn solve(steps: &Steps, target: Target, limits: Limits) -> Option<Requantiser> {
    let (least, most) = limits.biases(steps.lo, steps.hi);
    if least > most {
        return None;
    }
    let constant = Requantiser { bias: 0i64.clamp(least, most) as i32, multiplier: 0, shift: 0 };
    if steps.agree(&constant, target) {
        return Some(constant);
    }
    let with_shift = |shift| with_shift(&Demands::new(steps, target, shift), (least, most), shift);
    (0..=31).find_map(|shift| with_shift(shift).filter(|found| steps.agree(found, target)))
}

/// Parameters for a clamp that follows from the steps, and any zero point, the given one first.
///
/// The zero point decides where halves are rounded away from; each also leaves another part of a step to the bias.
pub fn any_zero_point(steps: &Steps, first: i32, limits: Limits) -> Option<(Requantiser, Target)> {
    // Halves away from zero move the steps on one side of it by one product unit, at most two sums.
    if !solvable(&steps.widened(2)) {
        return None;
    }
    let (lo, hi) = (steps.first as i8, steps.last() as i8);
    let likely = [first as i8, 0, i8::MIN, i8::MAX].into_iter();
    likely.chain(i8::MIN + 1..i8::MAX).find_map(|zero_point| {
        let target = Target { zero_point, lo, hi };
        Some((solve(steps, target, limits)?, target))
    })
}

/// Whether there would be parameters of unbounded widths with a bias that need not be an integer, for a zero point
/// below all results.
pub fn solvable(steps: &Steps) -> bool {
    const MOST_SHIFT: u8 = 48;
    let target = Target { zero_point: i8::MIN, lo: steps.first as i8, hi: steps.last() as i8 };
    (0..=MOST_SHIFT).any(|shift| Demands::new(steps, target, shift).multipliers().is_some())
}

fn with_shift(demands: &Demands, biases: (i64, i64), shift: u8) -> Option<Requantiser> {
    let multipliers = demands.multipliers()?;
    let (first, last) = demands.biases(multipliers);
    let (first, last) = (first.max(biases.0), last.min(biases.1));
    let middle = demands.bias(middle(multipliers)).clamp(first, last.max(first));
    let outwards = (0..BIASES).flat_map(|k| [middle + k, middle - k - 1]);
    let mut tried = outwards.filter(|bias| (first..=last).contains(bias));
    tried.find_map(|bias| {
        let multiplier = demands.multiplier(i128::from(bias))? as i32;
        Some(Requantiser { bias: bias as i32, multiplier, shift })
    })
}

impl Demands {
    fn new(steps: &Steps, target: Target, shift: u8) -> Self {
        let product = |result: i64| product(result - i64::from(target.zero_point), shift);
        let reach = steps.steps.iter().map(|s| (i128::from(s.at), product(s.result)));
        let miss = steps.steps.iter().map(|s| (i128::from(s.below), product(s.result)));
        // The ends matter only where the clamp does not make them.
        let low = (steps.first > i64::from(target.lo)).then(|| (i128::from(steps.lo), product(steps.first)));
        let last = steps.last();
        let high = (last < i64::from(target.hi)).then(|| (i128::from(steps.hi), product(last + 1)));
        Self { reach: low.into_iter().chain(reach).collect(), miss: miss.chain(high).collect() }
    }

    /// Least and largest `M` for which there is a `c`, not yet a multiple of `M`.
    fn multipliers(&self) -> Option<(i128, i128)> {
        let mut within = MULTIPLIERS;
        loop {
            let m = middle(within);
            match self.tightest(m) {
                // The pair leaves less than half, as the middle breaks it.
                Some((at, x, below, y)) if y - 1 - m * below < x - m * at => {
                    narrow(&mut within, at - below, x - y + 1)
                }
                _ => break,
            }
            if within.0 > within.1 {
                return None;
            }
        }
        let kept = |m: i128| self.slack(m) >= 0;
        let best = middle(within);
        Some((edge(best, within.0, kept), edge(best, within.1, kept)))
    }

    /// The pair of steps that leaves least for `c`: sum and product to reach, sum and product to miss.
    fn tightest(&self, m: i128) -> Option<(i128, i128, i128, i128)> {
        let &(at, x) = self.reach.iter().max_by_key(|(at, x)| x - m * at)?;
        let &(below, y) = self.miss.iter().min_by_key(|(below, y)| y - m * below)?;
        Some((at, x, below, y))
    }

    /// Least `c` that reaches every step.
    fn least(&self, m: i128) -> Option<i128> {
        self.reach.iter().map(|&(at, x)| x - m * at).max()
    }

    /// Largest `c` that reaches none too early.
    fn most(&self, m: i128) -> Option<i128> {
        self.miss.iter().map(|&(below, x)| x - 1 - m * below).min()
    }

    /// How far apart they are: concave in `M`.
    fn slack(&self, m: i128) -> i128 {
        self.most(m).zip(self.least(m)).map_or(0, |(most, least)| most - least)
    }

    /// A bias from which to start.
    fn bias(&self, m: i128) -> i64 {
        let (least, most) = (self.least(m), self.most(m));
        let middle = least.or(most).unwrap_or(0) / 2 + most.or(least).unwrap_or(0) / 2;
        middle.div_euclid(m) as i64
    }

    /// Smallest and largest bias worth a try for these `M`.
    fn biases(&self, (first, last): (i128, i128)) -> (i64, i64) {
        let corners = [first, middle((first, last)), last];
        let least = |m: i128| self.least(m).map_or(i64::MIN, |c| c.div_euclid(m) as i64 - 1);
        let most = |m: i128| self.most(m).map_or(i64::MAX, |c| c.div_euclid(m) as i64 + 1);
        let first = corners.into_iter().map(least).min();
        (first.unwrap_or(i64::MIN), corners.into_iter().map(most).max().unwrap_or(i64::MAX))
    }

    /// The least `M` for a bias.
    fn multiplier(&self, bias: i128) -> Option<i128> {
        let mut within = MULTIPLIERS;
        for &(at, x) in &self.reach {
            narrow(&mut within, at + bias, x);
        }
        for &(below, x) in &self.miss {
            // (below + bias) * M <= x - 1
            narrow(&mut within, -(below + bias), 1 - x);
        }
        (within.0 <= within.1).then_some(within.0)
    }
}

/// Leaves the `M` with `factor * M >= least`.
fn narrow(within: &mut (i128, i128), factor: i128, least: i128) {
    match factor {
        1.. => within.0 = within.0.max(-(-least).div_euclid(factor)),
        0 if least <= 0 => {}
        0 => within.1 = within.0 - 1,
        _ => within.1 = within.1.min((-least).div_euclid(-factor)),
    }
}

/// What the product must reach for a result, before the zero point: the shift's half, away from zero, and the half
/// of the product.
fn product(result: i64, shift: u8) -> i128 {
    let result = i128::from(result);
    let high = match shift {
        0 => result,
        _ => (result << shift) - (1 << (shift - 1)) + i128::from(result <= 0),
    };
    (high << 31) - (1 << 30)
}

fn middle((first, last): (i128, i128)) -> i128 {
    first + (last - first) / 2
}

/// The value farthest from `inside` towards `end` up to which the condition holds, as it does for `inside`.
pub fn edge(mut inside: i128, end: i128, holds: impl Fn(i128) -> bool) -> i128 {
    let mut outside = end + (end - inside).signum();
    while (outside - inside).abs() > 1 {
        let middle = inside + (outside - inside) / 2;
        if holds(middle) { inside = middle } else { outside = middle }
    }
    inside
}

//! The smallest exact requantiser of a channel with fixed weights.
//!
//! Over the accumulators that the weights can give, the clamped int8 result is a staircase of at most 255
//! thresholds. `clamp((acc * m + b) >> s, lo, hi)` is the same function exactly when it crosses the same
//! thresholds: for threshold `t` of result `q`, `t * m + b >= q * 2^s` and `(t - 1) * m + b < q * 2^s`. For a
//! given shift every pair of thresholds bounds `m`, and for a given `m` they bound `b`, so nothing is searched
//! blindly and nothing is approximate.
//!
//! There is always such a function when the results stay on one side of the zero point, as they do after ReLU:
//! there TFLite's two roundings are two floors of one straight line. Across the zero point they are not, because
//! its second rounding takes halves away from zero: the step at zero is narrower than the others. Then there may
//! be none, and [`RequantError::NotFound`] says so.

use super::{ChannelParameters, ExactRequant, Multiplier, RequantError};
use crate::shift_add::csd;

/// Largest shift tried; every channel of the networks that we know needs less than 22.
const MAX_SHIFT: u32 = 40;
/// Shifts tried beyond the first that has a solution: a longer multiplier may have fewer digits.
const EXTRA_SHIFTS: u32 = 5;
/// Multipliers tried for each shift.
const CANDIDATES: i64 = 256;

/// The least accumulator whose result is at least `result`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Threshold {
    result: i64,
    acc: i64,
}

/// TFLite's requantisation of one channel.
#[derive(Clone, Copy)]
struct Channel {
    parameters: ChannelParameters,
    zero_point: i32,
    lo: i8,
    hi: i8,
}

impl Channel {
    fn result(&self, acc: i64) -> i64 {
        let acc = acc.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32;
        i64::from(self.parameters.requantize(acc, self.zero_point, self.lo, self.hi))
    }
}

impl ExactRequant {
    /// The int8 result of an accumulator in the range that the requantiser was made for.
    pub fn apply(&self, acc: i64) -> i8 {
        let scaled = acc.wrapping_mul(self.m).wrapping_add(self.b).wrapping_shr(self.s);
        scaled.max(i64::from(self.lo)).min(i64::from(self.hi)) as i8
    }
}

/// The exact requantiser with the fewest multiplier digits (canonical signed digits), then the smallest
/// multiplier, then the smallest shift.
///
/// `acc_lo..=acc_hi` are the accumulators, bias included, that can occur; `zero_point`, `lo` and `hi` are the
/// output's zero point and the fused activation's range.
///
/// The result's own `lo` and `hi` are the results at both ends of the range. It is checked at every threshold,
/// which is all there is to check: both functions never fall.
pub fn smallest(
    acc_lo: i64,
    acc_hi: i64,
    parameters: &ChannelParameters,
    zero_point: i32,
    lo: i8,
    hi: i8,
) -> Result<ExactRequant, RequantError> {
    let scale = parameters.scale();
    let magnitude = acc_lo.saturating_abs().max(acc_hi.saturating_abs());
    scale.check(magnitude)?;
    let channel = Channel { parameters: *parameters, zero_point, lo, hi };
    let (first, last) = (channel.result(acc_lo), channel.result(acc_hi));
    if first == last {
        return Ok(ExactRequant { m: 0, b: first, s: 0, lo: first as i8, hi: last as i8 });
    }
    let thresholds = thresholds(&channel, acc_lo, acc_hi);
    let found = search(&thresholds, magnitude).map(|(m, b, s)| ExactRequant {
        m,
        b,
        s,
        lo: first as i8,
        hi: last as i8,
    });
    found.filter(|r| agrees(r, &thresholds, acc_lo, acc_hi)).ok_or_else(|| not_found(scale, acc_lo, acc_hi))
}

fn not_found(scale: Multiplier, lo: i64, hi: i64) -> RequantError {
    RequantError::NotFound { multiplier: scale.value, lo, hi, max_shift: MAX_SHIFT }
}

/// The thresholds of all results above the lowest, by bisection.
fn thresholds(channel: &Channel, acc_lo: i64, acc_hi: i64) -> Vec<Threshold> {
    let bisect = |result: i64| {
        let (mut below, mut at) = (acc_lo, acc_hi);
        while at - below > 1 {
            let middle = below + (at - below) / 2;
            if channel.result(middle) >= result { at = middle } else { below = middle }
        }
        Threshold { result, acc: at }
    };
    (channel.result(acc_lo) + 1..=channel.result(acc_hi)).map(bisect).collect()
}

/// The best `(m, b, s)`.
fn search(thresholds: &[Threshold], magnitude: i64) -> Option<(i64, i64, u32)> {
    let mut best: Option<((u32, i64, u32), i64)> = None;
    let mut last_shift = MAX_SHIFT;
    for s in 0..=MAX_SHIFT {
        if s > last_shift {
            break;
        }
        let Some((m_lo, m_hi)) = multipliers(thresholds, s) else { continue };
        for m in candidates(m_lo, m_hi) {
            let Some(b) = offset(thresholds, m, s, magnitude) else { continue };
            last_shift = last_shift.min(s + EXTRA_SHIFTS);
            let key = (csd::count(m), m, s);
            if best.is_none_or(|(found, _)| key < found) {
                best = Some((key, b));
            }
        }
    }
    best.map(|((_, m, s), b)| (m, b, s))
}

/// The least multipliers of the range, and its first power of two.
fn candidates(m_lo: i64, m_hi: i64) -> impl Iterator<Item = i64> {
    let power = (m_lo as u64).next_power_of_two() as i64;
    let power = (power <= m_hi && power >= m_lo).then_some(power);
    (m_lo..=m_hi.min(m_lo.saturating_add(CANDIDATES))).chain(power)
}

/// Multipliers for which some offset may exist: what every pair of thresholds allows.
///
/// The offset must reach threshold `i` and not yet pass `j`:
/// `q_i * 2^s - m * t_i <= q_j * 2^s - m * (t_j - 1) - 1`.
fn multipliers(thresholds: &[Threshold], s: u32) -> Option<(i64, i64)> {
    let (mut m_lo, mut m_hi) = (1i64, i64::MAX >> 1);
    for i in thresholds {
        for j in thresholds {
            let gap = j.acc - 1 - i.acc;
            let rise = (j.result - i.result) << s;
            match gap {
                1.. => m_hi = m_hi.min((rise - 1).div_euclid(gap)),
                0 => m_hi = if rise >= 1 { m_hi } else { 0 },
                _ => m_lo = m_lo.max((1 - rise + (-gap) - 1).div_euclid(-gap)),
            }
        }
        if m_lo > m_hi {
            return None;
        }
    }
    Some((m_lo, m_hi))
}

/// The offset nearest to 0 that is exact with `m` and `s`, if no accumulator overflows 64 bits.
fn offset(thresholds: &[Threshold], m: i64, s: u32, magnitude: i64) -> Option<i64> {
    let at = |t: &Threshold, acc: i64| (i128::from(t.result) << s) - i128::from(m) * i128::from(acc);
    let least = thresholds.iter().map(|t| at(t, t.acc)).max()?;
    let most = thresholds.iter().map(|t| at(t, t.acc - 1)).min()? - 1;
    let offset = (least <= most).then(|| 0i128.clamp(least, most))?;
    let largest = i128::from(m) * i128::from(magnitude) + offset.abs();
    (largest < 1 << 62).then_some(offset as i64)
}

fn agrees(requant: &ExactRequant, thresholds: &[Threshold], acc_lo: i64, acc_hi: i64) -> bool {
    let ends = requant.apply(acc_lo) == requant.lo && requant.apply(acc_hi) == requant.hi;
    let step = |t: &Threshold| {
        i64::from(requant.apply(t.acc)) >= t.result && i64::from(requant.apply(t.acc - 1)) < t.result
    };
    ends && thresholds.iter().all(step)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn assert_exact(acc_lo: i64, acc_hi: i64, real: f64, zero_point: i32, lo: i8, hi: i8) -> ExactRequant {
        let parameters = ChannelParameters::from_real(0, real).unwrap();
        let requant = smallest(acc_lo, acc_hi, &parameters, zero_point, lo, hi).unwrap();
        for acc in acc_lo..=acc_hi {
            let expected = parameters.requantize(acc as i32, zero_point, lo, hi);
            assert_eq!(requant.apply(acc), expected, "{acc} {requant:?}");
        }
        requant
    }

    #[test]
    fn a_power_of_two_needs_no_multiplier() {
        for shift in 0..12 {
            let requant = assert_exact(-40_000, 40_000, 2f64.powi(-shift), -128, -128, 127);
            assert_eq!((requant.m, requant.s), (1, shift as u32), "{requant:?}");
        }
    }

    #[test]
    fn a_gain_above_one_is_exact() {
        assert_exact(-300, 300, 3.7, 5, -128, 127);
        let eight = assert_exact(-300, 300, 8.0, 0, -128, 127);
        assert_eq!(csd::count(eight.m), 1);
    }

    #[test]
    fn a_channel_that_never_changes_is_a_constant() {
        let requant = assert_exact(-1000, -1, 0.01, 3, 3, 127);
        assert_eq!(requant, ExactRequant { m: 0, b: 3, s: 0, lo: 3, hi: 3 });
        assert_eq!(assert_exact(5, 5, 0.5, 0, -128, 127).m, 0);
        assert_eq!(assert_exact(-9, 9, 0.0, 7, -128, 127).b, 7);
    }

    #[test]
    fn a_single_threshold_needs_no_multiplier() {
        let requant = assert_exact(-100, 100, 0.007, 0, 0, 1);
        assert_eq!((requant.m, requant.s), (1, 0));
    }

    #[test]
    fn an_overflowing_left_shift_is_refused() {
        let parameters = ChannelParameters::from_real(0, 1000.0).unwrap();
        let refused = smallest(-(1 << 30), 1 << 30, &parameters, 0, -128, 127);
        assert!(matches!(refused, Err(RequantError::Overflow { .. })));
    }

    #[test]
    fn fewer_digits_than_the_full_multiplier() {
        let (mut smallest_digits, mut full_digits) = (0, 0);
        for channel in 0..64 {
            let real = 0.0004 * (1.0 + f64::from(channel) * 0.0371);
            let parameters = ChannelParameters::from_real(0, real).unwrap();
            let requant = smallest(-700_000, 600_000, &parameters, -128, -128, 127).unwrap();
            smallest_digits += csd::count(requant.m);
            full_digits += csd::count(i64::from(parameters.multiplier));
        }
        println!("digits of 64 multipliers: {smallest_digits} instead of {full_digits}");
        assert!(smallest_digits * 10 <= full_digits * 9);
    }

    #[test]
    fn both_sides_of_the_zero_point_may_have_no_exact_form() {
        let parameters = ChannelParameters::from_real(0, 0.257).unwrap();
        let across = smallest(-2000, 2000, &parameters, 0, -128, 127);
        assert!(matches!(across, Err(RequantError::NotFound { .. })));
        for (lo, hi) in [(-2000, 0), (0, 2000)] {
            assert_exact(lo, hi, 0.257, 0, -128, 127);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]
        #[test]
        fn rectified_results_are_exact_over_the_whole_range(
            lo in -60_000..60_000i64, width in 0..60_000i64, mantissa in 0.5f64..1.0, exponent in -17..3i32,
            zero_point in -128..=127i32,
        ) {
            assert_exact(lo, lo + width, mantissa * 2f64.powi(exponent), zero_point, zero_point as i8, 127);
        }

        #[test]
        fn what_is_found_is_exact(
            lo in -9_000..9_000i64, width in 0..9_000i64, mantissa in 0.5f64..1.0, exponent in -10..3i32,
            zero_point in -128..=127i32,
        ) {
            let parameters = ChannelParameters::from_real(0, mantissa * 2f64.powi(exponent)).unwrap();
            if let Ok(requant) = smallest(lo, lo + width, &parameters, zero_point, -128, 127) {
                for acc in lo..=lo + width {
                    prop_assert_eq!(requant.apply(acc), parameters.requantize(acc as i32, zero_point, -128, 127));
                }
            } else {
                prop_assert!(lo < 0 && lo + width > 0, "one side must have a solution");
            }
        }
    }
}

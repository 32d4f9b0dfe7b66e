//! Exact ranges of weighted sums.

/// Smallest and largest value of `sum of coefficients[i] * x[i]` with every `x[i]` in `input`, both ends included;
/// saturates at 64 bits.
///
/// Exact because the inputs are independent: each takes its worst end.
pub(super) fn range(coefficients: impl Iterator<Item = i64>, input: (i64, i64)) -> (i64, i64) {
    let (mut lo, mut hi) = (0i128, 0i128);
    for coefficient in coefficients {
        let ends = [input.0, input.1].map(|x| i128::from(coefficient) * i128::from(x));
        lo = lo.saturating_add(ends[0].min(ends[1]));
        hi = hi.saturating_add(ends[0].max(ends[1]));
    }
    (narrow(lo), narrow(hi))
}

fn narrow(value: i128) -> i64 {
    value.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
}

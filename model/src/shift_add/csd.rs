//! Canonical signed digits: the representation of a constant with the fewest non-zero digits.

/// One non-zero digit: `±2^shift`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digit {
    /// Power of two.
    pub shift: u32,
    /// Whether the digit is -1.
    pub negative: bool,
}

/// The non-zero digits of `value`, lowest first. No two of them are adjacent.
///
/// ```
/// use frazil_model::shift_add::csd::digits;
/// // 7 = 8 - 1
/// let seven: Vec<_> = digits(7).map(|d| (d.shift, d.negative)).collect();
/// assert_eq!(seven, [(0, true), (3, false)]);
/// ```
pub fn digits(value: i64) -> impl Iterator<Item = Digit> {
    let (plus, minus) = masks(value);
    (0..u128::BITS - 1)
        .filter(move |&shift| ((plus | minus) >> shift) & 1 == 1)
        .map(move |shift| Digit { shift, negative: (minus >> shift) & 1 == 1 })
}

/// Number of non-zero digits of `value`.
pub fn count(value: i64) -> u32 {
    let (plus, minus) = masks(value);
    (plus | minus).count_ones()
}

/// Positions of the digits +1 and of the digits -1.
///
/// With `x3 = 3 * value`, a digit is where the bits of `x3` and `value` differ, one place higher: the carries
/// of that addition are the carries of the recoding.
fn masks(value: i64) -> (u128, u128) {
    let value = i128::from(value);
    let tripled = 3 * value;
    let plus = (tripled & !value) >> 1;
    let minus = (!tripled & value) >> 1;
    // The sign bits of both agree, so neither mask is negative.
    (plus as u128, minus as u128)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sum(value: i64) -> i128 {
        digits(value).map(|d| if d.negative { -(1i128 << d.shift) } else { 1i128 << d.shift }).sum()
    }

    /// Fewest terms `±2^k` that sum to `value`, by search over the lowest digit.
    fn fewest(value: i64) -> u32 {
        match value {
            0 => 0,
            1 | -1 => 1,
            v if v & 1 == 0 => fewest(v / 2),
            v => 1 + fewest((v - 1) / 2).min(fewest((v + 1) / 2)),
        }
    }

    #[test]
    fn extremes_sum_back() {
        for value in [0, 1, -1, 127, -128, i64::MAX, i64::MIN, i64::MAX - 1, i64::MIN + 1] {
            assert_eq!(sum(value), i128::from(value));
        }
    }

    #[test]
    fn every_sixteen_bit_constant_is_minimal() {
        for value in -40_000..=40_000 {
            assert_eq!(count(value), fewest(value), "{value}");
        }
    }

    proptest! {
        #[test]
        fn digits_sum_back_and_are_never_adjacent(value: i64) {
            prop_assert_eq!(sum(value), i128::from(value));
            let shifts: Vec<u32> = digits(value).map(|d| d.shift).collect();
            prop_assert!(shifts.windows(2).all(|pair| pair[0] + 1 < pair[1]));
            prop_assert_eq!(shifts.len() as u32, count(value));
        }
    }
}

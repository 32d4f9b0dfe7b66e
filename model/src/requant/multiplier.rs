//! TFLite's fixed-point multiplier: 31 bits and a shift, rounded twice.

use super::RequantError;

/// A real number as `value * 2^(left_shift - right_shift - 31)`; one of the shifts is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Multiplier {
    /// 0 or in `2^30..2^31`.
    pub value: i32,
    /// Left shift before the product, 0 to 30.
    pub left_shift: u8,
    /// Rounding right shift after it, 0 to 31.
    pub right_shift: u8,
}

impl Multiplier {
    /// The nearest multiplier, halves away from zero; below 2^-32 it is 0.
    pub fn from_real(real: f64) -> Result<Self, RequantError> {
        if !real.is_finite() || real < 0.0 {
            return Err(RequantError::Multiplier { real });
        }
        let (fraction, mut exponent) = fraction_exponent(real);
        let mut value = (fraction * (1i64 << 31) as f64).round() as i64;
        if value == 1 << 31 {
            value >>= 1;
            exponent += 1;
        }
        match exponent {
            31.. => Err(RequantError::Multiplier { real }),
            0..=30 => Ok(Self { value: value as i32, left_shift: exponent as u8, right_shift: 0 }),
            -31..=-1 => Ok(Self { value: value as i32, left_shift: 0, right_shift: -exponent as u8 }),
            _ => Ok(Self { value: 0, left_shift: 0, right_shift: 0 }),
        }
    }

    /// The scaled accumulator. The left shift must not overflow: see [`Multiplier::check`].
    pub fn apply(self, acc: i32) -> i32 {
        let shifted = acc.wrapping_shl(u32::from(self.left_shift));
        let high = saturating_rounding_doubling_high_mul(shifted, self.value);
        rounding_divide_by_power_of_two(high, u32::from(self.right_shift))
    }

    /// Whether accumulators up to this magnitude can be shifted left without overflow.
    pub fn check(self, magnitude: i64) -> Result<(), RequantError> {
        let left_shift = self.left_shift;
        if (i128::from(magnitude) << left_shift) > i128::from(i32::MAX) {
            return Err(RequantError::Overflow { magnitude, left_shift });
        }
        Ok(())
    }
}

/// `real` as a fraction in `0.5..1` and a power of two; 0 as 0 and 0. `real` is finite and not negative.
fn fraction_exponent(real: f64) -> (f64, i32) {
    const FRACTION_BITS: u32 = f64::MANTISSA_DIGITS - 1;
    // Subnormal numbers are scaled up first, as they have no leading one.
    let (normal, scaled) = if real < f64::MIN_POSITIVE { (real * 2f64.powi(64), 64) } else { (real, 0) };
    if normal == 0.0 {
        return (0.0, 0);
    }
    let bits = normal.to_bits();
    let exponent = (bits >> FRACTION_BITS) as i32 - 1022;
    let fraction = f64::from_bits((bits & ((1 << FRACTION_BITS) - 1)) | 1022 << FRACTION_BITS);
    (fraction, exponent - scaled)
}

/// High word of `2 * a * b`, rounded to nearest, halves up for products at or above 0 and towards zero below;
/// saturates for `a = b = i32::MIN`.
pub fn saturating_rounding_doubling_high_mul(a: i32, b: i32) -> i32 {
    if a == i32::MIN && b == i32::MIN {
        return i32::MAX;
    }
    let product = i64::from(a) * i64::from(b);
    let nudge = if product >= 0 { 1i64 << 30 } else { 1 - (1i64 << 30) };
    // Division, not a shift: it truncates towards zero.
    ((product + nudge) / (1i64 << 31)) as i32
}

/// `x / 2^exponent`, rounded to nearest, halves away from zero; `exponent` at most 31.
pub fn rounding_divide_by_power_of_two(x: i32, exponent: u32) -> i32 {
    let x = i64::from(x);
    let mask = (1i64 << exponent.min(31)) - 1;
    let remainder = x & mask;
    let threshold = (mask >> 1) + i64::from(x < 0);
    ((x >> exponent.min(31)) + i64::from(remainder > threshold)) as i32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_multipliers() {
        let half = Multiplier::from_real(0.5).unwrap();
        assert_eq!((half.value, half.left_shift, half.right_shift), (1 << 30, 0, 0));
        let one = Multiplier::from_real(1.0).unwrap();
        assert_eq!((one.value, one.left_shift, one.right_shift), (1 << 30, 1, 0));
        let small = Multiplier::from_real(0.001).unwrap();
        // 0.001 = 0.512 * 2^-9
        assert_eq!((small.value, small.right_shift), (1_099_511_628, 9));
        let zero = Multiplier { value: 0, left_shift: 0, right_shift: 0 };
        assert_eq!(Multiplier::from_real(0.0).unwrap(), zero);
        assert_eq!(Multiplier::from_real(2f64.powi(-33)).unwrap(), zero);
        assert_eq!(Multiplier::from_real(f64::MIN_POSITIVE / 8.0).unwrap(), zero);
        assert_eq!(Multiplier::from_real(2f64.powi(-32)).unwrap().right_shift, 31);
        // Rounds up to 2^31, so to the next power of two.
        let up = Multiplier::from_real(1.0 - f64::EPSILON / 2.0).unwrap();
        assert_eq!(up, one);
    }

    #[test]
    fn bad_reals_are_refused() {
        for real in [-1.0, f64::NAN, f64::INFINITY, 2f64.powi(30)] {
            assert!(matches!(Multiplier::from_real(real), Err(RequantError::Multiplier { .. })), "{real}");
        }
    }

    #[test]
    fn halves_round_as_in_gemmlowp() {
        // 2 * a * 2^30 / 2^32 = a / 2
        let half = |a| saturating_rounding_doubling_high_mul(a, 1 << 30);
        assert_eq!([half(3), half(-3), half(1), half(-1)], [2, -1, 1, 0]);
        assert_eq!(saturating_rounding_doubling_high_mul(i32::MIN, i32::MIN), i32::MAX);
        let quarter = |x| rounding_divide_by_power_of_two(x, 2);
        assert_eq!([quarter(2), quarter(-2), quarter(1), quarter(-1), quarter(-6)], [1, -1, 0, 0, -2]);
        assert_eq!(rounding_divide_by_power_of_two(i32::MIN, 31), -1);
        assert_eq!(rounding_divide_by_power_of_two(i32::MAX, 31), 1);
        assert_eq!(rounding_divide_by_power_of_two(12345, 0), 12345);
    }

    #[test]
    fn overflow_of_the_left_shift_is_seen() {
        let eight = Multiplier::from_real(8.0).unwrap();
        assert_eq!(eight.left_shift, 4);
        assert!(eight.check((1 << 27) - 1).is_ok());
        assert_eq!(eight.check(1 << 27), Err(RequantError::Overflow { magnitude: 1 << 27, left_shift: 4 }));
    }

    proptest! {
        #[test]
        fn equals_the_rational_formulation(acc: i32, value in (1i32 << 30)..=i32::MAX, right in 0..=31u8) {
            let multiplier = Multiplier { value, left_shift: 0, right_shift: right };
            // Nearest to acc * value / 2^31, halves up; then nearest to that / 2^right, halves away from zero.
            let first = (2 * i128::from(acc) * i128::from(value) + (1i128 << 31)).div_euclid(1i128 << 32);
            let scale = 1i128 << right;
            let magnitude = (2 * first.abs() + scale).div_euclid(2 * scale);
            prop_assert_eq!(i128::from(multiplier.apply(acc)), magnitude * first.signum());
        }

        #[test]
        fn is_monotone(acc in i32::MIN..i32::MAX, value in (1i32 << 30)..=i32::MAX, right in 0..=31u8) {
            let multiplier = Multiplier { value, left_shift: 0, right_shift: right };
            prop_assert!(multiplier.apply(acc) <= multiplier.apply(acc + 1));
        }

        #[test]
        fn the_multiplier_is_the_nearest(real in 1e-9f64..1e9) {
            let m = Multiplier::from_real(real).unwrap();
            prop_assert!(m.value >= 1 << 30);
            let exponent = i32::from(m.left_shift) - i32::from(m.right_shift) - 31;
            let error = (f64::from(m.value) * 2f64.powi(exponent) - real).abs();
            prop_assert!(error <= 2f64.powi(exponent - 1), "{} {}", real, error);
        }
    }
}

//! Fixed-point functions on 32 bits, as gemmlowp defines them, to the bit.
//!
//! A number is an `i32` and the count `m` of its integer bits, the sign not counted: `real = raw / 2^(31 - m)`.
//! Below, `Qm` names this format. Products are high words rounded to nearest, so that `Qa * Qb` is a `Q(a + b)`.

use crate::requant::{
    rounding_divide_by_power_of_two as divide_by_power_of_two,
    saturating_rounding_doubling_high_mul as multiply,
};

/// 1 in Q2.
const ONE_Q2: i32 = 1 << 29;
/// 1 in Q0, less the last bit: 1 itself has no Q0.
pub(crate) const ONE_Q0: i32 = i32::MAX;

/// `exp(-2^k)` in Q0 for `k` from -2 to 4.
const EXP_OF_POWERS: [i32; 7] =
    [1_672_461_947, 1_302_514_674, 790_015_084, 290_630_308, 39_332_535, 720_401, 242];
/// The power of [`EXP_OF_POWERS`] that comes first.
const FIRST_POWER: i32 = -2;

/// `raw * 2^bits`, saturating; the same number with fewer integer bits.
pub(crate) fn saturating_shift_left(raw: i32, bits: u32) -> i32 {
    let shifted = i64::from(raw) << bits.min(31);
    shifted.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32
}

/// `exp(x)` in Q0 for `x <= 0` in Q`INTEGER_BITS`, which is at most 5.
///
/// `x` is cut into a part in `-1/4..0`, of which a polynomial gives the exponential, and the negative powers of
/// two that are its other bits, each of which multiplies by a constant.
pub(crate) fn exp_of_negative<const INTEGER_BITS: u32>(x: i32) -> i32 {
    const { assert!(INTEGER_BITS <= 5) };
    if x == 0 {
        return ONE_Q0;
    }
    let quarter = 1i32 << (29 - INTEGER_BITS);
    let small = (x & (quarter - 1)) - quarter;
    let others = small.wrapping_sub(x);
    let mut result = exp_of_negative_quarter(saturating_shift_left(small, INTEGER_BITS));
    for (power, &factor) in (FIRST_POWER..INTEGER_BITS as i32).zip(&EXP_OF_POWERS) {
        let bit = 31 - INTEGER_BITS as i32 + power;
        if others >> bit & 1 == 1 {
            result = multiply(result, factor);
        }
    }
    result
}

/// `exp(x)` in Q0 for `x` in `-1/4..0` in Q0: the Taylor polynomial of degree 4 around -1/8.
fn exp_of_negative_quarter(x: i32) -> i32 {
    const EXP_OF_MINUS_EIGHTH: i32 = 1_895_147_668;
    const THIRD: i32 = 715_827_883;
    let x = x + (1 << 28);
    let square = multiply(x, x);
    let cube = multiply(square, x);
    let fourth = multiply(square, square);
    // x^4 / 24 + x^3 / 6 + x^2 / 2 = ((x^4 / 4 + x^3) / 3 + x^2) / 2
    let thirds = multiply(divide_by_power_of_two(fourth, 2) + cube, THIRD);
    let above_linear = divide_by_power_of_two(thirds + square, 1);
    EXP_OF_MINUS_EIGHTH + multiply(EXP_OF_MINUS_EIGHTH, x + above_linear)
}

/// `1 / (1 + x)` in Q0 for `x` in `0..1` in Q0: three steps of Newton's method.
pub(crate) fn one_over_one_plus(x: i32) -> i32 {
    // The line 48/17 - 32/17 d is nearest to 1 / d where d is 1/2 to 1.
    const INTERCEPT_Q2: i32 = 1_515_870_810;
    const SLOPE_Q2: i32 = -1_010_580_540;
    let half_denominator = ((i64::from(x) + i64::from(ONE_Q0) + 1) / 2) as i32;
    let mut inverse = INTERCEPT_Q2 + multiply(half_denominator, SLOPE_Q2);
    for _ in 0..3 {
        let error = ONE_Q2 - multiply(half_denominator, inverse);
        // The product of two Q2 is a Q4.
        inverse += saturating_shift_left(multiply(inverse, error), 2);
    }
    // The inverse of half the denominator, halved, is the same bits in Q1.
    saturating_shift_left(inverse, 1)
}

/// `1 / x` of a positive `x` in Q`integer_bits`, as `y * 2^-n` with `y` in Q0 above 1/2: gives `y` and `n`.
///
/// `x` is an `u32`, so that a sum that needs the sign bit is still positive. Of 0 nothing sensible is given.
pub(crate) fn reciprocal(x: u32, integer_bits: i32) -> (i32, i32) {
    let headroom = x.leading_zeros();
    let fraction = x.wrapping_shl(headroom) & (u32::MAX >> 1);
    (one_over_one_plus(fraction as i32), integer_bits - headroom as i32)
}

/// `1 / (1 + exp(-x))` in Q0 for `x` in Q`INTEGER_BITS`, which is at most 5.
pub(crate) fn logistic<const INTEGER_BITS: u32>(x: i32) -> i32 {
    let positive = one_over_one_plus(exp_of_negative::<INTEGER_BITS>(-x.saturating_abs()));
    match x.signum() {
        0 => 1 << 30,
        1 => positive,
        _ => ONE_Q0 - positive,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn q0(raw: i32) -> f64 {
        f64::from(raw) / 2f64.powi(31)
    }

    #[test]
    fn the_constants_are_the_nearest() {
        for (power, &factor) in (FIRST_POWER..).zip(&EXP_OF_POWERS) {
            let exact = (-2f64.powi(power)).exp() * 2f64.powi(31);
            assert!((exact - f64::from(factor)).abs() <= 0.5, "{power}: {factor} for {exact}");
        }
    }

    #[test]
    fn the_ends() {
        assert_eq!(exp_of_negative::<5>(0), ONE_Q0);
        // exp(-32) and exp(-16) are below the last bits that count.
        assert_eq!(exp_of_negative::<5>(i32::MIN), 0);
        assert!(q0(exp_of_negative::<4>(i32::MIN)) < 1e-6);
        assert_eq!(logistic::<4>(0), 1 << 30);
        assert!(q0(logistic::<4>(i32::MAX)) > 0.999_999);
        assert!(q0(logistic::<4>(i32::MIN)) < 0.000_001);
        assert_eq!(saturating_shift_left(1 << 30, 1), i32::MAX);
        assert_eq!(saturating_shift_left(-(1 << 30) - 1, 1), i32::MIN);
        assert_eq!(saturating_shift_left(-3, 4), -48);
        // 1 and 3 with 12 integer bits; 4095 ones use all bits but the sign.
        assert_eq!(reciprocal(1 << 19, 12).1, 0);
        assert!((q0(reciprocal(3 << 19, 12).0) / 2.0 - 1.0 / 3.0).abs() < 1e-8);
        assert_eq!(reciprocal(4095 << 19, 12).1, 11);
    }

    proptest! {
        // The polynomial's next term is below (1/8)^5 / 120 = 2.5e-7.
        #[test]
        fn exponentials_are_near(x in i32::MIN..=0) {
            let exact = (f64::from(x) / 2f64.powi(26)).exp();
            prop_assert!((q0(exp_of_negative::<5>(x)) - exact).abs() < 2.5e-7);
            let exact = (f64::from(x) / 2f64.powi(27)).exp();
            prop_assert!((q0(exp_of_negative::<4>(x)) - exact).abs() < 2.5e-7);
        }

        #[test]
        fn inverses_are_near(x in 0..=i32::MAX) {
            prop_assert!((q0(one_over_one_plus(x)) - 1.0 / (1.0 + q0(x))).abs() < 1e-8);
        }

        #[test]
        fn reciprocals_are_near(x in 1u32..) {
            let (fraction, exponent) = reciprocal(x, 12);
            let exact = 2f64.powi(19) / f64::from(x);
            prop_assert!((q0(fraction) * 2f64.powi(-exponent) / exact - 1.0).abs() < 1e-8);
        }

        #[test]
        fn the_logistic_function_is_near(x: i32) {
            let exact = 1.0 / (1.0 + (-f64::from(x) / 2f64.powi(27)).exp());
            prop_assert!((q0(logistic::<4>(x)) - exact).abs() < 2e-7);
        }
    }
}

//! 16.16 fixed point and the few functions that the clip needs on it.

/// Bits after the binary point.
pub const BITS: u32 = 16;
/// One.
pub const ONE: i64 = 1 << BITS;

/// A whole number.
pub const fn whole(value: i64) -> i64 {
    value * ONE
}

/// Product of two fixed-point numbers, rounded down.
pub const fn mul(a: i64, b: i64) -> i64 {
    (a * b) >> BITS
}

/// The number as a float: exact, since it has far fewer than 53 bits.
pub fn to_f64(value: i64) -> f64 {
    value as f64 / ONE as f64
}

/// Sine of `phase` turns, by Bhaskara's rational approximation (largest error 0.0016: smooth, and integers
/// suffice).
pub const fn sine(phase: i64) -> i64 {
    let turn = phase.rem_euclid(ONE);
    let half = ONE / 2;
    let (x, sign) = if turn < half { (turn, 1) } else { (turn - half, -1) };
    // With x in half turns and p = x (1 - x): 16 p / (5 - 4 p).
    let p = x * (half - x) / half;
    sign * (16 * p * ONE) / (5 * half - 4 * p)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sine_is_close_and_symmetric() {
        for i in 0..=1000i64 {
            let phase = i * ONE / 1000;
            let exact = (to_f64(phase) * std::f64::consts::TAU).sin();
            assert!((to_f64(sine(phase)) - exact).abs() < 0.002, "{i}");
            assert_eq!(sine(phase), -sine(phase + ONE / 2));
        }
        assert_eq!(sine(ONE / 4), ONE);
    }
}

//! TFLite's fixed-point multiplier for accumulators of 64 bits: 16 bits and a shift, rounded once.

use super::{Multiplier, RequantError};

/// Magnitudes of accumulators are below this.
const LIMIT: i64 = 1 << 47;

/// A real number below 128 as `value / 2^shift`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WideMultiplier {
    /// 0 or in `2^14..2^15`.
    pub value: i16,
    /// Rounding right shift after the product, 8 to 46.
    pub shift: u8,
}

impl WideMultiplier {
    /// The nearest multiplier of 31 bits, reduced to 15 bits, halves up; never more than the largest.
    pub fn from_real(real: f64) -> Result<Self, RequantError> {
        let Multiplier { value, left_shift, right_shift } = Multiplier::from_real(real)?;
        if left_shift > 7 {
            return Err(RequantError::WideMultiplier { real });
        }
        let reduced = ((i64::from(value) + (1 << 15)) >> 16).min(i64::from(i16::MAX));
        Ok(Self { value: reduced as i16, shift: 15 + right_shift - left_shift })
    }

    /// The scaled accumulator, halves up. It must fit: see [`WideMultiplier::check`].
    pub fn apply(self, acc: i64) -> i32 {
        let product = acc.wrapping_mul(i64::from(self.value));
        (product.wrapping_add(1 << (self.shift - 1)) >> self.shift) as i32
    }

    /// Whether accumulators up to this magnitude are below 2^47 and their results within 32 bits, beyond which
    /// TFLite's behaviour is undefined.
    pub fn check(self, magnitude: i64) -> Result<(), RequantError> {
        let scaled = || ((i128::from(magnitude) * i128::from(self.value)) >> self.shift) + 1;
        match magnitude < LIMIT && scaled() <= i128::from(i32::MAX) {
            true => Ok(()),
            false => Err(RequantError::WideOverflow { magnitude }),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn halves_round_up() {
        let half = WideMultiplier::from_real(0.5).unwrap();
        assert_eq!((half.value, half.shift), (1 << 14, 15));
        assert_eq!([3, 1, 0, -1, -2, -3].map(|acc| half.apply(acc)), [2, 1, 0, 0, -1, -1]);
        let quarter = WideMultiplier::from_real(0.25).unwrap();
        assert_eq!([2, 1, -1, -2, -3, -6].map(|acc| quarter.apply(acc)), [1, 0, 0, 0, -1, -1]);
    }

    #[test]
    fn the_multiplier_is_reduced_to_fifteen_bits() {
        // 0.6 * 2^15 = 19660.8
        assert_eq!(WideMultiplier::from_real(0.6).unwrap(), WideMultiplier { value: 19_661, shift: 15 });
        // Would round up to 2^15.
        let most = WideMultiplier::from_real(0.99999).unwrap();
        assert_eq!(most, WideMultiplier { value: 32_767, shift: 15 });
        assert_eq!(most.apply(1 << 30), (1 << 30) - (1 << 15));
        let one = WideMultiplier::from_real(1.0).unwrap();
        assert_eq!(one, WideMultiplier { value: 1 << 14, shift: 14 });
        assert_eq!(one.apply(-77), -77);
        assert_eq!(WideMultiplier::from_real(2f64.powi(-32)).unwrap().shift, 46);
        assert_eq!(WideMultiplier::from_real(0.0).unwrap().apply(1 << 40), 0);
        assert_eq!(WideMultiplier::from_real(127.0).unwrap().shift, 8);
        let refused = WideMultiplier::from_real(128.0);
        assert_eq!(refused, Err(RequantError::WideMultiplier { real: 128.0 }));
        assert!(WideMultiplier::from_real(f64::NAN).is_err());
    }

    #[test]
    fn overflow_is_seen() {
        let tiny = WideMultiplier::from_real(1e-6).unwrap();
        assert!(tiny.check(LIMIT - 1).is_ok());
        assert_eq!(tiny.check(LIMIT), Err(RequantError::WideOverflow { magnitude: LIMIT }));
        assert!(tiny.check(i64::MAX).is_err());
        let one = WideMultiplier::from_real(1.0).unwrap();
        assert!(one.check(i64::from(i32::MAX) - 1).is_ok());
        assert!(one.check(1 << 31).is_err());
    }

    proptest! {
        #[test]
        fn is_the_product_rounded_once(acc in 1 - LIMIT..LIMIT, value in 1i16 << 14..=i16::MAX, shift in 33..=46u8) {
            let multiplier = WideMultiplier { value, shift };
            let doubled = 2 * i128::from(acc) * i128::from(value);
            let nearest = (doubled + (1i128 << shift)).div_euclid(2i128 << shift);
            prop_assert_eq!(i128::from(multiplier.apply(acc)), nearest);
            prop_assert!(multiplier.check(acc.abs()).is_ok());
        }
    }
}

//! From sums to results.

use crate::plan::Capacity;
use crate::requant::fit::Requantiser;

/// What all channels of a layer share.
pub struct Finish {
    pub zero_point: i8,
    /// Smallest and largest result.
    pub clamp: (i8, i8),
}

impl Finish {
    /// A result word: a channel for each lane; those without parameters give 0.
    pub fn word<const N: usize>(
        &self,
        sums: &[i32; N],
        parameters: &[Requantiser],
        capacity: &Capacity,
    ) -> [u8; N] {
        let mut word = [0; N];
        for ((byte, &sum), parameters) in word.iter_mut().zip(sums).zip(parameters) {
            *byte = self.requantise(sum, parameters, capacity) as u8;
        }
        word
    }

    fn requantise(&self, sum: i32, parameters: &Requantiser, capacity: &Capacity) -> i8 {
        let sum = wrap(i64::from(sum), capacity.sum_bits);
        let biased = wrap(sum + i64::from(parameters.bias), capacity.requant_bits);
        let high = (biased * i64::from(parameters.multiplier) + (1 << 30)) >> 31;
        let shift = u32::from(parameters.shift);
        // Halves away from zero: below zero the half itself is not enough.
        let half = if shift == 0 { 0 } else { (1 << (shift - 1)) - i64::from(high < 0) };
        let result = ((high + half) >> shift) + i64::from(self.zero_point);
        // Not `clamp`, which panics when the program's bounds are swapped.
        result.max(i64::from(self.clamp.0)).min(i64::from(self.clamp.1)) as i8
    }
}

/// The low bits of a value, two's complement.
fn wrap(value: i64, bits: u32) -> i64 {
    value << (64 - bits) >> (64 - bits)
}

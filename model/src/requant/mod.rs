//! Requantisation: from int32 accumulators to int8 results.
//!
//! [`Multiplier`] is TFLite's reference behaviour to the bit, [`WideMultiplier`] that of int16 convolutions; [`exact`]
//! finds a far smaller form for a channel whose weights are fixed, and [`fit`] parameters of the array's narrower
//! requantiser.

pub mod exact;
pub mod fit;
mod multiplier;
mod parameters;
mod wide;

pub use multiplier::{Multiplier, rounding_divide_by_power_of_two, saturating_rounding_doubling_high_mul};
pub use parameters::{ChannelParameters, ExactRequant};
pub use wide::WideMultiplier;

/// A real multiplier or a channel that cannot be requantised exactly.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RequantError {
    /// Negative, infinite, not a number or at least 2^30.
    #[error("the real multiplier {real} is not within 0 and 2^30")]
    Multiplier {
        /// The multiplier.
        real: f64,
    },
    /// A multiplier that must be below 1, as TFLite demands in additions.
    #[error("the real multiplier {real} is not below 1")]
    NotBelowOne {
        /// The multiplier.
        real: f64,
    },
    /// The left shift would overflow 32 bits, where TFLite's behaviour is undefined.
    #[error("accumulators up to {magnitude} overflow 32 bits when shifted left by {left_shift}")]
    Overflow {
        /// Largest magnitude of the accumulator.
        magnitude: i64,
        /// Left shift.
        left_shift: u8,
    },
    /// A multiplier of 64-bit accumulators that TFLite does not allow.
    #[error("the real multiplier {real} of 64-bit accumulators is not below 128")]
    WideMultiplier {
        /// The multiplier.
        real: f64,
    },
    /// A 64-bit accumulator or its result is beyond what TFLite defines.
    #[error("accumulators up to {magnitude} are not below 2^47 or do not scale to 32 bits")]
    WideOverflow {
        /// Largest magnitude of the accumulator.
        magnitude: i64,
    },
    /// No multiply-add-shift crosses the same thresholds.
    #[error(
        "no multiply-add-shift of up to {max_shift} bits equals the multiplier {multiplier} for all accumulators {lo}..={hi}"
    )]
    NotFound {
        /// Multiplier of the channel.
        multiplier: i32,
        /// Smallest accumulator.
        lo: i64,
        /// Largest accumulator.
        hi: i64,
        /// Largest shift tried.
        max_shift: u32,
    },
}

//! Requantisation: from int32 accumulators to int8 results.
//!
//! [`Multiplier`] is TFLite's reference behaviour to the bit; [`exact`] finds a far smaller form for a channel
//! whose weights are fixed.

pub mod exact;
mod multiplier;

use crate::graph::{Graph, Node, Op};
use crate::plan::ChannelParameters;

pub use multiplier::{Multiplier, rounding_divide_by_power_of_two, saturating_rounding_doubling_high_mul};

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

impl ChannelParameters {
    /// Parameters of a channel: its bias, with the input's zero point folded in, and its multiplier.
    pub fn new(bias: i32, multiplier: Multiplier) -> Self {
        let Multiplier { value, left_shift, right_shift } = multiplier;
        Self { bias, multiplier: value, left_shift, right_shift }
    }

    /// Parameters from the real multiplier `input scale * weight scale / output scale`.
    pub fn from_real(bias: i32, real: f64) -> Result<Self, RequantError> {
        Ok(Self::new(bias, Multiplier::from_real(real)?))
    }

    /// The multiplier with its shifts.
    pub fn scale(&self) -> Multiplier {
        Multiplier { value: self.multiplier, left_shift: self.left_shift, right_shift: self.right_shift }
    }

    /// The int8 result of an accumulator that already holds the bias.
    pub fn requantize(&self, acc: i32, zero_point: i32, lo: i8, hi: i8) -> i8 {
        let scaled = self.scale().apply(acc).saturating_add(zero_point);
        scaled.max(i32::from(lo)).min(i32::from(hi)) as i8
    }
}

/// Real multipliers of a node with weights, one for each output channel.
///
/// Products are float64, but float32 for a fully connected layer with one weight scale, as in TFLite.
pub fn real_multipliers(graph: &Graph, node: &Node) -> Vec<f64> {
    let input = graph.node_input(node).quant.scale;
    let output = f64::from(graph.node_output(node).quant.scale);
    let Some((bias, scales)) = node.op.channels() else { return Vec::new() };
    let per_tensor = matches!(node.op, Op::FullyConnected(_)) && scales.len() == 1;
    let product = |scale: f32| match per_tensor {
        true => f64::from(input * scale),
        false => f64::from(input) * f64::from(scale),
    };
    let scale = |channel: usize| scales.get(channel).or(scales.first()).copied().unwrap_or(0.0);
    (0..bias.len()).map(|channel| product(scale(channel)) / output).collect()
}

//! The plan: which layers are frozen into the fabric, and the program that runs the rest on the MAC array.

pub mod descriptor;

use serde::{Deserialize, Serialize};

use crate::shift_add::ShiftAdd;

/// What a device offers. Filled from a board; `model` knows no boards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capacity {
    /// Output channels that the MAC array computes at once.
    pub lanes: usize,
    /// Activation memory in bytes.
    pub activation_bytes: usize,
    /// Weight memory in bytes, all lanes together.
    pub weight_bytes: usize,
    /// Output channels whose requantisation parameters fit.
    pub parameter_channels: usize,
    /// Layer descriptors that fit, each program's end included.
    pub descriptors: usize,
}

/// Height, width and channels of one NHWC image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// Rows.
    pub h: usize,
    /// Columns.
    pub w: usize,
    /// Channels.
    pub c: usize,
}

/// Rows and columns added at each side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pad {
    /// Rows above.
    pub top: usize,
    /// Columns to the left.
    pub left: usize,
    /// Rows below.
    pub bottom: usize,
    /// Columns to the right.
    pub right: usize,
}

/// The smallest exact requantiser of one channel: `clamp((acc * m + b) >> s, lo, hi)`.
///
/// Exact means equal to the TFLite requantisation of the channel for every accumulator that its weights can
/// give; proved at build time over the whole range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExactRequant {
    /// Multiplier, at least 0.
    pub m: i64,
    /// Offset before the shift.
    pub b: i64,
    /// Arithmetic right shift.
    pub s: u32,
    /// Smallest result.
    pub lo: i8,
    /// Largest result.
    pub hi: i8,
}

/// Average pooling without padding, `size` x `size` with the same stride, TFLite rounding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AveragePool {
    /// Rows and columns of the square window; a power of two.
    pub size: usize,
}

/// One frozen layer: window, shift-add datapath, requantisation, then perhaps a pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenLayer {
    /// Name of the graph's node.
    pub name: String,
    /// Input image.
    pub input: Shape,
    /// Image after the convolution, before the pool.
    pub conv_output: Shape,
    /// Image after the pool; equal to `conv_output` without one.
    pub output: Shape,
    /// Kernel rows and columns.
    pub kernel: (usize, usize),
    /// Row and column stride.
    pub stride: (usize, usize),
    /// Padding as TFLite computes it.
    pub pad: Pad,
    /// What a padded tap reads: the input's zero point.
    pub pad_value: i8,
    /// The products. Inputs are the window's bytes in the order row, column, channel; outputs are the
    /// accumulators, with bias and input zero point folded into their constants.
    pub datapath: ShiftAdd,
    /// Requantisers, one for each output channel.
    pub requant: Vec<ExactRequant>,
    /// The pool, if one follows.
    pub pool: Option<AveragePool>,
    /// Bits of each activation that the datapath takes in a clock: 8 is fully parallel, the only form so far.
    pub digit_bits: u32,
}

/// Requantisation of one output channel on the MAC array: TFLite's, to the bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelParameters {
    /// Bias, with the input zero point folded in: `bias - zero_point * sum(weights)`.
    pub bias: i32,
    /// Multiplier, 31 bit: 0 or in `2^30..2^31`.
    pub multiplier: i32,
    /// Left shift before the product, 0 to 31.
    pub left_shift: u8,
    /// Rounding right shift after it, 0 to 31.
    pub right_shift: u8,
}

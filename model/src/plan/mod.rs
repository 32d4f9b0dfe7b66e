//! The plan: which layers are frozen into the fabric, and the program that runs the rest on the MAC array.

mod arena;
mod assemble;
mod candidates;
mod capacity;
mod check;
pub mod descriptor;
mod emit;
pub mod entry;
mod error;
mod flash;
mod freeze;
pub mod interpret;
mod layout;
mod lower;
mod program;
pub mod quad;
mod rewrite;
pub mod stream;
mod summary;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use crate::graph::{Pad, Shape};
use crate::requant::ExactRequant;
use crate::shift_add::ShiftAdd;
pub use assemble::plan;
pub use capacity::{ArrayStyle, Capacity};
pub use error::{FreezeProblem, PlanError};
pub use flash::{FlashCapacity, FlashProbe};
use freeze::pooled;
pub use freeze::{MAX_CHANNELS, MAX_KERNEL, MAX_POOL, MAX_WIDTH, MAX_WINDOW_BYTES};
pub use layout::{Layout, Placement};
pub use program::{Constants, ENTRY_FEATURES, ENTRY_RUN, Entry, LayerInfo, Program};
pub use summary::{ArraySummary, FrozenSummary, MemoryUse, PlanSummary};

/// Version of the JSON form that this crate reads and writes.
pub const FORMAT_VERSION: u32 = 3;

/// What becomes fabric and what becomes program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// [`FORMAT_VERSION`].
    pub format_version: u32,
    /// Name of the network.
    pub graph_name: String,
    /// The frozen front end, in the order of the stream.
    pub frozen: Vec<FrozenLayer>,
    /// The rest.
    pub program: Program,
    /// The device that it was planned for.
    pub capacity: Capacity,
}

/// How a network is to be planned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanOptions {
    /// Dense layers leave out the products whose weights are zero in all lanes, where that saves clocks. Their weights
    /// cannot be exchanged then.
    pub skip_zeros: bool,
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

//! What can be wrong when planning.

use crate::graph::{GraphError, Precision, Shape};
use crate::requant::RequantError;
use crate::requant::fit::FitError;
use crate::shift_add::ShiftAddError;

/// A network that cannot be planned for a device, or a plan that is not one.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The graph is not valid.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// The text is not a plan.
    #[error("not a plan: {reason}")]
    Json {
        /// What the parser says.
        reason: String,
    },
    /// The text has another format version.
    #[error("the plan has format version {found}, this program reads {}", super::FORMAT_VERSION)]
    Version {
        /// The version found.
        found: u32,
    },
    /// The plan's parts do not fit each other.
    #[error("the plan is inconsistent: {what}")]
    Inconsistent {
        /// What does not fit.
        what: String,
    },
    /// A frozen layer's datapath is not a valid graph.
    #[error("frozen layer `{layer}`: {source}")]
    Datapath {
        /// Name of the layer.
        layer: String,
        /// What is wrong.
        source: ShiftAddError,
    },
    /// A frozen layer's activations travel in digits of an unsupported width.
    #[error("frozen layer `{layer}` takes {digit_bits} bits a clock; only 8 is supported so far")]
    DigitBits {
        /// Name of the layer.
        layer: String,
        /// Bits of each activation in a clock.
        digit_bits: u32,
    },
    /// The hardware computes with int8.
    #[error("tensor `{tensor}` is {precision}; the hardware is int8 from end to end")]
    Wide {
        /// Name of the tensor.
        tensor: String,
        /// Its width.
        precision: Precision,
    },
    /// Fewer layers can be frozen than asked for.
    #[error(
        "{asked} layers are to be frozen, but only {found} convolutions follow each other from the input"
    )]
    TooFewToFreeze {
        /// Layers to freeze.
        asked: usize,
        /// Convolutions found.
        found: usize,
    },
    /// A layer that is to be frozen cannot be.
    #[error("node `{node}` cannot be frozen: {problem}")]
    Freeze {
        /// Name of the node.
        node: String,
        /// Why.
        #[source]
        problem: FreezeProblem,
    },
    /// Layers are to be frozen on a board whose fabric has no front end.
    #[error("this board's array has no frozen front end: freeze nothing")]
    NoFrontEnd,
    /// An operator that the array does not compute.
    #[error("node `{node}` ({kind}) cannot run on the array: {advice}")]
    Unsupported {
        /// Name of the node.
        node: String,
        /// Its operator.
        kind: &'static str,
        /// What to do.
        advice: &'static str,
    },
    /// A number does not fit its descriptor field.
    #[error("node `{node}`: {what} is {value}, at most {most} fits the layer descriptor")]
    Field {
        /// Name of the node.
        node: String,
        /// The quantity.
        what: &'static str,
        /// Its value.
        value: usize,
        /// Its largest value.
        most: usize,
    },
    /// The device's memory is too small.
    #[error(
        "the network needs {} bytes of memory ({tensors} for tensors, {program} for weights and program), the device \
         has {available}",
        tensors.saturating_add(*program)
    )]
    Memory {
        /// Bytes of all tensors that must be there at once.
        tensors: usize,
        /// Bytes of descriptors, weights, parameters and lists.
        program: usize,
        /// Bytes of the device's memory.
        available: usize,
    },
    /// A layer is too large for a buffer of the array.
    #[error("node `{node}` has {needed} {what}, the array takes {available}")]
    Ring {
        /// Name of the node.
        node: String,
        /// What is too many.
        what: &'static str,
        /// Their number.
        needed: usize,
        /// What the array takes.
        available: usize,
    },
    /// An array that cannot be built.
    #[error("an array with {value} {what} is not supported: {supported}")]
    Capacity {
        /// The quantity.
        what: &'static str,
        /// Its value.
        value: usize,
        /// Which are supported.
        supported: &'static str,
    },
    /// An operator has no exact parameters.
    #[error("node `{node}`: {source}")]
    Fit {
        /// Name of the node.
        node: String,
        /// Why.
        source: FitError,
    },
    /// A channel has no exact parameters.
    #[error("node `{node}`, channel {channel}: {source}")]
    Channel {
        /// Name of the node.
        node: String,
        /// Output channel.
        channel: usize,
        /// Why.
        source: FitError,
    },
    /// A layer cannot be given other weights.
    #[error("the weights of node `{node}` cannot be exchanged: {reason}")]
    Rewrite {
        /// Name of the node.
        node: String,
        /// Why.
        reason: String,
    },
    /// A channel on the array has no multiplier.
    #[error("node `{node}`, channel {channel}: {source}")]
    Requant {
        /// Name of the node.
        node: String,
        /// Output channel.
        channel: usize,
        /// Why.
        source: RequantError,
    },
}

/// Why a layer cannot be frozen.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FreezeProblem {
    /// Its image is too wide for the line buffer.
    #[error("its image {shape} is wider than {most} columns")]
    Width {
        /// The image.
        shape: Shape,
        /// Most columns.
        most: usize,
    },
    /// A pixel has too many channels for the stream.
    #[error("a pixel of {shape} has more than {most} channels")]
    Channels {
        /// The image.
        shape: Shape,
        /// Most channels.
        most: usize,
    },
    /// Its window is too large.
    #[error(
        "its window has {bytes} bytes and a longest side of {side}, at most {most_bytes} and {most_side} are supported"
    )]
    Window {
        /// Bytes of a window.
        bytes: usize,
        /// Longest kernel side.
        side: usize,
        /// Most bytes.
        most_bytes: usize,
        /// Longest supported side.
        most_side: usize,
    },
    /// Its stride is neither 1 nor 2.
    #[error("its stride is {}x{}; only 1 and 2 are supported", stride.0, stride.1)]
    Stride {
        /// Row and column stride.
        stride: (usize, usize),
    },
    /// The tensor between it and the next frozen layer has another reader, but is stored nowhere.
    #[error(
        "its result `{tensor}` streams into the next frozen layer, but is also {also}; freeze fewer layers"
    )]
    Shared {
        /// Name of the tensor.
        tensor: String,
        /// Who else needs it.
        also: &'static str,
    },
    /// A channel has no exact requantiser.
    #[error(
        "channel {channel}: {source}; a layer with ReLU or ReLU6 always has one, run others on the array"
    )]
    Requant {
        /// Output channel.
        channel: usize,
        /// Why.
        source: RequantError,
    },
}

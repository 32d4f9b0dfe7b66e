//! What can be wrong with a graph.

use super::operator_error::OperatorError;
use super::{Element, Pad, Precision, Shape};
use crate::requant::RequantError;

/// A graph that cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum GraphError {
    /// The text is not a graph.
    #[error("not a graph: {reason}")]
    Json {
        /// What the parser says.
        reason: String,
    },
    /// The text has another format version.
    #[error("the graph has format version {found}, this program reads {}", super::FORMAT_VERSION)]
    Version {
        /// The version found.
        found: u32,
    },
    /// Too many nodes or tensors.
    #[error("the graph has {found} {what}, at most {most} are supported")]
    TooMany {
        /// What is counted.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many may be.
        most: usize,
    },
    /// An index that names no tensor.
    #[error("the graph's {role} is tensor {index}, but there are only {tensors} tensors")]
    NoTensor {
        /// `input` or `output`.
        role: &'static str,
        /// The index.
        index: usize,
        /// Number of tensors.
        tensors: usize,
    },
    /// Nothing comes out.
    #[error("the graph has no output")]
    NoOutput,
    /// A tensor has no elements or too many.
    #[error(
        "tensor `{tensor}` has shape {shape}: every side must be 1 to 65535 and the whole at most {most} elements"
    )]
    TensorShape {
        /// Name of the tensor.
        tensor: String,
        /// Its shape.
        shape: Shape,
        /// Most elements.
        most: usize,
    },
    /// A tensor's scale is not positive, or its zero point no int8, or not 0 in a wider tensor.
    #[error(
        "tensor `{tensor}` has scale {scale} and zero point {zero_point}: a positive number and an int8 are needed, in wider tensors 0"
    )]
    TensorQuant {
        /// Name of the tensor.
        tensor: String,
        /// Its scale.
        scale: f32,
        /// Its zero point.
        zero_point: i32,
    },
    /// Elements at the edge that cannot stand for a tensor's integers.
    #[error("tensor `{tensor}` at the network's edge is {precision}, which cannot be given as {element:?}")]
    EdgeElement {
        /// Name of the tensor.
        tensor: String,
        /// Its width.
        precision: Precision,
        /// The elements.
        element: Element,
    },
    /// Several inputs of an int8 network.
    #[error("the graph has {found} inputs; an int8 network has one")]
    FurtherInputs {
        /// Number of inputs.
        found: usize,
    },
    /// An input that is given twice.
    #[error("tensor `{tensor}` is an input twice")]
    InputTwice {
        /// Name of the tensor.
        tensor: String,
    },
    /// A tensor that nothing makes.
    #[error("tensor `{tensor}` is neither the input nor made by a node")]
    Unmade {
        /// Name of the tensor.
        tensor: String,
    },
    /// Something is wrong with a node.
    #[error("node `{node}` ({kind}): {problem}")]
    Node {
        /// Name of the node.
        node: String,
        /// Its operator.
        kind: &'static str,
        /// What is wrong.
        #[source]
        problem: NodeProblem,
    },
}

/// What is wrong with a node.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NodeProblem {
    /// The wrong number of inputs.
    #[error("it reads {found} tensors instead of {needed}")]
    Inputs {
        /// Number needed.
        needed: usize,
        /// Number found.
        found: usize,
    },
    /// An index that names no tensor.
    #[error("it names tensor {index}, which does not exist")]
    UnknownTensor {
        /// The index.
        index: usize,
    },
    /// It reads what no earlier node has made.
    #[error("it reads tensor `{tensor}` before it is made")]
    NotYetMade {
        /// Name of the tensor.
        tensor: String,
    },
    /// It makes what is there already.
    #[error("it makes tensor `{tensor}`, which is the input or made by an earlier node")]
    MadeTwice {
        /// Name of the tensor.
        tensor: String,
    },
    /// The output's shape does not follow from the input's.
    #[error("its output has shape {found}, but {expected} follows from its input and constants")]
    Shape {
        /// What follows.
        expected: Shape,
        /// What the graph says.
        found: Shape,
    },
    /// No window fits into the image.
    #[error("no {}x{} window with stride {}x{} fits into {input}", kernel.0, kernel.1, stride.0, stride.1)]
    Window {
        /// Kernel rows and columns.
        kernel: (usize, usize),
        /// Row and column stride.
        stride: (usize, usize),
        /// The input.
        input: Shape,
    },
    /// A window's sides are larger than supported.
    #[error("its kernel {}x{} or stride {}x{} is larger than {most}", kernel.0, kernel.1, stride.0, stride.1)]
    WindowSize {
        /// Kernel rows and columns.
        kernel: (usize, usize),
        /// Row and column stride.
        stride: (usize, usize),
        /// Largest side.
        most: usize,
    },
    /// Dilation.
    #[error("dilation {}x{} is not supported, only 1x1", dilation.0, dilation.1)]
    Dilation {
        /// Row and column dilation.
        dilation: (usize, usize),
    },
    /// The weights' shape does not fit the tensors.
    #[error("its weights have shape {found:?} instead of {expected:?}")]
    Weights {
        /// Shape needed.
        expected: Vec<usize>,
        /// Shape found.
        found: Vec<usize>,
    },
    /// A list of the wrong length.
    #[error("it has {found} {what} for {expected} output channels")]
    Count {
        /// What is counted.
        what: &'static str,
        /// Number needed.
        expected: usize,
        /// Number found.
        found: usize,
    },
    /// A weight scale is not a positive number.
    #[error("the weight scale {scale} of channel {channel} is not a positive number")]
    Scale {
        /// Output channel.
        channel: usize,
        /// The scale.
        scale: f32,
    },
    /// Input and output must have the same scale and zero point.
    #[error("its input and output have different scales or zero points")]
    QuantisationDiffers,
    /// The accumulator could overflow.
    #[error("the accumulator of channel {channel} can reach {magnitude}, more than 32 bits hold")]
    Accumulator {
        /// Output channel.
        channel: usize,
        /// Largest magnitude.
        magnitude: i64,
    },
    /// An operator that is defined for int8 only.
    #[error("it reads or makes a tensor wider than int8; only conv2d, add, pad and rescale do")]
    WideOperator,
    /// A tensor of the wrong width.
    #[error("one of its tensors is {found} instead of {expected}")]
    Precision {
        /// Width needed.
        expected: Precision,
        /// Width found.
        found: Precision,
    },
    /// Weights that int16 tensors are not multiplied with.
    #[error("its input is int16, so its weights must be symmetric, with scales of the output channels")]
    WideWeights,
    /// A multiplier that TFLite's arithmetic cannot express.
    #[error("channel {channel}: {source}")]
    Requantisation {
        /// Output channel.
        channel: usize,
        /// What is wrong.
        source: RequantError,
    },
    /// Something that the operator itself refuses.
    #[error(transparent)]
    Operator(OperatorError),
    /// Padding beyond what is supported.
    #[error("its padding {pad:?} is larger than {most} at a side")]
    PadSize {
        /// The padding.
        pad: Pad,
        /// Largest padding.
        most: usize,
    },
    /// More work than any supported network needs.
    #[error("it takes {found} multiplications, at most {most} are supported")]
    Work {
        /// Multiplications.
        found: u64,
        /// Most multiplications.
        most: u64,
    },
}

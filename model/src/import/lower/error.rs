//! Why a model cannot be taken over.

use super::super::tflite::ReadError;
use crate::graph::GraphError;

/// A model that is no network of ours.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The file cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The file is no ONNX model.
    #[error("not an ONNX model: {reason}")]
    Protobuf {
        /// What the decoder says.
        reason: String,
    },
    /// A version of ONNX's operators that is not known.
    #[error("the model's operators are of ONNX operator set {found}; 10 to 25 are supported")]
    Opset {
        /// The version; 0 if the model names none.
        found: i64,
    },
    /// There is not exactly one of something.
    #[error("the model has {found} {what}; exactly one is supported")]
    Count {
        /// What is counted.
        what: &'static str,
        /// How many there are.
        found: usize,
    },
    /// An input or output.
    #[error("tensor `{tensor}` at the model's edge: {problem}")]
    Edge {
        /// Name of the tensor.
        tensor: String,
        /// What is wrong.
        problem: Problem,
    },
    /// An operator.
    #[error("operator {index}, {operator}, which makes `{node}`: {problem}")]
    Node {
        /// Index of the operator in the file.
        index: usize,
        /// Name of the tensor that it makes.
        node: String,
        /// Its kind.
        operator: String,
        /// What is wrong.
        problem: Problem,
    },
    /// The whole does not hold together.
    #[error(transparent)]
    Graph(#[from] GraphError),
}

/// What is wrong with an operator or a tensor.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// Not an operator of ours.
    #[error("the operator is not supported")]
    Unsupported,
    /// An attribute that the graph cannot say.
    #[error("{what} is not supported")]
    Attribute {
        /// The attribute and its value.
        what: String,
    },
    /// Real numbers inside the network.
    #[error("tensor `{tensor}` is float32: only fully quantised networks are supported; quantise it to int8")]
    Float {
        /// Name of the tensor.
        tensor: String,
    },
    /// Elements that are no integers of ours.
    #[error("tensor `{tensor}` has elements of type {element}; int8, uint8, int16 and int32 are supported")]
    Element {
        /// Name of the tensor.
        tensor: String,
        /// Its elements.
        element: String,
    },
    /// A batch, or more than four sides.
    #[error("tensor `{tensor}` has shape {shape:?}: at most 1, rows, columns, channels are supported")]
    Batch {
        /// Name of the tensor.
        tensor: String,
        /// Its shape.
        shape: Vec<usize>,
    },
    /// Not one scale and one zero point.
    #[error("tensor `{tensor}` does not have one scale and one zero point")]
    Unquantized {
        /// Name of the tensor.
        tensor: String,
    },
    /// An input that is absent.
    #[error("its input {at} is absent")]
    NoInput {
        /// Position of the input.
        at: usize,
    },
    /// Not one output.
    #[error("it has {found} outputs instead of one")]
    Outputs {
        /// Number of outputs.
        found: usize,
    },
    /// A constant where an activation is needed.
    #[error("its operand `{tensor}` is a constant, which is not supported there")]
    Constant {
        /// Name of the tensor.
        tensor: String,
    },
    /// An activation where a constant is needed.
    #[error("its operand `{tensor}` is no constant of the needed type and shape")]
    NotConstant {
        /// Name of the tensor.
        tensor: String,
    },
    /// Nothing makes the tensor.
    #[error("nothing makes tensor `{tensor}` before it is read")]
    NotMade {
        /// Name of the tensor.
        tensor: String,
    },
    /// Two operators make the tensor.
    #[error("tensor `{tensor}` is made twice")]
    MadeTwice {
        /// Name of the tensor.
        tensor: String,
    },
    /// Weights whose quantisation does not fit them.
    #[error(
        "the quantisation of weights `{tensor}` is neither per output channel with zero points 0 nor per tensor"
    )]
    Weights {
        /// Name of the tensor.
        tensor: String,
    },
    /// A bias whose scale is not that of the accumulator.
    #[error("the bias has scale {found} where the accumulator has {expected}")]
    Bias {
        /// Scale of the accumulator.
        expected: f64,
        /// Scale of the bias.
        found: f64,
    },
    /// A tensor is read with another scale or zero point than it has.
    #[error(
        "tensor `{tensor}` is dequantised with another scale, zero point or type than it was quantised with"
    )]
    OtherQuant {
        /// Name of the tensor.
        tensor: String,
    },
    /// Integers where real numbers are needed.
    #[error("its operand `{tensor}` is not dequantised")]
    NotDequantized {
        /// Name of the tensor.
        tensor: String,
    },
    /// Elements that do not lie in memory in the order in which they are needed.
    #[error("tensor `{tensor}`, seen as {shape:?}, lies in memory in an order that cannot be used there")]
    Layout {
        /// Name of the tensor.
        tensor: String,
        /// Its sides.
        shape: Vec<usize>,
    },
    /// More constants than the file can hold.
    #[error("with constant `{tensor}` the network takes more memory than a file of this size accounts for")]
    TooMuch {
        /// Name of the tensor.
        tensor: String,
    },
    /// A bias of int64 that 32 bits do not hold.
    #[error("the bias {value} of channel {channel} does not fit 32 bits")]
    WideBias {
        /// Output channel.
        channel: usize,
        /// The bias.
        value: i64,
    },
    /// An int16 convolution whose accumulators are not known to have 64 bits.
    #[error(
        "a convolution of int16 needs a bias of int64: without one, implementations differ in their rounding"
    )]
    NoWideBias,
    /// Inputs of different element types.
    #[error("the model's inputs have different element types")]
    MixedInputs,
    /// A product that is no part of the layer before it.
    #[error("{why}; only products by constants that the layer before can take over exactly are supported")]
    Product {
        /// Why not.
        why: Unfolded,
    },
    /// The input is quantised in two ways.
    #[error("the model's input is quantised more than once")]
    TwiceQuantized,
    /// Outputs of different element types.
    #[error("the model's outputs have different element types")]
    MixedOutputs,
}

/// Why the layer before a product does not take it over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unfolded {
    /// There is no suitable constant.
    #[error("none of its operands is an 8-bit constant of one element, or of one for each channel")]
    NotConstant,
    /// There is no suitable layer.
    #[error("what it multiplies is not an int8 layer's with weights, or is read elsewhere too")]
    NoLayer,
    /// One requantisation differs from two.
    #[error("within the layer before it, it would change results")]
    Inexact,
}

//! A TFLite file as plain values.

use super::{OpCode, Options};

/// What a file holds. All indices are in range.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// At least one; the first is the network, others are bodies of control flow.
    pub subgraphs: Vec<Subgraph>,
    /// Where the file comes from, usually the converter's name.
    pub description: String,
}

/// Tensors and the operators between them.
#[derive(Clone, Debug, PartialEq)]
pub struct Subgraph {
    /// Name; empty in most files.
    pub name: String,
    /// All tensors, constants too.
    pub tensors: Vec<Tensor>,
    /// Indices of the input tensors.
    pub inputs: Vec<usize>,
    /// Indices of the output tensors.
    pub outputs: Vec<usize>,
    /// Operators in the file's order, which TFLite executes as it is.
    pub operators: Vec<Operator>,
}

/// One tensor.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// Name, for messages.
    pub name: String,
    /// Sides, outermost first; empty for a scalar. Sides may be 0; the number of elements fits a `usize`.
    pub shape: Vec<usize>,
    /// Type of the elements.
    pub element: ElementType,
    /// What integers mean; none when the file gives no scale.
    pub quantization: Option<Quantization>,
    /// A constant's elements, row major, little endian; none when its buffer is empty. The length agrees with the
    /// shape, unless the type is [`ElementType::Other`] or the tensor is [sparse](Self::is_sparse).
    pub data: Option<Vec<u8>>,
    /// Whether it keeps its value between inferences.
    pub is_variable: bool,
    /// Whether the constant is stored in a sparse form, which is not decoded.
    pub is_sparse: bool,
}

/// Scales and zero points: `real = scale * (q - zero_point)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantization {
    /// One, or one for each index along `axis`, as the file has them: not checked to be positive or finite.
    pub scales: Vec<f32>,
    /// As many as scales.
    pub zero_points: Vec<i64>,
    /// Dimension that several scales belong to. Not checked against the shape: some converters write an axis of
    /// the weights at biases, which have only one.
    pub axis: i32,
    /// Whether the file has its own kind of quantisation besides, which is not decoded.
    pub has_details: bool,
}

/// Type of a tensor's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say all")]
pub enum ElementType {
    Float32,
    Float16,
    Int8,
    Uint8,
    Int16,
    Int32,
    Int64,
    Bool,
    /// Another type, by its number in the schema.
    Other(i8),
}

impl ElementType {
    /// The type with a number of the schema.
    pub(super) fn new(number: i8) -> Self {
        match number {
            0 => Self::Float32,
            1 => Self::Float16,
            2 => Self::Int32,
            3 => Self::Uint8,
            4 => Self::Int64,
            6 => Self::Bool,
            7 => Self::Int16,
            9 => Self::Int8,
            _ => Self::Other(number),
        }
    }

    /// Bytes of an element; none for types that are not decoded.
    pub fn bytes(self) -> Option<usize> {
        match self {
            Self::Int8 | Self::Uint8 | Self::Bool => Some(1),
            Self::Float16 | Self::Int16 => Some(2),
            Self::Float32 | Self::Int32 => Some(4),
            Self::Int64 => Some(8),
            Self::Other(_) => None,
        }
    }
}

impl std::fmt::Display for ElementType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = match self {
            Self::Float32 => "float32",
            Self::Float16 => "float16",
            Self::Int8 => "int8",
            Self::Uint8 => "uint8",
            Self::Int16 => "int16",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::Bool => "bool",
            Self::Other(number) => return write!(f, "type number {number}"),
        };
        f.write_str(name)
    }
}

/// One operator.
#[derive(Clone, Debug, PartialEq)]
pub struct Operator {
    /// What it does.
    pub code: OpCode,
    /// Version of the operator, from 1.
    pub version: i32,
    /// Indices of the tensors that it reads; none for an optional one that is absent.
    pub inputs: Vec<Option<usize>>,
    /// Indices of the tensors that it makes.
    pub outputs: Vec<usize>,
    /// Its attributes.
    pub options: Options,
}

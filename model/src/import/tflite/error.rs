//! What can be wrong with a TFLite file.

use crate::import::flatbuffer::{Field, FlatbufferError};

/// A file that cannot be read: what is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct ReadError {
    /// Where.
    pub place: Place,
    /// What.
    #[source]
    pub problem: ReadProblem,
}

/// A part of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The file as a whole.
    File,
    /// An entry of the list of operator kinds.
    OperatorCode {
        /// Its index.
        index: usize,
    },
    /// A subgraph, its lists of inputs and outputs.
    Subgraph {
        /// Its index.
        index: usize,
    },
    /// A tensor.
    Tensor {
        /// Index of its subgraph.
        subgraph: usize,
        /// Its index.
        index: usize,
        /// The beginning of its name, if that can be read.
        name: String,
    },
    /// An operator.
    Operator {
        /// Index of its subgraph.
        subgraph: usize,
        /// Its index.
        index: usize,
    },
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File => write!(f, "TFLite file"),
            Self::OperatorCode { index } => write!(f, "operator code {index}"),
            Self::Subgraph { index } => write!(f, "subgraph {index}"),
            Self::Tensor { subgraph, index, name } => {
                write!(f, "tensor {index} `{name}` of subgraph {subgraph}")
            }
            Self::Operator { subgraph, index } => write!(f, "operator {index} of subgraph {subgraph}"),
        }
    }
}

/// What is wrong in a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadProblem {
    /// Another kind of file.
    #[error("not a TFLite file: its identifier is `{}` instead of `TFL3`", found.escape_ascii())]
    Identifier {
        /// The identifier found.
        found: [u8; 4],
    },
    /// Another version of the schema.
    #[error("it has schema version {found}, only version 3 is supported")]
    Version {
        /// The version found.
        found: u32,
    },
    /// The structure is broken.
    #[error(transparent)]
    Flatbuffer(#[from] FlatbufferError),
    /// No subgraph.
    #[error("it has no subgraph")]
    NoSubgraph,
    /// More entries than any supported network needs.
    #[error("it has {found} {what}, at most {most} are supported")]
    TooMany {
        /// What is counted.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many may be.
        most: usize,
    },
    /// Entries that share bytes of the file add up to far more than the file.
    #[error("its contents take more than {most} bytes when decoded, far more than the file")]
    TooMuch {
        /// Most bytes, from the file's size.
        most: usize,
    },
    /// An index that names nothing.
    #[error("{field} names {what} {index}, but the file has {count} there")]
    Index {
        /// The field with the index.
        field: Field,
        /// What it should name.
        what: &'static str,
        /// The index.
        index: i64,
        /// Number of things that can be named.
        count: usize,
    },
    /// A side of a shape is negative.
    #[error("side {dimension} of its shape is {side}")]
    Side {
        /// Which side.
        dimension: usize,
        /// Its length.
        side: i32,
    },
    /// More elements than there can be.
    #[error("its shape has more elements than memory can hold")]
    Elements,
    /// A constant whose data does not fill its shape.
    #[error("its shape takes {expected} bytes of constant data, the file has {found}")]
    DataLength {
        /// Bytes that follow from shape and type.
        expected: usize,
        /// Bytes in the file.
        found: usize,
    },
    /// Constant data outside of the structure that is not within the file.
    #[error(
        "its constant data is {size} bytes at byte {offset}, but the file ends at byte {end}: is it truncated?"
    )]
    DataOffset {
        /// Where the data begins.
        offset: u64,
        /// Its bytes.
        size: u64,
        /// Bytes of the file.
        end: usize,
    },
    /// Scales and zero points that do not belong together.
    #[error("it has {scales} scales and {zero_points} zero points")]
    Quantization {
        /// Number of scales.
        scales: usize,
        /// Number of zero points.
        zero_points: usize,
    },
    /// An operator with the attributes of another.
    #[error("{op} has options of type {found} instead of {expected}")]
    Options {
        /// Name of the operator.
        op: &'static str,
        /// The schema's number for the options that it takes.
        expected: u8,
        /// The number found.
        found: u8,
    },
}

impl ReadProblem {
    /// The error with its place.
    pub(super) fn at(self, place: Place) -> ReadError {
        ReadError { place, problem: self }
    }
}

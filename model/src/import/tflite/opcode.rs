//! Kinds of operators.

use super::names;

/// The schema's number for operators that are known by name only.
const CUSTOM: i32 = 32;

/// What an operator does. Those whose options are decoded have their own names.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the schema's")]
pub enum OpCode {
    Add,
    AveragePool2d,
    Concatenation,
    Conv2d,
    DepthwiseConv2d,
    Dequantize,
    FullyConnected,
    Logistic,
    MaxPool2d,
    Mean,
    Mul,
    Pad,
    PadV2,
    Quantize,
    Reshape,
    ResizeNearestNeighbor,
    Softmax,
    Sub,
    /// An operator outside of the schema.
    Custom {
        /// Its name.
        name: String,
    },
    /// Another operator of the schema.
    Other {
        /// Its number.
        code: i32,
        /// Its name, or that it is unknown.
        name: &'static str,
    },
}

/// The schema's numbers.
const KNOWN: [(i32, OpCode); 18] = [
    (0, OpCode::Add),
    (1, OpCode::AveragePool2d),
    (2, OpCode::Concatenation),
    (3, OpCode::Conv2d),
    (4, OpCode::DepthwiseConv2d),
    (6, OpCode::Dequantize),
    (9, OpCode::FullyConnected),
    (14, OpCode::Logistic),
    (17, OpCode::MaxPool2d),
    (18, OpCode::Mul),
    (22, OpCode::Reshape),
    (25, OpCode::Softmax),
    (34, OpCode::Pad),
    (40, OpCode::Mean),
    (41, OpCode::Sub),
    (60, OpCode::PadV2),
    (97, OpCode::ResizeNearestNeighbor),
    (114, OpCode::Quantize),
];

impl OpCode {
    /// The operator with a number of the schema; `custom` is its name if it is outside of it.
    pub(super) fn new(code: i32, custom: String) -> Self {
        if code == CUSTOM {
            return Self::Custom { name: custom };
        }
        let known = KNOWN.iter().find(|(number, _)| *number == code);
        known.map_or(Self::Other { code, name: names::name(code) }, |(_, op)| op.clone())
    }

    /// The schema's number.
    pub fn code(&self) -> i32 {
        match self {
            Self::Custom { .. } => CUSTOM,
            Self::Other { code, .. } => *code,
            known => KNOWN.iter().find(|(_, op)| op == known).map_or(-1, |(code, _)| *code),
        }
    }

    /// The schema's name, as `CONV_2D`.
    pub fn name(&self) -> &'static str {
        names::name(self.code())
    }
}

impl std::fmt::Display for OpCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Custom { name } => write!(f, "{} `{name}`", self.name()),
            Self::Other { code, name } => write!(f, "{name} ({code})"),
            known => f.write_str(known.name()),
        }
    }
}

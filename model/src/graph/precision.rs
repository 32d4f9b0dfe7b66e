//! Width of a tensor's integers.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Graph, TensorInfo};

/// Width of a tensor's integers. The hardware and the fast reference compute with int8; wider tensors are for
/// [`run_wide`](crate::reference::run_wide) only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    /// 8 bits.
    #[default]
    Int8,
    /// 16 bits; the zero point is 0.
    Int16,
    /// 32 bits; the zero point is 0.
    Int32,
}

impl Precision {
    /// Smallest and largest integer.
    pub fn range(self) -> (i32, i32) {
        match self {
            Self::Int8 => (i8::MIN.into(), i8::MAX.into()),
            Self::Int16 => (i16::MIN.into(), i16::MAX.into()),
            Self::Int32 => (i32::MIN, i32::MAX),
        }
    }

    /// Whether it has 8 bits.
    pub fn is_int8(&self) -> bool {
        *self == Self::Int8
    }
}

impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Int8 => "int8",
            Self::Int16 => "int16",
            Self::Int32 => "int32",
        })
    }
}

impl TensorInfo {
    /// Whether scale and zero point are those of its width: wider tensors are symmetric.
    pub(super) fn has_valid_quant(&self) -> bool {
        self.quant.is_valid() && (self.precision.is_int8() || self.quant.zero_point == 0)
    }
}

impl Graph {
    /// The first tensor that is wider than int8, if there is one.
    pub fn wide_tensor(&self) -> Option<&TensorInfo> {
        self.tensors.iter().find(|info| !info.precision.is_int8())
    }

    /// Indices of the input tensors, in the order in which they are given.
    pub fn inputs(&self) -> impl Iterator<Item = usize> {
        [self.input].into_iter().chain(self.further_inputs.iter().copied())
    }
}

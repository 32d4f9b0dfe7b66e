//! The integer network: tensors, nodes and their JSON form.
//!
//! Tensors are int8 (for the reference also [wider](Precision)), NHWC with N = 1: `real = scale * (q - zero_point)`.
//! Weights are symmetric per output channel, biases int32 with the scale `input scale * weight scale`, as in the TFLite
//! int8 specification.

mod check;
mod check_op;
mod check_wide;
mod edge;
mod edge_wide;
mod error;
mod geometry;
mod multipliers;
mod operator_error;
mod ops;
mod plain;
mod precision;
mod quant;
#[cfg(test)]
pub(crate) mod random;
mod summary;
mod tail;
#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod wide_sample;
#[cfg(test)]
mod wide_tests;

use serde::{Deserialize, Serialize};

pub use edge::{Edge, Element, Values};
pub use error::{GraphError, NodeProblem};
pub use geometry::{Pad, Padding, Shape, Window};
pub use operator_error::OperatorError;
pub use ops::{Activation, Conv2d, DepthwiseConv2d, FullyConnected, Op};
pub use plain::{AddOp, Axis, ConcatOp, MeanRounding, PadOp, Pool2d, ResizeOp, SoftmaxOp};
pub use precision::Precision;
pub use quant::{Quant, WeightQuant};
pub use summary::{GraphSummary, NodeSummary};
pub use tail::Split;

/// Version of the JSON form that this crate reads and writes.
pub const FORMAT_VERSION: u32 = 2;

/// A network. Nodes are in an order in which they can be evaluated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Graph {
    /// [`FORMAT_VERSION`].
    pub format_version: u32,
    /// The network's name.
    pub name: String,
    /// All tensors; nodes refer to them by index.
    pub tensors: Vec<TensorInfo>,
    /// Operators, each after those whose results it reads.
    pub nodes: Vec<Node>,
    /// Index of the input tensor.
    pub input: usize,
    /// Indices of further input tensors; only in networks with [wide](Precision) tensors.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub further_inputs: Vec<usize>,
    /// Indices of the output tensors, at least one.
    pub outputs: Vec<usize>,
    /// How the network's user gives inputs and takes outputs.
    #[serde(default)]
    pub edge: Edge,
}

/// What is fixed about a tensor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TensorInfo {
    /// Name, for messages and reports.
    pub name: String,
    /// Rows, columns, channels.
    pub shape: Shape,
    /// What its integers mean.
    pub quant: Quant,
    /// Width of its integers.
    #[serde(default, skip_serializing_if = "Precision::is_int8")]
    pub precision: Precision,
}

/// One operator at its place in the network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// Name, for messages and reports.
    pub name: String,
    /// Indices of the tensors that it reads: two for an addition, one or more for a concatenation, else one.
    pub inputs: Vec<usize>,
    /// Index of the tensor that it makes.
    pub output: usize,
    /// What it does.
    pub op: Op,
}

impl Graph {
    /// Reads the JSON form and checks it.
    pub fn from_json(text: &str) -> Result<Self, GraphError> {
        let graph: Self =
            serde_json::from_str(text).map_err(|e| GraphError::Json { reason: e.to_string() })?;
        graph.check()?;
        Ok(graph)
    }

    /// The JSON form.
    pub fn to_json(&self) -> Result<String, GraphError> {
        serde_json::to_string(self).map_err(|e| GraphError::Json { reason: e.to_string() })
    }

    /// Index of the first output tensor.
    pub fn output(&self) -> usize {
        self.outputs.first().copied().unwrap_or(self.input)
    }

    /// The input tensor; its index must have been checked, see [`Graph::check`].
    pub(crate) fn tensor(&self, index: usize) -> &TensorInfo {
        &self.tensors[index]
    }

    /// The tensor that a node reads first.
    pub(crate) fn node_input(&self, node: &Node) -> &TensorInfo {
        self.tensor(node.inputs[0])
    }

    /// The tensor that a node makes.
    pub(crate) fn node_output(&self, node: &Node) -> &TensorInfo {
        self.tensor(node.output)
    }
}

//! What a graph holds and costs, for people.

use serde::{Deserialize, Serialize};

use super::{Graph, Node, Op, Shape};

/// Totals and nodes of a graph.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GraphSummary {
    /// The network's name.
    pub name: String,
    /// Shape of the input tensor.
    pub input: Shape,
    /// Shape of the output tensor.
    pub output: Shape,
    /// Multiply-accumulates of one evaluation, padded taps included.
    pub macs: u64,
    /// Number of weights.
    pub weights: u64,
    /// Weights that are zero.
    pub zero_weights: u64,
    /// Elements of the largest tensor: its bytes, where tensors are int8.
    pub largest_tensor: usize,
    /// One for each node.
    pub nodes: Vec<NodeSummary>,
}

/// One node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeSummary {
    /// Its name.
    pub name: String,
    /// Its operator.
    pub kind: String,
    /// Shape of the tensor that it reads first.
    pub input: Shape,
    /// Shape of the tensor that it makes.
    pub output: Shape,
    /// Multiply-accumulates, padded taps included.
    pub macs: u64,
    /// Number of weights.
    pub weights: u64,
    /// Weights that are zero.
    pub zero_weights: u64,
}

impl Graph {
    /// Totals and nodes; the graph must have passed [`Graph::check`].
    pub fn summary(&self) -> GraphSummary {
        let nodes: Vec<NodeSummary> = self.nodes.iter().map(|node| self.summarize(node)).collect();
        let total = |of: fn(&NodeSummary) -> u64| nodes.iter().map(of).sum();
        GraphSummary {
            name: self.name.clone(),
            input: self.tensor(self.input).shape,
            output: self.tensor(self.output()).shape,
            macs: total(|n| n.macs),
            weights: total(|n| n.weights),
            zero_weights: total(|n| n.zero_weights),
            largest_tensor: self.tensors.iter().map(|t| t.shape.len()).max().unwrap_or(0),
            nodes,
        }
    }

    pub(crate) fn summarize(&self, node: &Node) -> NodeSummary {
        let output = self.node_output(node).shape;
        let weights = node.op.weights();
        let zeros = weights.iter().filter(|&&w| w == 0).count();
        // Every pixel uses every weight once.
        let macs = (output.h * output.w) as u64 * weights.len() as u64;
        NodeSummary {
            name: node.name.clone(),
            kind: node.op.kind().into(),
            input: self.node_input(node).shape,
            output,
            macs,
            weights: weights.len() as u64,
            zero_weights: zeros as u64,
        }
    }
}

impl Op {
    /// All weights, in the order in which the graph holds them.
    fn weights(&self) -> Vec<i8> {
        match self {
            Self::Conv2d(op) => op.weights.iter().copied().collect(),
            Self::DepthwiseConv2d(op) => op.weights.iter().copied().collect(),
            Self::FullyConnected(op) => op.weights.iter().copied().collect(),
            _ => Vec::new(),
        }
    }
}

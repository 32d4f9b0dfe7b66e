//! Networks that compute the same with less.
//!
//! - **Constant and unread channels.** What values a channel can have follows from the weights and clamps before it.
//!   A channel with a single value is taken out where its readers can hold the value in their biases, and so is a
//!   channel that no weight reads. Both are followed through the operators that keep channels apart.
//! - **Order of channels.** Weights are read in groups of the array's lanes: as many output channels by one input.
//!   Groups of zeros cost nothing; output channels with zeros in the same places are put side by side.
//!
//! The outputs are the same to the bit for every input. Names, the input and the outputs stay as they are.

mod classes;
mod cluster;
mod constant;
mod order;
mod range;
mod select;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::graph::{Graph, GraphError, Node, NodeSummary, Op};

/// A network that computes the same, and what has changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Optimised {
    /// The network.
    pub graph: Graph,
    /// What has become of the layers with weights.
    pub report: Report,
}

/// What has become of the layers with weights.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// In the order of the network.
    pub layers: Vec<LayerChange>,
}

/// A layer with weights, before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerChange {
    /// Name of the node.
    pub node: String,
    /// As it was.
    pub before: LayerSize,
    /// As it is.
    pub after: LayerSize,
}

/// What a layer with weights costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerSize {
    /// Input channels; elements for a fully connected layer.
    pub inputs: usize,
    /// Output channels.
    pub outputs: usize,
    /// Number of weights.
    pub weights: u64,
    /// Multiply-accumulates, padded taps included.
    pub macs: u64,
    /// Groups of weights, one for each lane, that are not all zero.
    pub groups: u64,
}

/// Takes channels out and puts the others in order for an array of so many lanes.
///
/// Errors: those of [`Graph::check`].
pub fn optimise(graph: &Graph, lanes: usize) -> Result<Optimised, GraphError> {
    optimise_except(graph, lanes, &[])
}

/// The same, except that these nodes and all that they read and make stay as they are: layers whose weights a host
/// replaces while the network runs.
pub fn optimise_except(graph: &Graph, lanes: usize, fixed: &[&str]) -> Result<Optimised, GraphError> {
    graph.check()?;
    let lanes = lanes.max(1);
    let smaller = constant::removed(graph, fixed)?;
    let ordered = order::ordered(&smaller, lanes, fixed);
    ordered.check()?;
    let report = Report::new(graph, &ordered, lanes);
    Ok(Optimised { graph: ordered, report })
}

impl Report {
    fn new(before: &Graph, after: &Graph, lanes: usize) -> Self {
        let pairs = before.nodes.iter().zip(&after.nodes).filter(|(node, _)| node.op.channels().is_some());
        let change = |(old, new): (&Node, &Node)| LayerChange {
            node: old.name.clone(),
            before: LayerSize::new(before, old, lanes),
            after: LayerSize::new(after, new, lanes),
        };
        Self { layers: pairs.map(change).collect() }
    }

    /// The sum over all layers, before and after.
    pub fn total(&self) -> (LayerSize, LayerSize) {
        let add = |a: LayerSize, b: &LayerSize| LayerSize {
            inputs: a.inputs + b.inputs,
            outputs: a.outputs + b.outputs,
            weights: a.weights + b.weights,
            macs: a.macs + b.macs,
            groups: a.groups + b.groups,
        };
        let sum =
            |of: fn(&LayerChange) -> &LayerSize| self.layers.iter().map(of).fold(LayerSize::default(), add);
        (sum(|layer| &layer.before), sum(|layer| &layer.after))
    }
}

impl LayerSize {
    fn new(graph: &Graph, node: &Node, lanes: usize) -> Self {
        let NodeSummary { input, output, macs, weights, .. } = graph.summarize(node);
        let inputs = match node.op {
            Op::FullyConnected(_) => input.len(),
            _ => input.c,
        };
        let rows: Vec<_> = (0..output.c).map(|channel| cluster::support(&node.op, channel)).collect();
        let groups = cluster::cost(&rows, lanes);
        Self { inputs, outputs: output.c, weights, macs, groups }
    }
}

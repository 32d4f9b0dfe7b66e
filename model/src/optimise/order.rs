//! The order of channels.
//!
//! Tensors that operators join channel by channel share one order. It decides which output channels of the layers
//! before share a weight word; a word of zeros is not read. The order of input channels, which decides what words of a
//! tensor are read, was tried as well and gained nothing.

use super::cluster::{self, Bits};
use super::select::{Selection, select};
use crate::graph::{Axis, Graph, Node, Op};

/// Tensors that share the order of their channels.
struct Bundle {
    tensors: Vec<usize>,
    /// Fewest channels of one; a reshaped tensor may have a multiple.
    channels: usize,
}

/// The graph with its channels in order.
pub fn ordered(graph: &Graph, lanes: usize, fixed: &[&str]) -> Graph {
    let mut ordered = graph.clone();
    for bundle in bundles(graph, fixed) {
        let rows: Vec<Bits> = (0..bundle.channels).map(|channel| bundle.row(&ordered, channel)).collect();
        if let Some(order) = cluster::order(&rows, lanes) {
            ordered = select(&ordered, &bundle.selection(graph, &order));
        }
    }
    ordered
}

impl Bundle {
    fn has(&self, tensor: usize) -> bool {
        self.tensors.contains(&tensor)
    }

    /// The weights other than zero that make a channel.
    fn row(&self, graph: &Graph, channel: usize) -> Bits {
        let mut row = Bits::default();
        for node in graph.nodes.iter().filter(|node| self.has(node.output) && node.op.channels().is_some()) {
            for copy in (channel..graph.node_output(node).shape.c).step_by(self.channels) {
                row.append(&cluster::support(&node.op, copy));
            }
        }
        row
    }

    fn selection(&self, graph: &Graph, order: &[usize]) -> Selection {
        let of = |(tensor, c): (usize, usize)| match self.has(tensor) {
            true => {
                (0..c).step_by(self.channels).flat_map(|copy| order.iter().map(move |o| copy + o)).collect()
            }
            false => (0..c).collect(),
        };
        graph.tensors.iter().map(|info| info.shape.c).enumerate().map(of).collect()
    }
}

/// The bundles whose order is free.
fn bundles(graph: &Graph, fixed: &[&str]) -> Vec<Bundle> {
    let mut parts = Parts { of: (0..graph.tensors.len()).collect(), fixed: vec![false; graph.tensors.len()] };
    graph.outputs.iter().chain([&graph.input]).for_each(|&tensor| parts.fix(tensor));
    for node in &graph.nodes {
        parts.join(graph, node);
        if fixed.contains(&&*node.name) {
            node.inputs.iter().chain([&node.output]).for_each(|&tensor| parts.fix(tensor));
        }
    }
    let mut bundles: Vec<(usize, Bundle)> = Vec::new();
    for tensor in graph.nodes.iter().map(|node| node.output).filter(|&tensor| !parts.is_fixed(tensor)) {
        let (part, channels) = (parts.of[tensor], graph.tensor(tensor).shape.c);
        match bundles.iter_mut().find(|(other, _)| *other == part) {
            Some((_, bundle)) => {
                bundle.tensors.push(tensor);
                bundle.channels = bundle.channels.min(channels);
            }
            None => bundles.push((part, Bundle { tensors: vec![tensor], channels })),
        }
    }
    // Of unlike reshaped tensors, none need hold a whole number of another's channels.
    let whole = |tensor: &usize, channels: usize| graph.tensor(*tensor).shape.c.is_multiple_of(channels);
    let whole = |bundle: &Bundle| bundle.tensors.iter().all(|tensor| whole(tensor, bundle.channels));
    bundles.into_iter().map(|(_, bundle)| bundle).filter(whole).collect()
}

/// Tensors by the order that they share.
struct Parts {
    /// Index of each tensor's part.
    of: Vec<usize>,
    /// Tensors, and with them parts, that keep their order.
    fixed: Vec<bool>,
}

impl Parts {
    fn fix(&mut self, tensor: usize) {
        self.fixed[tensor] = true;
    }

    fn is_fixed(&self, tensor: usize) -> bool {
        self.of.iter().zip(&self.fixed).any(|(&part, &fixed)| fixed && part == self.of[tensor])
    }

    fn unite(&mut self, a: usize, b: usize) {
        let (from, to) = (self.of[b], self.of[a]);
        self.of.iter_mut().filter(|part| **part == from).for_each(|part| *part = to);
    }

    fn join(&mut self, graph: &Graph, node: &Node) {
        let (before, after) = (graph.node_input(node).shape.c, graph.node_output(node).shape.c);
        let free = match &node.op {
            Op::Conv2d(_) | Op::FullyConnected(_) => return,
            Op::DepthwiseConv2d(op) => op.depth_multiplier == 1,
            Op::Pad(op) => op.channels == (0, 0),
            Op::Concat(op) => op.axis != Axis::Channels,
            Op::Reshape => after.is_multiple_of(before),
            Op::Softmax(_) => false,
            _ => true,
        };
        for &tensor in &node.inputs {
            self.unite(tensor, node.output);
            if !free {
                self.fix(tensor);
            }
        }
    }
}

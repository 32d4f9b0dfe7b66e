//! Channels that stand or fall together.
//!
//! Operators that keep channels apart have as many in their result as in their inputs: what is done to a channel of
//! one tensor must be done to that of the others. Weights over all channels end such a class.

use crate::graph::{Axis, Graph, Node, Op};

/// Classes of the channels of all tensors.
pub struct Classes {
    /// Index of a tensor's first channel.
    starts: Vec<usize>,
    /// Towards the representative of each channel's class.
    parents: Vec<usize>,
    /// Whether a class must stay as it is, at its representative.
    blocked: Vec<bool>,
}

impl Classes {
    /// Joins channels over the nodes of a checked graph. Those of the inputs and outputs and of fixed nodes are
    /// blocked.
    pub fn new(graph: &Graph, fixed: &[&str]) -> Self {
        let sides = graph.tensors.iter().map(|info| info.shape.c);
        let starts: Vec<usize> =
            sides.clone().scan(0, |at, c| Some(std::mem::replace(at, *at + c))).collect();
        let count = sides.sum();
        let mut classes = Self { starts, parents: (0..count).collect(), blocked: vec![false; count] };
        for node in &graph.nodes {
            classes.join(graph, node);
            if fixed.contains(&&*node.name) {
                node.inputs.iter().chain([&node.output]).for_each(|&tensor| classes.block_all(graph, tensor));
            }
        }
        graph.outputs.iter().chain([&graph.input]).for_each(|&tensor| classes.block_all(graph, tensor));
        classes
    }

    /// Whether a channel must stay as it is.
    pub fn is_blocked(&self, tensor: usize, channel: usize) -> bool {
        self.blocked[self.root(self.starts[tensor] + channel)]
    }

    /// Makes a channel stay, with its class.
    pub fn block(&mut self, tensor: usize, channel: usize) {
        let root = self.root(self.starts[tensor] + channel);
        self.blocked[root] = true;
    }

    fn block_all(&mut self, graph: &Graph, tensor: usize) {
        (0..graph.tensor(tensor).shape.c).for_each(|channel| self.block(tensor, channel));
    }

    fn root(&self, mut channel: usize) -> usize {
        while self.parents[channel] != channel {
            channel = self.parents[channel];
        }
        channel
    }

    fn unite(&mut self, a: (usize, usize), b: (usize, usize)) {
        let [a, b] = [a, b].map(|(tensor, channel)| self.root(self.starts[tensor] + channel));
        let blocked = self.blocked[a] || self.blocked[b];
        // The lower one leads, so that chains stay short for networks in order.
        self.parents[a.max(b)] = a.min(b);
        self.blocked[a.min(b)] = blocked;
    }

    fn join(&mut self, graph: &Graph, node: &Node) {
        let (input, output) = (node.inputs[0], node.output);
        let channels = graph.node_output(node).shape.c;
        match &node.op {
            Op::Conv2d(_) | Op::FullyConnected(_) => {}
            Op::DepthwiseConv2d(op) => {
                (0..channels).for_each(|c| self.unite((input, c / op.depth_multiplier), (output, c)));
            }
            Op::Pad(op) => {
                let kept = graph.node_input(node).shape.c;
                (0..kept).for_each(|c| self.unite((input, c), (output, op.channels.0 + c)));
                // Channels of nothing but padding are counted in the operator.
                let (before, after) = (0..op.channels.0, op.channels.0 + kept..channels);
                before.chain(after).for_each(|c| self.block(output, c));
            }
            Op::Concat(op) if op.axis == Axis::Channels => {
                let mut at = 0;
                for &input in &node.inputs {
                    let c = graph.tensor(input).shape.c;
                    (0..c).for_each(|c| self.unite((input, c), (output, at + c)));
                    at += c;
                }
            }
            Op::Reshape => self.join_reshaped(graph, node),
            Op::Softmax(_) => [input, output].into_iter().for_each(|tensor| self.block_all(graph, tensor)),
            _ => {
                let inputs = node.inputs.iter();
                inputs.for_each(|&input| (0..channels).for_each(|c| self.unite((input, c), (output, c))));
            }
        }
    }

    /// Elements stay in their order, so that one side's channels must be whole groups of the other's.
    fn join_reshaped(&mut self, graph: &Graph, node: &Node) {
        let (input, output) = (node.inputs[0], node.output);
        let (before, after) = (graph.node_input(node).shape.c, graph.node_output(node).shape.c);
        if after % before == 0 {
            (0..after).for_each(|c| self.unite((input, c % before), (output, c)));
        } else if before % after == 0 {
            (0..before).for_each(|c| self.unite((input, c), (output, c % after)));
        } else {
            [input, output].into_iter().for_each(|tensor| self.block_all(graph, tensor));
        }
    }
}

//! Channels with one value, and channels that nothing reads.

use super::classes::Classes;
use super::range::{Range, is_padded, ranges};
use super::select::{Selection, select};
use crate::graph::{Graph, GraphError, Node, Op, Window};

/// The graph without them.
pub fn removed(graph: &Graph, fixed: &[&str]) -> Result<Graph, GraphError> {
    let mut graph = graph.clone();
    // What is taken out may have been the only reader of something before it.
    loop {
        let ranges = ranges(&graph, fixed)?;
        let kept = kept(&graph, &ranges, fixed);
        if kept.iter().zip(&graph.tensors).all(|(kept, info)| kept.len() == info.shape.c) {
            return Ok(graph);
        }
        for index in 0..graph.nodes.len() {
            absorb(&mut graph, index, &ranges, &kept);
        }
        graph = select(&graph, &kept);
    }
}

/// The channels that must stay.
fn kept(graph: &Graph, ranges: &[Vec<Range>], fixed: &[&str]) -> Selection {
    let mut classes = Classes::new(graph, fixed);
    for node in &graph.nodes {
        let tensor = node.inputs[0];
        if let Some(values) = Values::of(graph, node) {
            let needed =
                (0..values.used.len()).filter(|&c| values.used[c] && !values.holds(ranges[tensor][c]));
            needed.for_each(|channel| classes.block(tensor, channel));
        }
    }
    loop {
        let kept: Selection = graph
            .tensors
            .iter()
            .enumerate()
            .map(|(tensor, info)| stay(&classes, tensor, info.shape.c))
            .collect();
        // No tensor may become empty.
        let Some(empty) = kept.iter().position(Vec::is_empty) else { return kept };
        classes.block(empty, 0);
    }
}

fn stay(classes: &Classes, tensor: usize, channels: usize) -> Vec<usize> {
    (0..channels).filter(|&channel| classes.is_blocked(tensor, channel)).collect()
}

/// What a layer over all channels needs of its input.
struct Values {
    /// For each channel whether a weight reads it.
    used: Vec<bool>,
    /// The only constant that its biases can hold, if that is not any.
    only: Option<i32>,
}

impl Values {
    /// None for other operators.
    fn of(graph: &Graph, node: &Node) -> Option<Self> {
        let input = graph.node_input(node);
        let window: Option<Window> = match &node.op {
            Op::Conv2d(op) => Some(op.window()),
            Op::FullyConnected(_) => None,
            _ => return None,
        };
        // Where a window leaves the image it reads the zero point instead of the constant.
        let padded = window.is_some_and(|window| is_padded(window, input.shape));
        let mut used = vec![false; input.shape.c];
        for channel in 0..graph.node_output(node).shape.c {
            for (tap, weight) in node.op.channel_weights(channel).into_iter().enumerate() {
                used[tap % input.shape.c] |= weight != 0;
            }
        }
        Some(Self { used, only: padded.then_some(input.quant.zero_point) })
    }

    /// Whether a channel with these values is a constant that the biases can hold.
    fn holds(&self, (lo, hi): Range) -> bool {
        lo == hi && self.only.is_none_or(|only| only == i32::from(lo))
    }
}

/// Adds what the channels that go give to the sums of a layer to its biases.
fn absorb(graph: &mut Graph, index: usize, ranges: &[Vec<Range>], kept: &Selection) {
    let node = &graph.nodes[index];
    let (tensor, input) = (node.inputs[0], graph.node_input(node));
    if !matches!(node.op, Op::Conv2d(_) | Op::FullyConnected(_)) {
        return;
    }
    let mut values: Vec<i32> =
        ranges[tensor].iter().map(|&(q, _)| i32::from(q) - input.quant.zero_point).collect();
    kept[tensor].iter().for_each(|&channel| values[channel] = 0);
    let sum = |channel: usize| {
        let weights = node.op.channel_weights(channel).into_iter().enumerate();
        weights.map(|(tap, weight)| i32::from(weight) * values[tap % values.len()]).sum::<i32>()
    };
    let sums: Vec<i32> = (0..graph.node_output(node).shape.c).map(sum).collect();
    let bias = match &mut graph.nodes[index].op {
        Op::Conv2d(op) => &mut op.bias,
        Op::FullyConnected(op) => &mut op.bias,
        _ => return,
    };
    bias.iter_mut().zip(sums).for_each(|(bias, sum)| *bias += sum);
}

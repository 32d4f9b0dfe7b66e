//! What values the channels of every tensor can have.

use crate::graph::{
    Activation, Axis, Graph, GraphError, Node, NodeProblem, Op, OperatorError, Pad, PadOp, Pool2d, Shape,
    TensorInfo, Window,
};
use crate::reference::{Add, Mean, Rescale};
use crate::requant::{ChannelParameters, RequantError};

/// Smallest and largest value.
pub type Range = (i8, i8);

const WHOLE: Range = (i8::MIN, i8::MAX);

/// For every tensor the range of every channel, over all inputs of the network and all pixels.
pub fn ranges(graph: &Graph, fixed: &[&str]) -> Result<Vec<Vec<Range>>, GraphError> {
    let mut ranges: Vec<Vec<Range>> = graph.tensors.iter().map(|info| vec![WHOLE; info.shape.c]).collect();
    for node in graph.nodes.iter().filter(|node| !fixed.contains(&&*node.name)) {
        let inputs: Vec<&[Range]> = node.inputs.iter().map(|&input| &ranges[input][..]).collect();
        let found = of_node(graph, node, &inputs).map_err(|problem| {
            let (node, kind) = (node.name.clone(), node.op.kind());
            GraphError::Node { node, kind, problem: NodeProblem::Operator(problem) }
        })?;
        ranges[node.output] = found;
    }
    Ok(ranges)
}

fn of_node(graph: &Graph, node: &Node, inputs: &[&[Range]]) -> Result<Vec<Range>, OperatorError> {
    let (input, output) = (graph.node_input(node), graph.node_output(node));
    let first = inputs[0];
    Ok(match &node.op {
        Op::Conv2d(op) => {
            let values = centred(first, input, is_padded(op.window(), input.shape));
            weighted(graph, node, op.activation, |_, tap| values[tap % values.len()])?
        }
        Op::FullyConnected(op) => {
            let values = centred(first, input, false);
            weighted(graph, node, op.activation, |_, tap| values[tap % values.len()])?
        }
        Op::DepthwiseConv2d(op) => {
            let values = centred(first, input, is_padded(op.window(), input.shape));
            weighted(graph, node, op.activation, |channel, _| values[channel / op.depth_multiplier])?
        }
        Op::AveragePool2d(op) | Op::MaxPool2d(op) => pooled(op, output, first),
        Op::Add(op) => added(graph, node, op.activation, inputs)?,
        Op::Pad(op) => around(op, output.quant.zero_point as i8, first),
        Op::Reshape => reshaped(first, output.shape),
        Op::Concat(op) if op.axis == Axis::Channels => inputs.concat(),
        Op::Concat(_) => (0..first.len()).map(|c| hull(inputs.iter().map(|input| input[c]))).collect(),
        Op::ResizeNearest(_) => first.to_vec(),
        Op::Mean => mean(input, output, first)?,
        Op::Rescale => {
            let rescale = Rescale::new(input.quant, output.quant)?;
            let ends = |&(lo, hi): &Range| hull(rescale.run(&[lo, hi]).into_iter().map(|q| (q, q)));
            first.iter().map(ends).collect()
        }
        Op::Softmax(_) | Op::Logistic => vec![WHOLE; output.shape.c],
    })
}

/// Whether a window ever leaves the image.
pub fn is_padded(window: Window, input: Shape) -> bool {
    window.slide(input.h, input.w).is_none_or(|(_, pad)| pad != Pad::default())
}

/// The smallest range that holds all.
fn hull(ranges: impl Iterator<Item = Range>) -> Range {
    ranges.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).unwrap_or(WHOLE)
}

/// Values less their zero point; what is padded is 0.
fn centred(ranges: &[Range], input: &TensorInfo, padded: bool) -> Vec<(i64, i64)> {
    let less = |q: i8| i64::from(q) - i64::from(input.quant.zero_point);
    let with_zero = |(lo, hi): (i64, i64)| if padded { (lo.min(0), hi.max(0)) } else { (lo, hi) };
    ranges.iter().map(|&(lo, hi)| with_zero((less(lo), less(hi)))).collect()
}

/// Results of a layer with weights; `value` gives the range of the value that a weight of a channel multiplies.
fn weighted(
    graph: &Graph,
    node: &Node,
    activation: Activation,
    value: impl Fn(usize, usize) -> (i64, i64),
) -> Result<Vec<Range>, OperatorError> {
    let quant = graph.node_output(node).quant;
    let (lo, hi) = activation.range(quant);
    let bias = node.op.channels().map_or(&[][..], |(bias, _)| bias);
    let channel = |(channel, (&bias, real)): (usize, (&i32, f64))| {
        let mut sums = (i64::from(bias), i64::from(bias));
        for (tap, weight) in node.op.channel_weights(channel).into_iter().enumerate() {
            let (low, high) = value(channel, tap);
            let (a, b) = (i64::from(weight) * low, i64::from(weight) * high);
            sums = (sums.0 + a.min(b), sums.1 + a.max(b));
        }
        let parameters = ChannelParameters::from_real(bias, real)?;
        let result = |sum: i64| parameters.requantize(sum as i32, quant.zero_point, lo, hi);
        Ok((result(sums.0), result(sums.1)))
    };
    let results: Result<Vec<Range>, RequantError> =
        bias.iter().zip(graph.real_multipliers(node)).enumerate().map(channel).collect();
    Ok(results?)
}

fn pooled(op: &Pool2d, output: &TensorInfo, ranges: &[Range]) -> Vec<Range> {
    let (low, high) = op.activation.range(output.quant);
    // Neither a mean nor a maximum leaves the range of its values.
    ranges.iter().map(|&(lo, hi)| (lo.max(low).min(high), hi.max(low).min(high))).collect()
}

fn added(
    graph: &Graph,
    node: &Node,
    activation: Activation,
    inputs: &[&[Range]],
) -> Result<Vec<Range>, RequantError> {
    let quants = [node.inputs[0], node.inputs[1]].map(|input| graph.tensor(input).quant);
    let add = Add::from_quants(quants, graph.node_output(node).quant, activation)?;
    let pairs = inputs[0].iter().zip(inputs[1]);
    Ok(pairs.map(|(a, b)| (add.sum([a.0, b.0]), add.sum([a.1, b.1]))).collect())
}

fn around(op: &PadOp, zero: i8, ranges: &[Range]) -> Vec<Range> {
    let inside = ranges.iter().map(|&range| match op.pad == Pad::default() {
        true => range,
        false => hull([range, (zero, zero)].into_iter()),
    });
    let added = |count: usize| std::iter::repeat_n((zero, zero), count);
    added(op.channels.0).chain(inside).chain(added(op.channels.1)).collect()
}

/// The elements stay in their order: element `i` of a result has channel `i` modulo the input's channels.
fn reshaped(ranges: &[Range], output: Shape) -> Vec<Range> {
    let (before, after) = (ranges.len(), output.c);
    let from = |channel: usize| match (after % before, before % after) {
        (0, _) => ranges[channel % before],
        (_, 0) => hull(ranges.iter().copied().skip(channel).step_by(after)),
        _ => hull(ranges.iter().copied()),
    };
    (0..after).map(from).collect()
}

fn mean(input: &TensorInfo, output: &TensorInfo, ranges: &[Range]) -> Result<Vec<Range>, OperatorError> {
    let mean = Mean::new(input.shape, input.quant, output.quant)?;
    let count = (input.shape.h * input.shape.w) as i32;
    let of = |q: i8| mean.finish(count * (i32::from(q) - input.quant.zero_point));
    Ok(ranges.iter().map(|&(lo, hi)| (of(lo), of(hi))).collect())
}

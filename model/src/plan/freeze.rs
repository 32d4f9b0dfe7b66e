//! From the network's first layers to frozen layers.

use super::{AveragePool, FreezeProblem, FrozenLayer, Pad, PlanError, Shape};
use crate::graph::{Activation, Graph, MeanRounding, Node, Op, Pool2d, Window};
use crate::requant::{ChannelParameters, ExactRequant, exact};
use crate::shift_add::ShiftAdd;

/// Most columns of a frozen layer's image.
pub const MAX_WIDTH: usize = 1024;
/// Most channels of a pixel in the stream.
pub const MAX_CHANNELS: usize = 16;
/// Most bytes of a window.
pub const MAX_WINDOW_BYTES: usize = 144;
/// Longest side of a kernel.
pub const MAX_KERNEL: usize = 10;
/// Largest pool.
pub const MAX_POOL: usize = 8;
/// Activations are int8.
const INPUT_RANGE: (i64, i64) = (i8::MIN as i64, i8::MAX as i64);

/// The frozen front end.
pub(super) struct Front {
    /// Its layers.
    pub layers: Vec<FrozenLayer>,
    /// Indices of the nodes that are in the fabric, pools included.
    pub nodes: Vec<usize>,
    /// The tensor that it writes; the input if there are no layers.
    pub output: usize,
}

/// Freezes the first `count` convolutions and the pools that can be fused with them.
pub(super) fn freeze(graph: &Graph, count: usize) -> Result<Front, PlanError> {
    let mut front = Front { layers: Vec::new(), nodes: Vec::new(), output: graph.input };
    for done in 0..count {
        let next = graph.nodes.iter().position(|node| node.inputs.contains(&front.output));
        let Some((index, window)) = next.and_then(|index| Some((index, window(&graph.nodes[index].op)?)))
        else {
            return Err(PlanError::TooFewToFreeze { asked: count, found: done });
        };
        if let Some(&last) = front.nodes.last() {
            streams(graph, front.output).map_err(|problem| at(&graph.nodes[last], problem))?;
        }
        let pool = fused_pool(graph, &graph.nodes[index]);
        let layer = layer(graph, &graph.nodes[index], window, pool.map(|(_, pool)| pool));
        front.layers.push(layer.map_err(|problem| at(&graph.nodes[index], problem))?);
        front.nodes.push(index);
        front.nodes.extend(pool.map(|(node, _)| node));
        front.output = graph.nodes[pool.map_or(index, |(node, _)| node)].output;
    }
    Ok(front)
}

fn at(node: &Node, problem: FreezeProblem) -> PlanError {
    PlanError::Freeze { node: node.name.clone(), problem }
}

fn window(op: &Op) -> Option<Window> {
    match op {
        Op::Conv2d(op) => Some(op.window()),
        Op::DepthwiseConv2d(op) => Some(op.window()),
        _ => None,
    }
}

fn readers(graph: &Graph, tensor: usize) -> impl Iterator<Item = usize> {
    let reads = move |(index, node): (usize, &Node)| node.inputs.contains(&tensor).then_some(index);
    graph.nodes.iter().enumerate().filter_map(reads)
}

/// Whether a tensor can flow on without being stored: one reader, and not the network's output.
fn streams(graph: &Graph, tensor: usize) -> Result<(), FreezeProblem> {
    let also = match (readers(graph, tensor).count(), graph.outputs.contains(&tensor)) {
        (_, true) => "the network's output",
        (2.., _) => "read by another node",
        _ => return Ok(()),
    };
    Err(FreezeProblem::Shared { tensor: graph.tensor(tensor).name.clone(), also })
}

/// The average pool after a convolution and its node, if the stream can compute it: square, a power of two, no
/// overlap, no padding, no activation that the convolution does not have, the rounding of int8.
fn fused_pool(graph: &Graph, conv: &Node) -> Option<(usize, AveragePool)> {
    streams(graph, conv.output).ok()?;
    let index = readers(graph, conv.output).next()?;
    let Op::AveragePool2d(pool) = &graph.nodes[index].op else { return None };
    let size = pool.kernel.0;
    let square = pool.kernel == (size, size) && pool.stride == (size, size);
    let supported = square
        && pool.rounding == MeanRounding::AwayFromZero
        && size.is_power_of_two()
        && (2..=MAX_POOL).contains(&size);
    let shape = graph.tensor(conv.output).shape;
    let unpadded = pool.window().slide(shape.h, shape.w).is_some_and(|(_, pad)| pad == Pad::default());
    (supported && unpadded && keeps(graph, conv, pool)).then_some((index, AveragePool { size }))
}

/// Whether the pool's activation changes nothing: means stay within the convolution's range.
fn keeps(graph: &Graph, conv: &Node, pool: &Pool2d) -> bool {
    let quant = graph.node_output(conv).quant;
    let (lo, hi) = activation(&conv.op).range(quant);
    let (pool_lo, pool_hi) = pool.activation.range(quant);
    pool_lo <= lo && hi <= pool_hi
}

fn activation(op: &Op) -> Activation {
    match op {
        Op::Conv2d(op) => op.activation,
        Op::DepthwiseConv2d(op) => op.activation,
        _ => Activation::None,
    }
}

fn layer(
    graph: &Graph,
    node: &Node,
    window: Window,
    pool: Option<AveragePool>,
) -> Result<FrozenLayer, FreezeProblem> {
    let (input, output) = (graph.node_input(node), graph.node_output(node));
    check_limits(window, input.shape, output.shape)?;
    let zero_point = input.quant.zero_point;
    let pad = window.slide(input.shape.h, input.shape.w).map_or(Pad::default(), |(_, pad)| pad);
    let datapath = datapath(node, input.shape.c, output.shape.c, zero_point);
    let requant = requantisers(graph, node, &datapath)?;
    Ok(FrozenLayer {
        name: node.name.clone(),
        input: input.shape,
        conv_output: output.shape,
        output: pooled(output.shape, pool),
        kernel: window.kernel,
        stride: window.stride,
        pad,
        pad_value: zero_point as i8,
        datapath,
        requant,
        pool,
        digit_bits: 8,
    })
}

/// The image after a pool.
pub(super) fn pooled(shape: Shape, pool: Option<AveragePool>) -> Shape {
    let size = pool.map_or(1, |pool| pool.size.max(1));
    Shape::new(shape.h / size, shape.w / size, shape.c)
}

fn check_limits(window: Window, input: Shape, output: Shape) -> Result<(), FreezeProblem> {
    if input.w > MAX_WIDTH {
        return Err(FreezeProblem::Width { shape: input, most: MAX_WIDTH });
    }
    if let Some(shape) = [input, output].into_iter().find(|shape| shape.c > MAX_CHANNELS) {
        return Err(FreezeProblem::Channels { shape, most: MAX_CHANNELS });
    }
    let (rows, columns) = window.kernel;
    let (bytes, side) = (rows * columns * input.c, rows.max(columns));
    if bytes > MAX_WINDOW_BYTES || side > MAX_KERNEL {
        let (most_bytes, most_side) = (MAX_WINDOW_BYTES, MAX_KERNEL);
        return Err(FreezeProblem::Window { bytes, side, most_bytes, most_side });
    }
    if [window.stride.0, window.stride.1].iter().any(|stride| !(1..=2).contains(stride)) {
        return Err(FreezeProblem::Stride { stride: window.stride });
    }
    Ok(())
}

/// The accumulators from the window's bytes: `sum(w * q) + bias - zero_point * sum(w)`.
fn datapath(node: &Node, inputs: usize, outputs: usize, zero_point: i32) -> ShiftAdd {
    let rows: Vec<Vec<i32>> = (0..outputs).map(|channel| row(node, inputs, channel)).collect();
    let bias = node.op.channels().map_or(&[][..], |(bias, _)| bias);
    let fold = |(row, &bias): (&Vec<i32>, &i32)| {
        let sum: i64 = row.iter().map(|&w| i64::from(w)).sum();
        i64::from(bias) - i64::from(zero_point) * sum
    };
    let constants: Vec<i64> = rows.iter().zip(bias).map(fold).collect();
    ShiftAdd::from_matrix(&rows, &constants, INPUT_RANGE)
}

/// One output channel's weight of every byte of the window, in the order row, column, input channel.
fn row(node: &Node, inputs: usize, channel: usize) -> Vec<i32> {
    let weights = node.op.channel_weights(channel).into_iter().map(i32::from);
    match &node.op {
        Op::DepthwiseConv2d(op) => {
            let own = channel / op.depth_multiplier.max(1);
            let pixel = |weight| (0..inputs).map(move |input| if input == own { weight } else { 0 });
            weights.flat_map(pixel).collect()
        }
        _ => weights.collect(),
    }
}

fn requantisers(graph: &Graph, node: &Node, datapath: &ShiftAdd) -> Result<Vec<ExactRequant>, FreezeProblem> {
    let quant = graph.node_output(node).quant;
    let (lo, hi) = activation(&node.op).range(quant);
    let channels = datapath.outputs.iter().zip(graph.real_multipliers(node)).enumerate();
    channels
        .map(|(channel, (output, real))| {
            let parameters = ChannelParameters::from_real(0, real);
            let smallest =
                parameters.and_then(|p| exact::smallest(output.lo, output.hi, &p, quant.zero_point, lo, hi));
            smallest.map_err(|source| FreezeProblem::Requant { channel, source })
        })
        .collect()
}

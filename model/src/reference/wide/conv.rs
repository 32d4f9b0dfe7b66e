//! Convolution of int16: accumulators of 64 bits, one rounding.

use crate::graph::{Conv2d, Graph, Node, OperatorError, Pad, Shape};
use crate::requant::{RequantError, WideMultiplier};

/// One output channel.
struct Channel {
    weights: Vec<i16>,
    bias: i64,
    multiplier: WideMultiplier,
}

/// The results of a checked node.
pub(super) fn run(graph: &Graph, node: &Node, op: &Conv2d, input: &[i32]) -> Result<Vec<i32>, OperatorError> {
    let (source, output) = (graph.node_input(node).shape, graph.node_output(node));
    let (lo, hi) = op.activation.range_of(output.quant, output.precision);
    let channels = channels(graph, node, op)?;
    let mut data = Vec::with_capacity(output.shape.len());
    for y in 0..output.shape.h {
        for x in 0..output.shape.w {
            let taps = gather(op, source, input, (y, x));
            data.extend(channels.iter().map(|channel| channel.result(&taps).clamp(lo, hi)));
        }
    }
    Ok(data)
}

fn channels(graph: &Graph, node: &Node, op: &Conv2d) -> Result<Vec<Channel>, RequantError> {
    let channel = |(index, (&bias, real)): (usize, (&i32, f64))| {
        let (weights, multiplier) = (node.op.channel_weights(index), WideMultiplier::from_real(real)?);
        Ok(Channel { weights, bias: i64::from(bias), multiplier })
    };
    op.bias.iter().zip(graph.real_multipliers(node)).enumerate().map(channel).collect()
}

/// The window of one result; padded taps are 0, which is the zero point.
fn gather(op: &Conv2d, source: Shape, input: &[i32], (y, x): (usize, usize)) -> Vec<i32> {
    let (window, Shape { h, w, c }) = (op.window(), source);
    let pad = window.slide(h, w).map_or(Pad::default(), |(_, pad)| pad);
    let mut taps = vec![0; window.kernel.0 * window.kernel.1 * c];
    for (at, tap) in taps.chunks_exact_mut(c).enumerate() {
        let (ky, kx) = (at / window.kernel.1, at % window.kernel.1);
        let row = (y * window.stride.0 + ky).checked_sub(pad.top).filter(|&row| row < h);
        let column = (x * window.stride.1 + kx).checked_sub(pad.left).filter(|&column| column < w);
        if let (Some(row), Some(column)) = (row, column) {
            tap.copy_from_slice(&input[(row * w + column) * c..][..c]);
        }
    }
    taps
}

impl Channel {
    fn result(&self, taps: &[i32]) -> i32 {
        let products =
            taps.iter().zip(&self.weights).map(|(&tap, &weight)| i64::from(tap) * i64::from(weight));
        self.multiplier.apply(products.sum::<i64>() + self.bias)
    }
}

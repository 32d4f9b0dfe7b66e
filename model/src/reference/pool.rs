//! Average and maximum pooling. Padded taps do not count.

use crate::graph::{Graph, Node, Pad, Pool2d, Shape, Window};

/// What is taken of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Average,
    Max,
}

/// A pool.
#[derive(Clone, Debug)]
pub(super) struct Pool {
    kind: Kind,
    input: Shape,
    output: Shape,
    window: Window,
    pad: Pad,
    lo: i8,
    hi: i8,
}

impl Pool {
    /// Of a checked node.
    pub fn new(graph: &Graph, node: &Node, op: &Pool2d, kind: Kind) -> Self {
        let (input, output) = (graph.node_input(node), graph.node_output(node));
        let pad = op.window().slide(input.shape.h, input.shape.w).map_or(Pad::default(), |(_, pad)| pad);
        let (lo, hi) = op.activation.range(output.quant);
        Self { kind, input: input.shape, output: output.shape, window: op.window(), pad, lo, hi }
    }

    pub fn run(&self, input: &[i8]) -> Vec<i8> {
        let mut data = Vec::with_capacity(self.output.len());
        for y in 0..self.output.h {
            let rows = span(y, self.window.stride.0, self.window.kernel.0, self.pad.top, self.input.h);
            for x in 0..self.output.w {
                let columns =
                    span(x, self.window.stride.1, self.window.kernel.1, self.pad.left, self.input.w);
                let taps = |c| {
                    let at =
                        move |row: usize, column: usize| (row * self.input.w + column) * self.input.c + c;
                    let columns = columns.clone();
                    rows.clone()
                        .flat_map(move |row| columns.clone().map(move |column| input[at(row, column)]))
                };
                data.extend((0..self.input.c).map(|c| self.reduce(taps(c)).clamp(self.lo, self.hi)));
            }
        }
        data
    }

    fn reduce(&self, taps: impl Iterator<Item = i8>) -> i8 {
        match self.kind {
            Kind::Max => taps.max().unwrap_or(i8::MIN),
            Kind::Average => {
                let (sum, count) = taps.fold((0i32, 0i32), |(sum, n), q| (sum + i32::from(q), n + 1));
                average(sum, count.max(1))
            }
        }
    }
}

/// Rows or columns of the image that lie in a window.
fn span(at: usize, stride: usize, kernel: usize, pad: usize, size: usize) -> std::ops::Range<usize> {
    let start = at * stride;
    start.saturating_sub(pad)..(start + kernel).saturating_sub(pad).min(size)
}

/// The mean, halves away from zero.
pub(crate) fn average(sum: i32, count: i32) -> i8 {
    let half = if sum > 0 { count / 2 } else { -(count / 2) };
    // A mean of int8 values is an int8.
    ((sum + half) / count) as i8
}

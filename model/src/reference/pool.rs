//! Average and maximum pooling. Padded taps do not count.

use std::ops::Range;

use crate::graph::{Graph, MeanRounding, Node, Pad, Pool2d, Shape, Window};

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
    rounding: MeanRounding,
}

impl Pool {
    /// Of a checked node.
    pub fn new(graph: &Graph, node: &Node, op: &Pool2d, kind: Kind) -> Self {
        let (input, output) = (graph.node_input(node), graph.node_output(node));
        let pad = op.window().slide(input.shape.h, input.shape.w).map_or(Pad::default(), |(_, pad)| pad);
        let (lo, hi) = op.activation.range(output.quant);
        Self {
            kind,
            input: input.shape,
            output: output.shape,
            window: op.window(),
            pad,
            lo,
            hi,
            rounding: op.rounding,
        }
    }

    pub fn run(&self, input: &[i8]) -> Vec<i8> {
        let (kernel, stride) = (self.window.kernel, self.window.stride);
        let mut data = Vec::with_capacity(self.output.len());
        let mut reduced = vec![0i32; self.input.c];
        for y in 0..self.output.h {
            let rows = span(y, stride.0, kernel.0, self.pad.top, self.input.h);
            for x in 0..self.output.w {
                let columns = span(x, stride.1, kernel.1, self.pad.left, self.input.w);
                self.reduce(input, rows.clone(), columns.clone(), &mut reduced);
                // A window always holds a pixel of the image.
                let count = (rows.len() * columns.len()).max(1) as i32;
                data.extend(reduced.iter().map(|&value| self.finish(value, count)));
            }
        }
        data
    }

    /// Sum or maximum of each channel over some rows and columns.
    fn reduce(&self, input: &[i8], rows: Range<usize>, columns: Range<usize>, reduced: &mut [i32]) {
        let c = self.input.c;
        reduced.fill(if self.kind == Kind::Max { i32::from(i8::MIN) } else { 0 });
        for row in rows {
            let pixels = &input[(row * self.input.w + columns.start) * c..][..columns.len() * c];
            for pixel in pixels.chunks_exact(c) {
                for (value, &q) in reduced.iter_mut().zip(pixel) {
                    match self.kind {
                        Kind::Max => *value = (*value).max(i32::from(q)),
                        Kind::Average => *value += i32::from(q),
                    }
                }
            }
        }
    }

    fn finish(&self, value: i32, count: i32) -> i8 {
        let result = match self.kind {
            Kind::Max => value as i8,
            Kind::Average => average(value, count, self.rounding),
        };
        result.clamp(self.lo, self.hi)
    }
}

/// Rows or columns of the image that lie in a window.
fn span(at: usize, stride: usize, kernel: usize, pad: usize, size: usize) -> Range<usize> {
    let start = at * stride;
    start.saturating_sub(pad)..(start + kernel).saturating_sub(pad).min(size)
}

/// The mean, which of int8 values is an int8.
pub(crate) fn average(sum: i32, count: i32, rounding: MeanRounding) -> i8 {
    let mean = match rounding {
        MeanRounding::AwayFromZero if sum <= 0 => (sum - count / 2) / count,
        MeanRounding::AwayFromZero => (sum + count / 2) / count,
        MeanRounding::Up => (sum + count / 2).div_euclid(count),
    };
    mean as i8
}

//! Means of windows.

use super::Lower;
use super::exact::Exact;
use super::job::{Drain, Frame, Work};
use super::vector::{Tap, Vector};
use super::views::{planar_drain, planar_fetch};
use crate::graph::{Pool2d, Shape};
use crate::plan::PlanError;
use crate::requant::fit::TapFit;

/// Output rows or columns whose windows meet the image alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Region {
    /// First output row or column.
    first: usize,
    /// Rows or columns.
    count: usize,
    /// First row or column of the window that lies in the image.
    from: usize,
    /// Those that do.
    taps: usize,
}

/// Cuts an axis where the part of the window changes that lies in the image.
fn regions(output: usize, stride: usize, kernel: usize, pad: usize, size: usize) -> Vec<Region> {
    let mut regions: Vec<Region> = Vec::new();
    for at in 0..output {
        let from = pad.saturating_sub(at * stride);
        let taps = (size + pad - at * stride).min(kernel) - from;
        match regions.last_mut().filter(|last| (last.from, last.taps) == (from, taps)) {
            Some(last) => last.count += 1,
            None => regions.push(Region { first: at, count: 1, from, taps }),
        }
    }
    regions
}

impl Lower<'_> {
    /// A mean for each region of windows with as many pixels in the image.
    pub fn average_pool(&mut self, index: usize, op: &Pool2d) -> Result<(), PlanError> {
        let node = &self.graph.nodes[index];
        let (_, sliding) = self.sliding(index, op.window())?;
        let (stride, kernel, pad, input) = (op.stride, op.kernel, sliding.pad, sliding.input);
        let range = op.activation.range(self.graph.node_output(node).quant);
        for rows in regions(sliding.output.0, stride.0, kernel.0, pad.top, input.h) {
            for columns in regions(sliding.output.1, stride.1, kernel.1, pad.left, input.w) {
                let fit = Exact::new(&node.name, self.capacity).average_pool(
                    rows.taps * columns.taps,
                    op.rounding,
                    range,
                )?;
                self.region(index, op, (rows, columns), &fit)?;
            }
        }
        Ok(())
    }

    fn region(
        &mut self,
        index: usize,
        op: &Pool2d,
        at: (Region, Region),
        fit: &TapFit,
    ) -> Result<(), PlanError> {
        let (stored, sliding) = self.sliding(index, op.window())?;
        let (rows, columns) = at;
        let (top, left) = sliding.origin();
        let origin = (top + (rows.first * op.stride.0) as i64, left + (columns.first * op.stride.1) as i64);
        let target = self.target(self.graph.nodes[index].output);
        let output = Shape::new(sliding.output.0, sliding.output.1, sliding.input.c);
        let mut fetch = planar_fetch(sliding.input, origin, op.stride);
        fetch.group_step = sliding.input.h * sliding.input.w;
        let drain = Drain {
            base: rows.first * output.w + columns.first,
            size: (rows.count, columns.count),
            ..planar_drain(output)
        };
        let lanes = self.capacity.lanes;
        let places = (0..rows.taps).flat_map(|y| (0..columns.taps).map(move |x| (y, x)));
        let tap = |(y, x)| Tap::uniform(0, (rows.from + y, columns.from + x), &[fit.weight], lanes);
        let frame = Frame {
            node: index,
            sources: vec![stored.slot],
            target,
            fetch,
            drain,
            groups: self.groups(output.c),
            pad: 0,
            finish: fit.target,
            parameters: self.uniform(fit.requantiser),
            work: Work::default(),
        };
        let vector = Vector { frame, taps: places.map(tap).collect() };
        self.push(index, vector.jobs(self.capacity))
    }

    /// The mean of the whole image.
    pub fn mean(&mut self, index: usize) -> Result<(), PlanError> {
        let node = &self.graph.nodes[index];
        let (input, output) = (self.graph.node_input(node), self.graph.node_output(node));
        let stored = self.planar(index, node.inputs[0])?;
        let Shape { h, w, .. } = stored.shape;
        let fit = Exact::new(&node.name, self.capacity).mean(h * w, input.quant, output.quant)?;
        let mut fetch = planar_fetch(stored.shape, (0, 0), (1, 1));
        fetch.group_step = h * w;
        let frame = Frame {
            node: index,
            sources: vec![stored.slot],
            target: self.target(node.output),
            fetch,
            drain: planar_drain(output.shape),
            groups: self.groups(output.shape.c),
            pad: 0,
            finish: fit.target,
            parameters: self.uniform(fit.requantiser),
            work: Work::default(),
        };
        let places = (0..h).flat_map(|y| (0..w).map(move |x| (y, x)));
        let tap = |at| Tap::uniform(0, at, &[fit.weight], self.capacity.lanes);
        let vector = Vector { frame, taps: places.map(tap).collect() };
        self.push(index, vector.jobs(self.capacity))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_at_the_border_are_regions_of_their_own() {
        let region = |first, count, from, taps| Region { first, count, from, taps };
        assert_eq!(regions(4, 1, 3, 1, 4), [region(0, 1, 1, 2), region(1, 2, 0, 3), region(3, 1, 0, 2)]);
        assert_eq!(regions(3, 2, 2, 0, 6), [region(0, 3, 0, 2)]);
        assert_eq!(regions(1, 1, 7, 3, 1), [region(0, 1, 3, 1)]);
    }
}

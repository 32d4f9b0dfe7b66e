//! Layers that combine or move pixels: additions, requantisations, paddings, resized images.

use super::exact::{Exact, IDENTITY, identity};
use super::job::{Drain, Fetch, Frame, Slot, Work};
use super::vector::{Tap, Vector};
use super::views::{flat, planar_drain, planar_fetch};
use super::{Lower, unsupported};
use crate::graph::{AddOp, PadOp, ResizeOp, Shape};
use crate::plan::PlanError;
use crate::reference::Resize;
use crate::requant::fit::{Requantiser, Target};

/// All int8 results.
pub const WHOLE: Target = Target { zero_point: 0, lo: i8::MIN, hi: i8::MAX };

/// A layer of one or few pixels a window.
pub struct Pointwise {
    pub sources: Vec<Slot>,
    pub target: Slot,
    pub fetch: Fetch,
    pub drain: Drain,
    pub groups: usize,
    pub pad: i8,
    pub parameters: Requantiser,
    pub finish: Target,
    /// Source, row and column in the window, weights.
    pub taps: Vec<(usize, (usize, usize), Vec<i8>)>,
}

impl Pointwise {
    /// The pixels of an image themselves.
    pub fn copy(source: Slot, target: Slot, fetch: Fetch, drain: Drain, groups: usize) -> Self {
        let taps = vec![(0, (0, 0), vec![IDENTITY])];
        let (parameters, finish) = (identity(0), WHOLE);
        Self { sources: vec![source], target, fetch, drain, groups, pad: 0, parameters, finish, taps }
    }
}

impl Lower<'_> {
    pub fn pointwise(&mut self, index: usize, layer: Pointwise) -> Result<(), PlanError> {
        let lanes = self.capacity.lanes;
        let Pointwise { sources, target, fetch, drain, groups, pad, parameters, finish, taps } = layer;
        let work = Work::default();
        let parameters = self.uniform(parameters);
        let frame =
            Frame { node: index, sources, target, fetch, drain, groups, pad, finish, parameters, work };
        let tap = |(source, at, weights): &(usize, (usize, usize), Vec<i8>)| {
            Tap::uniform(*source, *at, weights, lanes)
        };
        let vector = Vector { frame, taps: taps.iter().map(tap).collect() };
        self.push(index, vector.jobs(self.capacity))
    }

    /// Windows of one pixel over an image in a row, and results like it.
    pub fn in_place(&self, shape: Shape) -> (Fetch, Drain) {
        let row = flat(shape);
        let mut fetch = planar_fetch(row, (0, 0), (1, 1));
        fetch.group_step = shape.h * shape.w;
        (fetch, planar_drain(row))
    }

    /// An addition, in the place of an input that nobody needs any more.
    pub fn add(&mut self, index: usize, op: &AddOp) -> Result<(), PlanError> {
        let node = &self.graph.nodes[index];
        let quants = [node.inputs[0], node.inputs[1]].map(|tensor| self.graph.tensor(tensor).quant);
        let output = self.graph.node_output(node);
        let fit = Exact::new(&node.name, self.capacity).add(quants, output.quant, op.activation)?;
        let a = self.planar(index, node.inputs[0])?;
        let b = self.planar(index, node.inputs[1])?;
        if self.stored[node.output].is_none() {
            // Rather not that of the layer just before: it may need but one plane then.
            let mut inputs = [a, b];
            inputs.sort_by_key(|input| self.jobs.last().is_some_and(|job| job.frame.target == input.slot));
            let free = inputs.into_iter().find(|input| self.dies(input.slot.buffer, index));
            self.stored[node.output] = free;
        }
        let (fetch, drain) = self.in_place(output.shape);
        let layer = Pointwise {
            sources: vec![a.slot, b.slot],
            target: self.target(node.output),
            fetch,
            drain,
            groups: self.groups(output.shape.c),
            pad: 0,
            parameters: fit.requantiser,
            finish: fit.target,
            taps: vec![(0, (0, 0), fit.a), (1, (0, 0), fit.b)],
        };
        self.pointwise(index, layer)
    }

    /// Whether nothing after a node needs what is in a buffer.
    fn dies(&self, buffer: usize, node: usize) -> bool {
        let within =
            |stored: &Option<super::Stored>| stored.is_some_and(|stored| stored.slot.buffer == buffer);
        (0..self.stored.len()).filter(|&t| within(&self.stored[t])).all(|t| self.readers.dies(t, node))
    }

    pub fn rescale(&mut self, index: usize) -> Result<(), PlanError> {
        let node = &self.graph.nodes[index];
        let (input, output) = (self.graph.node_input(node), self.graph.node_output(node));
        let fit = Exact::new(&node.name, self.capacity).rescale(input.quant, output.quant)?;
        let source = self.planar(index, node.inputs[0])?;
        if self.stored[node.output].is_none() && self.dies(source.slot.buffer, index) {
            self.stored[node.output] = Some(source);
        }
        let (fetch, drain) = self.in_place(source.shape);
        let target = self.target(node.output);
        let copy = Pointwise::copy(source.slot, target, fetch, drain, self.groups(source.shape.c));
        let taps = vec![(0, (0, 0), vec![fit.weight])];
        self.pointwise(index, Pointwise { parameters: fit.requantiser, finish: fit.target, taps, ..copy })
    }

    /// A padding as a copy: what lies outside the image is the padding.
    pub fn pad(&mut self, index: usize, op: &PadOp) -> Result<(), PlanError> {
        let node = &self.graph.nodes[index];
        let output = self.graph.node_output(node);
        let source = self.planar(index, node.inputs[0])?;
        if op.channels != (0, 0) {
            return self.pad_channels(index, op, source);
        }
        let origin = (-(op.pad.top as i64), -(op.pad.left as i64));
        let mut fetch = planar_fetch(source.shape, origin, (1, 1));
        fetch.group_step = source.shape.h * source.shape.w;
        let target = self.target(node.output);
        let groups = self.groups(source.shape.c);
        let copy = Pointwise::copy(source.slot, target, fetch, planar_drain(output.shape), groups);
        self.pointwise(index, Pointwise { pad: output.quant.zero_point as i8, ..copy })
    }

    /// A resized image: a copy for each of the pixels that one pixel becomes, or every so many-th pixel.
    pub fn resize(&mut self, index: usize, op: ResizeOp) -> Result<(), PlanError> {
        let node = &self.graph.nodes[index];
        let output = self.graph.node_output(node).shape;
        let source = self.planar(index, node.inputs[0])?;
        let Shape { h, w, c } = source.shape;
        let resize = Resize::new(source.shape, (output.h, output.w), op.align_corners, op.half_pixel_centers);
        let advice = "only whole factors are computed: resize by whole numbers";
        let pattern = |map: &[usize], size| Pattern::of(map, size).ok_or_else(|| unsupported(node, advice));
        let (rows, columns) = (pattern(resize.rows(), h)?, pattern(resize.columns(), w)?);
        let target = self.target(node.output);
        for phase in (0..rows.repeat).flat_map(|y| (0..columns.repeat).map(move |x| (y, x))) {
            let origin = (rows.first as i64, columns.first as i64);
            let mut fetch = planar_fetch(source.shape, origin, (rows.stride, columns.stride));
            fetch.group_step = h * w;
            let drain = Drain {
                base: phase.0 * output.w + phase.1,
                size: (output.h / rows.repeat, output.w / columns.repeat),
                step: (rows.repeat * output.w, columns.repeat),
                group_step: output.h * output.w,
            };
            self.pointwise(index, Pointwise::copy(source.slot, target, fetch, drain, self.groups(c)))?;
        }
        Ok(())
    }
}

/// An axis of a resized image: every pixel several times, or every so many-th pixel once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pattern {
    repeat: usize,
    first: usize,
    stride: usize,
}

impl Pattern {
    fn of(map: &[usize], size: usize) -> Option<Self> {
        let first = *map.first()?;
        let repeat = map.iter().take_while(|&&at| at == first).count();
        let stride = map.get(repeat).map_or(1, |&next| next.wrapping_sub(first));
        let pattern = Self { repeat, first, stride };
        let same = map.len().is_multiple_of(repeat)
            && map.iter().enumerate().all(|(at, &from)| from == first.wrapping_add(at / repeat * stride));
        (same && map.iter().all(|&from| from < size)).then_some(pattern)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_factors_have_a_pattern() {
        let pattern = |repeat, first, stride| Some(Pattern { repeat, first, stride });
        assert_eq!(Pattern::of(&[0, 0, 1, 1, 2, 2], 3), pattern(2, 0, 1));
        assert_eq!(Pattern::of(&[1, 4, 7], 9), pattern(1, 1, 3));
        assert_eq!(Pattern::of(&[0, 0], 1), pattern(2, 0, 1));
        assert_eq!(Pattern::of(&[0, 1, 1], 2), None);
        assert_eq!(Pattern::of(&[0, 0, 1], 2), None);
    }
}

//! Tensors side by side.

use super::copy::{Pointwise, WHOLE};
use super::dense::{Cell, Dense};
use super::exact::{IDENTITY, identity};
use super::job::{Drain, Frame, Work};
use super::views::{flat, planar_drain, planar_fetch};
use super::{Form, Lower, Slot, Stored};
use crate::graph::{Axis, ConcatOp, Op, PadOp, Shape};
use crate::plan::PlanError;
use crate::plan::layout::Layout;

/// A channel of a layer that only moves channels.
#[derive(Clone, Copy)]
enum Pick {
    /// A channel of a source.
    Channel(usize, usize),
    /// Always this value.
    Value(i8),
}

impl Lower<'_> {
    /// Gives parts of concatenations their place in the whole where they fill whole planes: then they need not be
    /// moved.
    pub fn share_concatenations(&mut self) {
        // Backwards, so that a part of a part finds the whole.
        for index in (0..self.graph.nodes.len()).rev() {
            let node = &self.graph.nodes[index];
            if matches!(&node.op, Op::Concat(op) if op.axis == Axis::Channels) && self.shareable(index) {
                let whole = self.target(node.output);
                let mut start = whole.start;
                for &part in &node.inputs {
                    let shape = self.graph.tensor(part).shape;
                    let slot = Slot { buffer: whole.buffer, start };
                    self.stored[part] =
                        Some(Stored { slot, shape, layout: Layout::Planar, form: Form::Whole });
                    start += Layout::Planar.words(shape, self.capacity.lanes);
                }
            }
        }
    }

    fn shareable(&self, index: usize) -> bool {
        let inputs = &self.graph.nodes[index].inputs;
        let whole_planes =
            |part: &usize| self.graph.tensor(*part).shape.c.is_multiple_of(self.capacity.lanes);
        let made = |part: usize| self.graph.nodes.iter().find(|node| node.output == part);
        let own = |(at, part): (usize, &usize)| {
            self.stored[*part].is_none()
                && !inputs[..at].contains(part)
                && made(*part).is_some_and(|node| node.op != Op::Reshape)
        };
        inputs.iter().rev().skip(1).all(whole_planes) && inputs.iter().enumerate().all(own)
    }

    pub fn concat(&mut self, index: usize, op: &ConcatOp) -> Result<(), PlanError> {
        let node = &self.graph.nodes[index];
        let parts: Vec<Stored> =
            node.inputs.iter().map(|&part| self.planar(index, part)).collect::<Result<_, _>>()?;
        let target = self.target(node.output);
        match op.axis {
            Axis::Channels if parts.iter().all(|part| part.slot.buffer == target.buffer) => Ok(()),
            Axis::Channels => self.join_channels(index, &parts),
            axis => self.join_pixels(index, &parts, axis),
        }
    }

    /// Copies every part to its rows or columns.
    fn join_pixels(&mut self, index: usize, parts: &[Stored], axis: Axis) -> Result<(), PlanError> {
        let output = self.graph.node_output(&self.graph.nodes[index]).shape;
        let target = self.target(self.graph.nodes[index].output);
        let mut base = 0;
        for part in parts {
            let Shape { h, w, c } = part.shape;
            let mut fetch = planar_fetch(part.shape, (0, 0), (1, 1));
            fetch.group_step = h * w;
            let drain = Drain { base, size: (h, w), ..planar_drain(output) };
            base += if axis == Axis::Height { h * output.w } else { w };
            self.pointwise(index, Pointwise::copy(part.slot, target, fetch, drain, self.groups(c)))?;
        }
        Ok(())
    }

    fn join_channels(&mut self, index: usize, parts: &[Stored]) -> Result<(), PlanError> {
        let of =
            |(part, stored): (usize, &Stored)| (0..stored.shape.c).map(move |ch| Pick::Channel(part, ch));
        let channels: Vec<Pick> = parts.iter().enumerate().flat_map(of).collect();
        let row = flat(parts.first().map_or(Shape::new(1, 1, 1), |part| part.shape));
        self.select(index, parts, (row, (0, 0)), planar_drain(row), &channels, 0)
    }

    /// Channels before and after those of the image, and perhaps pixels around.
    pub fn pad_channels(&mut self, index: usize, op: &PadOp, source: Stored) -> Result<(), PlanError> {
        let output = self.graph.node_output(&self.graph.nodes[index]);
        let zero = output.quant.zero_point as i8;
        let own = (0..source.shape.c).map(|channel| Pick::Channel(0, channel));
        let padding = |count: usize| std::iter::repeat_n(Pick::Value(zero), count);
        let channels: Vec<Pick> = padding(op.channels.0).chain(own).chain(padding(op.channels.1)).collect();
        let origin = (-(op.pad.top as i64), -(op.pad.left as i64));
        let drain = planar_drain(output.shape);
        self.select(index, &[source], (source.shape, origin), drain, &channels, zero)
    }

    /// A dense layer whose outputs are inputs: bytes move to other lanes.
    fn select(
        &mut self,
        index: usize,
        sources: &[Stored],
        (image, origin): (Shape, (i64, i64)),
        drain: Drain,
        channels: &[Pick],
        pad: i8,
    ) -> Result<(), PlanError> {
        let lanes = self.capacity.lanes;
        let bases: Vec<usize> = sources
            .iter()
            .scan(0, |next, stored| Some(std::mem::replace(next, *next + stored.shape.c)))
            .collect();
        let total: usize = sources.iter().map(|stored| stored.shape.c).sum();
        let values: Vec<Vec<i32>> = channels.iter().map(|from| from.row(&bases, total)).collect();
        let cells: Vec<Cell> = sources
            .iter()
            .enumerate()
            .flat_map(|(source, stored)| planes(source, stored, bases[source], lanes))
            .collect();
        let bias = |from: &Pick| match from {
            Pick::Channel(..) => identity(0),
            Pick::Value(value) => identity(2 * i32::from(*value)),
        };
        let frame = Frame {
            node: index,
            sources: sources.iter().map(|stored| stored.slot).collect(),
            target: self.target(self.graph.nodes[index].output),
            fetch: planar_fetch(image, origin, (1, 1)),
            drain,
            groups: self.groups(channels.len()),
            pad,
            finish: WHOLE,
            parameters: self.grouped(channels.iter().map(bias).collect()),
            work: Work::default(),
        };
        let dense = Dense { frame, cells: &cells, values: &values, kernel: (1, 1) };
        self.push(index, dense.jobs(true, self.capacity))
    }
}

impl Pick {
    /// What each of the sources' channels is multiplied with.
    fn row(&self, bases: &[usize], total: usize) -> Vec<i32> {
        let mut row = vec![0; total];
        if let Self::Channel(source, channel) = *self {
            row[bases[source] + channel] = i32::from(IDENTITY);
        }
        row
    }
}

/// The words of a pixel; `base` is the source's first channel.
fn planes(source: usize, stored: &Stored, base: usize, lanes: usize) -> impl Iterator<Item = Cell> {
    let Shape { h, w, c } = stored.shape;
    (0..c.div_ceil(lanes)).map(move |plane| Cell {
        source,
        offset: plane * h * w,
        at: (0, 0),
        taps: (0..lanes)
            .map(|byte| Some(plane * lanes + byte).filter(|&ch| ch < c).map(|ch| (base + ch) as u32))
            .collect(),
    })
}

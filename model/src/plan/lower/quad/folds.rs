//! Images with so few channels that two pixels fit a word: one of the upper part and one of the lower part, each in
//! half of the lanes. The parts overlap by the rows that a depthwise layer sees of the other part; what it computes
//! of them at their inner borders is never read.

use super::super::channels::Channels;
use super::super::dense::Cell;
use super::super::job::{Drain, Job, Slot};
use super::super::views::{Sliding, View, planar_drain, planar_fetch};
use super::super::weighted::{Input, Weighted};
use super::super::{Form, Lower, Stored};
use super::walk::LAYER_CLOCKS;
use crate::graph::{DepthwiseConv2d, Graph, Op, Pad, Shape};
use crate::plan::layout::Layout;
use crate::plan::{ArrayStyle, PlanError};

/// Pixels of a word.
const PARTS: usize = 2;

/// A depthwise layer, and the rows of its folded input.
type Folding<'a> = (usize, &'a DepthwiseConv2d, usize);

impl<'a> Lower<'a> {
    /// Appends the network's first layer with a folded result, if its reader is a depthwise layer that a pointwise
    /// one follows, and these become faster; says whether it has.
    pub fn fold(&mut self, layer: Weighted, stored: Stored, sliding: Sliding) -> Result<bool, PlanError> {
        let Some(reader) = self.folding_reader(layer.node, sliding) else { return Ok(false) };
        let (_, _, rows) = reader;
        let output = self.graph.nodes[layer.node].output;
        let target = self.target(output);
        let folded = self.folded(layer, (stored, sliding), target, rows);
        let views = self.views(layer.node, stored, sliding);
        let whole = self.best(layer, target, &Input { stored, views, zero: sliding.zero });
        if !self.folds_well(reader, whole.as_ref(), folded.as_ref())? {
            return Ok(false);
        }
        self.store_folded(output, rows);
        self.push_dense(layer.node, stored, folded)?;
        Ok(true)
    }

    /// Whether the first layer and its reader are faster with such a folded result.
    fn folds_well(
        &self,
        (reader, op, rows): Folding,
        whole: Option<&(Layout, Vec<Job>)>,
        folded: Option<&(Layout, Vec<Job>)>,
    ) -> Result<bool, PlanError> {
        let before = self.with_reader(whole, (reader, op), Form::Whole)?.unwrap_or(u64::MAX);
        let after = self.with_reader(folded, (reader, op), Form::Folded(rows))?;
        // The pointwise layer has two parts then.
        Ok(after.is_some_and(|after| after + LAYER_CLOCKS < before))
    }

    /// The depthwise layer that alone reads the first layer's result and can do so if it is folded into so many rows.
    fn folding_reader(&self, index: usize, sliding: Sliding) -> Option<Folding<'a>> {
        let output = self.graph.nodes[index].output;
        let shape = self.graph.tensor(output).shape;
        let narrow = PARTS * shape.c <= self.capacity.lanes && shape.h.is_multiple_of(PARTS);
        let first = self.capacity.style == ArrayStyle::Quad && self.input_reader == Some(index);
        let (reader, op) = self.readers.only(output).and_then(|reader| self.depthwise_of(reader))?;
        let result = self.graph.nodes[reader].output;
        let unstored = [output, result].iter().all(|&tensor| self.stored[tensor].is_none());
        let follows = self.readers.only(result).is_some_and(|next| self.pointwise_of(next, result));
        let rows = shape.h / PARTS + self.overlap(reader, op, shape)?;
        let possible = narrow && first && !self.aim.small && unstored && follows;
        (possible && sliding.output == (shape.h, shape.w) && rows < shape.h).then_some((reader, op, rows))
    }

    /// Rows that each part needs of the other for a depthwise layer; none if its output has other rows than its input.
    fn overlap(&self, reader: usize, op: &DepthwiseConv2d, input: Shape) -> Option<usize> {
        let pad = self.readers.root(self.graph.nodes[reader].inputs[0]).1;
        let window = op.window();
        let (size, own) = window.slide(input.h + pad.top + pad.bottom, input.w + pad.left + pad.right)?;
        let above = own.top + pad.top;
        let same = size.0 == input.h && op.stride == (1, 1);
        same.then(|| above.max((window.kernel.0 - 1).saturating_sub(above)))
    }

    fn depthwise_of(&self, index: usize) -> Option<(usize, &'a DepthwiseConv2d)> {
        let graph: &'a Graph = self.graph;
        match &graph.nodes[index].op {
            Op::DepthwiseConv2d(op) if op.depth_multiplier == 1 => Some((index, op)),
            _ => None,
        }
    }

    /// Whether a node takes a tensor pixel after pixel.
    fn pointwise_of(&self, index: usize, tensor: usize) -> bool {
        let node = &self.graph.nodes[index];
        let Op::Conv2d(op) = &node.op else { return false };
        op.window().kernel == (1, 1) && op.stride == (1, 1) && node.inputs[0] == tensor
    }

    /// The first layer with a folded result.
    fn folded(
        &self,
        layer: Weighted,
        (stored, sliding): (Stored, Sliding),
        target: Slot,
        rows: usize,
    ) -> Option<(Layout, Vec<Job>)> {
        let channels = layer.channels.in_pairs(self.capacity.lanes).apart();
        let views = vec![vec![sliding.window_pairs(rows, self.capacity.lanes)]];
        let input = Input { stored, views, zero: sliding.zero };
        let (layout, mut jobs) = self.best(Weighted { channels: &channels, ..layer }, target, &input)?;
        for job in &mut jobs {
            // A weight has two places.
            job.taps = Vec::new();
            job.frame.work = Default::default();
        }
        jobs.first_mut()?.frame.work = layer.channels.work(sliding.output.0 * sliding.output.1);
        Some((layout, jobs))
    }

    /// The place of a result that is folded into so many rows.
    pub fn store_folded(&mut self, tensor: usize, rows: usize) -> Slot {
        let slot = self.target(tensor);
        self.buffers[slot.buffer] = rows * self.graph.tensor(tensor).shape.w;
        if let Some(stored) = self.stored[tensor].as_mut() {
            stored.form = Form::Folded(rows);
        }
        slot
    }
}

impl Channels {
    /// The channels for both halves of the lanes.
    pub fn in_pairs(&self, lanes: usize) -> Self {
        let half = lanes / PARTS;
        let taps = self.values.first().map_or(0, Vec::len);
        let values = |lane: usize| self.values.get(lane % half).cloned().unwrap_or(vec![0; taps]);
        let group = self.parameters.first().map_or(&[][..], Vec::as_slice);
        let parameters = (0..lanes).filter_map(|lane| group.get(lane % half).copied()).collect();
        Self { values: (0..lanes).map(values).collect(), parameters: vec![parameters], ..*self }
    }

    /// Each half of the lanes with inputs of its own, one after the other.
    fn apart(self) -> Self {
        let lanes = self.values.len();
        let apart = |(lane, values): (usize, Vec<i32>)| {
            let none = vec![0; values.len()];
            if lane < lanes / PARTS { [values, none].concat() } else { [none, values].concat() }
        };
        Self { values: self.values.into_iter().enumerate().map(apart).collect(), ..self }
    }
}

impl Sliding {
    /// The same windows over so many rows.
    pub fn of_rows(&self, rows: usize) -> Self {
        Self { input: Shape { h: rows, ..self.input }, output: (rows, self.output.1), ..*self }
    }

    /// Whole windows in pairs, as channels of an image like the folded output.
    fn window_pairs(&self, rows: usize, lanes: usize) -> View {
        let ((h, columns), (kh, kw)) = (self.output, self.kernel);
        let row = Shape::new(1, rows * columns, PARTS * kh * kw * self.input.c);
        let whole = Self { input: row, kernel: (1, 1), stride: (1, 1), pad: Pad::default(), ..*self };
        let layout = Layout::WindowPairs {
            rows,
            below: h - rows,
            columns,
            kernel: self.kernel,
            stride: self.stride,
            top: self.pad.top,
            left: self.pad.left,
            pad: self.zero,
        };
        View { layout, drain: planar_drain(row), ..whole.planar(lanes) }
    }

    /// The pixels of a folded image, one part after the other.
    pub fn unfolded(&self, rows: usize, lanes: usize) -> Vec<View> {
        let Shape { h, w, c } = self.input;
        let row = Shape::new(1, h / PARTS * w, c);
        let part = |part: usize| {
            let tap = |byte: usize| byte.checked_sub(part * lanes / PARTS).filter(|&channel| channel < c);
            let taps = (0..lanes).map(|byte| tap(byte).map(|tap| tap as u32)).collect();
            let offset = part * (rows - h / PARTS) * w;
            View {
                layout: Layout::Planar,
                fetch: planar_fetch(row, (0, 0), (1, 1)),
                drain: Drain { base: part * row.w, group_step: h * w, ..planar_drain(row) },
                cells: vec![Cell { source: 0, offset, at: (0, 0), taps }],
                kernel: (1, 1),
            }
        };
        (0..PARTS).map(part).collect()
    }
}

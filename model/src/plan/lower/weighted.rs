//! Layers with weights.

use super::channels::Channels;
use super::dense::Dense;
use super::job::{Frame, Job, Slot};
use super::vector::{Tap, Vector};
use super::views::{Sliding, View, flat, planar_drain, planar_fetch};
use super::{Form, Lower, Stored};
use crate::graph::{Activation, DepthwiseConv2d, Shape, Window};
use crate::plan::layout::Layout;
use crate::plan::{ArrayStyle, PlanError};

/// A dense layer's input.
pub(super) struct Input {
    pub stored: Stored,
    /// The ways in which it may lie in memory, each in the parts that the layer is computed in.
    pub views: Vec<Vec<View>>,
    /// What padding holds.
    pub zero: i8,
}

/// A dense layer whose way is still to be chosen.
#[derive(Clone, Copy)]
pub(super) struct Weighted<'a> {
    pub node: usize,
    pub channels: &'a Channels,
    /// Whether products with zeros may be left out; all that may be tried.
    pub skips: &'a [bool],
}

impl Lower<'_> {
    pub fn conv(&mut self, index: usize, window: Window, activation: Activation) -> Result<(), PlanError> {
        let channels = self.channels(index, activation)?;
        let (stored, sliding) = self.sliding(index, window)?;
        let skips = [false, self.options.skip_zeros];
        let layer = Weighted { node: index, channels: &channels, skips: &skips };
        if self.fold(layer, stored, sliding)? {
            return Ok(());
        }
        self.windows(layer, stored, sliding)
    }

    /// A depthwise convolution with several outputs for each channel: dense, without the products that are zero.
    pub fn multiplied(&mut self, index: usize, op: &DepthwiseConv2d) -> Result<(), PlanError> {
        let mut channels = self.channels(index, op.activation)?;
        let (stored, sliding) = self.sliding(index, op.window())?;
        let inputs = sliding.input.c;
        for (channel, values) in channels.values.iter_mut().enumerate() {
            let own = channel / op.depth_multiplier.max(1);
            let pixel = |&value: &i32| (0..inputs).map(move |input| if input == own { value } else { 0 });
            *values = values.iter().flat_map(pixel).collect();
        }
        self.windows(Weighted { node: index, channels: &channels, skips: &[true] }, stored, sliding)
    }

    /// A dense layer over windows.
    fn windows(&mut self, layer: Weighted, stored: Stored, sliding: Sliding) -> Result<(), PlanError> {
        let views = self.views(layer.node, stored, sliding);
        self.dense(layer, Input { stored, views, zero: sliding.zero })
    }

    /// The ways in which a layer may read its input.
    pub(super) fn views(&self, index: usize, stored: Stored, sliding: Sliding) -> Vec<Vec<View>> {
        let lanes = self.capacity.lanes;
        match stored.form {
            Form::Spaced(spacing) => return vec![vec![sliding.gapped(spacing, lanes)]],
            Form::Folded(rows) => return vec![sliding.unfolded(rows, lanes)],
            // Read by depthwise layers only.
            Form::Whole | Form::Halved => {}
        }
        let mut views = vec![sliding.planar(lanes)];
        if self.input_reader == Some(index) {
            views.extend(sliding.packed(lanes));
            // Whole windows are for the array that is faster than the host can send rows of them.
            views.extend((self.capacity.style == ArrayStyle::Quad).then(|| sliding.windows(lanes)));
        } else if sliding.pointwise() {
            views[0].fetch = planar_fetch(flat(sliding.input), (0, 0), (1, 1));
            views[0].drain = planar_drain(flat(sliding.input));
        }
        views.into_iter().map(|view| vec![view]).collect()
    }

    /// A dense layer: the fastest, or the smallest if memory is short, of all views of its input and lists.
    fn dense(&mut self, layer: Weighted, input: Input) -> Result<(), PlanError> {
        let output = self.graph.nodes[layer.node].output;
        // It may have a place already, beside others that are not halved.
        let own = self.stored[output].is_none();
        let target = self.target(output);
        let whole = self.best(layer, target, &input);
        let halves = if own { self.halves(layer, target, &input, whole.as_ref())? } else { None };
        if let Some(stored) = self.stored[output].as_mut().filter(|_| halves.is_some()) {
            stored.form = Form::Halved;
        }
        self.push_dense(layer.node, input.stored, halves.or(whole))
    }

    /// Appends a dense layer; the network's input lies as it wants.
    pub(super) fn push_dense(
        &mut self,
        index: usize,
        input: Stored,
        best: Option<(Layout, Vec<Job>)>,
    ) -> Result<(), PlanError> {
        if let Some((layout, _)) = best.as_ref().filter(|_| self.input_reader == Some(index)) {
            self.lay_out_input(input, *layout);
        }
        self.push(index, best.into_iter().flat_map(|(_, jobs)| jobs))
    }

    /// The best way to compute a dense layer, if there is one.
    pub(super) fn best(&self, layer: Weighted, target: Slot, input: &Input) -> Option<(Layout, Vec<Job>)> {
        let ways = input.views.iter().flat_map(|parts| layer.skips.iter().map(move |&skip| (parts, skip)));
        let jobs = |(parts, skip): (&Vec<View>, bool)| {
            let parts_jobs: Vec<Vec<Job>> =
                parts.iter().map(|view| self.part(layer, target, input, view, skip)).collect();
            let possible = parts_jobs.iter().all(|jobs| !jobs.is_empty());
            possible.then(|| Some((parts.first()?.layout, parts_jobs.concat()))).flatten()
        };
        ways.filter_map(jobs).min_by_key(|(layout, jobs)| self.cost(input.stored, *layout, jobs))
    }

    /// A part of a dense layer.
    fn part(&self, layer: Weighted, target: Slot, input: &Input, view: &View, skip: bool) -> Vec<Job> {
        let Weighted { node, channels, .. } = layer;
        let pixels = view.drain.size.0 * view.drain.size.1;
        let frame = Frame {
            node,
            sources: vec![input.stored.slot],
            target,
            fetch: view.fetch,
            drain: view.drain,
            groups: channels.parameters.len(),
            pad: input.zero,
            finish: channels.finish,
            parameters: channels.parameters.clone(),
            work: channels.work(pixels),
        };
        let dense = Dense { frame, cells: &view.cells, values: &channels.values, kernel: view.kernel };
        dense.jobs(skip, self.capacity)
    }

    /// Clocks, then words, or the other way round.
    fn cost(&self, input: Stored, layout: Layout, jobs: &[Job]) -> (u64, u64) {
        let lanes = self.capacity.lanes;
        let streams: usize = jobs.iter().map(|job| job.stream_words(lanes)).sum();
        let words = (layout.words(input.shape, lanes) + streams) as u64;
        let clocks = jobs.iter().map(|job| job.clocks(self.capacity)).sum();
        if self.aim.small { (words, clocks) } else { (clocks, words) }
    }

    /// Gives the network's input the layout that its only reader wants.
    fn lay_out_input(&mut self, stored: Stored, layout: Layout) {
        self.buffers[stored.slot.buffer] = layout.words(stored.shape, self.capacity.lanes);
        let same = self.stored.iter_mut().flatten().filter(|other| other.slot == stored.slot);
        same.for_each(|other| other.layout = layout);
    }

    /// A fully connected layer: one window, the whole image.
    pub fn fully_connected(&mut self, index: usize, activation: Activation) -> Result<(), PlanError> {
        let channels = self.channels(index, activation)?;
        let node = &self.graph.nodes[index];
        let quant = self.graph.node_input(node).quant;
        let stored = self.any_planar(index, node.inputs[0])?;
        let Shape { h, w, .. } = stored.shape;
        let (kernel, stride, pad) = ((h, w), (1, 1), Default::default());
        let zero = quant.zero_point as i8;
        let sliding = Sliding { input: stored.shape, output: (1, 1), kernel, stride, pad, zero };
        let views = vec![vec![sliding.planar(self.capacity.lanes)]];
        let skips = [false, self.options.skip_zeros];
        let layer = Weighted { node: index, channels: &channels, skips: &skips };
        self.dense(layer, Input { stored, views, zero })
    }

    /// Every lane its own channel.
    pub fn depthwise(&mut self, index: usize, op: &DepthwiseConv2d) -> Result<(), PlanError> {
        let (stored, sliding) = self.sliding(index, op.window())?;
        let target = match stored.form {
            Form::Folded(rows) => self.store_folded(self.graph.nodes[index].output, rows),
            _ => self.target(self.graph.nodes[index].output),
        };
        let vector = self.lane_by_lane(index, op, (stored, sliding), target)?;
        let jobs = vector.jobs(self.capacity);
        let gapped = if stored.form == Form::Whole { self.gapped(index, &vector, &jobs) } else { None };
        self.push(index, gapped.unwrap_or(jobs))
    }

    /// A depthwise layer before its blocks are chosen.
    pub(super) fn lane_by_lane(
        &self,
        index: usize,
        op: &DepthwiseConv2d,
        (stored, sliding): (Stored, Sliding),
        target: Slot,
    ) -> Result<Vector, PlanError> {
        let channels = self.channels(index, op.activation)?;
        match stored.form {
            Form::Folded(rows) => {
                let pairs = channels.in_pairs(self.capacity.lanes);
                let mut vector = self.vector(index, (stored, sliding.of_rows(rows)), target, &pairs);
                vector.frame.work = channels.work(sliding.output.0 * sliding.output.1);
                Ok(vector)
            }
            Form::Halved => Ok(self.vector(index, (stored, sliding), target, &channels).halved()),
            Form::Whole | Form::Spaced(_) => Ok(self.vector(index, (stored, sliding), target, &channels)),
        }
    }

    /// A depthwise layer over an image in planes.
    fn vector(
        &self,
        node: usize,
        (stored, sliding): (Stored, Sliding),
        target: Slot,
        channels: &Channels,
    ) -> Vector {
        let Shape { h, w, .. } = sliding.input;
        let output = Shape::new(sliding.output.0, sliding.output.1, 1);
        let mut fetch = planar_fetch(sliding.input, sliding.origin(), sliding.stride);
        fetch.group_step = h * w;
        let frame = Frame {
            node,
            sources: vec![stored.slot],
            target,
            fetch,
            drain: planar_drain(output),
            groups: channels.parameters.len(),
            pad: sliding.zero,
            finish: channels.finish,
            parameters: channels.parameters.clone(),
            work: channels.work(output.h * output.w),
        };
        let columns = sliding.kernel.1;
        let taps = (0..sliding.kernel.0 * columns).map(|tap| Tap {
            source: 0,
            at: (tap / columns, tap % columns),
            words: self.lane_words(&channels.values, tap),
        });
        Vector { frame, taps: taps.collect() }
    }
}

//! Layers with weights.

use super::channels::Channels;
use super::dense::Dense;
use super::job::{Frame, Job};
use super::vector::{Tap, Vector};
use super::views::{Sliding, View, flat, planar_drain, planar_fetch};
use super::{Lower, Stored};
use crate::graph::{Activation, DepthwiseConv2d, Shape, Window};
use crate::plan::layout::Layout;
use crate::plan::{ArrayStyle, PlanError};

/// A dense layer's input.
struct Input {
    stored: Stored,
    /// The ways in which it may lie in memory.
    views: Vec<View>,
    /// What padding holds.
    zero: i8,
}

impl Lower<'_> {
    pub fn conv(&mut self, index: usize, window: Window, activation: Activation) -> Result<(), PlanError> {
        let channels = self.channels(index, activation)?;
        let (stored, sliding) = self.sliding(index, window)?;
        self.windows(index, stored, sliding, &channels, &[false, self.options.skip_zeros])
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
        self.windows(index, stored, sliding, &channels, &[true])
    }

    /// A dense layer over windows.
    fn windows(
        &mut self,
        index: usize,
        stored: Stored,
        sliding: Sliding,
        channels: &Channels,
        skips: &[bool],
    ) -> Result<(), PlanError> {
        let lanes = self.capacity.lanes;
        let mut views = vec![sliding.planar(lanes)];
        let output = self.graph.node_output(&self.graph.nodes[index]).shape;
        if self.input_reader == Some(index) {
            views.extend(sliding.packed(lanes));
            // Whole windows are for the array that is faster than the host can send rows of them.
            views.extend((self.capacity.style == ArrayStyle::Quad).then(|| sliding.windows(lanes)));
        } else if stored.spacing > 1 {
            views = vec![sliding.gapped(stored.spacing, lanes)];
        } else if sliding.pointwise() {
            views[0].fetch = planar_fetch(flat(sliding.input), (0, 0), (1, 1));
            views[0].drain = planar_drain(flat(output));
        }
        self.dense(index, Input { stored, views, zero: sliding.zero }, channels, skips)
    }

    /// A dense layer: the fastest, or the smallest if memory is short, of all views of its input and lists.
    fn dense(
        &mut self,
        index: usize,
        input: Input,
        channels: &Channels,
        skips: &[bool],
    ) -> Result<(), PlanError> {
        let node = &self.graph.nodes[index];
        let output = self.graph.node_output(node).shape;
        let target = self.target(node.output);
        let frame = |view: &View| Frame {
            node: index,
            sources: vec![input.stored.slot],
            target,
            fetch: view.fetch,
            drain: view.drain,
            groups: self.groups(output.c),
            pad: input.zero,
            finish: channels.finish,
            parameters: channels.parameters.clone(),
            work: channels.work(output.h * output.w),
        };
        let mut candidates: Vec<(Layout, Vec<Job>)> = Vec::new();
        for view in &input.views {
            let dense = Dense {
                frame: frame(view),
                cells: &view.cells,
                values: &channels.values,
                kernel: view.kernel,
            };
            let jobs = skips.iter().map(|&skip| dense.jobs(skip, self.capacity));
            candidates.extend(jobs.filter(|jobs| !jobs.is_empty()).map(|jobs| (view.layout, jobs)));
        }
        let best = candidates.into_iter().min_by_key(|(layout, jobs)| self.cost(input.stored, *layout, jobs));
        if let Some((layout, _)) = best.as_ref().filter(|_| self.input_reader == Some(index)) {
            self.lay_out_input(input.stored, *layout);
        }
        self.push(index, best.into_iter().flat_map(|(_, jobs)| jobs))
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
        let views = vec![sliding.planar(self.capacity.lanes)];
        let skips = [false, self.options.skip_zeros];
        self.dense(index, Input { stored, views, zero }, &channels, &skips)
    }

    /// Every lane its own channel.
    pub fn depthwise(&mut self, index: usize, op: &DepthwiseConv2d) -> Result<(), PlanError> {
        let channels = self.channels(index, op.activation)?;
        let (stored, sliding) = self.sliding(index, op.window())?;
        let output = self.graph.node_output(&self.graph.nodes[index]).shape;
        let target = self.target(self.graph.nodes[index].output);
        let mut fetch = planar_fetch(sliding.input, sliding.origin(), sliding.stride);
        fetch.group_step = sliding.input.h * sliding.input.w;
        let frame = Frame {
            node: index,
            sources: vec![stored.slot],
            target,
            fetch,
            drain: planar_drain(output),
            groups: self.groups(output.c),
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
        let vector = Vector { frame, taps: taps.collect() };
        let jobs = vector.jobs(self.capacity);
        let gapped = self.gapped(index, &vector, &jobs);
        self.push(index, gapped.unwrap_or(jobs))
    }
}

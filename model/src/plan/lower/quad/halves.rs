//! Strides of two columns over even and odd columns apart: accesses then bring four words that follow each other. The
//! layer before, which computes pixel by pixel, takes even and odd columns in turn and puts them apart.

use super::super::job::{Drain, Fetch, Job, Slot};
use super::super::vector::{Tap, Vector};
use super::super::views::View;
use super::super::weighted::{Input, Weighted};
use super::super::{Form, Lower, Stored};
use crate::graph::{DepthwiseConv2d, Op};
use crate::plan::layout::Layout;
use crate::plan::{ArrayStyle, PlanError};

/// The columns that are told apart.
const STRIDE: usize = 2;

impl Lower<'_> {
    /// A dense layer that stores even and odd columns apart, if that is better for it and its only reader than
    /// `whole`.
    pub fn halves(
        &self,
        layer: Weighted,
        target: Slot,
        input: &Input,
        whole: Option<&(Layout, Vec<Job>)>,
    ) -> Result<Option<(Layout, Vec<Job>)>, PlanError> {
        let Some((reader, op)) = self.strided_reader(layer.node) else { return Ok(None) };
        let columns = self.graph.node_output(&self.graph.nodes[layer.node]).shape.w;
        let halved = |parts: &Vec<View>| parts.iter().map(|view| view.halved(columns)).collect();
        let views = input.views.iter().filter_map(halved).collect();
        let halves = self.best(layer, target, &Input { views, ..*input });
        let before = self.with_reader(whole, (reader, op), Form::Whole)?;
        let after = self.with_reader(halves.as_ref(), (reader, op), Form::Halved)?;
        let better = after.is_some_and(|after| before.is_none_or(|before| after < before));
        Ok(halves.filter(|_| better))
    }

    /// The depthwise layer that alone reads a node's result and leaves out every other column.
    fn strided_reader(&self, index: usize) -> Option<(usize, &DepthwiseConv2d)> {
        let output = self.graph.nodes[index].output;
        let even = self.graph.tensor(output).shape.w.is_multiple_of(STRIDE);
        let reader = self.readers.only(output)?;
        match &self.graph.nodes[reader].op {
            Op::DepthwiseConv2d(op) if op.depth_multiplier == 1 && op.stride.1 == STRIDE => {
                (even && self.capacity.style == ArrayStyle::Quad && !self.aim.small).then_some((reader, op))
            }
            _ => None,
        }
    }

    /// Clocks of a dense layer and of the depthwise one that reads its result, which lies so; none if there is no way.
    pub(super) fn with_reader(
        &self,
        best: Option<&(Layout, Vec<Job>)>,
        (reader, op): (usize, &DepthwiseConv2d),
        form: Form,
    ) -> Result<Option<u64>, PlanError> {
        let (stored, sliding) = self.sliding(reader, op.window())?;
        let stored = Stored { form, ..stored };
        let vector = self.lane_by_lane(reader, op, (stored, sliding), stored.slot)?;
        let gapped = form == Form::Whole && self.aim.gaps && op.stride.1 == STRIDE;
        let gapped = gapped.then(|| vector.all_columns().jobs(self.capacity));
        let ways = [Some(vector.jobs(self.capacity)), gapped];
        let reader = ways.iter().flatten().filter_map(|jobs| self.clocks(jobs)).min();
        Ok(best.and_then(|(_, jobs)| Some(self.clocks(jobs)? + reader?)))
    }

    /// Clocks of a node's layers; none if there are none.
    fn clocks(&self, jobs: &[Job]) -> Option<u64> {
        (!jobs.is_empty()).then(|| jobs.iter().map(|job| job.clocks(self.capacity)).sum())
    }
}

impl View {
    /// The layer with even and odd columns of its output apart, of an image with so many; none if it does not take
    /// pixel after pixel.
    fn halved(&self, columns: usize) -> Option<Self> {
        let Self { fetch, drain, .. } = self;
        let pixels = drain.size.1;
        let single = self.kernel == (1, 1) && fetch.size.0 == 1 && drain.size.0 == 1;
        let plain = fetch.origin == (0, 0) && fetch.stride == (1, 1) && drain.step.1 == 1;
        if !(single && plain && pixels.is_multiple_of(columns)) {
            return None;
        }
        let size = (STRIDE, pixels / STRIDE);
        let fetch = Fetch { pitch: (fetch.pitch.1, STRIDE * fetch.pitch.1), size, ..*fetch };
        let (base, step) = (drain.base / STRIDE, (drain.group_step / STRIDE, 1));
        let drain = Drain { base, size, step, ..*drain };
        Some(Self { layout: self.layout, fetch, drain, cells: self.cells.clone(), kernel: self.kernel })
    }
}

impl Vector {
    /// The layer over an image whose even columns lie before its odd ones.
    pub fn halved(mut self) -> Self {
        let Fetch { size, origin, stride, group_step, .. } = self.frame.fetch;
        let place = |tap: &Tap| {
            let column = origin.1 + tap.at.1 as i64;
            (column.div_euclid(STRIDE as i64), column.rem_euclid(STRIDE as i64) as usize)
        };
        let first = self.taps.iter().map(|tap| place(tap).0).min().unwrap_or(0);
        for tap in &mut self.taps {
            let (column, source) = place(tap);
            (tap.source, tap.at.1) = (source, (column - first) as usize);
        }
        let half = size.1 / STRIDE;
        let odd = |slot: &Slot| Slot { start: slot.start + size.0 * half, ..*slot };
        self.frame.sources = self.frame.sources.iter().flat_map(|slot| [*slot, odd(slot)]).collect();
        self.frame.fetch = Fetch {
            pitch: (half, 1),
            size: (size.0, half),
            origin: (origin.0, first),
            stride: (stride.0, stride.1 / STRIDE),
            group_step,
        };
        self
    }
}

//! Strides of two columns by computing all columns: accesses then bring four words that follow each other.

use super::super::job::{Drain, Job};
use super::super::vector::Vector;
use super::super::{Form, Lower};
use crate::graph::Op;

/// The stride for which an access brings half of its words only.
const STRIDE: usize = 2;

impl Lower<'_> {
    /// The layers of a node with all columns, if they take fewer clocks than `jobs` and if one layer alone reads the
    /// result, which can leave out the columns between.
    pub fn gapped(&mut self, index: usize, vector: &Vector, jobs: &[Job]) -> Option<Vec<Job>> {
        let frame = &vector.frame;
        let strided = frame.fetch.stride.1 == STRIDE && frame.drain.size.1 > 1;
        if !(self.aim.gaps && strided && self.leaves_out(index, vector)) {
            return None;
        }
        let gapped = vector.all_columns().jobs(self.capacity);
        let clocks = |jobs: &[Job]| jobs.iter().map(|job| job.clocks(self.capacity)).sum::<u64>();
        if gapped.is_empty() || clocks(&gapped) >= clocks(jobs) {
            return None;
        }
        self.stored[self.graph.nodes[index].output].as_mut()?.form = Form::Spaced(STRIDE);
        self.buffers[frame.target.buffer] *= STRIDE;
        Some(gapped)
    }

    /// Whether a node's result has a buffer of its own and one reader, which takes pixel after pixel.
    fn leaves_out(&self, index: usize, vector: &Vector) -> bool {
        let output = self.graph.nodes[index].output;
        let Drain { size, .. } = vector.frame.drain;
        let target = vector.frame.target;
        let alone = target.start == 0
            && self.buffers[target.buffer] == vector.frame.groups * size.0 * size.1
            && self.stored.iter().flatten().filter(|stored| stored.slot.buffer == target.buffer).count() == 1;
        let pointwise = |reader: usize| match &self.graph.nodes[reader].op {
            Op::Conv2d(op) => op.window().kernel == (1, 1) && op.stride == (1, 1),
            _ => false,
        };
        let reader = self.readers.only(output);
        alone && reader.is_some_and(|at| pointwise(at) && self.graph.nodes[at].inputs[0] == output)
    }
}

impl Vector {
    /// The layer without its stride; of every two columns the first is the result.
    pub(super) fn all_columns(&self) -> Self {
        let Drain { size, step, .. } = self.frame.drain;
        let mut all = self.clone();
        all.frame.fetch.stride.1 = 1;
        all.frame.drain = Drain {
            size: (size.0, (size.1 - 1) * STRIDE + 1),
            step: (step.0 * STRIDE, 1),
            group_step: size.0 * size.1 * STRIDE,
            ..self.frame.drain
        };
        all
    }
}

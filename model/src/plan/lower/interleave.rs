//! Two layers group by group: of the first one's result only one plane at a time need be stored, if the second reads
//! plane by plane.

use super::Lowered;
use super::job::{Job, Slot};

impl Lowered {
    /// Interleaves pairs of layers with at least so many words between them.
    pub fn interleaved(&self, least: usize) -> Self {
        let mut result = Self { jobs: Vec::new(), ..self.clone() };
        let mut at = 0;
        while let Some(layer) = self.jobs.get(at) {
            let between = layer.frame.target.buffer;
            let large = self.buffers[between] >= least;
            match self.jobs.get(at + 1).filter(|next| large && self.possible(at, next)) {
                Some(next) => {
                    let words = layer.frame.drain.group_step;
                    result.buffers[between] = words;
                    for group in 0..layer.frame.groups {
                        // Each plane has a buffer of its own: the last one may take the place of what is read last.
                        let plane = if group == 0 { between } else { result.buffers.len() };
                        result.buffers.resize(result.buffers.len().max(plane + 1), words);
                        let moved = |job: &Job| moved(job.only(group), between, (plane, group * words));
                        result.jobs.extend([layer, next].map(moved));
                    }
                    at += 2;
                }
                None => {
                    result.jobs.push(layer.clone());
                    at += 1;
                }
            }
        }
        result
    }

    /// Whether the layer's result is read by the next one only, and plane by plane, and the layer does not read what
    /// the next one writes.
    fn possible(&self, at: usize, next: &Job) -> bool {
        let (layer, slot) = (&self.jobs[at].frame, self.jobs[at].frame.target);
        let uses = |job: &Job| job.frame.target.buffer == slot.buffer || reads(job, slot.buffer);
        let mut others = self.jobs.iter().enumerate().filter(|(index, _)| ![at, at + 1].contains(index));
        let whole = slot == Slot { buffer: slot.buffer, start: 0 }
            && self.buffers[slot.buffer] == layer.groups * layer.drain.group_step;
        let planes = next.vector
            && next.frame.sources.contains(&slot)
            && next.frame.target.buffer != slot.buffer
            && layer.groups == next.frame.groups
            && layer.groups > 1
            && [&self.jobs[at], next].iter().all(|job| job.groups_at_once() == 1)
            && layer.drain.group_step == next.frame.fetch.group_step;
        // A plane is read where the one before it may have been written already.
        let apart = |source: &Slot| source.buffer != next.frame.target.buffer || *source == next.frame.target;
        planes
            && whole
            && next.frame.sources.iter().all(apart)
            && !self.kept.contains(&slot.buffer)
            && !reads(&self.jobs[at], next.frame.target.buffer)
            // In its place only the host can have put something: all planes at once.
            && !reads(&self.jobs[at], slot.buffer)
            && !others.any(|(_, job)| uses(job))
    }
}

/// With the plane of a buffer that begins after so many words at the beginning of another buffer.
fn moved(mut job: Job, from: usize, (to, words): (usize, usize)) -> Job {
    let slots = job.frame.sources.iter_mut().chain([&mut job.frame.target]);
    slots.filter(|slot| slot.buffer == from).for_each(|slot| {
        *slot = Slot { buffer: to, start: slot.start - words };
    });
    job
}

fn reads(job: &Job, buffer: usize) -> bool {
    job.frame.sources.iter().any(|source| source.buffer == buffer)
}

//! Layers of the quad array: the same lists and weights, other blocks.

mod dense;
mod folds;
mod gaps;
mod halves;
mod planes;
mod reach;
mod split;
mod vector;
mod walk;

pub use walk::Walk;

use super::job::Job;
use reach::Reach;

/// Chooses the walk with the fewest clocks for a layer whose lists and weights are known.
fn fastest(mut job: Job, walks: impl Iterator<Item = ((usize, usize), Walk)>) -> Option<Job> {
    let clocks = |(block, walk): ((usize, usize), Walk)| {
        (job.block, job.quads) = (block, Some(walk));
        (walk.cost(&job), block, walk)
    };
    let (_, block, walk) = walks.map(clocks).min_by_key(|&(cost, ..)| cost)?;
    (job.block, job.quads) = (block, Some(walk));
    Some(job)
}

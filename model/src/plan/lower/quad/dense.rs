//! Dense layers in quads.

use super::super::dense::{Dense, largest, numbered};
use super::super::job::{Frame, Job, Read, of_group};
use super::{Reach, fastest, split};
use crate::plan::quad::{LANES, QUADS, most_weights};

impl Dense<'_> {
    /// The layer with all products, or with those only whose weights are not all zero, in the blocks with the fewest
    /// clocks; in several parts if need be. Empty if entries cannot reach that far.
    pub fn quads(&self, skip: bool, ring: usize) -> Vec<Job> {
        let build = |frame: &Frame| {
            let reach = Reach::new(frame, self.cells.iter().map(|cell| cell.at));
            let widths = [1, QUADS].into_iter().filter(|&width| width == 1 || frame.groups > 1);
            let jobs = widths.filter_map(|width| {
                let job = self.passes(frame, skip, width);
                let walks = reach.walks(width > 1, true);
                let most = |job: &Job| most_weights(ring, job.streams_weights()) * LANES;
                let fits = |job: &Job| job.weights.iter().all(|words| words.len() <= most(job));
                fastest(job, walks.into_iter()).filter(|job| width == 1 || fits(job))
            });
            jobs.min_by_key(|job| job.quads.map(|walk| walk.clocks(job)))
        };
        split::parts(&self.frame, &build)
    }

    /// Lists and weights of passes of so many groups.
    fn passes(&self, frame: &Frame, skip: bool, width: usize) -> Job {
        let copies: Vec<_> = (0..frame.groups).map(|group| self.copies(group, LANES)).collect();
        let least = usize::from(!skip);
        let mut plans: Vec<_> = match skip {
            true => copies.chunks(width).map(|groups| self.list(&largest(groups, least))).collect(),
            false => vec![self.list(&largest(&copies, least))],
        };
        if plans.iter().all(|plan| *plan == plans[0]) {
            plans.truncate(1);
        }
        let words: Vec<Vec<(u32, u32)>> = plans.iter().map(|plan| numbered(plan)).collect();
        let lists = plans.iter().map(|plan| plan.iter().map(|(read, _)| *read).collect::<Vec<Read>>());
        let taps = words.first().filter(|_| words.len() == 1 && !skip);
        let pass = |pass: usize| self.rows(of_group(&words, pass), pass * width, width);
        Job {
            frame: frame.clone(),
            vector: false,
            block: (1, 1),
            quads: None,
            checked: true,
            lists: lists.collect(),
            weights: (0..frame.groups.div_ceil(width)).map(pass).collect(),
            taps: taps.map_or(Vec::new(), |words| words.iter().map(|&(tap, _)| tap).collect()),
        }
    }

    /// The weights of some groups: for each product a word of every one.
    fn rows(&self, words: &[(u32, u32)], first: usize, count: usize) -> Vec<u8> {
        let groups: Vec<Vec<u8>> =
            (first..first + count).map(|group| self.weights(words, group, LANES)).collect();
        let word = |at: usize| groups.iter().flat_map(move |group| &group[at * LANES..(at + 1) * LANES]);
        (0..words.len()).flat_map(word).copied().collect()
    }
}

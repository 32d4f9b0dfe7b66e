//! Which groups' streams come from the flash: found by trying, with an estimate of what each choice costs.

use super::FlashCapacity;
use super::timeline::{Group, Timeline};
use crate::plan::Capacity;
use crate::plan::lower::Job;

/// For each layer whether its groups' streams come from the flash, and its clocks: an estimate. What stays in memory
/// fits the room, and as little time as can be found passes in waiting for the flash.
pub fn choose(
    jobs: &[Job],
    capacity: &Capacity,
    flash: FlashCapacity,
    room: usize,
) -> (Vec<Vec<bool>>, Vec<u64>) {
    let search = Search { layers: jobs.iter().map(|job| Layer::new(job, capacity)).collect() };
    let begin = Timeline::new(capacity, flash);
    let chosen = search.choose(begin, room);
    let times = search.times(begin, &chosen);
    let clocks = times.windows(2).map(|pair| pair[1].now - pair[0].now).collect();
    let groups = |(layer, &streamed): (&Layer, &usize)| {
        (0..layer.groups.len()).map(|group| layer.streams(group, streamed)).collect()
    };
    (search.layers.iter().zip(&chosen).map(groups).collect(), clocks)
}

/// A layer as the search sees it.
struct Layer {
    groups: Vec<Group>,
    /// Whether the array needs its whole stream. A layer that shares everything may end before the last headers are
    /// read, and nothing may be left of what comes from the flash.
    whole: bool,
}

impl Layer {
    fn new(job: &Job, capacity: &Capacity) -> Self {
        let groups = (0..job.passes()).map(|group| Group::new(job, group, capacity)).collect();
        let whole = job.passes() == 1 || !job.shares_weights() || job.lists.len() > 1;
        Self { groups, whole }
    }

    /// The most groups that may come from the flash.
    fn most(&self) -> usize {
        if self.whole { self.groups.len() } else { 0 }
    }

    /// Whether a group comes from the flash if so many do: they lie evenly between the others, after them.
    fn streams(&self, group: usize, streamed: usize) -> bool {
        let before = |group: usize| group * streamed / self.groups.len();
        before(group + 1) > before(group)
    }

    /// Words in memory if so many groups come from the flash.
    fn words(&self, streamed: usize) -> usize {
        let groups = self.groups.iter().enumerate().filter(|(at, _)| !self.streams(*at, streamed));
        groups.map(|(_, group)| group.words()).sum()
    }

    fn run(&self, timeline: &mut Timeline, streamed: usize) {
        timeline.run(&self.groups, |group| self.streams(group, streamed));
    }
}

struct Search {
    layers: Vec<Layer>,
}

impl Search {
    /// For each layer how many groups come from the flash: at first all; then, as long as there is room, the layer has
    /// fewer for which that saves the most clocks for the words that it takes.
    fn choose(&self, begin: Timeline, room: usize) -> Vec<usize> {
        let mut chosen: Vec<usize> = self.layers.iter().map(Layer::most).collect();
        loop {
            let words: usize =
                self.layers.iter().zip(&chosen).map(|(layer, &streamed)| layer.words(streamed)).sum();
            let left = room.saturating_sub(words);
            let times = self.times(begin, &chosen);
            let steps = (0..self.layers.len()).filter_map(|at| self.step(at, &chosen, &times, left));
            let Some((_, at, streamed)) = steps.max_by(|a, b| a.0.total_cmp(&b.0)) else { return chosen };
            chosen[at] = streamed;
        }
    }

    /// The best number of groups for a layer other than the present one, with its worth: clocks saved for a word.
    fn step(
        &self,
        at: usize,
        chosen: &[usize],
        times: &[Timeline],
        left: usize,
    ) -> Option<(f64, usize, usize)> {
        let (layer, now) = (&self.layers[at], times.last()?.now);
        let words = layer.words(chosen[at]);
        let others = (0..chosen[at]).map(|streamed| (streamed, layer.words(streamed).saturating_sub(words)));
        let worth = |(streamed, more): (usize, usize)| {
            let saved =
                now.checked_sub(self.clocks(at, streamed, chosen, times)).filter(|&saved| saved > 0)?;
            Some((saved as f64 / more.max(1) as f64, at, streamed))
        };
        others.filter(|&(_, more)| more <= left).filter_map(worth).max_by(|a, b| a.0.total_cmp(&b.0))
    }

    /// The times before each layer and after the last.
    fn times(&self, begin: Timeline, chosen: &[usize]) -> Vec<Timeline> {
        let mut times = vec![begin];
        let mut timeline = begin;
        for (layer, &streamed) in self.layers.iter().zip(chosen) {
            layer.run(&mut timeline, streamed);
            times.push(timeline);
        }
        times
    }

    /// Clocks of the program if another number of groups of a layer came from the flash.
    fn clocks(&self, changed: usize, streamed: usize, chosen: &[usize], times: &[Timeline]) -> u64 {
        let (mut timeline, end) = (times[changed], times[self.layers.len()].now);
        self.layers[changed].run(&mut timeline, streamed);
        for at in changed + 1..self.layers.len() {
            // From here on all is as before, at another time.
            if timeline.is_like(&times[at]) {
                return end + timeline.now - times[at].now;
            }
            self.layers[at].run(&mut timeline, chosen[at]);
        }
        timeline.now
    }
}

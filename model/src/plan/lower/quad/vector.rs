//! Layers in vector mode in quads: neighbouring taps of a row are one entry, whose words slide along the pixels.

use super::super::job::{Frame, Job, Read};
use super::super::vector::{Tap, Vector};
use super::{Reach, fastest, split};
use crate::plan::quad::{LANES, MAX_ACCESSES, WINDOW};

/// Most products of an entry.
const PRODUCTS: usize = 16;

/// An entry and the words that its products take.
struct Chunk {
    read: Read,
    /// Tap and word of each product.
    words: Vec<(usize, usize)>,
}

/// What decides how many taps an entry has.
#[derive(Clone, Copy)]
struct Run {
    pixels: usize,
    /// Words of an access.
    access: usize,
    /// Columns from word to word.
    step: usize,
    /// Whether words may slide: not from one run of a block to another.
    slides: bool,
}

impl Vector {
    /// The layer in the blocks with the fewest clocks; in several parts if need be. Empty if entries cannot reach that
    /// far.
    pub fn quads(&self) -> Vec<Job> {
        let ways = [Some(self.clone()), self.planes()];
        let jobs = |way: Self| split::parts(&way.frame, &|frame| way.fastest_blocks(frame));
        let ways = ways.into_iter().flatten().map(jobs).filter(|jobs| !jobs.is_empty());
        let clocks = |job: &Job| job.quads.map_or(0, |walk| walk.clocks(job));
        ways.min_by_key(|jobs| jobs.iter().map(clocks).sum::<u64>()).unwrap_or_default()
    }

    fn fastest_blocks(&self, frame: &Frame) -> Option<Job> {
        let reach = Reach::new(frame, self.taps.iter().map(|tap| tap.at));
        let jobs = reach.walks(false, true).into_iter().filter_map(|(block, walk)| {
            let run =
                Run { pixels: block.1, access: walk.access.0, step: walk.stride.1, slides: block.0 == 1 };
            let chunks = self.chunks(frame, run);
            let job = self.listed(frame, &chunks);
            let job = fastest(job, std::iter::once((block, walk)))?;
            Some((walk.cost(&job), job, chunks))
        });
        let (_, mut job, chunks) = jobs.min_by_key(|(cost, ..)| *cost)?;
        (0..job.weights.len()).for_each(|group| job.weights[group] = self.words(&chunks, group));
        Some(job)
    }

    /// The layer with its list, still without weights.
    fn listed(&self, frame: &Frame, chunks: &[Chunk]) -> Job {
        let sets = self.taps.iter().map(|tap| tap.words.len()).max().unwrap_or(1);
        Job {
            frame: frame.clone(),
            vector: true,
            block: (1, 1),
            quads: None,
            checked: true,
            lists: vec![chunks.iter().map(|chunk| chunk.read).collect()],
            weights: vec![Vec::new(); sets],
            taps: Vec::new(),
        }
    }

    /// The weights of a group.
    fn words(&self, chunks: &[Chunk], group: usize) -> Vec<u8> {
        let word = |&(tap, word): &(usize, usize)| {
            let words = &self.taps[tap].words;
            let all = &words[if words.len() == 1 { 0 } else { group }];
            &all[word * LANES..(word + 1) * LANES]
        };
        chunks.iter().flat_map(|chunk| &chunk.words).flat_map(word).copied().collect()
    }

    /// The entries for runs of such a kind.
    fn chunks(&self, frame: &Frame, run: Run) -> Vec<Chunk> {
        let mut order: Vec<usize> = (0..self.taps.len()).collect();
        let line = |tap: usize| {
            let Tap { source, at, .. } = self.taps[tap];
            (source, at.0, at.1 % run.step)
        };
        order.sort_by_key(|&tap| (line(tap), self.taps[tap].at.1));
        let lines = order.chunk_by(|&a, &b| line(a) == line(b));
        let room = (MAX_ACCESSES * run.access).min(WINDOW) + 1 - run.pixels;
        let most = if run.slides { room.min(PRODUCTS) } else { 1 };
        let near = |taps: &[usize], from: usize| {
            let reached = |&&tap: &&usize| self.taps[tap].at.1 - self.taps[from].at.1 < most * run.step;
            taps.iter().take_while(reached).count()
        };
        let mut chunks = Vec::new();
        for mut line in lines {
            while let Some(&first) = line.first() {
                let (taps, rest) = line.split_at(near(line, first));
                chunks.extend(self.entries(frame, taps, run.step));
                line = rest;
            }
        }
        chunks
    }

    /// The entries of taps that lie near each other: one for a tap alone, with all of its words, else one for each
    /// word of the taps.
    fn entries(&self, frame: &Frame, taps: &[usize], step: usize) -> Vec<Chunk> {
        let count = |tap: usize| self.taps[tap].words.first().map_or(0, |words| words.len() / LANES);
        if let &[tap] = taps {
            let words: Vec<(usize, usize)> = (0..count(tap)).map(|word| (tap, word)).collect();
            let entry = |words: &[(usize, usize)]| {
                let mask = (1u32 << words.len()).wrapping_sub(1) as u16;
                Chunk { read: self.read(frame, tap, mask, false), words: words.to_vec() }
            };
            return words.chunks(PRODUCTS).map(entry).collect();
        }
        let most = taps.iter().map(|&tap| count(tap)).max().unwrap_or(0);
        let entry = |word: usize| {
            let with: Vec<usize> = taps.iter().copied().filter(|&tap| count(tap) > word).collect();
            let first = with[0];
            let bit = |&tap: &usize| 1u16 << ((self.taps[tap].at.1 - self.taps[first].at.1) / step);
            let mask = with.iter().fold(0, |mask, tap| mask | bit(tap));
            Chunk {
                read: self.read(frame, first, mask, mask > 1),
                words: with.into_iter().map(|tap| (tap, word)).collect(),
            }
        };
        (0..most).map(entry).collect()
    }

    fn read(&self, frame: &Frame, tap: usize, mask: u16, slide: bool) -> Read {
        let Tap { source, at, .. } = self.taps[tap];
        let pitch = frame.fetch.pitch;
        Read { source, offset: at.0 * pitch.0 + at.1 * pitch.1, at, mask, slide }
    }
}

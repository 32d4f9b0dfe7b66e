//! How closely a layer's results may follow what it reads, in one piece of memory.

use super::job::{Fetch, Job, Read, of_group};

impl Job {
    /// The least words from the beginning of the target's buffer to that of the only source's for which no result is
    /// written where something is still to be read; `None` where all is read until the end.
    ///
    /// Blocks are taken in turn: reads of a block, then its results. Hardware reads earlier and writes no earlier, so
    /// that it may do the same.
    pub fn lag(&self) -> Option<usize> {
        if !self.vector && self.frame.groups > 1 {
            return None;
        }
        let (rows, columns) = self.block_counts();
        let blocks = (0..self.frame.groups).flat_map(|group| {
            (0..rows).flat_map(move |row| (0..columns).map(move |column| (group, row, column)))
        });
        let mut written = 0;
        let steps: Vec<(i64, Option<i64>)> = blocks
            .map(|(group, row, column)| {
                written = self.last_result(group, (row, column)).max(written);
                (written, self.first_read(group, (row, column)))
            })
            .collect();
        let (mut lag, mut still) = (0, i64::MAX);
        for (written, read) in steps.into_iter().rev() {
            // Nothing is left to read after the last block.
            if still != i64::MAX {
                lag = lag.max(written + 1 - still);
            }
            still = still.min(read.unwrap_or(i64::MAX));
        }
        usize::try_from(lag).ok()
    }

    /// Word of the last result of a block, from the target buffer's beginning.
    fn last_result(&self, group: usize, block: (usize, usize)) -> i64 {
        let (frame, drain) = (&self.frame, &self.frame.drain);
        let base = (frame.target.start + drain.base + group * drain.group_step) as i64;
        if let Some(walk) = self.quads {
            let pixels = walk.pixels(drain, self.block, block);
            let place = |(y, x): (usize, usize)| (y * drain.step.0 + x * drain.step.1) as i64;
            return pixels.map(place).max().map_or(-1, |place| base + place);
        }
        let last = |block: usize, side: usize, size: usize| (block * side + side - 1).min(size - 1);
        let (row, column) =
            (last(block.0, self.block.0, drain.size.0), last(block.1, self.block.1, drain.size.1));
        base + (row * drain.step.0 + column * drain.step.1) as i64
    }

    /// First word that a block reads, from the source buffer's beginning; none if all is padding.
    fn first_read(&self, group: usize, block: (usize, usize)) -> Option<i64> {
        let (frame, fetch) = (&self.frame, &self.frame.fetch);
        let start = frame.sources.first().map_or(0, |slot| slot.start) + group * fetch.group_step;
        let pixels: Vec<(usize, usize)> = match self.quads {
            Some(walk) => walk.pixels(&frame.drain, self.block, block).collect(),
            None => {
                let (py, px) = if self.vector { (1, 1) } else { self.block };
                let (y, x) = (block.0 * self.block.0, block.1 * self.block.1);
                (y..y + py).flat_map(|y| (x..x + px).map(move |x| (y, x))).collect()
            }
        };
        let window = |pixel: (usize, usize)| {
            let row = fetch.origin.0 + (pixel.0 * fetch.stride.0) as i64;
            let column = fetch.origin.1 + (pixel.1 * fetch.stride.1) as i64;
            (row, column)
        };
        let inside = |at: i64, size: usize| !self.checked || (0..size as i64).contains(&at);
        let word = |(row, column): (i64, i64)| {
            let reads = of_group(&self.lists, group).iter().flat_map(|read| read.words(fetch));
            let seen = reads.filter(move |(at, _)| {
                inside(row + at.0 as i64, fetch.size.0) && inside(column + at.1 as i64, fetch.size.1)
            });
            let base = row * fetch.pitch.0 as i64 + column * fetch.pitch.1 as i64 + start as i64;
            seen.map(move |(_, offset)| base + offset as i64).min()
        };
        pixels.into_iter().map(window).filter_map(word).min()
    }
}

impl Read {
    /// The words that a pixel takes: row and column in the window, and the offset.
    fn words(&self, fetch: &Fetch) -> impl Iterator<Item = ((usize, usize), usize)> {
        let (read, step, pitch) = (*self, fetch.stride.1, fetch.pitch.1);
        let bits = if self.slide { u16::BITS - self.mask.leading_zeros() } else { 1 };
        (0..bits as usize)
            .map(move |bit| ((read.at.0, read.at.1 + bit * step), read.offset + bit * step * pitch))
    }
}

//! Vector mode: every lane sums products of its own channel.

use super::job::{Frame, Job, Read, blocks};
use crate::plan::{ArrayStyle, Capacity};

/// A pixel of a window and the words that it is multiplied with.
#[derive(Clone, Debug, PartialEq)]
pub struct Tap {
    /// Index of the source.
    pub source: usize,
    /// Row and column in the window.
    pub at: (usize, usize),
    /// Weight words, of every group or one for all; as many in each.
    pub words: Vec<Vec<u8>>,
}

/// A layer in vector mode before its list is made.
#[derive(Clone)]
pub struct Vector {
    pub frame: Frame,
    pub taps: Vec<Tap>,
}

impl Tap {
    /// A pixel that all lanes and groups multiply with these weights, one after the other.
    pub fn uniform(source: usize, at: (usize, usize), weights: &[i8], lanes: usize) -> Self {
        let words = weights.iter().flat_map(|&weight| vec![weight as u8; lanes]).collect();
        Self { source, at, words: vec![words] }
    }

    /// Taps of at most as many products as an entry has mask bits.
    fn split(&self, lanes: usize) -> Vec<Self> {
        let count = self.words.first().map_or(0, |words| words.len().div_ceil(lanes * lanes));
        let chunk = |index: usize, words: &Vec<u8>| {
            words.chunks(lanes * lanes).nth(index).map_or(Vec::new(), <[u8]>::to_vec)
        };
        let part = |index| Self {
            words: self.words.iter().map(|words| chunk(index, words)).collect(),
            ..self.clone()
        };
        (0..count).map(part).collect()
    }
}

impl Vector {
    /// The layer in the block with the fewest clocks; on the quad array perhaps in several parts. Empty if entries
    /// cannot reach that far.
    pub fn jobs(&self, capacity: &Capacity) -> Vec<Job> {
        match capacity.style {
            ArrayStyle::Quad => self.quads(),
            _ => self.job(capacity).into_iter().collect(),
        }
    }

    fn job(&self, capacity: &Capacity) -> Option<Job> {
        let taps: Vec<Tap> = self.taps.iter().flat_map(|tap| tap.split(capacity.lanes)).collect();
        let output = self.frame.drain.size;
        let candidates = blocks(capacity, output).filter_map(|block| self.blocked(&taps, block, capacity));
        candidates.min_by_key(|job| job.clocks(capacity))
    }

    fn blocked(&self, taps: &[Tap], block: (usize, usize), capacity: &Capacity) -> Option<Job> {
        let Frame { fetch, drain, .. } = &self.frame;
        let steps = chain(taps, block, fetch.stride);
        let span = |axis: fn(&Step) -> usize| steps.iter().map(|step| axis(step) + 1).max().unwrap_or(1);
        let span = (span(|step| step.at.0), span(|step| step.at.1));
        let kernel = |axis: fn(&Tap) -> usize| taps.iter().map(|tap| axis(tap) + 1).max().unwrap_or(1);
        let kernel = (kernel(|tap| tap.at.0), kernel(|tap| tap.at.1));
        let checked = fetch.check(span, kernel, drain.size, capacity.lanes)?;
        let products = |tap: &Tap| tap.words.first().map_or(0, |words| words.len() / capacity.lanes);
        let read = |step: &Step| Read {
            source: step.source,
            offset: step.at.0 * fetch.pitch.0 + step.at.1 * fetch.pitch.1,
            at: step.at,
            mask: step.tap.map_or(0, |tap| (1u32 << products(&taps[tap])).wrapping_sub(1) as u16),
            slide: false,
        };
        let order: Vec<&Tap> = steps.iter().filter_map(|step| step.tap).map(|tap| &taps[tap]).collect();
        let sets = order.iter().map(|tap| tap.words.len()).max().unwrap_or(1);
        let weights = |group: usize| {
            let words = |tap: &&Tap| tap.words[if tap.words.len() == 1 { 0 } else { group }].clone();
            order.iter().flat_map(words).collect()
        };
        Some(Job {
            frame: self.frame.clone(),
            vector: true,
            block,
            quads: None,
            checked,
            lists: vec![steps.iter().map(read).collect()],
            weights: (0..sets).map(weights).collect(),
            taps: Vec::new(),
        })
    }
}

/// One read; it completes the operands of a tap or only moves them on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Step {
    source: usize,
    at: (usize, usize),
    tap: Option<usize>,
}

/// The reads of a block. The last `PX * PY` words are the operands of its pixels, so that taps a stride apart along
/// the block's only row or column share all but one of theirs.
fn chain(taps: &[Tap], block: (usize, usize), stride: (usize, usize)) -> Vec<Step> {
    let along = if block.0 == 1 { stride.1.max(1) } else { stride.0.max(1) };
    let flip = |at: (usize, usize)| if block.0 == 1 { at } else { (at.1, at.0) };
    if block.0 > 1 && block.1 > 1 {
        return taps.iter().enumerate().flat_map(|(index, tap)| whole(index, tap, block, stride)).collect();
    }
    let mut order: Vec<usize> = (0..taps.len()).collect();
    let key = |&index: &usize| {
        let (across, at) = flip(taps[index].at);
        (taps[index].source, across, at % along, at)
    };
    order.sort_by_key(key);
    let (mut steps, mut before) = (Vec::new(), None);
    for index in order {
        let (source, across, _, at) = key(&index);
        let end = at + (block.0 * block.1 - 1) * along;
        let start = match before {
            Some((run, last)) if run == (source, across, at % along) && (at..end).contains(&last) => {
                last + along
            }
            _ => at,
        };
        steps.extend((start..=end).step_by(along).map(|place| Step {
            source,
            at: flip((across, place)),
            tap: (place == end).then_some(index),
        }));
        before = Some(((source, across, at % along), end));
    }
    steps
}

/// The reads of one tap, a pixel each.
fn whole(index: usize, tap: &Tap, block: (usize, usize), stride: (usize, usize)) -> Vec<Step> {
    let count = block.0 * block.1;
    let step = |pixel: usize| Step {
        source: tap.source,
        at: (tap.at.0 + pixel / block.1 * stride.0, tap.at.1 + pixel % block.1 * stride.1),
        tap: (pixel + 1 == count).then_some(index),
    };
    (0..count).map(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(columns: &[usize]) -> Vec<Tap> {
        columns.iter().map(|&x| Tap::uniform(0, (0, x), &[1], 8)).collect()
    }

    fn reads(taps: &[Tap], block: (usize, usize), stride: (usize, usize)) -> Vec<(usize, Option<usize>)> {
        chain(taps, block, stride).into_iter().map(|step| (step.at.1, step.tap)).collect()
    }

    #[test]
    fn neighbouring_taps_share_their_words() {
        let three = row(&[0, 1, 2]);
        assert_eq!(reads(&three, (1, 2), (1, 1)), [(0, None), (1, Some(0)), (2, Some(1)), (3, Some(2))]);
        let strided = [(0, None), (2, Some(0)), (4, Some(2)), (1, None), (3, Some(1))];
        assert_eq!(reads(&three, (1, 2), (2, 2)), strided);
        assert_eq!(reads(&three, (1, 1), (2, 2)), [(0, Some(0)), (2, Some(2)), (1, Some(1))]);
        // Far from each other, and the same twice.
        let far = [(0, None), (1, Some(0)), (4, None), (5, Some(1)), (4, None), (5, Some(2))];
        assert_eq!(reads(&row(&[0, 4, 4]), (1, 2), (1, 1)), far);
    }

    #[test]
    fn columns_of_pixels_share_down_and_squares_share_nothing() {
        let taps: Vec<Tap> = (0..2).map(|y| Tap::uniform(0, (y, 3), &[1], 8)).collect();
        let down: Vec<_> = chain(&taps, (2, 1), (1, 1)).into_iter().map(|step| (step.at, step.tap)).collect();
        assert_eq!(down, [((0, 3), None), ((1, 3), Some(0)), ((2, 3), Some(1))]);
        let square: Vec<_> = chain(&taps[..1], (2, 2), (1, 2)).into_iter().map(|step| step.at).collect();
        assert_eq!(square, [(0, 3), (0, 5), (1, 3), (1, 5)]);
    }
}

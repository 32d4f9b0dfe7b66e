//! Which blocks can walk over a layer: how far its windows reach, and what of that lies outside the input.

use super::super::job::{Drain, Fetch, Frame};
use super::walk::Walk;
use crate::plan::quad::{Field, MAX_ACCESSES, PIXELS, QUAD, QuadEntry};

/// Addresses of 16 bits.
const PLACES: i64 = 1 << 16;
/// Words that the last block may read beyond its last pixel.
const BEYOND: i64 = 64;

/// What the windows of a layer read. Rows and columns of the input.
pub struct Reach {
    fetch: Fetch,
    drain: Drain,
    /// Rows and columns from pixel to pixel; 1 where there is but one.
    stride: (usize, usize),
    /// First and last row of the first window.
    rows: (i64, i64),
    /// First and last column of the first window.
    columns: (i64, i64),
    /// Whether all columns of all windows lie within the input.
    inside: bool,
}

impl Reach {
    /// The reach of a layer whose windows have these rows and columns.
    pub fn new(frame: &Frame, window: impl Iterator<Item = (usize, usize)>) -> Self {
        let Frame { fetch, drain, .. } = *frame;
        let mut ends = ((usize::MAX, 0), (usize::MAX, 0));
        for (y, x) in window {
            ends.0 = (ends.0.0.min(y), ends.0.1.max(y));
            ends.1 = (ends.1.0.min(x), ends.1.1.max(x));
        }
        let from = |origin: i64, (low, high): (usize, usize)| (origin + low as i64, origin + high as i64);
        let (rows, columns) = (from(fetch.origin.0, ends.0), from(fetch.origin.1, ends.1));
        let one = |size: usize, stride: usize| if size == 1 { 1 } else { stride.max(1) };
        let stride = (one(drain.size.0, fetch.stride.0), one(drain.size.1, fetch.stride.1));
        let last = columns.1 + ((drain.size.1 - 1) * stride.1) as i64;
        let inside = columns.0 >= 0 && last < fetch.size.1 as i64;
        Self { fetch, drain, stride, rows, columns, inside }
    }

    /// Columns of windows beyond the input's last.
    fn overshoot(&self) -> usize {
        let last = self.columns.1 + ((self.drain.size.1 - 1) * self.stride.1) as i64;
        usize::try_from(last + 1 - self.fetch.size.1 as i64).unwrap_or(0)
    }

    /// Columns of windows before the input's first.
    fn left(&self) -> usize {
        usize::try_from(-self.columns.0).unwrap_or(0)
    }

    /// Blocks of up to so many pixels and their walks.
    pub fn walks(&self, spread: bool, runs: bool) -> Vec<((usize, usize), Walk)> {
        let pixels = if spread { QUAD } else { PIXELS };
        if !self.addressable() {
            return Vec::new();
        }
        let lines = (1..=pixels).flat_map(|columns| self.lines(columns, spread));
        let rows = (1..=pixels.min(self.drain.size.1)).flat_map(|columns| {
            let most = if columns.is_multiple_of(QUAD) && runs && !spread { pixels / columns } else { 1 };
            (1..=most.min(self.drain.size.0)).filter_map(move |rows| self.rows((rows, columns), spread))
        });
        let all: Vec<_> = rows.chain(lines).collect();
        let fits = |(block, walk): &((usize, usize), Walk)| walk.fits(&self.drain, *block);
        // If the hardware counts none of them so far, the first one's fields tell why.
        match all.iter().any(fits) {
            true => all.into_iter().filter(fits).collect(),
            false => all.into_iter().take(1).collect(),
        }
    }

    /// Whether places before and behind a plane differ from those in it, modulo 2^16.
    fn addressable(&self) -> bool {
        let Fetch { pitch, size, .. } = self.fetch;
        let pitch = (pitch.0 as i64, pitch.1 as i64);
        let first = self.rows.0 * pitch.0 + self.columns.0.min(0) * pitch.1;
        let last = ((self.drain.size.0 - 1) * self.stride.0) as i64 + self.rows.1;
        let last = last * pitch.0 + (size.1 as i64 + self.columns.1) * pitch.1;
        let plane = size.0 as i64 * pitch.0;
        plane - first.min(0) <= PLACES && last + BEYOND < PLACES
    }

    /// Blocks that end with their line.
    fn rows(&self, block: (usize, usize), spread: bool) -> Option<((usize, usize), Walk)> {
        let (rows, columns) = block;
        let scattered = self.drain.step.1 != 1 && self.drain.size.1 > 1;
        if scattered && block != (1, 1) {
            return None;
        }
        let (words, step) = access(self.stride.1 * self.fetch.pitch.1);
        if columns.div_ceil(words) > MAX_ACCESSES || rows > 1 && !columns.is_multiple_of(words) {
            return None;
        }
        let blocks = self.drain.blocks(block);
        let walk =
            Walk { spread, flat: false, access: (words, step), stride: self.stride, ..Walk::default() };
        if self.inside {
            return Some((block, walk));
        }
        // Where a block begins beyond the input's last column, all that it reads must lie there.
        let begins = (blocks.1 - 1) * columns * self.stride.1;
        let sound = self.columns.0 >= 0 || begins < self.fetch.size.1;
        let least = [QUAD, step, columns * self.stride.1].into_iter().max().unwrap_or(QUAD);
        sound.then(|| self.counted(walk, least)).flatten().map(|walk| (block, walk))
    }

    /// Blocks of so many pixels that reach from one line into the next.
    fn lines(&self, columns: usize, spread: bool) -> Vec<((usize, usize), Walk)> {
        let Drain { size, step, .. } = self.drain;
        let sound = self.columns.0 >= 0 || size.1 <= self.fetch.size.1;
        let dense = self.stride.1 == 1 && (step.1 == 1 || size.1 == 1);
        if !(sound && dense) || size.0 == 1 {
            return Vec::new();
        }
        let walk = Walk { spread, flat: true, access: access(1), stride: self.stride, ..Walk::default() };
        let walk = self.counted(walk, QUAD.max(size.1));
        // A quad's results lie in different banks if they follow each other, or stand in one line.
        let follow = step.0 == size.1;
        let made = walk.filter(|_| follow || columns.is_multiple_of(QUAD));
        let aligned = |pitch: usize| follow || pitch.is_multiple_of(QUAD);
        let pitch = |walk: Walk| (walk.pitch..).find(|&pitch| aligned(pitch) && self.apart(pitch));
        let made = made.and_then(|walk| Some(Walk { pitch: pitch(walk)?, ..walk }));
        made.map(|walk| ((1, columns), walk)).into_iter().collect()
    }

    /// Whether an access that takes words of two lines finds them in different banks: the lines follow each other, lie
    /// whole rows of memory apart, or are too far from each other.
    fn apart(&self, pitch: usize) -> bool {
        let width = self.fetch.size.1;
        let down = self.stride.0 * width;
        down == width || pitch % QUAD == down % QUAD || pitch >= width + QUAD - 1
    }

    /// With columns that are compared with the input's, in lines of at least so many.
    fn counted(&self, walk: Walk, least: usize) -> Option<Walk> {
        if self.fetch.pitch != (self.fetch.size.1, 1) {
            return None;
        }
        let first = self.columns.0.max(0);
        let (low, high) = (self.columns.0 - first, self.columns.1 - first);
        let reached = low >= QuadEntry::COLUMNS.0 && high <= QuadEntry::COLUMNS.1;
        let width = self.fetch.size.1.saturating_sub(first as usize);
        let pitch = self.fetch.size.1 + self.overshoot().max(self.left());
        let pitch = [pitch, least, high.max(0) as usize].into_iter().max().unwrap_or(least);
        reached.then_some(Walk { pitch, width, origin: Some(self.fetch.origin.1 - first), ..walk })
    }
}

/// Words of an access and columns to the next one, for words so far apart.
fn access(distance: usize) -> (usize, usize) {
    match distance {
        1 => (4, 4),
        2 => (2, 4),
        _ => (1, distance),
    }
}

impl Walk {
    /// Whether the hardware can count so far.
    fn fits(&self, drain: &Drain, block: (usize, usize)) -> bool {
        let (rows, columns) = self.blocks(drain, block);
        let within = |field: Field, value: usize| value <= field.most();
        within(Field::BlocksX, columns)
            && within(Field::BlocksY, rows)
            && within(Field::Blocks, rows * columns)
            && self.pitch <= self.most_columns(block)
            && within(Field::Access, self.access.1)
    }
}

//! Layers of one pixel in vector mode whose groups all do the same: the groups then are the pixels of one group.

use super::super::job::{Drain, Fetch, Slot};
use super::super::vector::{Tap, Vector};

impl Vector {
    /// The layer with its groups as pixels; none if they differ, or if it has more pixels than one.
    pub fn planes(&self) -> Option<Self> {
        let (frame, Drain { size, group_step, .. }) = (&self.frame, self.frame.drain);
        let alike = frame.parameters.len() == 1 && self.taps.iter().all(|tap| tap.words.len() == 1);
        let follow = frame.groups > 1 && group_step == 1 && size == (1, 1);
        if !(alike && follow) {
            return None;
        }
        let sources: Option<Vec<Slot>> = self.taps.iter().map(|tap| self.word(tap)).collect();
        let taps = self.taps.iter().enumerate();
        let taps = taps.map(|(source, tap)| Tap { source, at: (0, 0), words: tap.words.clone() }).collect();
        let (groups, step) = (frame.groups, frame.fetch.group_step);
        let mut frame = frame.clone();
        frame.sources = sources?;
        frame.fetch = Fetch {
            pitch: (groups * step, step),
            size: (1, groups),
            origin: (0, 0),
            stride: (1, 1),
            group_step: 0,
        };
        frame.drain = Drain { size: (1, groups), step: (groups, 1), group_step: groups, ..frame.drain };
        frame.groups = 1;
        Some(Self { frame, taps })
    }

    /// The word that a tap takes of the first group; none if it lies outside the input.
    fn word(&self, tap: &Tap) -> Option<Slot> {
        let fetch = &self.frame.fetch;
        let place = |origin: i64, at: usize, size: usize| {
            usize::try_from(origin + at as i64).ok().filter(|&place| place < size)
        };
        let row = place(fetch.origin.0, tap.at.0, fetch.size.0)?;
        let column = place(fetch.origin.1, tap.at.1, fetch.size.1)?;
        let slot = self.frame.sources.get(tap.source)?;
        Some(Slot { start: slot.start + row * fetch.pitch.0 + column * fetch.pitch.1, ..*slot })
    }
}

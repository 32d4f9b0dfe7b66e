//! The window buffer: the words that a block's products take.

use super::walk::{Block, Place, Walk};
use super::{Word, banks};
use crate::plan::interpret::InterpretError;
use crate::plan::interpret::memory::Memory;
use crate::plan::quad::{LANES, QUAD, QuadEntry, WINDOW};

/// The buffer.
#[derive(Default)]
pub struct Window([Word; WINDOW]);

impl Window {
    /// Reads an entry's words for all runs of a block.
    pub fn fetch(
        &mut self,
        memory: &Memory<LANES>,
        walk: &Walk,
        block: &Block,
        entry: &QuadEntry,
    ) -> Result<(), InterpretError> {
        let mut position = 0;
        for run in 0..walk.block.1 {
            let mut place = walk.run(block, entry, run as u16);
            for _ in 0..entry.accesses {
                self.access(memory, walk, block.base.wrapping_add(entry.offset), place, position)?;
                position += walk.words;
                place = walk.wrapped(place.moved(walk.step));
            }
        }
        Ok(())
    }

    fn access(
        &mut self,
        memory: &Memory<LANES>,
        walk: &Walk,
        plane: u16,
        place: Place,
        position: usize,
    ) -> Result<(), InterpretError> {
        let mut read = [None; QUAD];
        for (word, read) in read.iter_mut().enumerate().take(walk.words) {
            let place = walk.wrapped(place.moved(word as u16 * walk.spacing));
            let address = plane.wrapping_add(place.index);
            let outside = place.column < 0 || place.index >= walk.size;
            *read = (!outside).then_some(address);
            let at = position + word;
            // In spread mode the quads' words are all the same ones.
            let at = if walk.spread { at % QUAD } else { at };
            if let Some(slot) = self.0.get_mut(at) {
                *slot = match outside {
                    true => [i32::from(walk.pad as i8); LANES],
                    false => memory.word(address).map(|byte| i32::from(byte as i8)),
                };
            }
        }
        banks(read, true)
    }

    /// A pixel's word after so many slides.
    pub fn operand(&self, pixel: usize, slid: usize, spread: bool) -> Word {
        let at = if spread { pixel % QUAD } else { pixel };
        // The last word has nothing to its right and stays.
        self.0[(at + slid).min(WINDOW - 1)]
    }
}

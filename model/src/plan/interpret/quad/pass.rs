//! What a pass runs on.

use super::Word;
use super::walk::Walk;
use crate::plan::Capacity;
use crate::plan::interpret::InterpretError;
use crate::plan::interpret::memory::Memory;
use crate::plan::quad::{LANES, MAX_ACCESSES, QUAD, QUADS, QuadEntry, most_weights, padding, unpack_list};
use crate::plan::stream::{Header, PARAMETER_WORDS, unpack_parameters};
use crate::requant::fit::Requantiser;

/// Entries, weights and parameters of a pass; what is shared stays from the pass before.
#[derive(Default)]
pub struct Pass {
    pub entries: Vec<QuadEntry>,
    pub weights: Vec<Word>,
    pub parameters: Vec<Requantiser>,
}

impl Pass {
    /// Takes a pass's part of the stream; gives the address of the next one.
    pub fn read(
        &mut self,
        memory: &Memory<LANES>,
        walk: &Walk,
        index: usize,
        at: u16,
        capacity: &Capacity,
    ) -> Result<u16, InterpretError> {
        let mut at = usize::from(at);
        if !at.is_multiple_of(QUAD) {
            return Err(InterpretError::Row { address: at });
        }
        let header = Header::unpack(memory.words(at, 1)?);
        brings(walk, index, &header)?;
        at += 1;
        let mut take = |words: usize| {
            at += words;
            memory.words(at - words, words)
        };
        if header.has_parameters {
            let words = if walk.spread { QUADS * PARAMETER_WORDS } else { PARAMETER_WORDS };
            let bits = |chunk: &[u8]| chunk.iter().rev().fold(0, |bits, &byte| bits << 8 | u64::from(byte));
            self.parameters = take(words)?.chunks(8).map(|c| unpack_parameters(bits(c))).collect();
        }
        let before = if walk.list_shared { 0 } else { self.entries.len().next_multiple_of(2) };
        if header.list_words > 0 {
            self.entries = unpack_list(take(header.list_words.into())?, header.entries.into());
        }
        take(padding(&header, walk.spread))?;
        if header.weight_words > 0 {
            let word = |word: &[u8]| std::array::from_fn(|lane| i32::from(word[lane] as i8));
            self.weights = take(header.weight_words.into())?.chunks_exact(LANES).map(word).collect();
        }
        self.check(walk, index, &header, before, capacity)?;
        // The stream lies in memory, so that its end has an address or is the memory's.
        Ok(at as u16)
    }

    /// What the hardware relies on; `before` is the number of entries of the pass before.
    fn check(
        &self,
        walk: &Walk,
        group: usize,
        header: &Header,
        before: usize,
        capacity: &Capacity,
    ) -> Result<(), InterpretError> {
        let entries = &self.entries;
        let whole = header.list_words == 0 || header.entries.div_ceil(2) == header.list_words;
        let sound = |entry: &QuadEntry| {
            entry.mask != 0
                && (1..=MAX_ACCESSES).contains(&entry.accesses.into())
                && (walk.vector || !entry.slide)
        };
        if !whole || entries.is_empty() || !entries.iter().all(sound) {
            return Err(InterpretError::List { group });
        }
        let (count, words) = (entries.len(), self.weights.len());
        let full =
            before + count.next_multiple_of(2) > capacity.list_entries || count >= capacity.list_entries;
        let most = most_weights(capacity.weight_words, walk.streams_weights());
        if full || words > most {
            return Err(InterpretError::Ring { group });
        }
        let products = entries.iter().map(|entry| entry.mask.count_ones() as usize).sum::<usize>();
        let needed = if walk.spread { QUADS * products } else { products.next_multiple_of(QUAD) };
        match words == needed {
            true => Ok(()),
            false => Err(InterpretError::Weights { group, products, words }),
        }
    }
}

/// That a pass brings what is not shared, and nothing else.
fn brings(walk: &Walk, index: usize, header: &Header) -> Result<(), InterpretError> {
    let own = |shared: bool| index == 0 || !shared;
    let brings = own(walk.parameters_shared) == header.has_parameters
        && own(walk.list_shared) == (header.list_words > 0)
        && own(walk.weights_shared) == (header.weight_words > 0);
    if brings { Ok(()) } else { Err(InterpretError::Shared { group: index }) }
}

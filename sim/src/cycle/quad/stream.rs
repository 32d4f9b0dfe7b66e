//! What the schedule needs of a layer's stream.

use frazil_model::plan::descriptor::Descriptor;
use frazil_model::plan::quad::{FLAG_SPREAD, Field, LANES, QUAD, QUADS, QuadEntry, padding, unpack_list};
use frazil_model::plan::stream::{Header, PARAMETER_WORDS};

/// An entry: what is read for it, and its products.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Read {
    /// Accesses for each run.
    pub accesses: u8,
    /// Its products' bits.
    pub mask: u16,
}

/// A pass's part of a stream.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pass {
    /// Words of parameters.
    pub parameter_words: usize,
    /// Words of the list.
    pub list_words: usize,
    /// Its entries.
    pub entries: Vec<Read>,
    /// Rows of weights.
    pub rows: usize,
}

/// The passes of a layer, read from memory; `None` if they leave it.
pub fn passes(memory: &[u8], descriptor: &Descriptor) -> Option<Vec<Pass>> {
    let spread = descriptor.get(Field::Flags) & FLAG_SPREAD != 0;
    let mut at = usize::from(descriptor.get(Field::Stream)) * LANES;
    let mut passes = Vec::new();
    for _ in 0..descriptor.get(Field::Passes) {
        let header = Header::unpack(memory.get(at..at + LANES)?);
        let pass = pass(memory, at, &header, spread)?;
        let words = 1 + pass.parameter_words + pass.list_words + padding(&header, spread) + QUAD * pass.rows;
        at += words * LANES;
        passes.push(pass);
    }
    (at <= memory.len()).then_some(passes)
}

fn pass(memory: &[u8], at: usize, header: &Header, spread: bool) -> Option<Pass> {
    let groups = if spread { QUADS } else { 1 };
    let parameter_words = if header.has_parameters { groups * PARAMETER_WORDS } else { 0 };
    let list_words = usize::from(header.list_words);
    let list = at + (1 + parameter_words) * LANES;
    let bytes = memory.get(list..list + list_words * LANES)?;
    let read = |entry: &QuadEntry| Read { accesses: entry.accesses, mask: entry.mask };
    let entries = unpack_list(bytes, header.entries.into()).iter().map(read).collect();
    Some(Pass { parameter_words, list_words, entries, rows: usize::from(header.weight_words) / QUAD })
}

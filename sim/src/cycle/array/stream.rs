//! What the schedule needs of a layer's stream.

use frazil_model::plan::stream::PARAMETER_WORDS;

/// A read of an entry: its products, and where it reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Read {
    /// Products of the operands that it completes.
    pub products: u32,
    /// Column, from the block's.
    pub dx: u16,
    /// Row, from the block's.
    pub dy: u16,
}

/// A group's part of a stream.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Group {
    /// Whether it comes from the flash.
    pub streamed: bool,
    /// Whether parameters follow the header.
    pub parameters: bool,
    /// Words of the list.
    pub list_words: usize,
    /// Its entries.
    pub entries: Vec<Read>,
    /// Words of weights.
    pub weight_words: usize,
}

impl Group {
    /// Words of the whole group, its header included.
    pub fn words(&self) -> u64 {
        let parameters = if self.parameters { PARAMETER_WORDS } else { 0 };
        (1 + parameters + self.list_words + self.weight_words) as u64
    }
}

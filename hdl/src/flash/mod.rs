//! Weights streamed from the board's SPI flash: the reader, its pads, and a model of the flash.

mod bench;
mod chip;
mod pads;
mod reader;
#[cfg(test)]
mod tests;

pub use bench::{BOARD, board, hex};
pub use chip::{COMMAND, FlashChip};
pub use pads::FlashPads;
pub use reader::{FlashReader, LATENCY};

use serde::{Deserialize, Serialize};

/// Words that the ring of a [`FlashReader`] may have: powers of two.
pub const RING_WORDS: [usize; 2] = [16, 256];

/// The reader of a design.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlashSpec {
    /// Words of the ring, at the end of memory: a power of two within [`RING_WORDS`].
    pub ring_words: usize,
    /// First byte of the stream in the flash: 24 bits.
    pub offset: u32,
}

//! On-chip memories: of whole words, of parameters, of list entries; and the main memory with its single port.

mod entries;
mod main_memory;
mod parameters;
mod spread;
mod text;
mod word;

pub use entries::EntryRam;
pub use main_memory::{MainMemory, SPRAM_WORDS};
pub use parameters::ParameterRam;
pub use spread::Spread;
pub(crate) use text::{by_lane, by_word};
pub use word::WordRam;

use serde::{Deserialize, Serialize};

/// What the memory is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemoryStyle {
    /// Block RAM: one read and one write port.
    BlockRam,
    /// The four 256 kbit single-port memories of an iCE40UP5K, 16 bits wide each.
    Spram,
}

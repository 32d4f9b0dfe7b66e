//! What a device offers.

use serde::{Deserialize, Serialize};

use super::entry::reach;
use super::{FlashCapacity, PlanError, quad};
use crate::requant::fit::Limits;

/// Most pixels of a block.
const MAX_PIXELS: usize = 16;

/// How an array walks over a layer and reaches its memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArrayStyle {
    /// Blocks of one row of pixels, one memory word a clock; a layer's results follow each other in memory.
    Line,
    /// Blocks of several rows, one memory word a clock; results may go anywhere.
    Block,
    /// Four memory words a clock: blocks of four quads of pixels in a row, or of one quad for four groups of channels.
    Quad,
}

/// What a device offers. Filled from a board; `model` knows no boards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capacity {
    /// Output channels that the array computes at once, and bytes of a memory word: 8 or 16.
    pub lanes: usize,
    /// Output pixels that it computes at once: 1 to 16.
    pub pixels: usize,
    /// Pixels whose results are requantised at once; divides `pixels`.
    pub requantisers: usize,
    /// How the array walks over a layer.
    pub style: ArrayStyle,
    /// Words of the memory that holds tensors, weights and program.
    pub memory_words: usize,
    /// Words of the weight ring: the most of a group.
    pub weight_words: usize,
    /// Entries of the list ring: the most of two successive groups.
    pub list_entries: usize,
    /// Bits of a sum of products.
    pub sum_bits: u32,
    /// Bits of a sum with its bias.
    pub requant_bits: u32,
    /// The board's flash, if streams may come from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flash: Option<FlashCapacity>,
}

impl Capacity {
    /// Whether there is such an array.
    pub fn check(&self) -> Result<(), PlanError> {
        let holds = |holds: bool, what, value, supported| match holds {
            true => Ok(()),
            false => Err(PlanError::Capacity { what, value, supported }),
        };
        let Self { lanes, pixels, requantisers, .. } = *self;
        holds(reach(lanes).is_some(), "lanes", lanes, "8 or 16")?;
        holds((1..=MAX_PIXELS).contains(&pixels), "pixels", pixels, "1 to 16")?;
        let divides = requantisers > 0 && pixels.is_multiple_of(requantisers);
        holds(divides, "requantisers", requantisers, "a divisor of the pixels")?;
        let words = (1..=1 << 16).contains(&self.memory_words);
        holds(words, "words of memory", self.memory_words, "up to 65,536, what 16-bit addresses reach")?;
        if self.style == ArrayStyle::Quad {
            let only = "16 in the quad style";
            holds(lanes == quad::LANES, "lanes", lanes, only)?;
            holds(pixels == quad::PIXELS, "pixels", pixels, only)?;
            holds(requantisers == quad::PIXELS, "requantisers", requantisers, only)?;
            holds(self.list_entries > 0, "list entries", self.list_entries, "1 or more")?;
            holds(self.flash.is_none(), "readers of the flash", 1, "none in the quad style")?;
        }
        self.flash.map_or(Ok(()), |flash| flash.check(self))?;
        for (what, bits) in [("bits of a sum", self.sum_bits), ("bits of a sum with bias", self.requant_bits)]
        {
            holds((16..=32).contains(&bits), what, bits as usize, "16 to 32")?;
        }
        Ok(())
    }

    /// Clocks that must lie between the ends of two blocks: results are requantised one a clock and requantiser.
    pub fn interval(&self) -> u64 {
        match self.style {
            // Each pixel's own requantiser begins with the same channel.
            ArrayStyle::Quad => self.lanes as u64,
            _ => (self.lanes * self.pixels / self.requantisers + self.requantisers - 1) as u64,
        }
    }

    /// Widths for exact parameters.
    pub(super) fn limits(&self) -> Limits {
        Limits { sum_bits: self.sum_bits, requant_bits: self.requant_bits }
    }
}

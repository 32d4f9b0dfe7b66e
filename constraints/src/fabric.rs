//! The accelerator on a board: its sizes, and what they take of the FPGA.

use serde::{Deserialize, Serialize};

use crate::Family;

/// Words of 16 bits in an iCE40 UltraPlus single-port RAM.
const SPRAM_WORDS: usize = 16384;

/// Memory words of all groups' parameters that stand in the array.
const PARAMETER_WORDS: usize = 256;

/// Words in the queue between memory and array.
const QUEUE_WORDS: usize = 64;

/// Bits of a word in the queue besides its bytes and its mask.
const QUEUE_FLAGS: usize = 3;

/// The same of the quad array, which says more of a word's place.
const QUAD_QUEUE_FLAGS: usize = 12;

/// Words that the quad array reads a clock.
const QUAD: usize = 4;

/// The most requantisers of the quad array that have multipliers: what its products leave of an 85F's.
const QUAD_DSP_REQUANTISERS: usize = 14;

/// Two halves of 18 bits of a sum, by one factor.
const MULTIPLIERS_A_REQUANTISER: usize = 2;

/// Where the accelerator's memory lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Memory {
    /// Block RAM.
    BlockRam,
    /// iCE40 UltraPlus single-port RAM, 16384 x 16 bits each.
    Spram,
}

/// How the MAC array walks over a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArrayStyle {
    /// Blocks of one row of pixels, and a layer's results one after the other in memory: the least logic.
    Line,
    /// Blocks of several rows, and results anywhere in memory.
    Block,
    /// Four memory words a clock, sixteen pixels of one group of channels or four of four groups: the fastest, and the
    /// largest.
    Quad,
}

/// What multiplies in the MAC array.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Multiplier {
    /// iCE40 UltraPlus DSP: any two 8 x 8 products.
    SbMac16,
    /// ECP5 DSP: two 8 x 8 products with one factor in common.
    Mult18Pair,
    /// Look-up tables.
    Lut,
}

/// How results are requantised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Requantiser {
    /// A result a clock.
    Pipelined,
    /// A result in many clocks, with little logic.
    Iterative,
}

/// Sizes of the accelerator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fabric {
    /// Output channels that the MAC array computes at once, which are the bytes of a memory word: 8 or 16.
    pub lanes: usize,
    /// Pixels that the MAC array computes at once.
    pub pixels: usize,
    /// Requantisers; a divisor of `pixels`.
    pub requantisers: usize,
    /// How the array walks over a layer.
    pub style: ArrayStyle,
    /// Bits of a sum of products.
    pub sum_bits: usize,
    /// Bits of a sum and its bias.
    pub requant_bits: usize,
    /// Words of memory, for tensors, weights, parameters, lists and descriptors; at most 65536.
    pub memory_words: usize,
    /// Words of the weight ring, which holds the weights of a group of channels.
    pub weight_words: usize,
    /// Entries of the list ring, which holds the entry lists of two groups of channels.
    pub list_entries: usize,
    /// Words of memory that become a ring for weights from the flash where a network's do not fit; 0 if the flash is not
    /// read.
    #[serde(default)]
    pub stream_words: usize,
    /// Where memory lives.
    pub memory: Memory,
    /// What multiplies.
    pub multiplier: Multiplier,
    /// How results are requantised.
    pub requantiser: Requantiser,
}

impl Fabric {
    /// Products a clock.
    pub fn peak(&self) -> usize {
        self.lanes.saturating_mul(self.pixels)
    }

    /// Hardware multipliers that the MAC array and the quad array's requantisers take; other requantisers take none.
    pub fn multipliers(&self) -> usize {
        let products = match self.multiplier {
            Multiplier::SbMac16 => self.peak().div_ceil(2),
            Multiplier::Mult18Pair => self.lanes.saturating_mul(self.pixels.div_ceil(2)),
            Multiplier::Lut => 0,
        };
        products + MULTIPLIERS_A_REQUANTISER * self.dsp_requantisers()
    }

    /// Requantisers with hardware multipliers; the others, if any, are made of look-up tables.
    pub fn dsp_requantisers(&self) -> usize {
        if self.style == ArrayStyle::Quad { self.requantisers.min(QUAD_DSP_REQUANTISERS) } else { 0 }
    }

    /// Single-port RAMs that memory takes.
    pub fn sprams(&self) -> usize {
        match self.memory {
            Memory::Spram => self.lanes.div_ceil(2).saturating_mul(self.memory_words.div_ceil(SPRAM_WORDS)),
            Memory::BlockRam => 0,
        }
    }

    /// Block RAMs that memory, the two rings, the parameters and the queue of words between memory and array take:
    /// the array's share, without a frozen front end.
    pub fn block_rams(&self, family: Family) -> usize {
        let word = self.lanes.saturating_mul(8);
        let needs = match self.style {
            ArrayStyle::Quad => self.quad_blocks(family, word),
            ArrayStyle::Line | ArrayStyle::Block => [
                self.memory_blocks(family),
                blocks(family, word, self.weight_words),
                blocks(family, word, PARAMETER_WORDS),
                // An entry has four bits a lane; two are written at once.
                blocks(family, word, self.list_entries.div_ceil(2)),
                self.queue_blocks(family, word),
            ],
        };
        needs.iter().fold(0, |sum: usize, need| sum.saturating_add(*need))
    }

    /// Memory in four banks, weights in rows of four words, parameters of four groups of channels at once, and a
    /// queue of four words.
    fn quad_blocks(&self, family: Family, word: usize) -> [usize; 5] {
        let rows = |words: usize| words.div_ceil(QUAD);
        [
            QUAD.saturating_mul(blocks(family, word, rows(self.memory_words))),
            blocks(family, word.saturating_mul(QUAD), rows(self.weight_words)),
            QUAD * blocks(family, word, PARAMETER_WORDS),
            blocks(family, word / 2, self.list_entries),
            blocks(family, word.saturating_mul(QUAD) + self.lanes + QUAD_QUEUE_FLAGS, QUEUE_WORDS),
        ]
    }

    fn memory_blocks(&self, family: Family) -> usize {
        match self.memory {
            // Each byte of a word is written on its own.
            Memory::BlockRam => self.lanes.saturating_mul(blocks(family, 8, self.memory_words)),
            Memory::Spram => 0,
        }
    }

    fn queue_blocks(&self, family: Family, word: usize) -> usize {
        match self.multiplier {
            // ECP5 keeps it in look-up tables.
            Multiplier::Mult18Pair => 0,
            Multiplier::SbMac16 => blocks(family, word + self.lanes + QUEUE_FLAGS, QUEUE_WORDS),
            // The marks of the words are in registers.
            Multiplier::Lut => blocks(family, word, QUEUE_WORDS),
        }
    }
}

/// Shapes of a block RAM, as bits and words.
fn shapes(family: Family) -> &'static [(usize, usize)] {
    match family {
        Family::Ice40 => &[(16, 256), (8, 512), (4, 1024), (2, 2048)],
        Family::Ecp5 => &[(36, 512), (18, 1024), (9, 2048), (4, 4096), (2, 8192), (1, 16384)],
    }
}

/// The fewest block RAMs of one shape that make a memory of `words` words of `bits` bits.
fn blocks(family: Family, bits: usize, words: usize) -> usize {
    let count =
        |(width, depth): &(usize, usize)| bits.div_ceil(*width).saturating_mul(words.div_ceil(*depth));
    shapes(family).iter().map(count).min().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memories_take_the_blocks_of_the_best_shape() {
        let cases = [
            (Family::Ice40, 64, 1024, 16),
            (Family::Ice40, 8, 512, 1),
            (Family::Ice40, 1, 1, 1),
            (Family::Ecp5, 8, 16384, 8),
            (Family::Ecp5, 128, 1024, 8),
            (Family::Ecp5, 128, 1, 4),
            (Family::Ecp5, 64, 1025, 6),
        ];
        for (family, bits, words, due) in cases {
            assert_eq!(blocks(family, bits, words), due, "{family:?}: {words} words of {bits} bits");
        }
    }
}

//! A layer's stream: what the array reads of a layer besides its input, group by group.
//!
//! ```text
//!   header | parameters | entry list | weights      of group 0
//!   header | parameters | entry list | weights      of group 1, less what all groups share
//!   ..
//! ```
//!
//! Where some groups come from the flash, their parts follow each other there, and those of the others in memory; each
//! header says where the next group's part is.

use super::entry::{ListEntry, pack_list};
use crate::requant::fit::Requantiser;

/// Memory words of the parameters of one channel for each lane.
pub const PARAMETER_WORDS: usize = 8;
/// Bits of a bias.
pub const BIAS_BITS: u32 = 28;

/// Bits of the three counts of a header in the flash; the upper ones of their 16 are spare there.
const COUNT_BITS: [u32; 3] = [10, 10, 12];

/// A group's header: one memory word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Words of the entry list that follow.
    pub list_words: u16,
    /// Entries of the list that the group runs through, its own or the shared one.
    pub entries: u16,
    /// Words of weights that follow.
    pub weight_words: u16,
    /// Whether [`PARAMETER_WORDS`] words of parameters follow.
    pub has_parameters: bool,
    /// Whether the next group's part comes from the flash.
    pub next_streamed: bool,
}

impl Header {
    /// The header's word.
    pub fn pack(&self, lanes: usize) -> Vec<u8> {
        let flags = u16::from(self.has_parameters) | u16::from(self.next_streamed) << 1;
        let words = [self.list_words, self.entries, self.weight_words, flags];
        let mut bytes: Vec<u8> = words.into_iter().flat_map(u16::to_le_bytes).collect();
        bytes.resize(lanes, 0);
        bytes
    }

    /// The header of a word; what is missing counts as 0.
    pub fn unpack(word: &[u8]) -> Self {
        let at = |i: usize| {
            let byte = |i: usize| word.get(i).copied().unwrap_or(0);
            u16::from_le_bytes([byte(2 * i), byte(2 * i + 1)])
        };
        Self {
            list_words: at(0),
            entries: at(1),
            weight_words: at(2),
            has_parameters: at(3) & 1 != 0,
            next_streamed: at(3) & 2 != 0,
        }
    }

    /// The header of a word of the flash, where spare bits may hold a check value.
    pub fn unpack_streamed(word: &[u8]) -> Self {
        let [list, entries, weights] = COUNT_BITS.map(|bits| (1 << bits) - 1);
        let header = Self::unpack(word);
        Self {
            list_words: header.list_words & list,
            entries: header.entries & entries,
            weight_words: header.weight_words & weights,
            ..header
        }
    }

    /// Words of the group after the header.
    pub fn words(&self) -> usize {
        let parameters = if self.has_parameters { PARAMETER_WORDS } else { 0 };
        parameters + usize::from(self.list_words) + usize::from(self.weight_words)
    }
}

/// Puts a check value of 24 bits into the spare bits of a header's word.
pub(super) fn put_check(word: &mut [u8], check: u32) {
    let mut left = check;
    for (pair, bits) in word.chunks_exact_mut(2).zip(COUNT_BITS) {
        let spare = 16 - bits;
        pair[1] |= ((left & ((1 << spare) - 1)) << (8 - spare)) as u8;
        left >>= spare;
    }
    if let Some(byte) = word.get_mut(7) {
        *byte = left as u8;
    }
}

/// One channel's parameters: bias in bits 0 to 27, multiplier in 28 to 58, right shift in 59 to 63.
pub fn pack_parameters(parameters: &Requantiser) -> u64 {
    let bias = parameters.bias as u64 & ((1 << BIAS_BITS) - 1);
    bias | u64::from(parameters.multiplier as u32 & 0x7FFF_FFFF) << BIAS_BITS
        | u64::from(parameters.shift & 31) << 59
}

/// The parameters of such bits.
pub fn unpack_parameters(bits: u64) -> Requantiser {
    let unused = 32 - BIAS_BITS;
    Requantiser {
        bias: (bits as i32) << unused >> unused,
        multiplier: (bits >> BIAS_BITS & 0x7FFF_FFFF) as i32,
        shift: (bits >> 59) as u8,
    }
}

/// A group's part of the stream; empty slices are left out.
///
/// `entries` is the number of entries that the group runs through; `parameters` has one element for each lane;
/// `next_streamed` says that the next group's part comes from the flash.
pub(super) fn pack_group(
    parameters: &[Requantiser],
    list: &[ListEntry],
    entries: usize,
    weights: &[u8],
    (lanes, next_streamed): (usize, bool),
) -> Vec<u8> {
    let list = pack_list(list, lanes);
    // Lists and weights are bounded by the rings, which the planner has checked.
    let header = Header {
        list_words: (list.len() / lanes) as u16,
        entries: entries as u16,
        weight_words: (weights.len() / lanes) as u16,
        has_parameters: !parameters.is_empty(),
        next_streamed,
    };
    let mut bytes = header.pack(lanes);
    bytes.extend(parameters.iter().flat_map(|p| pack_parameters(p).to_le_bytes()));
    bytes.extend(list);
    bytes.extend(weights);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_survive_their_bits() {
        for (bias, multiplier, shift) in
            [(-1, i32::MAX, 31), (-(1 << 27), 1 << 30, 0), ((1 << 27) - 1, 0, 17), (12_345, 1_234_567_890, 9)]
        {
            let parameters = Requantiser { bias, multiplier, shift };
            assert_eq!(unpack_parameters(pack_parameters(&parameters)), parameters);
        }
        let bits = pack_parameters(&Requantiser { bias: -2, multiplier: 1 << 30, shift: 3 });
        assert_eq!(bits, 3 << 59 | 1 << 58 | 0x0FFF_FFFE);
    }

    #[test]
    fn headers_survive_their_word() {
        let header = Header { list_words: 300, entries: 599, weight_words: 0x1234, ..Header::default() };
        assert_eq!(header.pack(8), [0x2C, 1, 0x57, 2, 0x34, 0x12, 0, 0]);
        let header = Header { has_parameters: true, next_streamed: true, ..header };
        assert_eq!(header.pack(8)[6..], [3, 0]);
        assert_eq!(Header::unpack(&header.pack(16)), header);
        assert_eq!(header.words(), 8 + 300 + 0x1234);
        let header = Header { weight_words: 0x234, ..header };
        let mut word = header.pack(8);
        put_check(&mut word, 0xA5_C3D2);
        assert_eq!(word, [0x2C, 0x49, 0x57, 0x3E, 0x34, 0xC2, 3, 0xA5]);
        assert_eq!(Header::unpack_streamed(&word), header);
    }
}

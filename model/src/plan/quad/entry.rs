//! Entry lists: which words of the input a block's products take.

/// Most accesses of an entry for a run of pixels.
pub const MAX_ACCESSES: usize = 8;
/// Bytes of an entry.
const BYTES: usize = 8;

/// One entry of a pass's list: what is read for every run of a block, and which products follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct QuadEntry {
    /// Dense mode: the bytes of each pixel's word that are multiplied, the lowest first. Vector mode: the products,
    /// one clock for every bit up to the highest one; clear bits multiply nothing. Never 0.
    pub mask: u16,
    /// Words from the layer's base to the plane, modulo 2^16.
    pub offset: u16,
    /// Words from a pixel's place in the plane to the first word, modulo 2^16.
    pub delta: u16,
    /// Columns from a pixel's to the first word's: -32 to 31.
    pub dx: i8,
    /// Accesses of a run: 1 to [`MAX_ACCESSES`].
    pub accesses: u8,
    /// Vector mode: after each bit every pixel takes over the word of the one to its right.
    pub slide: bool,
}

impl QuadEntry {
    /// Bits of `dx`, which is signed.
    pub const COLUMN_BITS: u32 = 6;
    /// Smallest and largest `dx`.
    pub const COLUMNS: (i64, i64) = (-(1 << (Self::COLUMN_BITS - 1)), (1 << (Self::COLUMN_BITS - 1)) - 1);

    /// The entry's 64 bits: mask, offset, delta, dx, accesses, slide, the lowest first.
    pub fn pack(&self) -> u64 {
        let dx = self.dx as u64 & ((1 << Self::COLUMN_BITS) - 1);
        u64::from(self.mask)
            | u64::from(self.offset) << 16
            | u64::from(self.delta) << 32
            | dx << 48
            | u64::from(self.accesses & 15) << 54
            | u64::from(self.slide) << 58
    }

    /// The entry of such bits.
    pub fn unpack(bits: u64) -> Self {
        let dx = (bits >> 48) as i8;
        Self {
            mask: bits as u16,
            offset: (bits >> 16) as u16,
            delta: (bits >> 32) as u16,
            dx: dx << 2 >> 2,
            accesses: (bits >> 54 & 15) as u8,
            slide: bits >> 58 & 1 == 1,
        }
    }
}

/// A list in memory: two entries a word, the first in the low half, padded to whole words with zeros.
pub fn pack_list(entries: &[QuadEntry]) -> Vec<u8> {
    let mut bytes: Vec<u8> = entries.iter().flat_map(|entry| entry.pack().to_le_bytes()).collect();
    bytes.resize(entries.len().next_multiple_of(2) * BYTES, 0);
    bytes
}

/// The entries of such bytes.
pub fn unpack_list(bytes: &[u8], count: usize) -> Vec<QuadEntry> {
    let bits = |half: &[u8]| half.iter().rev().fold(0, |bits, &byte| bits << 8 | u64::from(byte));
    bytes.chunks_exact(BYTES).take(count).map(|half| QuadEntry::unpack(bits(half))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_have_their_bits_where_the_hardware_looks() {
        let entry =
            QuadEntry { mask: 0x8001, offset: 0x1234, delta: 0xFFFE, dx: -2, accesses: 5, slide: true };
        assert_eq!(entry.pack(), 1 << 58 | 5 << 54 | 0x3E << 48 | 0xFFFE << 32 | 0x1234 << 16 | 0x8001);
    }

    #[test]
    fn lists_survive_their_bytes() {
        let entry = |i: usize| QuadEntry {
            mask: 1 << (i % 16),
            offset: (i * 40_503) as u16,
            delta: (i * 1_237) as u16,
            dx: i as i8 - 32,
            accesses: (i % 8 + 1) as u8,
            slide: i.is_multiple_of(3),
        };
        let list: Vec<QuadEntry> = (0..63).map(entry).collect();
        let bytes = pack_list(&list);
        assert_eq!(bytes.len(), 32 * 16);
        assert_eq!(unpack_list(&bytes, 63), list);
    }
}

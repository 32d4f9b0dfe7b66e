//! Entry lists: which words of the input a block's products take.

/// One entry of a group's list: where to read, and which products follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ListEntry {
    /// Dense mode: the bytes of the word that are multiplied, the lowest first. Vector mode: one product for each set
    /// bit; without any, the word only moves the operands on.
    pub mask: u16,
    /// Words from the block's window to the word, modulo 2^16.
    pub offset: u16,
    /// Columns from the window's first.
    pub dx: u8,
    /// Rows from the window's first.
    pub dy: u8,
}

/// Largest `dx` and `dy` of an entry on this many lanes; `None` if there is no format for them.
pub fn reach(lanes: usize) -> Option<(usize, usize)> {
    match lanes {
        8 => Some((7, 15)),
        16 => Some((31, 31)),
        _ => None,
    }
}

/// Bits of `dx`.
fn column_bits(lanes: usize) -> u32 {
    if lanes > 8 { 5 } else { 3 }
}

impl ListEntry {
    /// The entry's `4 * lanes` bits: mask, offset, dx, dy, the lowest first.
    pub fn pack(&self, lanes: usize) -> u64 {
        let (mask, columns) = (lanes as u32, column_bits(lanes));
        u64::from(self.mask)
            | u64::from(self.offset) << mask
            | u64::from(self.dx) << (mask + 16)
            | u64::from(self.dy) << (mask + 16 + columns)
    }

    /// The entry of such bits.
    pub fn unpack(bits: u64, lanes: usize) -> Self {
        let (mask, columns) = (lanes as u32, column_bits(lanes));
        let row_bits = if lanes > 8 { 5 } else { 4 };
        let field = |from: u32, width: u32| bits >> from & ((1 << width) - 1);
        Self {
            mask: field(0, mask) as u16,
            offset: field(mask, 16) as u16,
            dx: field(mask + 16, columns) as u8,
            dy: field(mask + 16 + columns, row_bits) as u8,
        }
    }
}

/// A list in memory: two entries a word, the first in the low half, padded to whole words with zeros.
pub fn pack_list(entries: &[ListEntry], lanes: usize) -> Vec<u8> {
    let half = lanes / 2;
    let packed = entries.iter().flat_map(|entry| entry.pack(lanes).to_le_bytes().into_iter().take(half));
    let mut bytes: Vec<u8> = packed.collect();
    bytes.resize(entries.len().div_ceil(2) * lanes, 0);
    bytes
}

/// The entries of such bytes.
pub fn unpack_list(bytes: &[u8], count: usize, lanes: usize) -> Vec<ListEntry> {
    let bits = |half: &[u8]| half.iter().rev().fold(0, |bits, &byte| bits << 8 | u64::from(byte));
    bytes
        .chunks_exact((lanes / 2).max(1))
        .take(count)
        .map(|half| ListEntry::unpack(bits(half), lanes))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_have_their_bits_where_the_hardware_looks() {
        let entry = ListEntry { mask: 0x85, offset: 0xFFFE, dx: 5, dy: 9 };
        assert_eq!(entry.pack(8), 9 << 27 | 5 << 24 | 0xFFFE << 8 | 0x85);
        let entry = ListEntry { mask: 0x8001, offset: 0x1234, dx: 21, dy: 30 };
        assert_eq!(entry.pack(16), 30 << 37 | 21 << 32 | 0x1234 << 16 | 0x8001);
    }

    #[test]
    fn lists_survive_their_bytes() {
        for lanes in [8, 16] {
            let (dx, dy) = reach(lanes).unwrap();
            let entry = |i: usize| ListEntry {
                mask: 1 << (i % lanes),
                offset: (i * 40_503) as u16,
                dx: (i % (dx + 1)) as u8,
                dy: (i % (dy + 1)) as u8,
            };
            let list: Vec<ListEntry> = (0..33).map(entry).collect();
            let bytes = pack_list(&list, lanes);
            assert_eq!(bytes.len(), 17 * lanes);
            assert_eq!(unpack_list(&bytes, 33, lanes), list);
        }
    }
}

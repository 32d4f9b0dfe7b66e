//! A layer's stream: what the array reads of a layer besides its input, pass after pass.
//!
//! ```text
//!   header | parameters | entry list | zeros up to a row | rows of weights      of pass 0
//!   header | parameters | entry list | zeros up to a row | rows of weights      of pass 1, less what is shared
//!   ..
//! ```
//!
//! A spread pass has parameters of four groups, one after the other; word `q` of a row of its weights belongs to
//! quad `q`. Otherwise a row is four successive weights of the pass, the last row filled up with zeros.

use super::{LANES, QUAD, QuadEntry, pack_list};
use crate::plan::stream::{Header, PARAMETER_WORDS, pack_parameters};
use crate::requant::fit::Requantiser;

/// What a pass brings; empty slices are left out.
pub struct Pass<'a> {
    /// One for each lane, of one group or of four.
    pub parameters: &'a [Requantiser],
    /// The list, if it is the pass's own.
    pub list: &'a [QuadEntry],
    /// Entries that the pass runs through.
    pub entries: usize,
    /// Weights: rows of words, the last one perhaps not full.
    pub weights: &'a [u8],
}

/// Zero words between the list and the weights of a pass with this header.
pub fn padding(header: &Header, spread: bool) -> usize {
    let words = 1 + parameter_words(header.has_parameters, spread) + usize::from(header.list_words);
    words.next_multiple_of(QUAD) - words
}

/// Words of parameters.
fn parameter_words(has_parameters: bool, spread: bool) -> usize {
    match (has_parameters, spread) {
        (false, _) => 0,
        (true, false) => PARAMETER_WORDS,
        (true, true) => QUAD * PARAMETER_WORDS,
    }
}

/// Words of a pass: whole rows.
pub fn pass_words(has_parameters: bool, entries: usize, weights: usize, spread: bool) -> usize {
    let before = 1 + parameter_words(has_parameters, spread) + entries.div_ceil(2);
    before.next_multiple_of(QUAD) + weights.next_multiple_of(QUAD)
}

/// A pass's part of the stream.
pub fn pack_pass(pass: &Pass, spread: bool) -> Vec<u8> {
    let list = pack_list(pass.list);
    let row = QUAD * LANES;
    let weights = pass.weights.len().next_multiple_of(row);
    // Lists and weights are bounded by the rings, which the planner has checked.
    let header = Header {
        list_words: (list.len() / LANES) as u16,
        entries: pass.entries as u16,
        weight_words: (weights / LANES) as u16,
        has_parameters: !pass.parameters.is_empty(),
        next_streamed: false,
    };
    let mut bytes = header.pack(LANES);
    let parameters = pass.parameters.iter().flat_map(|p| pack_parameters(p).to_le_bytes());
    bytes.extend(parameters);
    let spare = LANES * (1 + parameter_words(header.has_parameters, spread));
    bytes.resize(spare, 0);
    bytes.extend(list);
    bytes.resize(bytes.len().next_multiple_of(row), 0);
    bytes.extend(pass.weights);
    bytes.resize(bytes.len().next_multiple_of(row), 0);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passes_are_whole_rows_with_weights_at_a_row() {
        let parameters = [Requantiser { bias: 1, multiplier: 1 << 30, shift: 0 }; LANES];
        let list = [QuadEntry { mask: 1, accesses: 1, ..QuadEntry::default() }; 3];
        for (spread, before) in [(false, 12), (true, 36)] {
            let pass = Pass { parameters: &parameters, list: &list, entries: 3, weights: &[7; 5 * LANES] };
            let bytes = pack_pass(&pass, spread);
            assert_eq!(bytes.len(), (before + 8) * LANES);
            assert_eq!(bytes.len() / LANES, pass_words(true, 3, 5, spread));
            let header = Header::unpack(&bytes);
            assert_eq!((header.list_words, header.entries, header.weight_words), (2, 3, 8));
            assert_eq!(before, 1 + parameter_words(true, spread) + 2 + padding(&header, spread));
            let weights = before * LANES..(before + 5) * LANES;
            assert!(bytes[weights].iter().all(|&byte| byte == 7));
        }
        let shared = Pass { parameters: &[], list: &[], entries: 3, weights: &[] };
        assert_eq!(pack_pass(&shared, false).len(), QUAD * LANES);
    }
}

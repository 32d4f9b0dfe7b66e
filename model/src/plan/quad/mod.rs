//! Programs of the quad array ([`ArrayStyle::Quad`](super::ArrayStyle::Quad)): four memory words a clock, blocks of
//! sixteen pixels, or of four pixels for four groups of channels at once.
//!
//! A *quad* is four pixels, a *row* of memory four words at an address that is a multiple of four. Descriptors,
//! streams and their weights begin at rows. A *pass* goes once over all blocks: for a group of [`LANES`] output
//! channels, or for [`QUADS`] groups (*spread*), every quad for a group of its own and all of them at the same pixels.

mod descriptor;
mod emit;
mod entry;
mod stream;

pub use descriptor::{FLAG_SPREAD, Field};
pub(super) use emit::{descriptor, stream};
pub use entry::{MAX_ACCESSES, QuadEntry, pack_list, unpack_list};
pub use stream::padding;
pub(super) use stream::{Pass, pack_pass, pass_words};

/// Output channels of a group, and bytes of a memory word.
pub const LANES: usize = 16;
/// Pixels of a quad, words of a row, words of an access.
pub const QUAD: usize = 4;
/// Quads of the array.
pub const QUADS: usize = 4;
/// Pixels of the array, and its requantisers.
pub const PIXELS: usize = QUAD * QUADS;
/// Most rows of weights of a pass: the loader counts no further. Where a pass has more than one block, or others use its
/// weights too, they must fit the ring of weights.
pub const MOST_ROWS: usize = 1023;
/// Words of the window buffer: those of all pixels, and what the last one sees to its right.
pub const WINDOW: usize = PIXELS + QUAD;

/// Most words of weights of a pass, with a ring of so many; `streams` says that none is for two blocks.
pub(super) fn most_weights(ring: usize, streams: bool) -> usize {
    if streams { ring.max(MOST_ROWS * QUAD) } else { ring }
}

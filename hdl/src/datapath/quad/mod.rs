//! Sixteen pixels by sixteen lanes with a requantiser for every pixel.
//!
//! ```text
//!  4 words ──> window of 20 words ── take ──> 20 operand words (slide) ──> 16 x 16 products ──> 16 x 16 sums
//!                                                                              ^                   │ captured
//!  a row of 4 weight words ──> the word of each quad ──────────────────────────┘                   v
//!  out_words, a quad a clock <── 16 packers <── 16 requantisers in step <── a lane's sums a clock ── hold
//! ```

mod block;
mod spec;
mod state;

pub use block::QuadDatapath;
pub use spec::QuadSpec;
pub(super) use spec::{DSP_BITS, OPERAND_CLOCKS};

/// Lanes, and bytes of a word.
pub(super) const LANES: usize = 16;
/// Pixels of a quad, and words of an access.
pub(super) const QUAD: usize = 4;
/// Quads.
pub(super) const QUADS: usize = 4;
/// Pixels of a block.
pub(super) const PIXELS: usize = QUAD * QUADS;
/// Words of the window and of the operands: a quad more than there are pixels, to slide in.
pub(super) const WINDOW: usize = PIXELS + QUAD;

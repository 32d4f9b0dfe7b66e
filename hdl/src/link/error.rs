//! What a constructor of this module can refuse.

use super::{CLOCKS_PER_BIT, IDLE_CLOCKS};

/// A parameter outside what the hardware holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// The divider of the serial line.
    #[error(
        "{clocks} clocks a bit: the serial line needs {} to {}; choose another baud rate or clock",
        CLOCKS_PER_BIT.start(),
        CLOCKS_PER_BIT.end()
    )]
    ClocksPerBit {
        /// Clocks a bit that were asked for.
        clocks: u32,
    },
    /// The silence that ends a partial frame.
    #[error("{clocks} clocks of silence: the link needs {} to {}", IDLE_CLOCKS.start(), IDLE_CLOCKS.end())]
    IdleClocks {
        /// Clocks that were asked for.
        clocks: u32,
    },
}

/// `clocks`, if the divider holds it.
pub(super) fn clocks_per_bit(clocks: u32) -> Result<u64, LinkError> {
    if CLOCKS_PER_BIT.contains(&clocks) { Ok(clocks.into()) } else { Err(LinkError::ClocksPerBit { clocks }) }
}

/// `clocks`, if the counter of silence holds it.
pub(super) fn idle_clocks(clocks: u32) -> Result<u64, LinkError> {
    if IDLE_CLOCKS.contains(&clocks) { Ok(clocks.into()) } else { Err(LinkError::IdleClocks { clocks }) }
}

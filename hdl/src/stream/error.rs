//! What a stream block refuses.

use super::{MAX_EXTENT, PIXEL, WINDOW};

/// A shape that no stream block holds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StreamError {
    /// A pixel without channels or wider than the bus.
    #[error("{0} channels in a pixel: 1 to {PIXEL} are possible")]
    Channels(usize),
    /// An image without pixels or too large.
    #[error("an image of {h} x {w} pixels with its padding: 1 to {MAX_EXTENT} rows and columns are possible")]
    Extent {
        /// Rows, padding included.
        h: usize,
        /// Columns, padding included.
        w: usize,
    },
    /// A kernel that is empty or larger than the padded image.
    #[error("a kernel of {} x {} on a padded image of {h} x {w}", kernel.0, kernel.1)]
    Kernel {
        /// Rows and columns of the kernel.
        kernel: (usize, usize),
        /// Rows of the padded image.
        h: usize,
        /// Columns of the padded image.
        w: usize,
    },
    /// A window wider than the bus.
    #[error("a window of {0} bytes: {WINDOW} is the most; use a smaller kernel or fewer channels")]
    WindowBytes(usize),
    /// A stride other than 1 or 2.
    #[error("stride {} x {}: 1 and 2 are possible", .0.0, .0.1)]
    Stride((usize, usize)),
    /// A pool that is not 2, 4 or 8, or larger than its image.
    #[error(
        "an average pool of {size} x {size} on an image of {h} x {w}: 2, 4 or 8 within the image is possible"
    )]
    Pool {
        /// Rows and columns of the pool.
        size: usize,
        /// Rows of the image.
        h: usize,
        /// Columns of the image.
        w: usize,
    },
}

/// `channels`, if a pixel holds them.
pub(crate) fn channels(channels: usize) -> Result<usize, StreamError> {
    if (1..=PIXEL).contains(&channels) { Ok(channels) } else { Err(StreamError::Channels(channels)) }
}

/// Refuses an image without pixels or too large.
pub(super) fn extent(h: usize, w: usize) -> Result<(), StreamError> {
    let fits = |n| (1..=MAX_EXTENT).contains(&n);
    if fits(h) && fits(w) { Ok(()) } else { Err(StreamError::Extent { h, w }) }
}

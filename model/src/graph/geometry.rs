//! Shapes and sliding windows: TFLite's SAME and VALID padding.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Height, width and channels of one NHWC image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// Rows.
    pub h: usize,
    /// Columns.
    pub w: usize,
    /// Channels.
    pub c: usize,
}

impl Shape {
    /// A shape of `h` rows, `w` columns, `c` channels.
    pub const fn new(h: usize, w: usize, c: usize) -> Self {
        Self { h, w, c }
    }

    /// Number of elements, which is the number of bytes; saturates.
    pub fn len(&self) -> usize {
        self.h.saturating_mul(self.w).saturating_mul(self.c)
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}x{}", self.h, self.w, self.c)
    }
}

/// Rows and columns added at each side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pad {
    /// Rows above.
    pub top: usize,
    /// Columns to the left.
    pub left: usize,
    /// Rows below.
    pub bottom: usize,
    /// Columns to the right.
    pub right: usize,
}

/// How a window meets the border.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Padding {
    /// `ceil(input / stride)` results; what is missing is padded, the odd row or column below and right.
    Same,
    /// Only windows that lie inside.
    Valid,
}

/// A sliding window over an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Kernel rows and columns.
    pub kernel: (usize, usize),
    /// Row and column stride.
    pub stride: (usize, usize),
    /// Padding.
    pub padding: Padding,
}

impl Window {
    /// Result rows and columns and the padding over an image of `h` x `w`; `None` if no window fits or a kernel
    /// side or stride is 0.
    pub fn slide(&self, h: usize, w: usize) -> Option<((usize, usize), Pad)> {
        let (out_h, top, bottom) = self.axis(h, self.kernel.0, self.stride.0)?;
        let (out_w, left, right) = self.axis(w, self.kernel.1, self.stride.1)?;
        Some(((out_h, out_w), Pad { top, left, bottom, right }))
    }

    fn axis(&self, size: usize, kernel: usize, stride: usize) -> Option<(usize, usize, usize)> {
        if size == 0 || kernel == 0 || stride == 0 {
            return None;
        }
        match self.padding {
            Padding::Valid => Some((size.checked_sub(kernel)? / stride + 1, 0, 0)),
            Padding::Same => {
                let out = size.div_ceil(stride);
                let covered = (out - 1).checked_mul(stride)?.checked_add(kernel)?;
                let total = covered.saturating_sub(size);
                Some((out, total / 2, total - total / 2))
            }
        }
    }
}

//! Which windows an image gives.

use frazil_model::plan::{FrozenLayer, Pad, Shape};

use super::WINDOW;
use super::error::{StreamError, channels, extent};

/// Image, padding, kernel and stride of a window, checked against what the hardware holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowShape {
    input: Shape,
    pad: Pad,
    pad_value: i8,
    kernel: (usize, usize),
    stride: (usize, usize),
}

impl WindowShape {
    /// The windows of `kernel` (rows, columns) at each `stride` (rows, columns) on `input` with `pad` around it,
    /// where padded pixels have `pad_value` in each channel.
    ///
    /// # Errors
    /// A size that the hardware does not hold.
    pub fn new(
        input: Shape,
        pad: Pad,
        pad_value: i8,
        kernel: (usize, usize),
        stride: (usize, usize),
    ) -> Result<Self, StreamError> {
        channels(input.c)?;
        extent(input.h, input.w)?;
        let shape = Self { input, pad, pad_value, kernel, stride };
        shape.check()?;
        Ok(shape)
    }

    /// The windows of a frozen layer.
    ///
    /// # Errors
    /// A size that the hardware does not hold.
    pub fn of(layer: &FrozenLayer) -> Result<Self, StreamError> {
        Self::new(layer.input, layer.pad, layer.pad_value, layer.kernel, layer.stride)
    }

    fn check(&self) -> Result<(), StreamError> {
        let sum = |parts: [usize; 3]| parts.into_iter().fold(0usize, usize::saturating_add);
        let h = sum([self.pad.top, self.input.h, self.pad.bottom]);
        let w = sum([self.pad.left, self.input.w, self.pad.right]);
        extent(h, w)?;
        let (kh, kw) = self.kernel;
        if kh == 0 || kw == 0 || kh > h || kw > w {
            return Err(StreamError::Kernel { kernel: self.kernel, h, w });
        }
        let bytes = self.bytes();
        if bytes > WINDOW {
            return Err(StreamError::WindowBytes(bytes));
        }
        let possible = |s| s == 1 || s == 2;
        match possible(self.stride.0) && possible(self.stride.1) {
            true => Ok(()),
            false => Err(StreamError::Stride(self.stride)),
        }
    }

    /// The image without padding.
    pub fn input(&self) -> Shape {
        self.input
    }

    /// Rows and columns with padding.
    pub fn padded(&self) -> (usize, usize) {
        let Pad { top, left, bottom, right } = self.pad;
        (top + self.input.h + bottom, left + self.input.w + right)
    }

    /// Rows and columns of windows.
    pub fn windows(&self) -> (usize, usize) {
        let (h, w) = self.padded();
        ((h - self.kernel.0) / self.stride.0 + 1, (w - self.kernel.1) / self.stride.1 + 1)
    }

    /// Rows and columns of the kernel.
    pub fn kernel(&self) -> (usize, usize) {
        self.kernel
    }

    /// Row and column stride.
    pub fn stride(&self) -> (usize, usize) {
        self.stride
    }

    /// Rows above and columns to the left of the image.
    pub fn origin(&self) -> (usize, usize) {
        (self.pad.top, self.pad.left)
    }

    /// What a padded pixel reads.
    pub fn pad_value(&self) -> i8 {
        self.pad_value
    }

    /// Bytes of one window.
    pub fn bytes(&self) -> usize {
        self.kernel.0 * self.kernel.1 * self.input.c
    }

    /// Whether the padded position is a pixel of the image.
    pub fn inside(&self, row: usize, col: usize) -> bool {
        let (top, left) = self.origin();
        (top..top + self.input.h).contains(&row) && (left..left + self.input.w).contains(&col)
    }

    /// Whether the padded position is the last of a window.
    pub fn completes(&self, row: usize, col: usize) -> bool {
        let last = |at: usize, kernel: usize, stride: usize| {
            at + 1 >= kernel && (at + 1 - kernel).is_multiple_of(stride)
        };
        last(row, self.kernel.0, self.stride.0) && last(col, self.kernel.1, self.stride.1)
    }
}

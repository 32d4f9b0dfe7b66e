//! Luma frames: one byte per pixel, rows from the top, 0 is black.

use thiserror::Error;

/// Why a frame could not be made.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FrameError {
    /// A frame needs at least one pixel.
    #[error("a frame of {width}x{height} has no pixels")]
    Empty {
        /// Width, pixels.
        width: usize,
        /// Height, pixels.
        height: usize,
    },
    /// Rows may not overlap.
    #[error("row stride {stride} is smaller than the width {width}")]
    Stride {
        /// Distance of two rows, bytes.
        stride: usize,
        /// Width, pixels.
        width: usize,
    },
    /// The buffer does not hold the frame.
    #[error("a frame of {width}x{height} needs {needed} bytes, got {got}")]
    Length {
        /// Width, pixels.
        width: usize,
        /// Height, pixels.
        height: usize,
        /// Bytes needed.
        needed: usize,
        /// Bytes given.
        got: usize,
    },
}

/// A borrowed luma frame; never empty, and every row is inside the buffer.
#[derive(Clone, Copy, Debug)]
pub struct GrayView<'a> {
    data: &'a [u8],
    width: usize,
    height: usize,
    stride: usize,
}

impl<'a> GrayView<'a> {
    /// A view of `height` rows of `width` bytes, `stride` bytes apart, in `data`.
    ///
    /// # Errors
    /// An empty frame, a stride below the width, a buffer that ends before the last row does.
    pub fn new(data: &'a [u8], width: usize, height: usize, stride: usize) -> Result<Self, FrameError> {
        if width == 0 || height == 0 {
            return Err(FrameError::Empty { width, height });
        }
        if stride < width {
            return Err(FrameError::Stride { stride, width });
        }
        let needed = (height - 1).saturating_mul(stride).saturating_add(width);
        if data.len() < needed {
            return Err(FrameError::Length { width, height, needed, got: data.len() });
        }
        Ok(Self { data, width, height, stride })
    }

    /// The bytes from the first pixel on; row `y` starts at `y * stride`.
    pub fn data(&self) -> &'a [u8] {
        self.data
    }

    /// Width, pixels.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Height, pixels.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Distance of two rows, bytes.
    pub fn stride(&self) -> usize {
        self.stride
    }

    /// Row `y` (0 is the top), `width` bytes.
    ///
    /// # Panics
    /// When `y` is not below the height, as slice indexing does.
    pub fn row(&self, y: usize) -> &'a [u8] {
        &self.data[y * self.stride..][..self.width]
    }

    /// The pixel at column `x`, row `y`, the border repeated outside the frame.
    pub fn pixel(&self, x: isize, y: isize) -> u8 {
        let column = x.clamp(0, self.width as isize - 1) as usize;
        let row = y.clamp(0, self.height as isize - 1) as usize;
        self.data[row * self.stride + column]
    }
}

/// An owned luma frame without padding; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrayFrame {
    data: Vec<u8>,
    width: usize,
    height: usize,
}

impl GrayFrame {
    /// A frame from `width * height` bytes, rows from the top.
    ///
    /// # Errors
    /// An empty frame, or a buffer of another length.
    pub fn new(data: Vec<u8>, width: usize, height: usize) -> Result<Self, FrameError> {
        let needed = width.saturating_mul(height);
        if needed == 0 {
            return Err(FrameError::Empty { width, height });
        }
        if data.len() != needed {
            return Err(FrameError::Length { width, height, needed, got: data.len() });
        }
        Ok(Self { data, width, height })
    }

    /// A frame whose pixel at column `x`, row `y` is `pixel(x, y)`.
    ///
    /// # Errors
    /// An empty frame.
    pub fn from_fn(
        width: usize,
        height: usize,
        mut pixel: impl FnMut(usize, usize) -> u8,
    ) -> Result<Self, FrameError> {
        let data =
            (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).map(|(x, y)| pixel(x, y)).collect();
        Self::new(data, width, height)
    }

    /// The luma of a frame of interleaved 8-bit RGB, as [`luma`] has it.
    ///
    /// # Errors
    /// An empty frame, or a buffer that is not `3 * width * height` bytes long.
    pub fn from_rgb(rgb: &[u8], width: usize, height: usize) -> Result<Self, FrameError> {
        let needed = width.saturating_mul(height).saturating_mul(3);
        if needed == 0 {
            return Err(FrameError::Empty { width, height });
        }
        if rgb.len() != needed {
            return Err(FrameError::Length { width, height, needed, got: rgb.len() });
        }
        let (pixels, _) = rgb.as_chunks::<3>();
        Self::new(pixels.iter().map(|&[r, g, b]| luma(r, g, b)).collect(), width, height)
    }

    /// The frame, borrowed.
    pub fn view(&self) -> GrayView<'_> {
        GrayView { data: &self.data, width: self.width, height: self.height, stride: self.width }
    }

    /// The pixels, rows from the top, no padding.
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// The pixels, to write.
    pub fn data_mut(&mut self) -> &mut [u8] {
        &mut self.data
    }

    /// Width, pixels.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Height, pixels.
    pub fn height(&self) -> usize {
        self.height
    }
}

/// Full-range luma of an RGB pixel with the ITU-R BT.601 weights, in integers:
/// `(77 R + 150 G + 29 B + 128) >> 8`.
pub fn luma(r: u8, g: u8, b: u8) -> u8 {
    let sum = 77 * u32::from(r) + 150 * u32::from(g) + 29 * u32::from(b) + 128;
    // The weights add up to 256, so the quotient is at most 255.
    (sum >> 8) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_are_checked() {
        let data = [0u8; 22];
        assert!(GrayView::new(&data, 4, 3, 9).is_ok());
        assert!(matches!(GrayView::new(&data, 5, 3, 9), Err(FrameError::Length { needed: 23, .. })));
        assert!(matches!(GrayView::new(&data, 0, 3, 9), Err(FrameError::Empty { .. })));
        assert!(matches!(GrayView::new(&data, 4, 3, 3), Err(FrameError::Stride { .. })));
        assert!(matches!(GrayView::new(&data, 4, usize::MAX, 4), Err(FrameError::Length { .. })));
    }

    #[test]
    fn rows_and_clamped_pixels() -> Result<(), FrameError> {
        let frame = GrayFrame::from_fn(4, 3, |x, y| (10 * y + x) as u8)?;
        assert_eq!(frame.view().row(2), [20, 21, 22, 23]);
        assert_eq!(frame.view().pixel(-5, 1), 10);
        assert_eq!(frame.view().pixel(9, 9), 23);
        Ok(())
    }

    #[test]
    fn luma_ends_and_primaries() -> Result<(), FrameError> {
        assert_eq!((luma(0, 0, 0), luma(255, 255, 255)), (0, 255));
        assert_eq!((luma(255, 0, 0), luma(0, 255, 0), luma(0, 0, 255)), (77, 149, 29));
        let frame = GrayFrame::from_rgb(&[255, 0, 0, 0, 0, 255], 2, 1)?;
        assert_eq!(frame.data(), [77, 29]);
        assert!(GrayFrame::from_rgb(&[0; 5], 2, 1).is_err());
        Ok(())
    }
}

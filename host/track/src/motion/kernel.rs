//! Sums of absolute differences, the inner loop of block matching.
//!
//! The loops have constant lengths over byte arrays so that the compiler turns them into the machine's SAD
//! instruction (`psadbw` on x86-64, `uabal` on AArch64), several rows per reduction.

use crate::frame::GrayView;

/// One macroblock of the current frame, ready to be compared with places in another frame.
pub(super) trait Kernel {
    /// Takes the window with its top-left corner at `(x, y)` of `frame`.
    fn load(&mut self, frame: &GrayView<'_>, x: usize, y: usize);

    /// SAD against the window at `(x, y)` of `frame`; may stop early with any value above `limit` when the
    /// SAD is above `limit`. The caller makes sure that the window is inside the frame.
    fn sad(&self, frame: &GrayView<'_>, x: usize, y: usize, limit: u32) -> u32;
}

/// Rows summed between two looks at the limit.
const GROUP: usize = 4;

/// A square macroblock of constant size, a multiple of [`GROUP`].
pub(super) struct Square<const L: usize> {
    pixels: [[u8; L]; L],
}

impl<const L: usize> Square<L> {
    pub(super) fn new() -> Self {
        Self { pixels: [[0; L]; L] }
    }
}

impl<const L: usize> Kernel for Square<L> {
    fn load(&mut self, frame: &GrayView<'_>, x: usize, y: usize) {
        for (row, line) in self.pixels.iter_mut().enumerate() {
            *line = *at(frame.data(), (y + row) * frame.stride() + x);
        }
    }

    #[inline]
    fn sad(&self, frame: &GrayView<'_>, x: usize, y: usize, limit: u32) -> u32 {
        let (stride, mut start) = (frame.stride(), y * frame.stride() + x);
        let (groups, _) = self.pixels.as_chunks::<GROUP>();
        let mut sum = 0;
        for group in groups {
            sum += group_sad(group, std::array::from_fn(|row| at(frame.data(), start + row * stride)));
            if sum > limit {
                break;
            }
            start += GROUP * stride;
        }
        sum
    }
}

/// The `L` bytes of `data` from `start` on.
#[inline(always)]
fn at<const L: usize>(data: &[u8], start: usize) -> &[u8; L] {
    // The estimator only asks for windows inside the frame, and a view holds all of its rows.
    data[start..].first_chunk().expect("window inside the frame")
}

/// One reduction for a group of rows.
#[inline(always)]
fn group_sad<const L: usize>(a: &[[u8; L]; GROUP], b: [&[u8; L]; GROUP]) -> u32 {
    let mut sum = 0;
    for row in 0..GROUP {
        for column in 0..L {
            sum += u32::from(a[row][column].abs_diff(b[row][column]));
        }
    }
    sum
}

/// A macroblock of any size.
pub(super) struct Rectangle {
    width: usize,
    pixels: Vec<u8>,
}

impl Rectangle {
    pub(super) fn new(width: usize, height: usize) -> Self {
        Self { width, pixels: vec![0; width * height] }
    }
}

impl Kernel for Rectangle {
    fn load(&mut self, frame: &GrayView<'_>, x: usize, y: usize) {
        for (row, line) in self.pixels.chunks_exact_mut(self.width).enumerate() {
            line.copy_from_slice(&frame.row(y + row)[x..x + self.width]);
        }
    }

    fn sad(&self, frame: &GrayView<'_>, x: usize, y: usize, limit: u32) -> u32 {
        let mut sum = 0;
        for (row, line) in self.pixels.chunks_exact(self.width).enumerate() {
            sum += row_sad(line, &frame.row(y + row)[x..x + self.width]);
            if sum > limit {
                break;
            }
        }
        sum
    }
}

/// SAD of two rows of equal length.
fn row_sad(a: &[u8], b: &[u8]) -> u32 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<16>(), b.as_chunks::<16>());
    let whole: u32 = a.iter().zip(b).map(|(a, b)| difference(a, b)).sum();
    whole + difference(a_rest, b_rest)
}

#[inline(always)]
fn difference(a: &[u8], b: &[u8]) -> u32 {
    a.iter().zip(b).map(|(&a, &b)| u32::from(a.abs_diff(b))).sum()
}

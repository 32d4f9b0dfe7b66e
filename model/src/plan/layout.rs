//! How a tensor's bytes lie in memory.

use serde::{Deserialize, Serialize};

use super::Shape;

/// The order of a tensor's elements in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Layout {
    /// NHWC, byte after byte: what the frozen front end reads.
    Raster,
    /// Planes of as many channels as there are lanes: a word of a plane is a pixel, rows follow each other. The last
    /// plane's bytes without a channel are undefined.
    Planar,
    /// Several pixels of a row share a word.
    Packed {
        /// Bytes of a pixel, at least its channels: 1, 2, 4 or 8.
        channel_stride: usize,
        /// Padding columns before the image.
        left: usize,
        /// Columns of a row, padding included; whole words.
        columns: usize,
        /// What padding holds.
        pad: i8,
    },
    /// For each row of the image and column of a layer's output, the layer's kernel row: columns, then channels.
    Rows {
        /// Words of a kernel row.
        words: usize,
        /// Output columns.
        columns: usize,
        /// Kernel columns.
        kernel: usize,
        /// Column stride.
        stride: usize,
        /// Padding columns before the image.
        left: usize,
        /// What padding holds.
        pad: i8,
    },
    /// For each pixel of a layer's output the layer's whole window (rows, columns, channels), as the channels of an
    /// image in planes: the layer then is one without a kernel. Elements in no window are not in memory.
    Windows {
        /// Output rows.
        rows: usize,
        /// Output columns.
        columns: usize,
        /// Kernel rows and columns.
        kernel: (usize, usize),
        /// Row and column stride.
        stride: (usize, usize),
        /// Padding rows before the image.
        top: usize,
        /// Padding columns before the image.
        left: usize,
        /// What padding holds.
        pad: i8,
    },
    /// As `Windows`, of pixels of an upper and a lower part of the layer's output: for each pixel of the upper part its
    /// window, then that of the pixel below it in the lower part. The parts may overlap.
    WindowPairs {
        /// Rows of a part.
        rows: usize,
        /// Rows from the upper part to the lower one.
        below: usize,
        /// Output columns.
        columns: usize,
        /// Kernel rows and columns.
        kernel: (usize, usize),
        /// Row and column stride.
        stride: (usize, usize),
        /// Padding rows before the image.
        top: usize,
        /// Padding columns before the image.
        left: usize,
        /// What padding holds.
        pad: i8,
    },
}

/// A tensor in memory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Placement {
    /// Name of the tensor.
    pub tensor: String,
    /// Rows, columns, channels as they lie in memory: for a reshaped tensor, those before or after the reshape. The
    /// elements' order, NHWC, is that of the tensor.
    pub shape: Shape,
    /// First word.
    pub address: usize,
    /// Order of the elements.
    pub layout: Layout,
    /// Bytes of a word.
    pub lanes: usize,
}

impl Placement {
    /// First byte.
    pub fn byte_address(&self) -> usize {
        self.address.saturating_mul(self.lanes)
    }

    /// Bytes in memory: whole words.
    pub fn bytes(&self) -> usize {
        self.layout.words(self.shape, self.lanes).saturating_mul(self.lanes)
    }

    /// The tensor's bytes in memory. `data` is NHWC; missing elements are 0, more than the shape's are left out.
    pub fn pack(&self, data: &[i8]) -> Vec<u8> {
        let mut bytes = vec![self.layout.background() as u8; self.bytes()];
        self.walk(|element, byte| {
            if let (Some(&value), Some(slot)) = (data.get(element), bytes.get_mut(byte)) {
                *slot = value as u8;
            }
        });
        bytes
    }

    /// The tensor, NHWC, from its bytes in memory; what is not there is 0, elements of an input that are in no window
    /// of a layout of windows too.
    pub fn unpack(&self, bytes: &[u8]) -> Vec<i8> {
        let mut data = vec![0; self.shape.len()];
        self.walk(|element, byte| {
            if let (Some(slot), Some(&value)) = (data.get_mut(element), bytes.get(byte)) {
                *slot = value as i8;
            }
        });
        data
    }

    /// Calls `pair` with the index of every element and that of its byte; in a layout of windows an element may have
    /// several or none.
    fn walk(&self, mut pair: impl FnMut(usize, usize)) {
        let Shape { h, w, c } = self.shape;
        let lanes = self.lanes.max(1);
        let mut pixel = |y: usize, x: usize, byte: &dyn Fn(usize) -> usize| {
            (0..c).for_each(|channel| pair((y * w + x) * c + channel, byte(channel)));
        };
        for y in 0..h {
            match self.layout {
                Layout::Raster => (0..w).for_each(|x| pixel(y, x, &|channel| (y * w + x) * c + channel)),
                Layout::Planar => (0..w).for_each(|x| {
                    let byte = |channel: usize| ((channel / lanes * h + y) * w + x) * lanes + channel % lanes;
                    pixel(y, x, &byte);
                }),
                Layout::Packed { channel_stride, left, columns, .. } => (0..w).for_each(|x| {
                    pixel(y, x, &|channel| (y * columns + left + x) * channel_stride + channel);
                }),
                Layout::Rows { words, columns, kernel, stride, left, .. } => {
                    for (ox, kx) in (0..columns).flat_map(|ox| (0..kernel).map(move |kx| (ox, kx))) {
                        let Some(x) = (ox * stride + kx).checked_sub(left).filter(|&x| x < w) else {
                            continue;
                        };
                        pixel(y, x, &|channel| (y * columns + ox) * words * lanes + kx * c + channel);
                    }
                }
                Layout::Windows { rows, columns, kernel, stride, top, left, .. } => {
                    for (oy, ky) in steps(y + top, rows, kernel.0, stride.0) {
                        for x in 0..w {
                            for (ox, kx) in steps(x + left, columns, kernel.1, stride.1) {
                                pixel(y, x, &|channel| {
                                    let at = (ky * kernel.1 + kx) * c + channel;
                                    ((at / lanes * rows + oy) * columns + ox) * lanes + at % lanes
                                });
                            }
                        }
                    }
                }
                Layout::WindowPairs { rows, below, columns, kernel, stride, top, left, .. } => {
                    for (row, ky) in steps(y + top, rows + below, kernel.0, stride.0) {
                        let parts = [(Some(row), 0), (row.checked_sub(below), kernel.0 * kernel.1 * c)];
                        let parts = parts.map(|(row, first)| (row.filter(|&row| row < rows), first));
                        for (x, (row, first)) in (0..w).flat_map(|x| parts.map(|part| (x, part))) {
                            let Some(oy) = row else { continue };
                            for (ox, kx) in steps(x + left, columns, kernel.1, stride.1) {
                                pixel(y, x, &|channel| {
                                    let at = first + (ky * kernel.1 + kx) * c + channel;
                                    ((at / lanes * rows + oy) * columns + ox) * lanes + at % lanes
                                });
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The windows along an axis that see a place, and its place in them.
fn steps(at: usize, windows: usize, kernel: usize, stride: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..kernel.min(at + 1)).filter_map(move |tap| {
        let (window, rest) = ((at - tap) / stride.max(1), (at - tap) % stride.max(1));
        (rest == 0 && window < windows).then_some((window, tap))
    })
}

impl Layout {
    /// Memory words of a tensor.
    pub fn words(&self, shape: Shape, lanes: usize) -> usize {
        let lanes = lanes.max(1);
        match self {
            Self::Raster => shape.len().div_ceil(lanes),
            Self::Planar => shape.c.div_ceil(lanes).saturating_mul(shape.h).saturating_mul(shape.w),
            Self::Packed { channel_stride, columns, .. } => {
                shape.h.saturating_mul(columns.saturating_mul(*channel_stride) / lanes)
            }
            Self::Rows { words, columns, .. } => shape.h.saturating_mul(*columns).saturating_mul(*words),
            Self::Windows { rows, columns, kernel, .. } => {
                let bytes = kernel.0.saturating_mul(kernel.1).saturating_mul(shape.c);
                bytes.div_ceil(lanes).saturating_mul(*rows).saturating_mul(*columns)
            }
            Self::WindowPairs { rows, columns, kernel, .. } => {
                let bytes = kernel.0.saturating_mul(kernel.1).saturating_mul(shape.c).saturating_mul(2);
                bytes.div_ceil(lanes).saturating_mul(*rows).saturating_mul(*columns)
            }
        }
    }

    fn background(&self) -> i8 {
        match self {
            Self::Packed { pad, .. }
            | Self::Rows { pad, .. }
            | Self::Windows { pad, .. }
            | Self::WindowPairs { pad, .. } => *pad,
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placement(layout: Layout, lanes: usize) -> Placement {
        Placement { tensor: "t".into(), shape: Shape::new(2, 3, 3), address: 5, layout, lanes }
    }

    const DATA: [i8; 18] = [1, 2, 3, 4, 5, 6, 7, 8, 9, -1, -2, -3, -4, -5, -6, -7, -8, -9];

    #[test]
    fn tensors_survive_their_layouts() {
        let packed = Layout::Packed { channel_stride: 4, left: 1, columns: 6, pad: 99 };
        let rows = Layout::Rows { words: 2, columns: 3, kernel: 3, stride: 1, left: 1, pad: 99 };
        let windows = windows((1, 1));
        let layouts = [(Layout::Raster, 3), (Layout::Planar, 6), (packed, 6), (rows, 12), (windows, 18)];
        for (layout, words) in layouts {
            let placement = placement(layout, 8);
            let bytes = placement.pack(&DATA);
            assert_eq!((bytes.len(), placement.bytes()), (words * 8, words * 8), "{layout:?}");
            assert_eq!(placement.unpack(&bytes), DATA, "{layout:?}");
        }
        assert_eq!(placement(Layout::Planar, 2).unpack(&placement(Layout::Planar, 2).pack(&DATA)), DATA);
        assert_eq!(placement(Layout::Planar, 8).byte_address(), 40);
    }

    /// Windows of 2 x 3 pixels over the image with a row below and a column on either side.
    fn windows(stride: (usize, usize)) -> Layout {
        let (rows, columns) = (2 / stride.0, 3usize.div_ceil(stride.1));
        Layout::Windows { rows, columns, kernel: (2, 3), stride, top: 0, left: 1, pad: 99 }
    }

    #[test]
    fn windows_are_channels() {
        let placement = placement(windows((2, 2)), 8);
        let bytes: Vec<i8> = placement.pack(&DATA).into_iter().map(|b| b as i8).collect();
        // One row of two windows of 18 bytes: three planes.
        assert_eq!(bytes.len(), 2 * 3 * 8);
        assert_eq!(bytes[..8], [99, 99, 99, 1, 2, 3, 4, 5]);
        assert_eq!(bytes[8..16], [4, 5, 6, 7, 8, 9, 99, 99]);
        assert_eq!(bytes[16..24], [6, 99, 99, 99, -1, -2, -3, -4]);
        assert_eq!(bytes[32..36], [-5, -6, 99, 99]);
        assert_eq!(bytes[40..43], [99, 99, 99]);
        let layout =
            Layout::Windows { rows: 1, columns: 1, kernel: (2, 2), stride: (2, 2), top: 0, left: 0, pad: 0 };
        let lossy = Placement { layout, ..placement };
        let back = lossy.unpack(&lossy.pack(&DATA));
        assert_eq!(back[..9], [1, 2, 3, 4, 5, 6, 0, 0, 0]);
    }

    #[test]
    fn packed_pixels_share_words_and_padding_holds_its_value() {
        let layout = Layout::Packed { channel_stride: 4, left: 1, columns: 6, pad: 99 };
        let bytes = placement(layout, 8).pack(&DATA);
        let first: Vec<i8> = bytes[..16].iter().map(|&b| b as i8).collect();
        assert_eq!(first, [99, 99, 99, 99, 1, 2, 3, 99, 4, 5, 6, 99, 7, 8, 9, 99]);
    }

    #[test]
    fn kernel_rows_lie_together() {
        let layout = Layout::Rows { words: 2, columns: 2, kernel: 3, stride: 2, left: 1, pad: 99 };
        let bytes = placement(layout, 8).pack(&DATA);
        let first: Vec<i8> = bytes[..18].iter().map(|&b| b as i8).collect();
        assert_eq!(first[..9], [99, 99, 99, 1, 2, 3, 4, 5, 6]);
        assert_eq!(first[16..], [4, 5]);
    }

    #[test]
    fn windows_of_two_parts_lie_together() {
        let layout = Layout::WindowPairs {
            rows: 1,
            below: 1,
            columns: 2,
            kernel: (1, 1),
            stride: (1, 2),
            top: 0,
            left: 0,
            pad: 99,
        };
        // Columns 0 and 2 of the upper row, each with those of the lower row.
        let bytes: Vec<i8> = placement(layout, 8).pack(&DATA).iter().map(|&b| b as i8).collect();
        assert_eq!(bytes, [1, 2, 3, -1, -2, -3, 99, 99, 7, 8, 9, -7, -8, -9, 99, 99]);
        let read = placement(layout, 8).unpack(&placement(layout, 8).pack(&DATA));
        assert_eq!((&read[..6], &read[15..]), (&[1, 2, 3, 0, 0, 0][..], &[-7, -8, -9][..]));
    }
}

//! How layers see stored tensors.

use super::dense::Cell;
use super::job::{Drain, Fetch};
use super::{Lower, Stored, unsupported};
use crate::graph::{Pad, Shape, Window};
use crate::plan::PlanError;
use crate::plan::layout::Layout;

/// A dense layer's input: how windows walk, and the words of one.
pub struct View {
    pub layout: Layout,
    pub fetch: Fetch,
    pub drain: Drain,
    pub cells: Vec<Cell>,
    /// Rows and columns of a window in the view's own coordinates.
    pub kernel: (usize, usize),
}

/// A window over an image, with all its padding.
#[derive(Clone, Copy)]
pub struct Sliding {
    pub input: Shape,
    pub output: (usize, usize),
    pub kernel: (usize, usize),
    pub stride: (usize, usize),
    pub pad: Pad,
    /// What padding holds.
    pub zero: i8,
}

impl Lower<'_> {
    /// A tensor in planes, perhaps of the shape that it had before it was reshaped.
    pub fn any_planar(&self, node: usize, tensor: usize) -> Result<Stored, PlanError> {
        let stored = self.stored[tensor].filter(|stored| stored.layout == Layout::Planar);
        let raster = "it reads the input that the frozen front end reads: freeze nothing";
        stored.ok_or_else(|| unsupported(&self.graph.nodes[node], raster))
    }

    /// A tensor in planes of its own shape.
    pub fn planar(&self, node: usize, tensor: usize) -> Result<Stored, PlanError> {
        let shape = self.graph.tensor(tensor).shape;
        let stored = self.any_planar(node, tensor)?;
        // Rows and columns may be counted anew, channels may not.
        let same = stored.shape.c == shape.c && stored.shape.len() == shape.len();
        let reshaped =
            "its input is a reshaped image: only a fully connected layer may read one with other channels";
        if same {
            Ok(Stored { shape, ..stored })
        } else {
            Err(unsupported(&self.graph.nodes[node], reshaped))
        }
    }

    /// How a window slides over the input of a node, paddings before it included, and where that input lies.
    pub fn sliding(&self, node: usize, window: Window) -> Result<(Stored, Sliding), PlanError> {
        let node_of = &self.graph.nodes[node];
        let (root, extra) = self.readers.root(node_of.inputs[0]);
        let padded = self.graph.tensor(node_of.inputs[0]);
        let Shape { h, w, .. } = padded.shape;
        let (output, own) = window.slide(h, w).unwrap_or_default();
        let pad = Pad {
            top: own.top + extra.top,
            left: own.left + extra.left,
            bottom: own.bottom + extra.bottom,
            right: own.right + extra.right,
        };
        let stored = self.planar(node, root)?;
        let (kernel, stride) = (window.kernel, window.stride);
        let zero = padded.quant.zero_point as i8;
        Ok((stored, Sliding { input: stored.shape, output, kernel, stride, pad, zero }))
    }
}

impl Sliding {
    /// Where windows begin.
    pub fn origin(&self) -> (i64, i64) {
        (-(self.pad.top as i64), -(self.pad.left as i64))
    }

    /// Results into planes of the output.
    fn drain(&self) -> Drain {
        planar_drain(Shape::new(self.output.0, self.output.1, 1))
    }

    /// Whether every window is one pixel, all in turn: then the image may as well be a row.
    pub fn pointwise(&self) -> bool {
        self.kernel == (1, 1) && self.stride == (1, 1) && self.pad == Pad::default()
    }

    /// The input in planes.
    pub fn planar(&self, lanes: usize) -> View {
        let Shape { h, w, c } = self.input;
        let (kh, kw) = self.kernel;
        let mut cells = Vec::new();
        for (ky, kx) in (0..kh).flat_map(|ky| (0..kw).map(move |kx| (ky, kx))) {
            for plane in 0..c.div_ceil(lanes) {
                let tap =
                    |byte| Some(plane * lanes + byte).filter(|&ch| ch < c).map(|ch| (ky * kw + kx) * c + ch);
                let taps = (0..lanes).map(|byte| tap(byte).map(|tap| tap as u32)).collect();
                cells.push(Cell { source: 0, offset: plane * h * w + ky * w + kx, at: (ky, kx), taps });
            }
        }
        let fetch = planar_fetch(self.input, self.origin(), self.stride);
        View { layout: Layout::Planar, fetch, drain: self.drain(), cells, kernel: self.kernel }
    }

    /// The other layouts in which the host may lay out the input.
    pub fn packed(&self, lanes: usize) -> Vec<View> {
        let strides = [1, 2, 4, 8].into_iter().filter(|&cs| cs >= self.input.c && 2 * cs <= lanes);
        let aligned = strides.filter(|cs| self.stride.1.is_multiple_of(lanes / cs));
        aligned.map(|cs| self.pixels(lanes, cs)).chain([self.rows(lanes)]).collect()
    }

    /// The pixels one by one, so many words from each other.
    pub fn gapped(&self, spacing: usize, lanes: usize) -> View {
        let row = flat(self.input);
        let wide = Sliding { input: Shape { w: row.w * spacing, ..row }, ..*self };
        let fetch = Fetch { pitch: (row.w * spacing, spacing), ..planar_fetch(row, (0, 0), (1, 1)) };
        View { fetch, drain: planar_drain(row), ..wide.planar(lanes) }
    }

    /// Whole windows, as channels of an image like the output.
    pub fn windows(&self, lanes: usize) -> View {
        let ((h, w), (kh, kw)) = (self.output, self.kernel);
        let image = Shape::new(h, w, kh * kw * self.input.c);
        let (input, stride, pad) = (image, (1, 1), Pad::default());
        let whole = Sliding { input, kernel: (1, 1), stride, pad, ..*self };
        let layout = Layout::Windows {
            rows: h,
            columns: w,
            kernel: self.kernel,
            stride: self.stride,
            top: self.pad.top,
            left: self.pad.left,
            pad: self.zero,
        };
        let row = flat(image);
        let (fetch, drain) = (planar_fetch(row, (0, 0), (1, 1)), planar_drain(row));
        View { layout, fetch, drain, ..whole.planar(lanes) }
    }

    /// Several pixels a word.
    fn pixels(&self, lanes: usize, channel_stride: usize) -> View {
        let (share, (kh, kw)) = (lanes / channel_stride, self.kernel);
        let (c, left) = (self.input.c, self.pad.left);
        let reached = (self.output.1 - 1) * self.stride.1 + kw;
        let columns = reached.max(left + self.input.w).next_multiple_of(share);
        let words = columns / share;
        let tap = |ky: usize, word: usize, byte: usize| {
            let (kx, ch) = (word * share + byte / channel_stride, byte % channel_stride);
            (kx < kw && ch < c).then_some(((ky * kw + kx) * c + ch) as u32)
        };
        let cells = cells((kh, kw.div_ceil(share)), lanes, (words, 1), tap, |word| word);
        let layout = Layout::Packed { channel_stride, left, columns, pad: self.zero };
        let fetch = Fetch {
            pitch: (words, 1),
            size: (self.input.h, words),
            origin: (self.origin().0, 0),
            stride: (self.stride.0, self.stride.1 / share),
            group_step: 0,
        };
        View { layout, fetch, drain: self.drain(), cells, kernel: (kh, kw.div_ceil(share)) }
    }

    /// The kernel's rows, gathered.
    fn rows(&self, lanes: usize) -> View {
        let ((kh, kw), c, columns) = (self.kernel, self.input.c, self.output.1);
        let words = (kw * c).div_ceil(lanes);
        let tap = |ky: usize, word: usize, byte: usize| {
            let at = word * lanes + byte;
            (at < kw * c).then_some((ky * kw * c + at) as u32)
        };
        let cells = cells((kh, words), lanes, (columns * words, 1), tap, |_| 0);
        let (stride, left) = (self.stride.1, self.pad.left);
        let layout = Layout::Rows { words, columns, kernel: kw, stride, left, pad: self.zero };
        let fetch = Fetch {
            pitch: (columns * words, words),
            size: (self.input.h, columns),
            origin: (self.origin().0, 0),
            stride: (self.stride.0, 1),
            group_step: 0,
        };
        View { layout, fetch, drain: self.drain(), cells, kernel: (kh, 1) }
    }
}

/// The words of a window of rows and words; `pitch` is from row to row and word to word.
fn cells(
    (rows, words): (usize, usize),
    lanes: usize,
    pitch: (usize, usize),
    tap: impl Fn(usize, usize, usize) -> Option<u32>,
    column: impl Fn(usize) -> usize,
) -> Vec<Cell> {
    let cell = |(row, word): (usize, usize)| Cell {
        source: 0,
        offset: row * pitch.0 + word * pitch.1,
        at: (row, column(word)),
        taps: (0..lanes).map(|byte| tap(row, word, byte)).collect(),
    };
    (0..rows).flat_map(|row| (0..words).map(move |word| (row, word))).map(cell).collect()
}

/// Windows over planes, in dense mode.
pub fn planar_fetch(shape: Shape, origin: (i64, i64), stride: (usize, usize)) -> Fetch {
    Fetch { pitch: (shape.w, 1), size: (shape.h, shape.w), origin, stride, group_step: 0 }
}

/// Results into planes of a tensor of its own.
pub fn planar_drain(shape: Shape) -> Drain {
    Drain { base: 0, size: (shape.h, shape.w), step: (shape.w, 1), group_step: shape.h * shape.w }
}

/// The image as one row, where columns can be counted so far.
pub fn flat(shape: Shape) -> Shape {
    let pixels = shape.h * shape.w;
    if pixels <= usize::from(u16::MAX) / 2 { Shape::new(1, pixels, shape.c) } else { shape }
}

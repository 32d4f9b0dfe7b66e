//! The line buffer and the window.

use super::window_text;
use super::{Hardware, PIXEL, Stage, Streamed, WINDOW, WindowShape};

/// Pixels in raster order to windows in raster order.
///
/// It walks over the padded image, one position a clock: inside the image a position takes a pixel, in the padding
/// it takes none and reads the padding value. When a position is the last of a window, the window is offered in
/// the next clock, its bytes in the order row, column, channel. So a frame takes `padded rows * padded columns`
/// clocks ([`WindowStage::frame_clocks`]) plus stalls, and frames may follow without a gap. Between frames the
/// walk rests before its first position until a pixel is offered, so that an idle layer does not toggle and a frame
/// takes the same clocks whatever came before.
///
/// Kernel rows but the last are kept in block RAM, one word for each padded column.
pub type Window = Streamed<WindowStage, PIXEL, WINDOW>;

/// Behaviour of [`Window`].
#[derive(Clone, Debug)]
pub struct WindowStage {
    shape: WindowShape,
    row: usize,
    col: usize,
    /// For each padded column the kernel rows above, oldest first.
    lines: Vec<i8>,
    /// The word of `lines` for this column: the block RAM's output register.
    above: Vec<i8>,
    window: Vec<i8>,
    valid: bool,
}

impl WindowStage {
    /// A walk at its start.
    pub fn new(shape: WindowShape) -> Self {
        let word = (shape.kernel().0 - 1) * shape.input().c;
        let (lines, window) = (vec![0; shape.padded().1 * word], vec![0; shape.bytes()]);
        Self { shape, row: 0, col: 0, lines, above: vec![0; word], window, valid: false }
    }

    /// Which windows these are.
    pub fn shape(&self) -> &WindowShape {
        &self.shape
    }

    /// Clocks for one frame without stalls.
    pub fn frame_clocks(&self) -> usize {
        let (h, w) = self.shape.padded();
        h * w
    }

    /// Whether the position at hand waits for a pixel: inside the image, and at the start of a frame.
    fn waits(&self) -> bool {
        self.inside() || (self.row, self.col) == (0, 0)
    }

    fn inside(&self) -> bool {
        self.shape.inside(self.row, self.col)
    }

    /// Moves one position on, with this pixel.
    fn step(&mut self, pixel: &[i8]) {
        let (h, w) = self.shape.padded();
        self.shift_window(pixel);
        let next = (self.col + 1) % w;
        self.shift_lines(pixel, next);
        self.valid = self.shape.completes(self.row, self.col);
        self.col = next;
        if next == 0 {
            self.row = (self.row + 1) % h;
        }
    }

    /// Each kernel row moves one pixel to the left and takes its pixel of this column at the right.
    fn shift_window(&mut self, pixel: &[i8]) {
        let c = self.shape.input().c;
        let width = self.shape.kernel().1 * c;
        let column = self.above.chunks(c).chain(std::iter::once(&pixel[..c]));
        for (row, new) in self.window.chunks_mut(width).zip(column) {
            row.copy_within(c.., 0);
            row[width - c..].copy_from_slice(new);
        }
    }

    /// Stores this column without its oldest row, and reads the next one.
    fn shift_lines(&mut self, pixel: &[i8], next: usize) {
        let (c, word) = (self.shape.input().c, self.above.len());
        if word == 0 {
            return;
        }
        self.above.copy_within(c.., 0);
        self.above[word - c..].copy_from_slice(&pixel[..c]);
        self.lines[self.col * word..][..word].copy_from_slice(&self.above);
        self.above.copy_from_slice(&self.lines[next * word..][..word]);
    }
}

impl Stage for WindowStage {
    fn ready(&self, down_ready: bool) -> bool {
        (!self.valid || down_ready) && self.inside()
    }

    fn valid(&self) -> bool {
        self.valid
    }

    fn data(&self) -> &[i8] {
        &self.window
    }

    fn clock(&mut self, offered: Option<&[i8]>, down_ready: bool) {
        if self.valid && !down_ready {
            return;
        }
        let padding = [self.shape.pad_value(); PIXEL];
        match offered {
            None if self.waits() => self.valid = false,
            Some(pixel) if self.inside() => self.step(pixel),
            _ => self.step(&padding),
        }
    }

    fn reset(&mut self) {
        *self = Self::new(self.shape.clone());
    }
}

impl Hardware for WindowStage {
    fn verilog(&self) -> String {
        window_text::text(&self.shape)
    }
}

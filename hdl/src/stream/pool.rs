//! Average pooling.

use frazil_model::plan::Shape;

use super::error::{StreamError, channels, extent};
use super::pool_text;
use super::{Hardware, PIXEL, Stage, Streamed};

/// Average over blocks of `size` x `size` pixels that do not overlap, rounded half away from zero as in TFLite.
///
/// Rows and columns beyond the last whole block are taken and dropped. A result is offered in the clock after
/// the last pixel of its block; all other pixels are taken whether or not the last result has left, so pixels
/// pass at one a clock. A row of partial sums is kept in block RAM, one word for each block.
pub type AveragePool = Streamed<AveragePoolStage, PIXEL, PIXEL>;

/// Behaviour of [`AveragePool`].
#[derive(Clone, Debug)]
pub struct AveragePoolStage {
    input: Shape,
    size: usize,
    row: usize,
    col: usize,
    /// Sums of this block's pixels in this row.
    run: Vec<i32>,
    /// Sums of this block's rows above: the block RAM's output register.
    stored: Vec<i32>,
    sums: Vec<i32>,
    data: Vec<i8>,
    valid: bool,
}

impl AveragePoolStage {
    /// For images of this shape and blocks of `size` x `size`: 2, 4 or 8.
    ///
    /// # Errors
    /// A size that the hardware does not hold.
    pub fn new(input: Shape, size: usize) -> Result<Self, StreamError> {
        let c = channels(input.c)?;
        extent(input.h, input.w)?;
        if ![2, 4, 8].contains(&size) || size > input.h || size > input.w {
            return Err(StreamError::Pool { size, h: input.h, w: input.w });
        }
        Ok(Self {
            input,
            size,
            row: 0,
            col: 0,
            run: vec![0; c],
            stored: vec![0; c],
            sums: vec![0; input.w / size * c],
            data: vec![0; c],
            valid: false,
        })
    }

    /// Image that comes in.
    pub fn input(&self) -> Shape {
        self.input
    }

    /// Rows and columns of a block.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Whether this position is in a whole block, the last of its row there, the last of its column there.
    fn place(&self) -> (bool, bool, bool) {
        let whole = self.row / self.size < self.input.h / self.size
            && self.col / self.size < self.input.w / self.size;
        (whole, self.col % self.size == self.size - 1, self.row % self.size == self.size - 1)
    }

    fn emits(&self) -> bool {
        self.place() == (true, true, true)
    }

    fn take(&mut self, pixel: &[i8]) {
        let (whole, row_end, block_end) = self.place();
        if whole {
            self.run.iter_mut().zip(pixel).for_each(|(sum, byte)| *sum += i32::from(*byte));
            if row_end {
                self.end_row(block_end);
            } else if self.col.is_multiple_of(self.size) {
                let (c, at) = (self.input.c, self.col / self.size);
                self.stored.copy_from_slice(&self.sums[at * c..][..c]);
            }
        }
        self.col = (self.col + 1) % self.input.w;
        if self.col == 0 {
            self.row = (self.row + 1) % self.input.h;
        }
    }

    /// Adds the block's rows above and stores the sum, or at the block's end its average.
    fn end_row(&mut self, block_end: bool) {
        if !self.row.is_multiple_of(self.size) {
            self.run.iter_mut().zip(&self.stored).for_each(|(sum, above)| *sum += above);
        }
        if block_end {
            let count = (self.size * self.size) as i32;
            self.data.iter_mut().zip(&self.run).for_each(|(to, sum)| *to = rounded(*sum, count));
        } else {
            let at = self.col / self.size * self.input.c;
            self.sums[at..][..self.input.c].copy_from_slice(&self.run);
        }
        self.run.fill(0);
    }
}

/// `sum / count`, halves away from zero. The average of bytes is a byte.
fn rounded(sum: i32, count: i32) -> i8 {
    let half = count / 2;
    ((if sum > 0 { sum + half } else { sum - half }) / count) as i8
}

impl Stage for AveragePoolStage {
    fn ready(&self, down_ready: bool) -> bool {
        !self.emits() || !self.valid || down_ready
    }

    fn valid(&self) -> bool {
        self.valid
    }

    fn data(&self) -> &[i8] {
        &self.data
    }

    fn clock(&mut self, offered: Option<&[i8]>, down_ready: bool) {
        let taken = offered.filter(|_| self.ready(down_ready));
        self.valid = (self.valid && !down_ready) || (taken.is_some() && self.emits());
        if let Some(pixel) = taken {
            self.take(pixel);
        }
    }

    fn reset(&mut self) {
        self.row = 0;
        self.col = 0;
        self.valid = false;
        for sums in [&mut self.run, &mut self.stored, &mut self.sums] {
            sums.fill(0);
        }
        self.data.fill(0);
    }
}

impl Hardware for AveragePoolStage {
    fn verilog(&self) -> String {
        pool_text::text(self.input, self.size)
    }
}

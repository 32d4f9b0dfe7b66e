//! The result of block matching.

use super::{MotionConfig, MotionError};

/// What block matching found for one macroblock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MotionBlock {
    /// Columns from the block to its origin in the previous frame.
    pub dx: i8,
    /// Rows from the block to its origin in the previous frame.
    pub dy: i8,
    /// Sum of absolute differences at (dx, dy), over [`MotionField::window_pixels`] pixels.
    pub sad: u32,
    /// How much there is to match: the smaller of the two SADs of the window in the current frame against
    /// itself displaced by one pixel along x and along y (towards the inside at the frame's edge). Flat areas
    /// have 0, and so have straight horizontal or vertical edges, whose motion along the edge cannot be seen.
    /// 0 also when [`MotionConfig::texture`](super::MotionConfig::texture) is off.
    pub texture: u32,
}

/// A macroblock and the pixels it owns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// First column, pixels.
    pub x: usize,
    /// First row, pixels.
    pub y: usize,
    /// Columns owned, pixels; less than the macroblock side in the last column at most.
    pub width: usize,
    /// Rows owned, pixels; less than the macroblock side in the last row at most.
    pub height: usize,
    /// What was found.
    pub motion: MotionBlock,
}

/// The macroblocks of one frame, rows from the top.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MotionField {
    width: usize,
    height: usize,
    block: usize,
    columns: usize,
    blocks: Vec<MotionBlock>,
}

impl MotionField {
    /// A field without motion and without differences, for frames of `width` by `height` (both above 0).
    pub(super) fn still(width: usize, height: usize, block: usize) -> Self {
        let columns = width.div_ceil(block);
        let blocks = vec![MotionBlock::default(); columns * height.div_ceil(block)];
        Self { width, height, block, columns, blocks }
    }

    /// A field from motion that was found elsewhere, for instance in the vectors of a video stream:
    /// `motion(column, row)` for every macroblock.
    ///
    /// # Errors
    /// A frame without pixels, a macroblock side out of bounds.
    pub fn from_fn(
        (width, height): (usize, usize),
        block: usize,
        mut motion: impl FnMut(usize, usize) -> MotionBlock,
    ) -> Result<Self, MotionError> {
        MotionConfig { block, ..MotionConfig::default() }.check()?;
        if width == 0 || height == 0 {
            return Err(MotionError::Empty { width, height });
        }
        let mut field = Self::still(width, height, block);
        for (index, target) in field.blocks.iter_mut().enumerate() {
            *target = motion(index % field.columns, index / field.columns);
        }
        Ok(field)
    }

    /// Width of the frame, pixels.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Height of the frame, pixels.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Side of a macroblock, pixels.
    pub fn block(&self) -> usize {
        self.block
    }

    /// Macroblocks in a row.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Macroblocks in a column.
    pub fn rows(&self) -> usize {
        self.blocks.len() / self.columns
    }

    /// All macroblocks, rows from the top: macroblock (column, row) is at `row * columns + column`.
    pub fn blocks(&self) -> &[MotionBlock] {
        &self.blocks
    }

    /// The macroblocks, to write.
    pub(super) fn blocks_mut(&mut self) -> &mut [MotionBlock] {
        &mut self.blocks
    }

    /// The macroblock in `column` and `row`, `None` outside the field.
    pub fn get(&self, column: usize, row: usize) -> Option<Block> {
        if column >= self.columns {
            return None;
        }
        let motion = *self.blocks.get(row * self.columns + column)?;
        let (x, y) = (column * self.block, row * self.block);
        let (width, height) = (self.block.min(self.width - x), self.block.min(self.height - y));
        Some(Block { x, y, width, height, motion })
    }

    /// Width and height of the window every macroblock was matched over: the macroblock, or the frame where
    /// that is smaller.
    pub fn window(&self) -> (usize, usize) {
        (self.block.min(self.width), self.block.min(self.height))
    }

    /// Pixels of that window.
    pub fn window_pixels(&self) -> usize {
        let (width, height) = self.window();
        width * height
    }

    /// Confidence of a macroblock, `1 - SAD / (255 * window pixels)`: 1 for a perfect match, 0 for black
    /// against white.
    pub fn confidence(&self, motion: &MotionBlock) -> f64 {
        (1.0 - f64::from(motion.sad) / (255.0 * self.window_pixels() as f64)).max(0.0)
    }
}

//! The block matcher: owns its buffers, allocates nothing per frame.

use super::kernel::{Kernel, Rectangle, Square};
use super::search::{self, Area, Best};
use super::{MotionBlock, MotionConfig, MotionError, MotionField, Search};
use crate::frame::GrayView;

/// Estimates motion between frames of one size.
pub struct MotionEstimator {
    config: MotionConfig,
    field: MotionField,
    scan: Scan,
    block: AnyKernel,
}

/// The kernels there are; the squares are several times faster than the rectangle.
enum AnyKernel {
    Square8(Box<Square<8>>),
    Square16(Box<Square<16>>),
    Rectangle(Rectangle),
}

impl AnyKernel {
    fn new(window: (usize, usize)) -> Self {
        match window {
            (8, 8) => Self::Square8(Box::new(Square::new())),
            (16, 16) => Self::Square16(Box::new(Square::new())),
            (width, height) => Self::Rectangle(Rectangle::new(width, height)),
        }
    }
}

/// A search with what it needs.
enum Scan {
    ThreeStep { first_step: i32 },
    Exhaustive { displacements: Vec<(i8, i8)> },
}

impl Scan {
    fn new(config: &MotionConfig) -> Self {
        match config.search {
            Search::ThreeStep => Self::ThreeStep { first_step: search::first_step(config.range) },
            Search::Exhaustive => Self::Exhaustive { displacements: search::outwards(config.range) },
        }
    }

    fn run(&self, kernel: &impl Kernel, area: &Area<'_>) -> Best {
        match self {
            Self::ThreeStep { first_step } => search::three_step(kernel, area, *first_step),
            Self::Exhaustive { displacements } => search::exhaustive(kernel, area, displacements),
        }
    }
}

impl MotionEstimator {
    /// An estimator for frames of `width` by `height` pixels.
    ///
    /// # Errors
    /// A frame without pixels, a macroblock side or a search range out of bounds.
    pub fn new(config: MotionConfig, width: usize, height: usize) -> Result<Self, MotionError> {
        config.check()?;
        if width == 0 || height == 0 {
            return Err(MotionError::Empty { width, height });
        }
        let field = MotionField::still(width, height, config.block);
        let block = AnyKernel::new(field.window());
        Ok(Self { config, scan: Scan::new(&config), field, block })
    }

    /// The configuration the estimator was made with.
    pub fn config(&self) -> &MotionConfig {
        &self.config
    }

    /// The field of the latest estimate; without motion before the first.
    pub fn field(&self) -> &MotionField {
        &self.field
    }

    /// The motion from `prev` to `cur`: for each macroblock of `cur`, where in `prev` it came from.
    ///
    /// # Errors
    /// A frame of another size than the estimator was made for; the field is then as it was.
    pub fn estimate(&mut self, prev: &GrayView<'_>, cur: &GrayView<'_>) -> Result<&MotionField, MotionError> {
        self.check(prev)?;
        self.check(cur)?;
        let Self { config, field, scan, block } = self;
        match block {
            AnyKernel::Square8(kernel) => fill(field, config, scan, kernel.as_mut(), (prev, cur)),
            AnyKernel::Square16(kernel) => fill(field, config, scan, kernel.as_mut(), (prev, cur)),
            AnyKernel::Rectangle(kernel) => fill(field, config, scan, kernel, (prev, cur)),
        }
        Ok(&self.field)
    }

    fn check(&self, frame: &GrayView<'_>) -> Result<(), MotionError> {
        let expected = (self.field.width(), self.field.height());
        let got = (frame.width(), frame.height());
        if expected == got { Ok(()) } else { Err(MotionError::Size { expected, got }) }
    }
}

/// Searches every macroblock of a `(previous, current)` pair.
fn fill<K: Kernel>(
    field: &mut MotionField,
    config: &MotionConfig,
    scan: &Scan,
    kernel: &mut K,
    (prev, cur): (&GrayView<'_>, &GrayView<'_>),
) {
    let (window, columns) = (field.window(), field.columns());
    for (index, motion) in field.blocks_mut().iter_mut().enumerate() {
        // The windows of the last column and row are pushed back to the edge of the frame.
        let x = (index % columns * config.block).min(cur.width() - window.0);
        let y = (index / columns * config.block).min(cur.height() - window.1);
        kernel.load(cur, x, y);
        let best = scan.run(kernel, &Area { prev, origin: (x, y), window, range: config.range.into() });
        let texture = if config.texture { texture(kernel, cur, (x, y), window) } else { 0 };
        // Components are within the range, which fits an i8.
        *motion = MotionBlock { dx: best.dx as i8, dy: best.dy as i8, sad: best.sad, texture };
    }
}

/// The smaller of the SADs of a window against itself one pixel aside and one pixel up or down.
fn texture(kernel: &impl Kernel, cur: &GrayView<'_>, (x, y): (usize, usize), window: (usize, usize)) -> u32 {
    let aside = neighbour(x, window.0, cur.width()).map(|x| kernel.sad(cur, x, y, u32::MAX));
    let below = neighbour(y, window.1, cur.height()).map(|y| kernel.sad(cur, x, y, u32::MAX));
    aside.unwrap_or(0).min(below.unwrap_or(0))
}

/// The position next to `position` where a window still fits into `size`, the following one if possible.
fn neighbour(position: usize, window: usize, size: usize) -> Option<usize> {
    if position + window < size { Some(position + 1) } else { position.checked_sub(1) }
}

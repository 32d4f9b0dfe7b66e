//! The two searches, over any kernel.

use super::kernel::Kernel;
use crate::frame::GrayView;

/// Where one macroblock may look.
pub(super) struct Area<'a> {
    /// The previous frame.
    pub prev: &'a GrayView<'a>,
    /// Top-left corner of the window in the current frame, pixels.
    pub origin: (usize, usize),
    /// Width and height of the window, pixels.
    pub window: (usize, usize),
    /// Largest magnitude of a component.
    pub range: i32,
}

impl Area<'_> {
    /// The place in the previous frame at displacement (dx, dy), `None` out of range or out of the frame.
    #[inline]
    fn place(&self, dx: i32, dy: i32) -> Option<(usize, usize)> {
        if dx.abs() > self.range || dy.abs() > self.range {
            return None;
        }
        let x = self.origin.0.checked_add_signed(dx as isize)?;
        let y = self.origin.1.checked_add_signed(dy as isize)?;
        let inside = x + self.window.0 <= self.prev.width() && y + self.window.1 <= self.prev.height();
        inside.then_some((x, y))
    }
}

/// The best displacement so far.
#[derive(Clone, Copy)]
pub(super) struct Best {
    pub dx: i32,
    pub dy: i32,
    pub sad: u32,
}

impl Best {
    /// The zero vector, which every search starts with: it is always inside the frame.
    fn at_rest(kernel: &impl Kernel, area: &Area<'_>) -> Self {
        let (x, y) = area.origin;
        Self { dx: 0, dy: 0, sad: kernel.sad(area.prev, x, y, u32::MAX) }
    }

    /// Compares with the displacement (dx, dy) and keeps the better one.
    #[inline]
    fn probe(&mut self, kernel: &impl Kernel, area: &Area<'_>, dx: i32, dy: i32) {
        let Some((x, y)) = area.place(dx, dy) else { return };
        let sad = kernel.sad(area.prev, x, y, self.sad);
        if sad < self.sad || (sad == self.sad && rank(dx, dy) < rank(self.dx, self.dy)) {
            *self = Self { dx, dy, sad };
        }
    }

    /// Nothing can be better than a perfect match without motion.
    fn is_final(&self) -> bool {
        self.sad == 0 && self.dx == 0 && self.dy == 0
    }
}

/// The order in which ties are decided, smaller first.
pub(super) fn rank(dx: i32, dy: i32) -> (i32, i32, i32) {
    (dx * dx + dy * dy, dy, dx)
}

/// First step of the three-step search: the smallest power of two with `2 * step - 1 >= range`.
pub(super) fn first_step(range: u8) -> i32 {
    ((u32::from(range) + 1).next_power_of_two() / 2) as i32
}

/// Three-step search.
pub(super) fn three_step(kernel: &impl Kernel, area: &Area<'_>, first_step: i32) -> Best {
    let mut best = Best::at_rest(kernel, area);
    let mut step = first_step;
    while step > 0 && !best.is_final() {
        let centre = best;
        for (x, y) in NEIGHBOURS {
            best.probe(kernel, area, centre.dx + x * step, centre.dy + y * step);
        }
        step /= 2;
    }
    best
}

const NEIGHBOURS: [(i32, i32); 8] = [(-1, -1), (0, -1), (1, -1), (-1, 0), (1, 0), (-1, 1), (0, 1), (1, 1)];

/// All displacements of a range but the zero vector, by [`rank`].
///
/// Searching from the middle outwards finds a small SAD early, which lets the kernel give up on the rest after
/// a few rows; and a tie never wins against what was found before it.
pub(super) fn outwards(range: u8) -> Vec<(i8, i8)> {
    let range = range as i8;
    let row = |dy: i8| (-range..=range).map(move |dx| (dx, dy));
    let mut all: Vec<_> = (-range..=range).flat_map(row).filter(|&v| v != (0, 0)).collect();
    all.sort_unstable_by_key(|&(dx, dy)| rank(dx.into(), dy.into()));
    all
}

/// Exhaustive search over displacements in the order of [`outwards`].
pub(super) fn exhaustive(kernel: &impl Kernel, area: &Area<'_>, displacements: &[(i8, i8)]) -> Best {
    let mut best = Best::at_rest(kernel, area);
    for &(dx, dy) in displacements {
        if best.sad == 0 {
            break;
        }
        best.probe(kernel, area, dx.into(), dy.into());
    }
    best
}

//! Axis-aligned boxes in pixels.

use serde::{Deserialize, Serialize};

/// An axis-aligned box: top-left corner and size, in pixels, 0-based.
///
/// Coordinates are continuous: pixel (0, 0) covers the square from (0, 0) to (1, 1), so a box of `n` by
/// `m` whole pixels has `w = n` and `h = m`. Boxes with a non-finite number or a size that is not positive
/// are representable (they come out of files) but not [valid](BBox::is_valid); they have area 0 and
/// overlap nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BBox {
    /// Left edge, pixels.
    pub x: f64,
    /// Top edge, pixels.
    pub y: f64,
    /// Width, pixels.
    pub w: f64,
    /// Height, pixels.
    pub h: f64,
}

impl BBox {
    /// A box from its top-left corner and size.
    pub const fn new(x: f64, y: f64, w: f64, h: f64) -> Self {
        Self { x, y, w, h }
    }

    /// A box from its edges.
    pub fn from_edges(left: f64, top: f64, right: f64, bottom: f64) -> Self {
        Self::new(left, top, right - left, bottom - top)
    }

    /// A box from its centre and size.
    pub fn from_centre(cx: f64, cy: f64, w: f64, h: f64) -> Self {
        Self::new(cx - w / 2.0, cy - h / 2.0, w, h)
    }

    /// Right edge, exclusive.
    pub fn right(&self) -> f64 {
        self.x + self.w
    }

    /// Bottom edge, exclusive.
    pub fn bottom(&self) -> f64 {
        self.y + self.h
    }

    /// The centre `(x, y)`.
    pub fn centre(&self) -> (f64, f64) {
        (self.x + self.w / 2.0, self.y + self.h / 2.0)
    }

    /// True when every number is finite and both sizes are positive.
    pub fn is_valid(&self) -> bool {
        let finite = [self.x, self.y, self.w, self.h].iter().all(|v| v.is_finite());
        finite && self.w > 0.0 && self.h > 0.0
    }

    /// Area in square pixels; 0 for a box that is not valid.
    pub fn area(&self) -> f64 {
        if self.is_valid() { self.w * self.h } else { 0.0 }
    }

    /// The box moved by `(dx, dy)`.
    #[must_use]
    pub fn translated(&self, dx: f64, dy: f64) -> Self {
        Self::new(self.x + dx, self.y + dy, self.w, self.h)
    }

    /// The box with both sizes multiplied by `factor`, around the same centre.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        let (cx, cy) = self.centre();
        Self::from_centre(cx, cy, self.w * factor, self.h * factor)
    }

    /// The common part of two boxes, `None` when it has no area.
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        if !self.is_valid() || !other.is_valid() {
            return None;
        }
        let (left, top) = (self.x.max(other.x), self.y.max(other.y));
        let (right, bottom) = (self.right().min(other.right()), self.bottom().min(other.bottom()));
        let common = Self::from_edges(left, top, right, bottom);
        common.is_valid().then_some(common)
    }

    /// Intersection over union, in \[0, 1\]; 0 when either box is not valid.
    pub fn iou(&self, other: &Self) -> f64 {
        let Some(common) = self.intersection(other) else { return 0.0 };
        let inter = common.area();
        let union = self.area() + other.area() - inter;
        // Rounding of the edges can put the quotient a hair above one for equal boxes.
        (inter / union).clamp(0.0, 1.0)
    }

    /// Distance of the two centres in pixels.
    pub fn centre_distance(&self, other: &Self) -> f64 {
        let ((ax, ay), (bx, by)) = (self.centre(), other.centre());
        (ax - bx).hypot(ay - by)
    }

    /// The part of the box inside a frame of `width` by `height` pixels, `None` when it is outside.
    pub fn clipped(&self, width: usize, height: usize) -> Option<Self> {
        self.intersection(&Self::new(0.0, 0.0, width as f64, height as f64))
    }

    /// The smallest box that holds every valid box of `boxes`, `None` when there is none.
    pub fn hull<'a>(boxes: impl IntoIterator<Item = &'a BBox>) -> Option<BBox> {
        boxes.into_iter().filter(|b| b.is_valid()).copied().reduce(|a, b| {
            let (left, top) = (a.x.min(b.x), a.y.min(b.y));
            Self::from_edges(left, top, a.right().max(b.right()), a.bottom().max(b.bottom()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn iou_of_known_boxes() {
        let a = BBox::new(0.0, 0.0, 4.0, 4.0);
        assert_eq!(a.iou(&a), 1.0);
        // 2x2 common of 16 + 16 - 4.
        assert_eq!(a.iou(&BBox::new(2.0, 2.0, 4.0, 4.0)), 4.0 / 28.0);
        assert_eq!(a.iou(&BBox::new(4.0, 0.0, 4.0, 4.0)), 0.0);
        assert_eq!(a.iou(&BBox::new(1.0, 1.0, 2.0, 2.0)), 0.25);
    }

    #[test]
    fn broken_boxes_overlap_nothing() {
        let good = BBox::new(0.0, 0.0, 10.0, 10.0);
        for bad in [
            BBox::new(f64::NAN, 0.0, 1.0, 1.0),
            BBox::new(0.0, 0.0, 0.0, 5.0),
            BBox::new(0.0, 0.0, -3.0, 5.0),
            BBox::new(0.0, 0.0, f64::INFINITY, 5.0),
        ] {
            assert!(!bad.is_valid());
            assert_eq!(bad.area(), 0.0);
            assert_eq!(good.iou(&bad), 0.0);
            assert_eq!(bad.clipped(10, 10), None);
        }
    }

    #[test]
    fn clip_and_hull() {
        let b = BBox::new(-2.0, 3.0, 5.0, 20.0);
        assert_eq!(b.clipped(10, 10), Some(BBox::new(0.0, 3.0, 3.0, 7.0)));
        assert_eq!(BBox::new(11.0, 0.0, 5.0, 5.0).clipped(10, 10), None);
        let c = BBox::new(4.0, 1.0, 1.0, 1.0);
        assert_eq!(BBox::hull([&b, &c]), Some(BBox::new(-2.0, 1.0, 7.0, 22.0)));
        assert_eq!(BBox::hull([&BBox::default()]), None);
    }

    fn any_box() -> impl Strategy<Value = BBox> {
        (-50.0..50.0, -50.0..50.0, 0.1..60.0, 0.1..60.0).prop_map(|(x, y, w, h)| BBox::new(x, y, w, h))
    }

    proptest! {
        #[test]
        fn iou_is_symmetric_and_in_the_unit_interval(a in any_box(), b in any_box()) {
            prop_assert_eq!(a.iou(&b), b.iou(&a));
            prop_assert!((0.0..=1.0).contains(&a.iou(&b)));
            prop_assert!(a.iou(&a) > 1.0 - 1e-12);
        }

        #[test]
        fn hull_holds_both_and_clip_is_inside(a in any_box(), b in any_box()) {
            let hull = BBox::hull([&a, &b]).ok_or(TestCaseError::fail("no hull"))?;
            prop_assert!(hull.x <= a.x.min(b.x) && hull.y <= a.y.min(b.y));
            prop_assert!(hull.right() >= a.right().max(b.right()) - 1e-9);
            prop_assert!(hull.bottom() >= a.bottom().max(b.bottom()) - 1e-9);
            if let Some(c) = a.clipped(40, 30) {
                prop_assert!(c.x >= 0.0 && c.y >= 0.0 && c.right() <= 40.0 + 1e-9 && c.bottom() <= 30.0 + 1e-9);
                prop_assert!(c.area() <= a.area() + 1e-9);
            }
        }

        #[test]
        fn translation_keeps_iou(a in any_box(), b in any_box(), dx in -9.0..9.0, dy in -9.0..9.0) {
            let moved = a.translated(dx, dy).iou(&b.translated(dx, dy));
            prop_assert!((moved - a.iou(&b)).abs() < 1e-9);
        }
    }
}

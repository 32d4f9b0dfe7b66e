//! Drawing boxes on a picture of palette indices.

use frazil_track::BBox;

/// Columns, rows and one palette index for each pixel.
pub struct Canvas {
    width: u32,
    height: u32,
    pixels: Vec<u8>,
}

impl Canvas {
    /// A canvas of one colour.
    pub fn new(width: u32, height: u32, colour: u8) -> Self {
        Self { width, height, pixels: vec![colour; width as usize * height as usize] }
    }

    /// The indices, row by row.
    pub fn into_pixels(self) -> Vec<u8> {
        self.pixels
    }

    /// Sets a pixel; outside the canvas nothing happens.
    pub fn set(&mut self, x: i64, y: i64, colour: u8) {
        if (0..self.width.into()).contains(&x) && (0..self.height.into()).contains(&y) {
            self.pixels[y as usize * self.width as usize + x as usize] = colour;
        }
    }

    /// Fills `w` columns and `h` rows.
    pub fn fill(&mut self, (x, y): (i64, i64), (w, h): (i64, i64), colour: u8) {
        for row in y.max(0)..(y + h).min(self.height.into()) {
            for column in x.max(0)..(x + w).min(self.width.into()) {
                self.set(column, row, colour);
            }
        }
    }

    /// Draws a box's outline, `thick` pixels inwards; a box that is no box is not drawn.
    pub fn outline(&mut self, bbox: &BBox, thick: i64, colour: u8) {
        if !bbox.is_valid() {
            return;
        }
        // A cast of a float saturates, so that a box far outside stays outside.
        let (left, top) = (bbox.x.round() as i64, bbox.y.round() as i64);
        let (right, bottom) = (bbox.right().round() as i64, bbox.bottom().round() as i64);
        let (w, h) = (right.saturating_sub(left), bottom.saturating_sub(top));
        for (at, size) in [
            ((left, top), (w, thick)),
            ((left, bottom.saturating_sub(thick)), (w, thick)),
            ((left, top), (thick, h)),
            ((right.saturating_sub(thick), top), (thick, h)),
        ] {
            self.fill_saturating(at, size, colour);
        }
    }

    fn fill_saturating(&mut self, (x, y): (i64, i64), (w, h): (i64, i64), colour: u8) {
        // Far beyond any picture, and far from overflow.
        let limit = |v: i64| v.clamp(-1 << 40, 1 << 40);
        self.fill((limit(x), limit(y)), (limit(w), limit(h)), colour);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outlines_are_clipped() {
        let mut canvas = Canvas::new(6, 5, 0);
        canvas.outline(&BBox::new(1.0, 1.0, 4.0, 3.0), 1, 7);
        canvas.outline(&BBox::new(4.6, -9.0, 1e300, 1e300), 1, 8);
        canvas.outline(&BBox::new(f64::NAN, 0.0, 1.0, 1.0), 1, 9);
        let rows: Vec<&[u8]> = canvas.pixels.chunks(6).collect();
        assert_eq!(rows[0], [0, 0, 0, 0, 0, 8]);
        assert_eq!(rows[1], [0, 7, 7, 7, 7, 8]);
        assert_eq!(rows[2], [0, 7, 0, 0, 7, 8]);
        assert_eq!(rows[3], [0, 7, 7, 7, 7, 8]);
    }
}

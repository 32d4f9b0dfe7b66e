//! Moving things: a texture, a path and a size.

use frazil_track::BBox;
use image::{Rgb, RgbImage};

use super::fixed::{BITS, ONE, mul, sine, to_f64, whole};
use super::noise;

/// Rows and columns of a texture.
const TEXELS: i64 = 64;
/// Samples of a pixel along each axis: enough that edges and stripes do not flicker.
const SAMPLES: i64 = 3;

/// `middle + swing * sin(turns(tick))`, all in 16.16.
#[derive(Clone, Copy)]
pub struct Wave {
    /// Mean value.
    pub middle: i64,
    /// Largest distance from it.
    pub swing: i64,
    /// Ticks of a full turn.
    pub period: i64,
    /// Turns at tick 0.
    pub phase: i64,
}

impl Wave {
    /// A wave from whole numbers; the phase is in 1/256 turns.
    pub const fn new(middle: i64, swing: i64, period: i64, phase: i64) -> Self {
        Self { middle: whole(middle), swing: whole(swing), period, phase: phase * ONE / 256 }
    }

    /// The value at a tick.
    pub fn at(&self, tick: i64) -> i64 {
        self.middle + mul(self.swing, sine(self.phase + tick * ONE / self.period))
    }
}

/// The outline.
#[derive(Clone, Copy, PartialEq)]
pub enum Shape {
    /// The whole box.
    Rectangle,
    /// The largest ellipse in the box.
    Ellipse,
}

/// How a texture is made.
#[derive(Clone, Copy)]
pub struct Look {
    /// Its noise.
    pub seed: u32,
    /// Direction of the stripes: `x * stripes.0 + y * stripes.1`.
    pub stripes: (i64, i64),
    /// Colours of the stripes, in turn.
    pub colours: [[u8; 3]; 2],
}

/// One moving thing.
pub struct Object {
    /// Centre column, pixels.
    pub x: Wave,
    /// Centre row, pixels.
    pub y: Wave,
    /// Width, pixels.
    pub size: Wave,
    /// Height over width, 16.16.
    pub aspect: i64,
    /// Outline.
    pub shape: Shape,
    /// Texture, made by [`texture`].
    pub texture: RgbImage,
}

/// Left, top, width and height in 16.16.
type Edges = (i64, i64, i64, i64);

impl Object {
    fn edges(&self, tick: i64) -> Edges {
        let w = self.size.at(tick);
        let h = mul(w, self.aspect);
        (self.x.at(tick) - w / 2, self.y.at(tick) - h / 2, w, h)
    }

    /// The exact box.
    pub fn truth(&self, tick: i64) -> BBox {
        let (x, y, w, h) = self.edges(tick);
        BBox::new(to_f64(x), to_f64(y), to_f64(w), to_f64(h))
    }

    /// Paints the object over the picture.
    pub fn paint(&self, picture: &mut RgbImage, tick: i64) {
        let (left, top, w, h) = self.edges(tick);
        let span = |from: i64, size: i64, end: u32| {
            (from >> BITS).clamp(0, end.into())..(((from + size) >> BITS) + 1).clamp(0, end.into())
        };
        for y in span(top, h, picture.height()) {
            for x in span(left, w, picture.width()) {
                let pixel = picture.get_pixel_mut(x as u32, y as u32);
                *pixel = self.blend(*pixel, x, y, (left, top, w, h));
            }
        }
    }

    /// The pixel with the samples that fall on the object.
    fn blend(&self, under: Rgb<u8>, x: i64, y: i64, edges: Edges) -> Rgb<u8> {
        let mut sum = [0i64; 3];
        for sample in 0..SAMPLES * SAMPLES {
            let (column, row) = (sample % SAMPLES, sample / SAMPLES);
            let inside = |p: i64, s: i64| whole(p) + (2 * s + 1) * ONE / (2 * SAMPLES);
            let texel = self.texel(inside(x, column), inside(y, row), edges);
            for (total, channel) in sum.iter_mut().zip(texel.unwrap_or(under).0) {
                *total += i64::from(channel);
            }
        }
        Rgb(sum.map(|s| (s / (SAMPLES * SAMPLES)) as u8))
    }

    fn texel(&self, x: i64, y: i64, (left, top, w, h): Edges) -> Option<Rgb<u8>> {
        // Place in the box, 0..ONE.
        let (u, v) = ((x - left) * ONE / w, (y - top) * ONE / h);
        if !(0..ONE).contains(&u) || !(0..ONE).contains(&v) {
            return None;
        }
        let (dx, dy) = (2 * u - ONE, 2 * v - ONE);
        if self.shape == Shape::Ellipse && mul(dx, dx) + mul(dy, dy) > ONE {
            return None;
        }
        Some(*self.texture.get_pixel(((u * TEXELS) >> BITS) as u32, ((v * TEXELS) >> BITS) as u32))
    }
}

/// Stripes of two colours under noise, with a dark rim.
pub fn texture(look: Look) -> RgbImage {
    RgbImage::from_fn(TEXELS as u32, TEXELS as u32, |x, y| {
        let (x, y) = (i64::from(x), i64::from(y));
        let stripe = (x * look.stripes.0 + y * look.stripes.1 + 1024).div_euclid(32).rem_euclid(2);
        let shade = 96 + noise::octaves(x, y, 16, 3, look.seed) * 5 / 4;
        let rim = x.min(y).min(TEXELS - 1 - x).min(TEXELS - 1 - y) < 3;
        let light = if rim { shade / 4 } else { shade };
        Rgb(look.colours[stripe as usize].map(|c| (i64::from(c) * light / 256).min(255) as u8))
    })
}

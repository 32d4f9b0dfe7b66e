//! What is where, and when.

use frazil_track::BBox;
use image::{Rgb, RgbImage};

use super::fixed::{BITS, ONE, whole};
use super::noise;
use super::object::{Look, Object, Shape, Wave, texture};
use super::{HEIGHT, WIDTH};

/// Ticks of a frame.
const TICKS: i64 = 16;
/// Frames whose exposure lasts as long as the frame.
const BLURRED: std::ops::Range<usize> = 112..126;
/// Pictures that a blurred frame is the mean of.
const EXPOSURES: i64 = 8;
/// Background around the frame that the panning camera sees.
const MARGIN: i64 = 24;
/// Largest noise of the sensor, in steps of the 8 bits.
const SENSOR_NOISE: i64 = 1;

/// The clip's world.
pub struct Scene {
    background: RgbImage,
    pan: (Wave, Wave),
    distractors: Vec<Object>,
    target: Object,
}

impl Scene {
    /// The one scene there is.
    pub fn new() -> Self {
        Self {
            background: background(),
            pan: (Wave::new(0, 20, 230 * TICKS, 0), Wave::new(0, 14, 310 * TICKS, 64)),
            distractors: distractors(),
            target: target(),
        }
    }

    /// The target's box in the middle of the exposure.
    pub fn truth(&self, frame: usize) -> BBox {
        self.target.truth(frame as i64 * TICKS)
    }

    /// A frame as the camera sees it.
    pub fn picture(&self, frame: usize) -> RgbImage {
        self.expose(frame, true)
    }

    /// The frame as it would be without the target.
    #[cfg(test)]
    pub fn without_target(&self, frame: usize) -> RgbImage {
        self.expose(frame, false)
    }

    fn expose(&self, frame: usize, with_target: bool) -> RgbImage {
        let middle = frame as i64 * TICKS;
        let sharp = if BLURRED.contains(&frame) {
            let step = TICKS / EXPOSURES;
            let ticks = (0..EXPOSURES).map(|e| middle + step * e - (TICKS - step) / 2);
            mean(&ticks.map(|t| self.instant(t, with_target)).collect::<Vec<_>>())
        } else {
            self.instant(middle, with_target)
        };
        with_noise(sharp, frame)
    }

    /// The world at one tick.
    fn instant(&self, tick: i64, with_target: bool) -> RgbImage {
        let mut picture = self.panned(tick);
        for object in self.distractors.iter().chain(with_target.then_some(&self.target)) {
            object.paint(&mut picture, tick);
        }
        picture
    }

    /// The background behind the frame, sampled bilinearly at the camera's place.
    fn panned(&self, tick: i64) -> RgbImage {
        let (x, y) = (whole(MARGIN) + self.pan.0.at(tick), whole(MARGIN) + self.pan.1.at(tick));
        let (column, row) = ((x >> BITS) as u32, (y >> BITS) as u32);
        // Fractions in 1/256, so that the four weights make 1/65536.
        let (u, v) = ((x & (ONE - 1)) as u32 >> 8, (y & (ONE - 1)) as u32 >> 8);
        let weights = [(256 - u) * (256 - v), u * (256 - v), (256 - u) * v, u * v];
        RgbImage::from_fn(WIDTH, HEIGHT, |px, py| {
            let at = |dx, dy| self.background.get_pixel(px + column + dx, py + row + dy).0;
            let corners = [at(0, 0), at(1, 0), at(0, 1), at(1, 1)];
            Rgb(std::array::from_fn(|c| {
                let sum: u32 = corners.iter().zip(weights).map(|(p, w)| u32::from(p[c]) * w).sum();
                ((sum + 32768) >> 16) as u8
            }))
        })
    }
}

/// Mean of pictures of one size.
fn mean(pictures: &[RgbImage]) -> RgbImage {
    let count = pictures.len() as u32;
    let mut sums = vec![count / 2; (WIDTH * HEIGHT * 3) as usize];
    for picture in pictures {
        for (sum, byte) in sums.iter_mut().zip(picture.as_raw()) {
            *sum += u32::from(*byte);
        }
    }
    let mut bytes = sums.iter().map(|s| (s / count) as u8);
    RgbImage::from_fn(WIDTH, HEIGHT, |_, _| Rgb(std::array::from_fn(|_| bytes.next().unwrap_or_default())))
}

/// The picture with gray noise of its own in every frame.
fn with_noise(mut picture: RgbImage, frame: usize) -> RgbImage {
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        let byte = noise::value(x.into(), y.into(), 1, 0x5eed_0000 + frame as u32);
        let noise = byte * (2 * SENSOR_NOISE + 1) / 256 - SENSOR_NOISE;
        pixel.0 = pixel.0.map(|c| (i64::from(c) + noise).clamp(0, 255) as u8);
    }
    picture
}

/// Meadow and stones.
fn background() -> RgbImage {
    let (w, h) = (WIDTH + 2 * MARGIN as u32, HEIGHT + 2 * MARGIN as u32);
    RgbImage::from_fn(w, h, |x, y| {
        let (x, y) = (i64::from(x), i64::from(y));
        let light = (noise::octaves(x, y, 48, 5, 11) - 64) * 2;
        let tint = noise::octaves(x, y, 80, 2, 23);
        let mix = |green: i64, stone: i64| {
            let colour = (green * (255 - tint) + stone * tint) / 255;
            (colour * light.clamp(16, 255) / 160).clamp(0, 255) as u8
        };
        Rgb([mix(78, 150), mix(120, 140), mix(70, 125)])
    })
}

fn target() -> Object {
    let colours = [[235, 74, 52], [250, 238, 214]];
    Object {
        x: Wave::new(160, 98, 150 * TICKS, 20),
        y: Wave::new(120, 58, 97 * TICKS, 90),
        size: Wave::new(42, 11, 170 * TICKS, 0),
        aspect: ONE * 9 / 8,
        shape: Shape::Rectangle,
        texture: texture(Look { seed: 101, stripes: (2, 1), colours }),
    }
}

fn distractors() -> Vec<Object> {
    let colours = [[214, 160, 40], [60, 64, 92]];
    let twin = Object {
        x: Wave::new(160, 120, 210 * TICKS, 150),
        y: Wave::new(118, 70, 131 * TICKS, 30),
        size: Wave::new(40, 4, 140 * TICKS, 0),
        aspect: ONE,
        shape: Shape::Rectangle,
        texture: texture(Look { seed: 202, stripes: (2, -1), colours }),
    };
    let colours = [[52, 108, 196], [226, 230, 240]];
    let ball = Object {
        x: Wave::new(150, 130, 180 * TICKS, 200),
        y: Wave::new(140, 76, 113 * TICKS, 128),
        size: Wave::new(34, 6, 90 * TICKS, 40),
        aspect: ONE,
        shape: Shape::Ellipse,
        texture: texture(Look { seed: 303, stripes: (0, 2), colours }),
    };
    vec![twin, ball]
}

//! The animated GIF: gray frames, the true box, the tracked box, and the overlap so far below them.

use std::time::Duration;

use frazil_track::BBox;
use image::codecs::gif::{GifEncoder, Repeat};
use image::{Delay, Frame, GrayImage, Rgba, RgbaImage};

use super::Source;
use super::album::Album;
use super::canvas::Canvas;
use crate::output::OutputError;
use crate::pipeline::{Run, Step};

/// Gray levels: few, so that the frames compress; boxes have colours of their own.
const GRAYS: u32 = 16;
/// Palette index of the background of the curve.
const PAPER: u8 = 16;
/// Palette index of the true box.
const TRUTH: u8 = 17;
/// Palette index of a box that was extrapolated.
const EXTRAPOLATED: u8 = 18;
/// Palette index of a box that the device found.
const KEYFRAME: u8 = 19;
/// Colours of the indices from [`PAPER`] on.
const COLOURS: [[u8; 3]; 4] = [[24, 26, 30], [255, 255, 255], [64, 200, 255], [255, 150, 40]];
/// Rows of the curve below the picture.
const CURVE: u32 = 40;
/// Speed of the encoder: with so few colours it has nothing to choose.
const SPEED: i32 = 30;

/// Encodes the frames of the album with the boxes of a run.
pub fn encode(album: &Album, run: &Run, source: &Source) -> Result<Vec<u8>, OutputError> {
    let fail = |e| OutputError::encode("annotated.gif", e);
    let moving = album.moving();
    // Players do not show a frame for less than 20 ms.
    let period = (moving.stride() as f64 / source.fps.clamp(1.0, 1000.0)).max(0.02);
    let delay = Delay::from_saturating_duration(Duration::from_secs_f64(period));
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new_with_speed(&mut bytes, SPEED);
    encoder.set_repeat(Repeat::Infinite).map_err(fail)?;
    for (index, picture) in moving.items() {
        let image = draw(picture, run, *index, f64::from(source.width));
        encoder.encode_frame(Frame::from_parts(image, 0, 0, delay)).map_err(fail)?;
    }
    drop(encoder);
    Ok(bytes)
}

/// Picture with boxes, and the curve so far below it.
fn draw(picture: &GrayImage, run: &Run, index: usize, source_width: f64) -> RgbaImage {
    let (w, h) = picture.dimensions();
    let mut canvas = Canvas::new(w, h + CURVE, PAPER);
    for (x, y, pixel) in picture.enumerate_pixels() {
        canvas.set(x.into(), y.into(), (u32::from(pixel.0[0]) * GRAYS / 256) as u8);
    }
    if let Some(step) = run.steps.get(index) {
        boxes(&mut canvas, step, f64::from(w) / source_width);
    }
    // A box that leaves the picture must not reach into the curve.
    canvas.fill((0, h.into()), (w.into(), CURVE.into()), PAPER);
    curve(&mut canvas, &run.steps, index, (w.into(), h.into()));
    let pixels = canvas.into_pixels();
    RgbaImage::from_fn(w, h + CURVE, |x, y| colour(pixels[(y * w + x) as usize]))
}

fn colour(index: u8) -> Rgba<u8> {
    let [r, g, b] = match index.checked_sub(PAPER) {
        Some(at) => COLOURS[usize::from(at)],
        None => [(u32::from(index) * 255 / (GRAYS - 1)) as u8; 3],
    };
    Rgba([r, g, b, 255])
}

fn boxes(canvas: &mut Canvas, step: &Step, scale: f64) {
    let shown = |b: &BBox| BBox::new(b.x * scale, b.y * scale, b.w * scale, b.h * scale);
    if let Some(truth) = &step.truth {
        canvas.outline(&shown(truth), 1, TRUTH);
    }
    let (thick, colour) = if step.keyframe { (3, KEYFRAME) } else { (2, EXTRAPOLATED) };
    canvas.outline(&shown(&step.bbox), thick, colour);
    if step.keyframe {
        canvas.fill((4, 4), (10, 10), KEYFRAME);
    }
}

/// Overlap (or without ground truth, confidence) from 0 at the bottom to 1 at the top; a tick is a keyframe.
fn curve(canvas: &mut Canvas, steps: &[Step], index: usize, (w, top): (i64, i64)) {
    let height = i64::from(CURVE) - 8;
    let bottom = top + i64::from(CURVE) - 6;
    let mut last = None;
    for (at, step) in steps.iter().enumerate().take(index + 1) {
        let x = at as i64 * w / steps.len() as i64;
        if step.keyframe {
            canvas.fill((x, bottom + 2), (1, 4), KEYFRAME);
        }
        let Some(value) = step.iou.or(step.confidence) else { continue };
        let y = bottom - (value.clamp(0.0, 1.0) * height as f64) as i64;
        let from = last.unwrap_or(y);
        canvas.fill((x, y.min(from)), (1.max(w / steps.len() as i64), 1 + (y - from).abs()), EXTRAPOLATED);
        last = Some(y);
    }
}

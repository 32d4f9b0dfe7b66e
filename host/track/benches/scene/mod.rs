//! Frames for the benches: textured, moving, with sensor noise; the same on every machine.

use frazil_track::GrayFrame;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg32;

/// Octaves of the texture: cell size in pixels and weight (the weights add up to 1).
const OCTAVES: [(usize, f32); 4] = [(64, 0.4), (16, 0.3), (6, 0.2), (2, 0.1)];

/// How far the background moves in a frame, pixels.
const PAN: (usize, usize) = (3, 1);

/// How far the object moves in a frame, relative to the background.
const STEP: (usize, usize) = (2, 3);

/// Largest sensor noise, levels.
const NOISE: i16 = 2;

/// `count` frames of a panning background with an object of a quarter of the frame moving across it.
pub fn frames(width: usize, height: usize, count: usize) -> Vec<GrayFrame> {
    let (wide, high) = (width + PAN.0 * count, height + PAN.1 * count);
    let (background, object) = (texture(wide, high, 1), texture(width / 2, height / 2, 2));
    let mut rng = Pcg32::seed_from_u64(3);
    let mut frame = |index: usize| {
        let (left, top) = (STEP.0 * index + width / 8, STEP.1 * index + height / 8);
        GrayFrame::from_fn(width, height, |x, y| {
            let inside =
                x.checked_sub(left).zip(y.checked_sub(top)).filter(|p| p.0 < width / 2 && p.1 < height / 2);
            let level = match inside {
                Some((x, y)) => object[y * (width / 2) + x],
                None => background[(y + PAN.1 * index) * wide + x + PAN.0 * index],
            };
            (i16::from(level) + rng.random_range(-NOISE..=NOISE)).clamp(0, 255) as u8
        })
        .expect("frames of the benches have pixels")
    };
    (0..count).map(&mut frame).collect()
}

/// Noise of several octaves, bilinear between random values on a grid.
fn texture(width: usize, height: usize, seed: u64) -> Vec<u8> {
    let mut sum = vec![0.0f32; width * height];
    for (octave, (cell, weight)) in OCTAVES.into_iter().enumerate() {
        let mut rng = Pcg32::seed_from_u64(seed * 16 + octave as u64);
        let columns = width / cell + 2;
        let grid: Vec<f32> =
            (0..columns * (height / cell + 2)).map(|_| rng.random_range(0.0..256.0)).collect();
        for (index, level) in sum.iter_mut().enumerate() {
            *level += weight * between(&grid, columns, cell, index % width, index / width);
        }
    }
    sum.into_iter().map(|level| level as u8).collect()
}

fn between(grid: &[f32], columns: usize, cell: usize, x: usize, y: usize) -> f32 {
    let (fx, fy) = ((x % cell) as f32 / cell as f32, (y % cell) as f32 / cell as f32);
    let at = (y / cell) * columns + x / cell;
    let top = grid[at] * (1.0 - fx) + grid[at + 1] * fx;
    let bottom = grid[at + columns] * (1.0 - fx) + grid[at + columns + 1] * fx;
    top * (1.0 - fy) + bottom * fy
}

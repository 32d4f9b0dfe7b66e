//! Patches: a region of the frame, resampled to a fixed size and contrast.

use crate::boxes::BBox;
use crate::frame::GrayView;

/// One sample of a resampled axis: weights of consecutive pixels, the first at `start`.
struct Sample {
    start: usize,
    weights: Vec<f32>,
}

/// The region around a box: `search` times its width and height, around its centre.
pub(crate) fn search_region(bbox: &BBox, search: f64) -> BBox {
    bbox.scaled(search)
}

/// Resamples a region to `size` by `size` grey levels in row order, the frame's border repeated outside it.
///
/// The kernel is a triangle: linear interpolation where the region grows, and where it shrinks as wide as two
/// output pixels, so that nothing is aliased.
pub(crate) fn resample(frame: &GrayView<'_>, region: &BBox, size: usize) -> Vec<f32> {
    let columns = axis(region.x, region.w, size, frame.width());
    let rows = axis(region.y, region.h, size, frame.height());
    let first = rows.iter().map(|r| r.start).min().unwrap_or(0);
    let end = rows.iter().map(|r| r.start + r.weights.len()).max().unwrap_or(0);
    let squeezed: Vec<Vec<f32>> = (first..end).map(|y| squeeze(frame.row(y), &columns)).collect();
    let mut out = vec![0.0; size * size];
    for (line, row) in out.chunks_exact_mut(size).zip(&rows) {
        for (weight, source) in row.weights.iter().zip(&squeezed[row.start - first..]) {
            line.iter_mut().zip(source).for_each(|(sum, v)| *sum += weight * v);
        }
    }
    out
}

/// One row of the frame at the sampled columns.
fn squeeze(row: &[u8], columns: &[Sample]) -> Vec<f32> {
    let sample = |c: &Sample| row[c.start..].iter().zip(&c.weights).map(|(&p, w)| f32::from(p) * w).sum();
    columns.iter().map(sample).collect()
}

fn axis(start: f64, length: f64, size: usize, limit: usize) -> Vec<Sample> {
    let step = length / size as f64;
    (0..size).map(|i| sample(start + (i as f64 + 0.5) * step - 0.5, step.max(1.0), limit)).collect()
}

/// The triangle around `centre`; weights of pixels outside the frame go to its border pixel.
fn sample(centre: f64, radius: f64, limit: usize) -> Sample {
    let last = (limit - 1) as f64;
    // Outside the frame only the nearest border pixel counts, however far away the centre is.
    let centre = centre.clamp(-radius, last + radius);
    let (low, high) = ((centre - radius).ceil(), (centre + radius).floor());
    let start = low.clamp(0.0, last) as usize;
    let end = high.clamp(0.0, last) as usize;
    let mut weights = vec![0f32; end - start + 1];
    let mut k = low;
    while k <= high {
        weights[k.clamp(0.0, last) as usize - start] += (1.0 - (k - centre).abs() / radius) as f32;
        k += 1.0;
    }
    let sum: f32 = weights.iter().sum();
    weights.iter_mut().for_each(|w| *w /= sum);
    Sample { start, weights }
}

/// Mean 0 and standard deviation `contrast`, rounded to int8. A deviation below `floor` counts as `floor`.
pub(crate) fn normalise(pixels: &[f32], contrast: f64, floor: f64) -> Vec<i8> {
    let count = pixels.len() as f32;
    let mean = pixels.iter().sum::<f32>() / count;
    let variance = pixels.iter().map(|p| (p - mean) * (p - mean)).sum::<f32>() / count;
    let gain = contrast as f32 / variance.sqrt().max(floor as f32);
    pixels.iter().map(|p| ((p - mean) * gain).round().clamp(-128.0, 127.0) as i8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::GrayFrame;

    fn ramp() -> GrayFrame {
        GrayFrame::from_fn(100, 60, |x, y| (2 * x + y / 2) as u8).unwrap()
    }

    #[test]
    fn a_region_of_the_patch_size_is_copied() {
        let frame = ramp();
        let patch = resample(&frame.view(), &BBox::new(5.0, 7.0, 16.0, 16.0), 16);
        for (i, p) in patch.iter().enumerate() {
            assert_eq!(*p, f32::from(frame.data()[(7 + i / 16) * 100 + 5 + i % 16]));
        }
    }

    #[test]
    fn a_ramp_stays_a_ramp_in_both_directions_of_scale() {
        let frame = GrayFrame::from_fn(100, 60, |x, _| 2 * x as u8).unwrap();
        for width in [12.0, 20.0, 50.0] {
            let patch = resample(&frame.view(), &BBox::new(24.0, 10.0, width, 30.0), 16);
            for (i, p) in patch.iter().enumerate() {
                let at = 24.0 + ((i % 16) as f32 + 0.5) * width as f32 / 16.0 - 0.5;
                // A triangle that is no whole number of pixels wide is a hair off; a pixel is a step of 2.
                assert!((p - 2.0 * at).abs() < 0.1, "width {width}, sample {i}: {p}");
            }
        }
    }

    #[test]
    fn outside_the_frame_the_border_is_repeated() {
        let frame = ramp();
        let far = resample(&frame.view(), &BBox::new(-1e7, -5e6, 30.0, 30.0), 8);
        assert!(far.iter().all(|p| (p - f32::from(frame.data()[0])).abs() < 1e-3));
        let huge = resample(&frame.view(), &BBox::new(-300.0, -300.0, 700.0, 660.0), 8);
        assert!(huge.iter().all(|p| (0.0..=255.0).contains(p)));
        assert!((huge[63] - f32::from(frame.data()[5999])).abs() < 1e-2);
    }

    #[test]
    fn contrast_is_set_and_noise_is_not_blown_up() {
        let pixels: Vec<f32> = (0..256).map(|i| 100.0 + (i % 2) as f32 * 20.0).collect();
        let expected: Vec<i8> = (0..256).map(|i| if i % 2 == 0 { -45 } else { 45 }).collect();
        assert_eq!(normalise(&pixels, 45.0, 4.0), expected);
        let flat: Vec<f32> = (0..256).map(|i| 100.0 + (i % 2) as f32 * 0.2).collect();
        assert!(normalise(&flat, 45.0, 4.0).iter().all(|q| q.abs() <= 2));
        assert!(normalise(&[7.0; 64], 45.0, 4.0).iter().all(|&q| q == 0));
    }
}

//! Correlation coefficients of a template at all places of a patch.

/// Rows and columns of a patch, pixels.
pub(super) const PATCH: usize = 64;
/// Rows and columns of a template, pixels.
pub(super) const TEMPLATE: usize = 32;
/// Rows and columns of the map: places of the template in the patch.
pub(super) const PLACES: usize = PATCH - TEMPLATE + 1;
/// The place in the middle of the patch.
pub(super) const MIDDLE: usize = (PATCH - TEMPLATE) / 2;

/// Sums that the compiler may keep apart.
const PARTS: usize = 8;

/// The pixels under a template with its top left corner at column `x`, row `y`.
pub(super) fn cut(patch: &[f32], x: usize, y: usize) -> Vec<f32> {
    patch.chunks_exact(PATCH).skip(y).take(TEMPLATE).flat_map(|row| &row[x..x + TEMPLATE]).copied().collect()
}

/// The same pixels with mean 0 and norm 1; all 0 if they are all equal.
pub(super) fn standardise(mut pixels: Vec<f32>) -> Vec<f32> {
    let mean = pixels.iter().sum::<f32>() / pixels.len() as f32;
    pixels.iter_mut().for_each(|p| *p -= mean);
    let norm = pixels.iter().map(|p| p * p).sum::<f32>().sqrt();
    // Below this the pixels differ by rounding only.
    let scale = if norm > 1e-3 { 1.0 / norm } else { 0.0 };
    pixels.iter_mut().for_each(|p| *p *= scale);
    pixels
}

/// Coefficients of a standardised template at all places, in row order.
pub(super) fn map(patch: &[f32], template: &[f32]) -> Vec<f32> {
    (0..PLACES * PLACES).map(|place| coefficient(patch, template, place % PLACES, place / PLACES)).collect()
}

fn coefficient(patch: &[f32], template: &[f32], x: usize, y: usize) -> f32 {
    let (mut sums, mut squares, mut products) = ([0f32; PARTS], [0f32; PARTS], [0f32; PARTS]);
    let rows = patch.chunks_exact(PATCH).skip(y).map(|row| row[x..x + TEMPLATE].as_chunks::<PARTS>().0);
    for (row, weights) in rows.zip(template.chunks_exact(TEMPLATE)) {
        for (pixels, weights) in row.iter().zip(weights.as_chunks::<PARTS>().0) {
            for k in 0..PARTS {
                sums[k] += pixels[k];
                squares[k] += pixels[k] * pixels[k];
                products[k] += pixels[k] * weights[k];
            }
        }
    }
    let sum: f32 = sums.iter().sum();
    let energy = squares.iter().sum::<f32>() - sum * sum / (TEMPLATE * TEMPLATE) as f32;
    // The template has mean 0, so the pixels need not. A flat place, up to rounding, correlates with nothing.
    products.iter().sum::<f32>() / energy.max(1.0).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_correlates_with_its_own_place_only() {
        let patch: Vec<f32> = (0..PATCH * PATCH).map(|i| ((i * i / 7 + i * 13) % 251) as f32).collect();
        let map = map(&patch, &standardise(cut(&patch, 5, 20)));
        for (place, value) in map.iter().enumerate() {
            let own = place == 20 * PLACES + 5;
            assert!((value - 1.0).abs() < 1e-3 || !own, "own place: {value}");
            assert!(own || *value < 0.9, "place {place}: {value}");
        }
    }

    #[test]
    fn brightness_and_contrast_do_not_matter() {
        let patch: Vec<f32> = (0..PATCH * PATCH).map(|i| ((i * 31) % 97) as f32).collect();
        let dim: Vec<f32> = patch.iter().map(|p| 0.5 * p + 40.0).collect();
        let template = standardise(cut(&patch, 9, 9));
        for (a, b) in map(&patch, &template).iter().zip(map(&dim, &template)) {
            assert!((a - b).abs() < 2e-3, "{a} {b}");
        }
    }

    #[test]
    fn flat_pixels_correlate_with_nothing() {
        assert_eq!(standardise(vec![7.0; 1024]), vec![0.0; 1024]);
        assert!(
            map(&[3.0; PATCH * PATCH], &standardise((0..1024).map(|i| i as f32).collect()))
                .iter()
                .all(|v| v.abs() < 0.1)
        );
    }
}

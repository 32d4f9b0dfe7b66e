//! Resizing to the nearest pixel.

use crate::graph::Shape;

/// RESIZE_NEAREST_NEIGHBOR: every pixel of the result is one of the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Resize {
    input: Shape,
    /// The row of the input for each row of the result.
    rows: Vec<usize>,
    /// The column of the input for each column of the result.
    columns: Vec<usize>,
}

impl Resize {
    /// Of a non-empty input to `size` rows and columns.
    ///
    /// With `align_corners` the corner pixels of both are the same; with `half_pixel_centers` pixels lie at the
    /// middle of their squares.
    pub fn new(input: Shape, size: (usize, usize), align_corners: bool, half_pixel_centers: bool) -> Self {
        let nearest = |from: usize, to: usize| -> Vec<usize> {
            let scale = scale(from, to, align_corners);
            (0..to).map(|at| source(at, from, scale, align_corners, half_pixel_centers)).collect()
        };
        Self { input, rows: nearest(input.h, size.0), columns: nearest(input.w, size.1) }
    }

    /// The row of the input for each row of the result.
    pub fn rows(&self) -> &[usize] {
        &self.rows
    }

    /// The column of the input for each column of the result.
    pub fn columns(&self) -> &[usize] {
        &self.columns
    }

    /// Shape of the result.
    pub fn output(&self) -> Shape {
        Shape::new(self.rows.len(), self.columns.len(), self.input.c)
    }

    /// The resized image; both are NHWC.
    pub fn run(&self, data: &[i8]) -> Vec<i8> {
        let Shape { w, c, .. } = self.input;
        let mut resized = Vec::with_capacity(self.output().len());
        for row in &self.rows {
            for column in &self.columns {
                resized.extend_from_slice(&data[(row * w + column) * c..][..c]);
            }
        }
        resized
    }
}

/// Pixels of the input for one of the result; the float32 quotient is part of the definition.
fn scale(from: usize, to: usize, align_corners: bool) -> f32 {
    match align_corners && to > 1 {
        true => from.saturating_sub(1) as f32 / (to - 1) as f32,
        false => from as f32 / to as f32,
    }
}

/// The row or column that is nearest, in float32 as in the reference.
fn source(at: usize, from: usize, scale: f32, align_corners: bool, half_pixel_centers: bool) -> usize {
    let offset = if half_pixel_centers { 0.5 } else { 0.0 };
    let position = (at as f32 + offset) * scale;
    let nearest = if align_corners { position.round() } else { position.floor() };
    (nearest as usize).min(from.saturating_sub(1))
}

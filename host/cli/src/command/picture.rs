//! Inputs: images, or the network's own values.

use std::path::Path;

use frazil_model::graph::{Element, Graph, Shape};
use image::imageops::FilterType;
use image::{DynamicImage, ImageFormat};

use crate::error::{Result, UsageError};

/// Makes a network's inputs from files.
pub struct Reader<'a> {
    graph: &'a Graph,
    shape: Shape,
    /// Mean and standard deviation of pixels, for networks that take real numbers.
    normal: Option<(f32, f32)>,
}

impl<'a> Reader<'a> {
    /// For a checked graph; `mean` and `std` make real numbers of pixels.
    pub fn new(graph: &'a Graph, mean: Option<f32>, std: Option<f32>) -> Self {
        let normal = mean.or(std).map(|_| (mean.unwrap_or(0.0), std.unwrap_or(1.0)));
        Self { graph, shape: graph.tensors[graph.input].shape, normal }
    }

    /// An image scaled to the input, or raw values.
    pub fn read(&self, path: &Path) -> Result<Vec<i8>> {
        let bytes = std::fs::read(path).map_err(|source| UsageError::Input { path: path.into(), source })?;
        match image::guess_format(&bytes) {
            Ok(format) => self.image(path, &bytes, format),
            Err(_) => self.raw(path, &bytes),
        }
    }

    fn raw(&self, path: &Path, bytes: &[u8]) -> Result<Vec<i8>> {
        let (found, expected) = (bytes.len(), self.graph.input_bytes());
        let wrong = || UsageError::InputLength { path: path.into(), found, expected }.into();
        self.graph.encode_input(bytes).ok_or_else(wrong)
    }

    fn image(&self, path: &Path, bytes: &[u8], format: ImageFormat) -> Result<Vec<i8>> {
        let Shape { h, w, c } = self.shape;
        let picture = decode(path, bytes, format)?.resize_exact(w as u32, h as u32, FilterType::Triangle);
        let pixels = match c {
            1 => picture.into_luma8().into_raw(),
            3 => picture.into_rgb8().into_raw(),
            channels => return Err(UsageError::Channels { path: path.into(), channels }.into()),
        };
        let quant = self.graph.tensors[self.graph.input].quant;
        match (self.normal, self.graph.edge.input) {
            (Some((mean, std)), _) => {
                Ok(pixels.iter().map(|&p| quant.quantize((f32::from(p) - mean) / std)).collect())
            }
            (None, Element::Float32) => {
                Err(UsageError::Normalisation { network: self.graph.name.clone() }.into())
            }
            // The quantisation of images: 0..=255 less 128.
            (None, _) => Ok(pixels.into_iter().map(|p| (p ^ 0x80) as i8).collect()),
        }
    }
}

fn decode(path: &Path, bytes: &[u8], format: ImageFormat) -> Result<DynamicImage> {
    let fail = |source| crate::frames::FrameError::Image { path: path.into(), source };
    Ok(image::load_from_memory_with_format(bytes, format).map_err(fail)?)
}

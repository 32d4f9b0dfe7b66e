//! The pictures that a report shows: a bounded number of them, whatever the length of the video.

use image::imageops::{self, FilterType};
use image::{GrayImage, RgbImage};

use crate::frames::Frame;

/// Most pictures of the page.
const PICTURES: usize = 18;
/// Most frames of the GIF.
const MOVING: usize = 240;
/// Largest width of a picture, pixels.
const PICTURE_WIDTH: u32 = 640;
/// Largest width of the GIF, pixels.
const GIF_WIDTH: u32 = 320;

/// Evenly spaced items of a sequence whose length is not known beforehand: when they become too many, one
/// of every `factor` is kept.
#[derive(Debug)]
pub struct Sampled<T> {
    limit: usize,
    factor: usize,
    stride: usize,
    items: Vec<(usize, T)>,
}

impl<T> Sampled<T> {
    fn new(limit: usize, factor: usize) -> Self {
        Self { limit, factor, stride: 1, items: Vec::new() }
    }

    fn offer(&mut self, index: usize, item: impl FnOnce() -> T) {
        if !index.is_multiple_of(self.stride) {
            return;
        }
        if self.items.len() == self.limit {
            self.stride *= self.factor;
            self.items.retain(|(i, _)| i.is_multiple_of(self.stride));
            return self.offer(index, item);
        }
        self.items.push((index, item()));
    }

    /// Index and item, in order.
    pub fn items(&self) -> &[(usize, T)] {
        &self.items
    }

    /// Steps of the index from one item to the next.
    pub fn stride(&self) -> usize {
        self.stride
    }
}

/// Pictures collected while a video runs past.
#[derive(Debug)]
pub struct Album {
    pictures: Sampled<RgbImage>,
    moving: Sampled<GrayImage>,
}

impl Album {
    /// An empty album.
    pub fn new() -> Self {
        // Keyframes are often every second or fourth frame: pictures in steps of three show both kinds.
        Self { pictures: Sampled::new(PICTURES, 3), moving: Sampled::new(MOVING, 2) }
    }

    /// Looks at a frame and keeps what it needs of it.
    pub fn offer(&mut self, index: usize, frame: &Frame) {
        self.pictures.offer(index, || shrink(frame.picture(), PICTURE_WIDTH));
        self.moving.offer(index, || imageops::grayscale(&shrink(frame.picture(), GIF_WIDTH)));
    }

    /// Pictures of the page.
    pub fn pictures(&self) -> &Sampled<RgbImage> {
        &self.pictures
    }

    /// Frames of the GIF.
    pub fn moving(&self) -> &Sampled<GrayImage> {
        &self.moving
    }
}

fn shrink(picture: RgbImage, width: u32) -> RgbImage {
    if picture.width() <= width {
        return picture;
    }
    let height = (picture.height() * width / picture.width()).max(1);
    imageops::resize(&picture, width, height, FilterType::Triangle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_even_and_bounded() {
        for (length, factor) in [(1, 2), (11, 2), (12, 2), (13, 2), (100, 3), (1000, 2), (1000, 3)] {
            let mut sampled = Sampled::new(12, factor);
            (0..length).for_each(|i| sampled.offer(i, || i));
            let kept: Vec<usize> = sampled.items().iter().map(|(i, _)| *i).collect();
            assert!(kept.len() <= 12 && kept.len() >= length.min(12 / factor), "{length}: {kept:?}");
            assert!(kept.iter().enumerate().all(|(n, i)| *i == n * sampled.stride()), "{length}: {kept:?}");
        }
    }
}

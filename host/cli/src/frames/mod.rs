//! Frames in: y4m files and pipes, image folders, and through an ffmpeg child everything that it reads.

mod error;
mod ffmpeg;
mod folder;
mod natural;
mod truth;
mod y4m;

use std::path::Path;

use frazil_track::{BBox, GrayFrame};
use image::{Rgb, RgbImage};

pub use error::FrameError;
pub use folder::Folder;
pub use truth::Truth;

/// One picture of a video.
#[derive(Clone, Debug)]
pub struct Frame {
    /// File name, or `frame N` counted from 0.
    pub name: String,
    /// Luma, row by row: what the motion estimator and the tracker see.
    pub luma: GrayFrame,
    /// Colours for people, where the source has them.
    pub rgb: Option<RgbImage>,
}

impl Frame {
    /// The picture for people: its colours, or its luma as gray.
    pub fn picture(&self) -> RgbImage {
        self.rgb.clone().unwrap_or_else(|| {
            let view = self.luma.view();
            RgbImage::from_fn(view.width() as u32, view.height() as u32, |x, y| {
                Rgb([view.row(y as usize)[x as usize]; 3])
            })
        })
    }
}

/// What is known of a video before its frames.
#[derive(Clone, Debug, PartialEq)]
pub struct Info {
    /// Where it comes from, for reports.
    pub name: String,
    /// Columns, at least 1.
    pub width: u32,
    /// Rows, at least 1.
    pub height: u32,
    /// Frames in a second.
    pub fps: f64,
    /// Number of frames, where it is known beforehand.
    pub frames: Option<usize>,
}

/// A video: frames of one size in the order of time.
pub trait FrameSource {
    /// Size, rate and length.
    fn info(&self) -> &Info;

    /// The true boxes, one for each frame; empty where they are not known.
    fn truth(&self) -> &[Option<BBox>] {
        &[]
    }

    /// The next frame, or `None` at the end. After an error the source is not used again.
    fn next_frame(&mut self) -> Result<Option<Frame>, FrameError>;
}

/// Opens a video by its name: `-` is y4m on the standard input, a folder is a folder of images, a file that
/// begins as y4m is read directly, and every other file goes through ffmpeg.
pub fn open(name: &str) -> Result<Box<dyn FrameSource>, FrameError> {
    if name == "-" {
        return Ok(Box::new(y4m::Y4m::new("stdin", std::io::stdin())?));
    }
    let path = Path::new(name);
    let meta = std::fs::metadata(path).map_err(|source| FrameError::open(path, source))?;
    if meta.is_dir() {
        return Ok(Box::new(Folder::open(path)?));
    }
    if y4m::is_y4m(path)? {
        return Ok(Box::new(y4m::Y4m::open(path)?));
    }
    Ok(Box::new(ffmpeg::Ffmpeg::open(path)?))
}

/// Frames that are in memory already, such as the demo clip.
pub struct Frames<'a> {
    info: Info,
    frames: std::slice::Iter<'a, Frame>,
}

impl<'a> Frames<'a> {
    /// A source over these frames, which must have the size of `info`.
    pub fn new(info: Info, frames: &'a [Frame]) -> Self {
        Self { info, frames: frames.iter() }
    }
}

impl FrameSource for Frames<'_> {
    fn info(&self) -> &Info {
        &self.info
    }

    fn next_frame(&mut self) -> Result<Option<Frame>, FrameError> {
        Ok(self.frames.next().cloned())
    }
}

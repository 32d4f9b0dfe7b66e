//! Folders of images, the OTB layout included: images in `img/`, boxes in `groundtruth_rect*.txt`.

use std::path::{Path, PathBuf};

use frazil_track::{BBox, GrayFrame};
use image::{DynamicImage, ImageError};

use super::{Frame, FrameError, FrameSource, Info, Truth, natural};

/// Frame rate of a folder, which cannot say its own.
const FPS: f64 = 30.0;
/// What counts as an image.
const EXTENSIONS: [&str; 6] = ["png", "jpg", "jpeg", "pgm", "ppm", "pnm"];

/// A folder of images of one size, in natural order of their names.
#[derive(Clone, Debug)]
pub struct Folder {
    info: Info,
    files: Vec<PathBuf>,
    next: usize,
    truth: Option<Truth>,
}

impl Folder {
    /// Lists the images of the folder, or of its `img/` folder, and reads the boxes if there are any.
    pub fn open(path: &Path) -> Result<Self, FrameError> {
        let inner = path.join("img");
        let files = list(if inner.is_dir() { &inner } else { path })?;
        let first = files.first().ok_or_else(|| FrameError::Empty { name: path.display().to_string() })?;
        let (width, height) = image::image_dimensions(first).map_err(|e| decode_error(first, e))?;
        let truth = Truth::find(path)?;
        if let Some(truth) = &truth {
            truth.expect_frames(files.len())?;
        }
        let name =
            path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into());
        let info = Info { name, width, height, fps: FPS, frames: Some(files.len()) };
        Ok(Self { info, files, next: 0, truth })
    }

    /// The same folder from its first image.
    pub fn again(&self) -> Self {
        Self { next: 0, ..self.clone() }
    }
}

impl FrameSource for Folder {
    fn info(&self) -> &Info {
        &self.info
    }

    fn truth(&self) -> &[Option<BBox>] {
        self.truth.as_ref().map_or(&[], Truth::boxes)
    }

    fn next_frame(&mut self) -> Result<Option<Frame>, FrameError> {
        let Some(path) = self.files.get(self.next) else { return Ok(None) };
        self.next += 1;
        let picture = image::open(path).map_err(|e| decode_error(path, e))?;
        let size = (picture.width(), picture.height());
        let first_size = (self.info.width, self.info.height);
        if size != first_size {
            let first = self.files[0].clone();
            return Err(FrameError::Sizes { first, first_size, other: path.clone(), other_size: size });
        }
        let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into());
        frame(name, picture).map(Some)
    }
}

/// Gray images keep their bytes as luma; colours are weighed as everywhere in the tracker.
fn frame(name: String, picture: DynamicImage) -> Result<Frame, FrameError> {
    let (w, h) = (picture.width(), picture.height());
    let size = |_| FrameError::Size { name: name.clone(), width: w.into(), height: h.into() };
    if !picture.color().has_color() {
        let luma = GrayFrame::new(picture.into_luma8().into_raw(), w as usize, h as usize).map_err(size)?;
        return Ok(Frame { name, luma, rgb: None });
    }
    let rgb = picture.into_rgb8();
    let luma = GrayFrame::from_rgb(&rgb, w as usize, h as usize).map_err(size)?;
    Ok(Frame { name, luma, rgb: Some(rgb) })
}

fn decode_error(path: &Path, error: ImageError) -> FrameError {
    match error {
        ImageError::IoError(source) if source.kind() == std::io::ErrorKind::NotFound => {
            FrameError::Missing { path: path.into() }
        }
        source => FrameError::Image { path: path.into(), source },
    }
}

fn list(folder: &Path) -> Result<Vec<PathBuf>, FrameError> {
    let fail = |e| FrameError::open(folder, e);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase());
        if extension.is_some_and(|e| EXTENSIONS.contains(&e.as_str())) && path.is_file() {
            files.push(path);
        }
    }
    files.sort_by(|a, b| natural::compare(&a.to_string_lossy(), &b.to_string_lossy()));
    Ok(files)
}

#[cfg(test)]
mod tests {
    use image::GrayImage;

    use super::*;

    fn image(folder: &Path, name: &str, w: u32, h: u32, value: u8) {
        GrayImage::from_pixel(w, h, image::Luma([value])).save(folder.join(name)).unwrap();
    }

    fn read(folder: &Path) -> Result<Vec<Frame>, FrameError> {
        let mut source = Folder::open(folder)?;
        std::iter::from_fn(|| source.next_frame().transpose()).collect()
    }

    #[test]
    fn the_otb_layout_is_read_in_natural_order() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("img")).unwrap();
        for (name, value) in [("10.png", 10), ("2.png", 2), ("9.pgm", 9)] {
            image(&root.path().join("img"), name, 4, 3, value);
        }
        std::fs::write(root.path().join("groundtruth_rect.txt"), "1,1,2,2\n2,1,2,2\nNaN,NaN,NaN,NaN\n")
            .unwrap();
        let frames = read(root.path()).unwrap();
        assert_eq!(frames.iter().map(|f| f.luma.data()[0]).collect::<Vec<_>>(), [2, 9, 10]);
        let folder = Folder::open(root.path()).unwrap();
        let boxes = folder.truth();
        assert_eq!((boxes[1].unwrap().x, boxes[1].unwrap().y, boxes[2]), (1.0, 0.0, None));
    }

    #[test]
    fn different_sizes_name_both_files() {
        let root = tempfile::tempdir().unwrap();
        image(root.path(), "1.png", 4, 3, 0);
        image(root.path(), "2.png", 5, 3, 0);
        let text = read(root.path()).unwrap_err().to_string();
        assert!(text.contains("1.png is 4x3") && text.contains("2.png is 5x3"), "{text}");
    }

    #[test]
    fn a_folder_without_images_is_empty() {
        let root = tempfile::tempdir().unwrap();
        assert!(matches!(read(root.path()), Err(FrameError::Empty { .. })));
        std::fs::write(root.path().join("1.png"), "no image").unwrap();
        assert!(matches!(read(root.path()), Err(FrameError::Image { .. })));
    }
}

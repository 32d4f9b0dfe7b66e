//! What can be wrong with frames.

use std::io;
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

/// A video that cannot be read.
#[derive(Debug, Error, Diagnostic)]
#[non_exhaustive]
pub enum FrameError {
    /// Nothing has that name.
    #[error("no video at {}", path.display())]
    #[diagnostic(
        code(frazil::frames::missing),
        help(
            "give a y4m file, a folder of images, any file that ffmpeg reads, or - for y4m on the standard input"
        )
    )]
    Missing {
        /// The name given.
        path: PathBuf,
    },
    /// It is there and cannot be read.
    #[error("cannot read {}", path.display())]
    #[diagnostic(code(frazil::frames::read), help("check it with: ls -l {}", path.display()))]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The y4m stream's header or a frame's header is wrong.
    #[error("{name} is not a y4m stream that we read: {what}")]
    #[diagnostic(
        code(frazil::frames::y4m),
        help("convert it with: ffmpeg -i {name} -pix_fmt yuv420p -f yuv4mpegpipe fixed.y4m")
    )]
    Y4m {
        /// Name of the stream.
        name: String,
        /// What is wrong.
        what: String,
    },
    /// A size of zero, or one that no frame can have.
    #[error("{name} has frames of {width}x{height} pixels; sizes from 1x1 to 16384x16384 can be tracked")]
    #[diagnostic(code(frazil::frames::size), help("look at it with: ffprobe {name}"))]
    Size {
        /// Name of the stream.
        name: String,
        /// Columns.
        width: u64,
        /// Rows.
        height: u64,
    },
    /// The stream ends inside a frame.
    #[error("{name} ends in the middle of frame {frame}: {got} of {need} bytes")]
    #[diagnostic(
        code(frazil::frames::truncated),
        help(
            "the file is incomplete: copy it again, or cut it with: ffmpeg -i {name} -frames:v {frame} whole.y4m"
        )
    )]
    Truncated {
        /// Name of the stream.
        name: String,
        /// Frame, counted from 0.
        frame: usize,
        /// Bytes that the frame needs.
        need: usize,
        /// Bytes that are there.
        got: usize,
    },
    /// No frame at all.
    #[error("{name} has no frames")]
    #[diagnostic(
        code(frazil::frames::empty),
        help("a folder needs .png, .jpg, .pgm or .ppm files, itself or in img/")
    )]
    Empty {
        /// Folder or stream.
        name: String,
    },
    /// An image that does not decode.
    #[error("cannot decode {}", path.display())]
    #[diagnostic(code(frazil::frames::image), help("open it in a viewer, or take it out of the folder"))]
    Image {
        /// The file.
        path: PathBuf,
        /// The decoder's word.
        source: image::ImageError,
    },
    /// Two images of one folder differ in size.
    #[error(
        "images of different sizes: {} is {}x{}, {} is {}x{}",
        first.display(), first_size.0, first_size.1, other.display(), other_size.0, other_size.1
    )]
    #[diagnostic(
        code(frazil::frames::sizes),
        help("scale them to one size with: ffmpeg -i {} -vf scale={}:{} fixed.png", other.display(), first_size.0, first_size.1)
    )]
    Sizes {
        /// First image of the folder.
        first: PathBuf,
        /// Its columns and rows.
        first_size: (u32, u32),
        /// The image that differs.
        other: PathBuf,
        /// Its columns and rows.
        other_size: (u32, u32),
    },
    /// A row of a ground truth file.
    #[error("{} line {line}: `{text}` is not a box x,y,w,h", path.display())]
    #[diagnostic(
        code(frazil::frames::truth),
        help(
            "four numbers, with commas, tabs or spaces between; NaN or zero sizes where the object is absent"
        )
    )]
    Truth {
        /// The file.
        path: PathBuf,
        /// Line, counted from 1.
        line: usize,
        /// The line.
        text: String,
    },
    /// Boxes and images do not match.
    #[error("{} has {boxes} boxes for {frames} images", path.display())]
    #[diagnostic(
        code(frazil::frames::truth_length),
        help("one line for each image: keep only the images that the boxes belong to")
    )]
    TruthLength {
        /// The ground truth file.
        path: PathBuf,
        /// Its rows.
        boxes: usize,
        /// Images in the folder.
        frames: usize,
    },
    /// No ffmpeg.
    #[error("{} is not y4m and not a folder, and the program that would read it is missing", path.display())]
    #[diagnostic(code(frazil::frames::no_ffmpeg), help("{}", source.hint()))]
    NoFfmpeg {
        /// The video.
        path: PathBuf,
        /// Where it was looked for.
        source: Box<frazil_flow::FlowError>,
    },
    /// ffmpeg gave up.
    #[error("ffmpeg cannot read {}: {message}", path.display())]
    #[diagnostic(code(frazil::frames::broken), help("see what it holds with: ffprobe {}", path.display()))]
    Broken {
        /// The video.
        path: PathBuf,
        /// Last lines of its standard error.
        message: String,
    },
}

impl FrameError {
    /// [`FrameError::Missing`] or [`FrameError::Read`], as the system says.
    pub fn open(path: &Path, source: io::Error) -> Self {
        let path = path.to_path_buf();
        match source.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::Missing { path },
            _ => Self::Read { path, source },
        }
    }
}

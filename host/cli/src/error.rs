//! Errors as people meet them: a code, what is wrong with its numbers, and the next command to type.

use std::error::Error;
use std::fmt;
use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

/// The result of everything that a command does.
pub type Result<T> = std::result::Result<T, miette::Report>;

/// A library's error with its code and the next command; libraries know nothing of this program.
#[derive(Debug)]
pub struct Failure {
    code: String,
    help: String,
    error: Box<dyn Error + Send + Sync>,
}

impl Failure {
    /// Wraps a library's error.
    pub fn new(
        code: impl Into<String>,
        help: impl Into<String>,
        error: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self { code: code.into(), help: help.into(), error: error.into() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl Error for Failure {
    /// The next error down that says something new: some libraries repeat their cause in their own words.
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let said = self.error.to_string();
        let mut cause = self.error.source();
        while let Some(error) = cause.filter(|e| said.contains(&e.to_string())) {
            cause = error.source();
        }
        cause
    }
}

impl Diagnostic for Failure {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.code))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.help))
    }
}

/// Libraries whose errors know their code and the next step.
macro_rules! coded {
    ($($error:ty),*) => {$(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::new(error.code(), error.hint(), error)
            }
        }
    )*};
}

coded!(frazil_boards::BoardError, frazil_flow::FlowError, frazil_link::LinkError);

/// Errors with one code and one next step.
macro_rules! plain {
    ($($error:ty => $code:literal, $help:literal;)*) => {$(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::new($code, $help, error)
            }
        }
    )*};
}

plain! {
    frazil_track::schedule::WindowError => "frazil::track::window", "--window 4, or --window adaptive";
    frazil_track::motion::MotionError => "frazil::track::motion", "look at the video's size with: ffprobe VIDEO";
    frazil_track::extrapolate::ExtrapolationError => "frazil::track::bad_box", "give a box with a size: --box X,Y,W,H";
    frazil_model::graph::GraphError => "frazil::model::graph", "correct the graph's JSON; a good one is shown by: frazil inspect oriented --json";
    frazil_model::reference::ReferenceError => "frazil::model::input", "see the network's input with: frazil inspect GRAPH";
    frazil_model::requant::RequantError => "frazil::model::requant", "correct the scales in the graph's JSON";
    frazil_hdl::top::HdlError => "frazil::hdl::fabric", "correct the board's [fabric], or choose a board of: frazil list";
    frazil_track::tracker::BoxError => "frazil::track::bad_box", "give a box with a size inside the frame: --box X,Y,W,H";
    frazil_track::ncc::NccError => "frazil::track::bad_box", "give a box with a size inside the frame: --box X,Y,W,H";
    frazil_track::tracker::ParameterError => "frazil::track::parameter", "this is a fault of frazil: please report it with the command line";
    frazil_track::FrameError => "frazil::frames::size", "look at the video's size with: ffprobe VIDEO";
}

impl From<frazil_model::plan::PlanError> for Failure {
    fn from(error: frazil_model::plan::PlanError) -> Self {
        use frazil_model::plan::PlanError;
        let (code, help) = match &error {
            PlanError::Budget { .. } => {
                ("frazil::plan::budget", "try a larger board: frazil plan GRAPH --board ulx3s-85f".into())
            }
            PlanError::TooFewToFreeze { found, .. } => {
                ("frazil::plan::freeze", format!("freeze fewer layers: --freeze {found}"))
            }
            PlanError::Freeze { .. } => ("frazil::plan::freeze", "freeze fewer layers: --freeze N".into()),
            PlanError::Unsupported { .. } => {
                ("frazil::plan::unsupported", "see the network's operators with: frazil inspect GRAPH".into())
            }
            PlanError::Graph(_) => ("frazil::model::graph", "correct the graph's JSON".into()),
            _ => ("frazil::plan::failed", "see the network with: frazil inspect GRAPH".into()),
        };
        Self::new(code, help, error)
    }
}

impl From<frazil_sim::SimError> for Failure {
    fn from(error: frazil_sim::SimError) -> Self {
        use frazil_sim::SimError;
        let (code, help) = match &error {
            SimError::Verilator(_) => {
                ("frazil::sim::verilator", "see what is missing with: frazil doctor; meanwhile: --device sim")
            }
            SimError::Hdl(_) => {
                ("frazil::hdl::fabric", "correct the board's [fabric], or choose a board of: frazil list")
            }
            _ => ("frazil::device::unknown", "--device sim, rtl or verilator"),
        };
        Self::new(code, help, error)
    }
}

/// What can be wrong with what was asked for.
#[derive(Debug, Error, Diagnostic)]
pub enum UsageError {
    /// Not four numbers.
    #[error("`{text}` is not a box")]
    #[diagnostic(
        code(frazil::track::bad_box),
        help("four numbers, the left top corner and the size: --box 205,151,17,50")
    )]
    BoxText {
        /// What was given.
        text: String,
    },
    /// No part of the box is in the frame, or it has no size.
    #[error("the box {x},{y},{w},{h} is not in the frame, which has {width}x{height} pixels")]
    #[diagnostic(code(frazil::track::box_outside), help("--box X,Y,W,H in pixels from the left top corner, as in --box {},{},{},{}", width / 4, height / 4, (width / 4).max(1), (height / 4).max(1)))]
    BoxOutside {
        /// Left.
        x: f64,
        /// Top.
        y: f64,
        /// Width.
        w: f64,
        /// Height.
        h: f64,
        /// The frame's columns.
        width: u32,
        /// The frame's rows.
        height: u32,
    },
    /// Neither a box nor a ground truth.
    #[error("nothing says where the object is in the first frame of {video}")]
    #[diagnostic(
        code(frazil::track::no_box),
        help("give its box in pixels: frazil track {video} --box X,Y,W,H")
    )]
    NoBox {
        /// The video.
        video: String,
    },
    /// A sequence without boxes cannot be evaluated.
    #[error("{} has no groundtruth_rect.txt", folder.display())]
    #[diagnostic(
        code(frazil::eval::no_truth),
        help("give folders of the OTB layout, with img/ and groundtruth_rect.txt; to track without truth: frazil track {} --box X,Y,W,H", folder.display())
    )]
    NoTruth {
        /// The sequence.
        folder: PathBuf,
    },
    /// The object is not in the first frame.
    #[error("{} has no object in its first frame", folder.display())]
    #[diagnostic(
        code(frazil::eval::absent),
        help("evaluation begins at the first box: cut the sequence so that it begins with one")
    )]
    Absent {
        /// The sequence.
        folder: PathBuf,
    },
    /// Nothing has that name.
    #[error("no device is called `{name}`")]
    #[diagnostic(
        code(frazil::device::unknown),
        help(
            "--device sim, rtl, verilator, reference, or a board's port; see what is connected with: frazil list"
        )
    )]
    Device {
        /// What was given.
        name: String,
    },
    /// The board's clocks do not go together.
    #[error("no PLL setting of {board} makes {to} Hz from {from} Hz")]
    #[diagnostic(code(frazil::board::clock), help("correct clock.target_hz in the board file, for instance to {}", u64::from(*from) * 2))]
    Clock {
        /// The board.
        board: String,
        /// The oscillator's frequency.
        from: u32,
        /// The frequency wanted.
        to: u32,
    },
    /// Neither a built-in network nor a file.
    #[error("no network at {}", path.display())]
    #[diagnostic(
        code(frazil::model::missing),
        help("give a graph as JSON, or a built-in network: frazil inspect oriented")
    )]
    Network {
        /// The name given.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// An input that cannot be read.
    #[error("cannot read the input {}", path.display())]
    #[diagnostic(code(frazil::run::input), help("check it with: ls -l {}", path.display()))]
    Input {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A raw input of the wrong length.
    #[error("{} has {found} bytes and is no image; the network takes {expected} int8 values", path.display())]
    #[diagnostic(code(frazil::run::input_length), help("give an image, or a file of exactly {expected} bytes: head -c {expected} {}", path.display()))]
    InputLength {
        /// The file.
        path: PathBuf,
        /// Its bytes.
        found: usize,
        /// What the network takes.
        expected: usize,
    },
    /// An image for a network that takes something else.
    #[error("{} is an image, and the network's input has {channels} channels", path.display())]
    #[diagnostic(
        code(frazil::run::channels),
        help("give the input as a file of raw int8 values in the order rows, columns, channels")
    )]
    Channels {
        /// The file.
        path: PathBuf,
        /// Channels of the network's input.
        channels: usize,
    },
    /// No build where one is looked for.
    #[error("no build of {board} in {}", folder.display())]
    #[diagnostic(
        code(frazil::flash::no_build),
        help("frazil build --board {board}, or name a file with --bitstream")
    )]
    NoBuild {
        /// The folder.
        folder: PathBuf,
        /// The board.
        board: String,
    },
    /// Templates that the correlation layer cannot hold.
    #[error("templates of {found} weights for a layer of {expected}")]
    #[diagnostic(
        code(frazil::track::templates),
        help("this is a fault of frazil: please report it with the command line")
    )]
    Templates {
        /// Weights of the templates.
        found: usize,
        /// Weights of the layer.
        expected: usize,
    },
    /// A keyframe before the first one.
    #[error("the tracker was asked for a target that it has not seen")]
    #[diagnostic(
        code(frazil::track::not_started),
        help("this is a fault of frazil: please report it with the command line")
    )]
    NotStarted,
    /// Flash memory is not overwritten without consent.
    #[error("the flash memory of {board} was not overwritten: nobody agreed to it")]
    #[diagnostic(code(frazil::flash::not_confirmed), help("frazil flash --board {board} --persistent --yes"))]
    NotConfirmed {
        /// The board.
        board: String,
    },
}

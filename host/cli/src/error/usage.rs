//! What can be wrong with what was asked for.

use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

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
        help("give the path of a TFLite, ONNX or JSON network, or a built-in one: frazil inspect oriented")
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
    #[error("{} has {found} bytes and is no image; the network takes {expected} bytes", path.display())]
    #[diagnostic(code(frazil::run::input_length), help("give an image, or a file of exactly {expected} bytes: head -c {expected} {}", path.display()))]
    InputLength {
        /// The file.
        path: PathBuf,
        /// Its bytes.
        found: usize,
        /// Bytes that the network takes.
        expected: usize,
    },
    /// Neither text nor a model.
    #[error("{} is no network", path.display())]
    #[diagnostic(
        code(frazil::model::format),
        help("give a TFLite model (.tflite), an ONNX model (.onnx) or a graph as JSON; its kind is shown by: file {}", path.display())
    )]
    NoNetwork {
        /// The file.
        path: PathBuf,
    },
    /// Labels for another number of classes.
    #[error("{} has {found} labels, and the network has {expected} outputs", path.display())]
    #[diagnostic(code(frazil::run::labels), help("give one name in each of {expected} lines: wc -l {}", path.display()))]
    Labels {
        /// The file.
        path: PathBuf,
        /// Its lines.
        found: usize,
        /// Values of the output.
        expected: usize,
    },
    /// A folder whose pictures are of no class of the network.
    #[error("{} is not the name of a class", folder.display())]
    #[diagnostic(
        code(frazil::eval::class),
        help(
            "name the folder as the class is named: in the file of --labels, or give one folder for each of {classes} outputs"
        )
    )]
    Class {
        /// The folder.
        folder: PathBuf,
        /// Values of the output.
        classes: usize,
    },
    /// A folder without folders.
    #[error("{} has no folders with pictures", folder.display())]
    #[diagnostic(
        code(frazil::eval::no_classes),
        help("give a folder that holds a folder of PNG or JPEG files for each class")
    )]
    NoClasses {
        /// The folder.
        folder: PathBuf,
    },
    /// Pixels are no real numbers.
    #[error("{network} takes real numbers, and nothing says how pixels become some")]
    #[diagnostic(
        code(frazil::run::normalisation),
        help(
            "say how it was trained: --mean 0 --std 255 for 0 to 1, or --mean 127.5 --std 127.5 for -1 to 1; or give a file of raw float32 values"
        )
    )]
    Normalisation {
        /// The network.
        network: String,
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
    /// A network whose weights all fit memory.
    #[error("{network} reads nothing from the flash of {board}: its weights fit the memory")]
    #[diagnostic(
        code(frazil::flash::no_stream),
        help("run it without: frazil run {network} --board {board} --device PORT INPUT")
    )]
    NoStream {
        /// The network.
        network: String,
        /// The board.
        board: String,
    },
    /// A board whose flash holds something else than the network's weights.
    #[error(
        "the flash of {board} does not hold the weights of {network}: it begins with {found}, not {expected}"
    )]
    #[diagnostic(
        code(frazil::flash::other_weights),
        help(
            "write them: frazil flash --board {board} --weights GRAPH, with the file of {network}; if that does not help, set the flash's quad enable bit: openFPGALoader --enable-quad"
        )
    )]
    OtherWeights {
        /// The board.
        board: String,
        /// The network.
        network: String,
        /// The first word in the flash, hexadecimal.
        found: String,
        /// What it should be.
        expected: String,
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
    /// No such task of the benchmark.
    #[error("the benchmark has no network `{name}`")]
    #[diagnostic(code(frazil::bench::network), help("--networks {known}, or some of them"))]
    Task {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// A file of the benchmark's data that cannot be used.
    #[error("{} {what}", path.display())]
    #[diagnostic(
        code(frazil::bench::data),
        help("see what --data and --models must hold with: frazil bench mlperf-tiny --help")
    )]
    Inputs {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
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

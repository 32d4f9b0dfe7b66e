//! What `frazil eval` takes.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{BoardArgs, ParametersArgs, positive};

/// Data sets.
#[derive(Debug, Subcommand)]
pub enum EvalCommand {
    Otb(OtbArgs),
    Classes(ClassesArgs),
}

/// What to evaluate.
#[derive(Debug, Args)]
#[command(
    about = "One-pass evaluation as the OTB benchmark does it, beside a raw-pixel correlation tracker",
    long_about = "Tracks each sequence from its first box, for every window, with the tracker on the device and \
        with normalised correlation of raw pixels on the host, and prints success at IoU 0.3, 0.5 and 0.7, the \
        area under the success curve, precision at 20 pixels and the share of frames with an inference.",
    after_help = "Example:\n  frazil eval otb OTB/Crossing OTB/Car4 --windows 1,2,4,8,16,adaptive --json > table.json"
)]
pub struct OtbArgs {
    /// Folders with images and groundtruth_rect.txt
    #[arg(value_name = "SEQ", required = true)]
    pub sequences: Vec<PathBuf>,
    /// Windows to evaluate
    #[arg(long, value_delimiter = ',', default_value = "1,2,4,8,16,adaptive", value_name = "WINDOWS")]
    pub windows: Vec<String>,
    /// The device; the reference gives the same bits as all others and is the fastest
    #[arg(long, env = "FRAZIL_DEVICE", default_value = "reference", value_name = "DEVICE")]
    pub device: String,
    /// The board
    #[command(flatten)]
    pub board: BoardArgs,
    /// The constants
    #[command(flatten)]
    pub parameters: ParametersArgs,
}

/// What to evaluate.
#[derive(Debug, Args)]
#[command(
    about = "Accuracy of a classifier on a folder of pictures, a folder for each class",
    long_about = "Runs a classifier on every picture of FOLDER/CLASS/ and prints how often the class has the largest \
        output (top-1) and one of the five largest (top-5). A class is a line of the labels file with the folder's \
        name; without labels it is the folder's place in alphabetical order, and there must be one for each output.",
    after_help = "Examples:\n  frazil eval classes model.tflite test --device sim --board ulx3s-85f\n  \
        frazil eval classes mobilenet.tflite flowers --labels imagenet.txt --json"
)]
pub struct ClassesArgs {
    /// A TFLite or ONNX model, or a graph as JSON
    #[arg(value_name = "GRAPH")]
    pub graph: String,
    /// Folder with a folder of pictures for each class
    #[arg(value_name = "FOLDER")]
    pub folder: PathBuf,
    /// Names of the network's classes, one in a line
    #[arg(long, value_name = "FILE")]
    pub labels: Option<PathBuf>,
    /// Evaluate no more pictures of a class
    #[arg(long, value_name = "N", value_parser = super::at_least_one)]
    pub each: Option<usize>,
    /// Pixels become (pixel - MEAN) / STD, for networks that take real numbers
    #[arg(long, value_name = "MEAN", allow_hyphen_values = true)]
    pub mean: Option<f32>,
    /// See --mean
    #[arg(long, value_name = "STD", value_parser = positive)]
    pub std: Option<f32>,
    /// The device; the reference gives the same bits as all others and is the fastest
    #[arg(long, env = "FRAZIL_DEVICE", default_value = "reference", value_name = "DEVICE")]
    pub device: String,
    /// The board
    #[command(flatten)]
    pub board: BoardArgs,
}

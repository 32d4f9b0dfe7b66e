//! The command line.

mod bench;
mod eval;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub use bench::{BenchCommand, MlperfTinyArgs};
pub use eval::{ClassesArgs, EvalCommand, OtbArgs};

/// Neural-network vision on small, open FPGAs.
#[derive(Debug, Parser)]
#[command(
    version,
    propagate_version = true,
    subcommand_required = true,
    arg_required_else_help = true,
    long_about = "Frazil runs quantised networks on small, open FPGAs: a front end frozen into the fabric, a \
        programmable MAC array for the rest, and motion extrapolation between the frames that they look at.\n\n\
        Everything works without a board: --device sim simulates one, bit by bit and cycle by cycle.",
    after_help = "Start here:\n  frazil demo --out demo      track a built-in clip and write demo/report.html\n  \
        frazil doctor               what is installed, and how to install the rest\n\n\
        Exit codes: 0 done, 1 done and the result is not as wanted, 2 wrong usage or environment."
)]
pub struct Cli {
    /// Print results as JSON on the standard output, and show no progress
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show the known boards and the devices that are connected
    List,
    /// Show which tools are there, and the command that installs each missing one
    Doctor,
    Inspect(InspectArgs),
    Plan(PlanArgs),
    Build(BuildArgs),
    Flash(FlashArgs),
    Run(RunArgs),
    Track(TrackArgs),
    /// Measure accuracy on a data set
    #[command(subcommand)]
    Eval(EvalCommand),
    /// Measure networks that everyone measures, on boards
    #[command(subcommand)]
    Bench(BenchCommand),
    /// Print every constant of tracking with its default, as a file for --parameters
    Parameters,
    Demo(DemoArgs),
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// A network.
#[derive(Debug, Args)]
#[command(
    about = "Show a network: its layers, shapes, weights and what they cost when frozen",
    long_about = "Shows a network: its layers, shapes, multiply-accumulates and weights.\n\n\
        TFLite models (int8, per channel or per tensor; uint8, per tensor) and ONNX models in QDQ form are taken over \
        exactly, or refused with the name of the operator. Operators: CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED, \
        ADD, AVERAGE_POOL_2D, MAX_POOL_2D, MEAN over rows and columns, PAD, PADV2, RESHAPE, CONCATENATION, \
        RESIZE_NEAREST_NEIGHBOR, QUANTIZE, DEQUANTIZE, SOFTMAX, LOGISTIC; fused RELU and RELU6.",
    after_help = "Examples:\n  frazil inspect oriented\n  frazil inspect model.tflite\n  \
        frazil inspect my_graph.json --json | jq .nodes"
)]
pub struct InspectArgs {
    /// A TFLite or ONNX model, a graph as JSON, or a built-in network: oriented, tiny
    #[arg(value_name = "GRAPH")]
    pub graph: String,
}

/// The board that a plan is made for.
#[derive(Clone, Debug, Args)]
pub struct BoardArgs {
    /// A built-in board (see `frazil list`), or a board file (TOML)
    #[arg(long, env = "FRAZIL_BOARD", default_value = "icebreaker", value_name = "BOARD")]
    pub board: String,
}

/// What to plan.
#[derive(Debug, Args)]
#[command(
    about = "Split a network into frozen layers and a program for the MAC array",
    after_help = "Examples:\n  frazil plan oriented\n  frazil plan my_graph.json --board ulx3s-85f --freeze 2 --json"
)]
pub struct PlanArgs {
    /// A TFLite or ONNX model, a graph as JSON, or a built-in network: oriented, tiny
    #[arg(value_name = "GRAPH", default_value = "oriented")]
    pub graph: String,
    /// The board
    #[command(flatten)]
    pub board: BoardArgs,
    /// Leading convolutions that are frozen into the fabric [default: 1 of a built-in network, 0 of your own]
    #[arg(long, value_name = "N")]
    pub freeze: Option<usize>,
}

/// What to build.
#[derive(Debug, Args)]
#[command(
    about = "Make a bitstream: Verilog, synthesis, place and route with several seeds",
    long_about = "Makes a bitstream: Verilog and constraints from the plan, synthesis, place and route with \
        every seed, and the best result packed. The folder holds all of it and manifest.json with the tools, \
        hashes, utilisation and fmax; it appears whole or not at all. Exit code 1: it was built, and is \
        slower than its clock.",
    after_help = "Examples:\n  frazil build --board icebreaker --out build/icebreaker\n  \
        frazil build --board ulx3s-85f --seeds 1,2,3,4 --out build/ulx3s\n  frazil flash --board icebreaker"
)]
pub struct BuildArgs {
    /// What goes into the fabric
    #[command(flatten)]
    pub plan: PlanArgs,
    /// Folder for the results [default: build/BOARD]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Seeds of place and route
    #[arg(long, value_delimiter = ',', default_value = "1,2,3", value_name = "SEEDS")]
    pub seeds: Vec<u64>,
    /// Stop a tool that takes longer, in seconds
    #[arg(long, default_value_t = 14400, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    pub step_limit: u64,
    /// Write the Verilog and the constraints only
    #[arg(long)]
    pub verilog_only: bool,
}

/// What to load where.
#[derive(Debug, Args)]
#[command(
    about = "Load a bitstream into a board",
    long_about = "Loads a bitstream into a board by openFPGALoader. Where the board can, it goes into the \
        FPGA itself and is gone with the power; --persistent writes the flash memory instead.\n\n\
        With --weights it writes no bitstream but the weights of a network that do not fit the FPGA's memory: its \
        design reads them from the flash in each run. They lie behind the bitstream, which stays.",
    after_help = "Examples:\n  frazil flash --board ulx3s-85f\n  frazil flash --board icebreaker --persistent --yes\n  \
        frazil flash --board icebreaker --weights model.tflite --yes"
)]
pub struct FlashArgs {
    /// The board
    #[command(flatten)]
    pub board: BoardArgs,
    /// The bitstream [default: the one in build/BOARD]
    #[arg(long, value_name = "FILE")]
    pub bitstream: Option<PathBuf>,
    /// Write the weights that this network reads from the flash, and no bitstream
    #[arg(long, value_name = "GRAPH", conflicts_with_all = ["bitstream", "persistent"])]
    pub weights: Option<String>,
    /// Write the flash memory, so that the board starts with it
    #[arg(long)]
    pub persistent: bool,
    /// Overwrite the flash memory without asking
    #[arg(long)]
    pub yes: bool,
}

/// The device that infers.
#[derive(Clone, Debug, Args)]
pub struct DeviceArgs {
    /// Where the network runs.
    #[arg(
        long,
        help = "sim, rtl, verilator, reference, or a board: a serial port or VID:PID[-IF][:SERIAL]",
        env = "FRAZIL_DEVICE",
        default_value = "sim",
        value_name = "DEVICE",
        long_help = "Where the network runs:\n  sim        simulated device, bits and cycles from the cycle model\n  \
            rtl        the RustHDL chip, stepped clock by clock\n  verilator  the emitted Verilog of the whole chip\n  \
            reference  the reference arithmetic, without device and cycles\n  PORT       a board: /dev/ttyUSB1, \
            COM4, or VID:PID[-IF][:SERIAL] as in 0403:6010-1"
    )]
    pub device: String,
    /// The board
    #[command(flatten)]
    pub board: BoardArgs,
}

/// The constants of tracking.
#[derive(Clone, Debug, Args)]
pub struct ParametersArgs {
    /// Constants that differ from their defaults, as TOML; `frazil parameters` prints all
    #[arg(long, value_name = "FILE")]
    pub parameters: Option<PathBuf>,
}

/// What to run.
#[derive(Debug, Args)]
#[command(
    about = "Run a network on a device",
    long_about = "Runs a network on inputs and prints each output and its clock cycles. An input is an image \
        (scaled to the network's input, gray or RGB) or a file of the network's own values, raw and little endian, \
        in the order rows, columns, channels.",
    after_help = "Examples:\n  frazil run oriented photo.png\n  \
        frazil run oriented photo.png --device rtl --compare reference\n  \
        frazil run model.tflite photo.png --device reference --labels labels.txt --top 3\n\nExit code 1: --compare found a difference."
)]
pub struct RunArgs {
    /// A TFLite or ONNX model, a graph as JSON, or a built-in network: oriented, tiny
    #[arg(value_name = "GRAPH")]
    pub graph: String,
    /// Images, or files of the network's own values
    #[arg(value_name = "INPUT", required = true)]
    pub inputs: Vec<PathBuf>,
    /// The device
    #[command(flatten)]
    pub device: DeviceArgs,
    /// Leading convolutions that are frozen into the fabric [default: 1 of a built-in network, 0 of your own]
    #[arg(long, value_name = "N")]
    pub freeze: Option<usize>,
    /// Run on a second device too, and compare the bits
    #[arg(long, value_name = "DEVICE")]
    pub compare: Option<String>,
    /// Names of the classes, one in a line
    #[arg(long, value_name = "FILE")]
    pub labels: Option<PathBuf>,
    /// Show the best K classes [default: 5 with --labels]
    #[arg(long, value_name = "K")]
    pub top: Option<usize>,
    /// Pixels become (pixel - MEAN) / STD, for networks that take real numbers
    #[arg(long, value_name = "MEAN", allow_hyphen_values = true)]
    pub mean: Option<f32>,
    /// See --mean
    #[arg(long, value_name = "STD", value_parser = positive)]
    pub std: Option<f32>,
    /// Folder for every tensor of the network, by the reference arithmetic
    #[arg(long, value_name = "DIR")]
    pub trace: Option<PathBuf>,
}

/// What to track.
#[derive(Debug, Args)]
#[command(
    about = "Track an object in a video",
    long_about = "Tracks one object through a video. The device looks at keyframes; between them motion \
        vectors carry the box along. Prints one line a frame: frame,x,y,w,h,keyframe.",
    after_help = "Examples:\n  frazil track walk.mp4 --box 205,151,17,50 --report out\n  \
        frazil track OTB/Crossing --window adaptive --report out\n  \
        ffmpeg -v error -i walk.mp4 -f yuv4mpegpipe - | frazil track - --box 205,151,17,50"
)]
pub struct TrackArgs {
    /// A y4m file, a folder of images (OTB layout too), any file that ffmpeg reads, or - for y4m on stdin
    #[arg(value_name = "VIDEO")]
    pub video: String,
    /// Box of the object in the first frame, pixels from 0 [default: the folder's ground truth]
    #[arg(long = "box", value_name = "X,Y,W,H", allow_hyphen_values = true)]
    pub bbox: Option<String>,
    /// One inference every N frames, or `adaptive`
    #[arg(long, default_value = "4", value_name = "N|adaptive")]
    pub window: String,
    /// The device
    #[command(flatten)]
    pub device: DeviceArgs,
    /// The constants
    #[command(flatten)]
    pub parameters: ParametersArgs,
    /// Folder for report.html, report.json and annotated.gif
    #[arg(long, value_name = "DIR")]
    pub report: Option<PathBuf>,
    /// Stop after so many frames
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub frames: Option<usize>,
}

/// The demo.
#[derive(Debug, Args)]
#[command(
    about = "Track a built-in clip on a simulated device and write a report",
    long_about = "Renders a clip with exact ground truth in memory, tracks its target on the device with a \
        keyframe in every frame (EW-1), in every fourth (EW-4) and adaptively, and writes report.html, \
        report.json and annotated.gif. The same command gives the same boxes on every machine.",
    after_help = "Examples:\n  frazil demo --out demo\n  frazil demo --out demo --board ulx3s-85f\n  \
        frazil demo --out demo --device rtl --frames 12"
)]
pub struct DemoArgs {
    /// Folder for the report
    #[arg(long, value_name = "DIR", default_value = "demo")]
    pub out: PathBuf,
    /// The device
    #[command(flatten)]
    pub device: DeviceArgs,
    /// Track the first N frames of the clip's 240
    #[arg(long, value_name = "N", default_value_t = crate::clip::FRAMES, value_parser = clip_frames)]
    pub frames: usize,
}

fn positive(text: &str) -> Result<f32, String> {
    match text.parse() {
        Ok(number) if f32::is_normal(number) && number > 0.0 => Ok(number),
        _ => Err("a positive number".into()),
    }
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("at least 1".into()),
        Ok(count) => Ok(count),
        Err(_) => Err("a number".into()),
    }
}

fn clip_frames(text: &str) -> Result<usize, String> {
    let frames = at_least_one(text)?;
    if frames > crate::clip::FRAMES {
        Err(format!("the clip has {} frames", crate::clip::FRAMES))
    } else {
        Ok(frames)
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}

//! What `frazil bench` takes.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::at_least_one;

/// Benchmarks.
#[derive(Debug, Subcommand)]
pub enum BenchCommand {
    MlperfTiny(MlperfTinyArgs),
}

/// What to measure.
#[derive(Debug, Args)]
#[command(
    about = "The four networks of MLPerf Tiny: what fits, cycles, rates, accuracy, area, beside published figures",
    long_about = "Plans the four int8 networks of MLPerf Tiny for boards, with all weights and without the zero ones, \
        and prints whether they fit, clock cycles, how busy the multipliers are, times at the clock that place and \
        route reaches with the worst seed, and what the build takes. With --data the programs run on labelled inputs, \
        from the bytes that the hardware reads. Below it stand figures that others publish, with their sources.\n\n\
        The models are the benchmark's own: pretrainedResnet_quant.tflite, vww_96_int8.tflite, kws_ref_model.tflite, \
        ad01_int8.tflite. DIR of --data holds cifar10/ (ic01_labels.csv, test.zip, stored), inputs_kws01/, \
        inputs_ad01/ (normal_*.bin, anomaly_*.bin) and golden/vww01_mobilenetv1_int8/, or some of them.",
    after_help = "Examples:\n  frazil bench mlperf-tiny --models trained_models --no-route\n  \
        frazil bench mlperf-tiny --models trained_models --data data --board icebreaker --layers\n  \
        frazil bench mlperf-tiny --models trained_models --board ulx3s-85f --seeds 1,2,3 --json > table.json"
)]
pub struct MlperfTinyArgs {
    /// Folder of the models
    #[arg(long, value_name = "DIR")]
    pub models: PathBuf,
    /// Folder of labelled inputs
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// A board; may be given more than once [default: all built-in boards]
    #[arg(long, value_name = "BOARD")]
    pub board: Vec<String>,
    /// Networks to measure: ic01, vww01, kws01, ad01 [default: all]
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    pub networks: Vec<String>,
    /// Seeds of place and route
    #[arg(long, value_delimiter = ',', default_value = "1,2,3", value_name = "SEEDS")]
    pub seeds: Vec<u64>,
    /// Build nothing: times are at the clocks that the boards aim at
    #[arg(long)]
    pub no_route: bool,
    /// Show the layers, and what limits each
    #[arg(long)]
    pub layers: bool,
    /// Use at most so many labelled inputs of each network
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub inputs: Option<usize>,
    /// Folder for the builds; one that stands there from the same sources, seeds and tools is not made again
    #[arg(long, value_name = "DIR", default_value = "build/bench")]
    pub out: PathBuf,
    /// Stop a tool that takes longer, in seconds
    #[arg(long, default_value_t = 14400, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    pub step_limit: u64,
}

//! `frazil flash`: a bitstream into a board.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use frazil_boards::Board;
use frazil_flow::{Destination, Manifest, Step, Tools, flash_command, stream_command};
use frazil_link::FlashStep;
use serde::Serialize;

use super::Verdict;
use super::build::default_folder;
use crate::accelerator::network;
use crate::args::FlashArgs;
use crate::error::{Failure, Result, UsageError};
use crate::output::{Output, Stage};

/// File of the weights in the build's folder.
const WEIGHTS: &str = "weights.bin";

/// What `--json` prints.
#[derive(Serialize)]
struct Flashed {
    format_version: u32,
    board: String,
    bitstream: PathBuf,
    persistent: bool,
    command: Vec<String>,
}

/// What `--json` prints with `--weights`.
#[derive(Serialize)]
struct Streamed {
    format_version: u32,
    board: String,
    weights: PathBuf,
    bytes: usize,
    command: Vec<String>,
}

/// Calls the loader.
pub fn run(output: Output, args: &FlashArgs) -> Result<Verdict> {
    let board = Board::load(&args.board.board).map_err(Failure::from)?;
    if let Some(graph) = &args.weights {
        return weights(output, &board, graph, args.yes);
    }
    let bitstream = match &args.bitstream {
        Some(path) => path.clone(),
        None => built(&board)?,
    };
    let to = if args.persistent { Destination::Flash } else { Destination::Fpga };
    let step = flash_command(&board, &bitstream.to_string_lossy(), to).map_err(Failure::from)?;
    let agreed = !args.persistent || args.yes;
    let command = load(output, &board, step, &bitstream, agreed)?;
    let flashed =
        Flashed { format_version: 1, board: board.name, bitstream, persistent: args.persistent, command };
    output.result(&flashed, || format!("{} holds {}\n", flashed.board, flashed.bitstream.display()))?;
    Ok(Verdict::Good)
}

/// Writes what a network reads from the flash.
fn weights(output: Output, board: &Board, graph: &str, yes: bool) -> Result<Verdict> {
    let plan = network::plan(graph, network::frozen(graph, None), board)?;
    let stream = &plan.program.stream;
    if stream.is_empty() {
        return Err(UsageError::NoStream { network: graph.into(), board: board.name.clone() }.into());
    }
    let folder = default_folder(&board.name);
    let stage = Stage::new(&folder)?;
    stage.write(WEIGHTS, stream)?;
    stage.commit()?;
    let file = folder.join(WEIGHTS);
    let step = stream_command(board, &file.to_string_lossy()).map_err(Failure::from)?;
    let command = load(output, board, step, &file, yes)?;
    let (board, bytes) = (board.name.clone(), stream.len());
    let streamed = Streamed { format_version: 1, board, weights: file, bytes, command };
    output.result(&streamed, || {
        format!("the flash of {} holds the {bytes} bytes of {graph}\n", streamed.board)
    })?;
    Ok(Verdict::Good)
}

/// Calls the loader with a file, after a person has agreed; the command.
fn load(output: Output, board: &Board, step: Step, file: &Path, agreed: bool) -> Result<Vec<String>> {
    let program = Tools::find().path(step.tool).map_err(Failure::from)?.to_string_lossy().into_owned();
    let command: Vec<String> = [program.clone()].into_iter().chain(step.args.iter().cloned()).collect();
    confirm(output, &board.name, agreed)?;
    output.progress(command.join(" "));
    let step = FlashStep {
        program,
        install: step.tool.install(),
        ..FlashStep::open_fpga_loader(step.args, file.to_path_buf())
    };
    frazil_link::flash(&step, &mut |line| output.progress(line)).map_err(Failure::from)?;
    Ok(command)
}

/// The bitstream of the last build, by its manifest.
fn built(board: &Board) -> Result<PathBuf> {
    let folder = default_folder(&board.name);
    let missing = || UsageError::NoBuild { folder: folder.clone(), board: board.name.clone() };
    let text = std::fs::read_to_string(folder.join("manifest.json")).map_err(|_| missing())?;
    let manifest: Manifest = serde_json::from_str(&text).map_err(|_| missing())?;
    Ok(folder.join(manifest.bitstream))
}

/// What is in the flash memory is lost: a person must agree.
fn confirm(output: Output, board: &str, yes: bool) -> Result<()> {
    if yes {
        return Ok(());
    }
    let declined = || UsageError::NotConfirmed { board: board.into() };
    if output.json || !std::io::stdin().is_terminal() {
        return Err(declined().into());
    }
    output.note(format_args!("This overwrites the flash memory of {board}. Go on? [y/N]"));
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).map_err(|_| declined())?;
    if answer.trim().eq_ignore_ascii_case("y") { Ok(()) } else { Err(declined().into()) }
}

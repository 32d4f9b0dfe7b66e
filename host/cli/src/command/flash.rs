//! `frazil flash`: a bitstream into a board.

use std::io::IsTerminal;
use std::path::PathBuf;

use frazil_boards::Board;
use frazil_flow::{Destination, Manifest, Tools, flash_command};
use frazil_link::FlashStep;
use serde::Serialize;

use super::Verdict;
use super::build::default_folder;
use crate::args::FlashArgs;
use crate::error::{Failure, Result, UsageError};
use crate::output::Output;

/// What `--json` prints.
#[derive(Serialize)]
struct Flashed {
    format_version: u32,
    board: String,
    bitstream: PathBuf,
    persistent: bool,
    command: Vec<String>,
}

/// Calls the loader.
pub fn run(output: Output, args: &FlashArgs) -> Result<Verdict> {
    let board = Board::load(&args.board.board).map_err(Failure::from)?;
    let bitstream = match &args.bitstream {
        Some(path) => path.clone(),
        None => built(&board)?,
    };
    let to = if args.persistent { Destination::Flash } else { Destination::Fpga };
    let step = flash_command(&board, &bitstream.to_string_lossy(), to).map_err(Failure::from)?;
    let program = Tools::find().path(step.tool).map_err(Failure::from)?.to_string_lossy().into_owned();
    let command: Vec<String> = [program.clone()].into_iter().chain(step.args.iter().cloned()).collect();
    if args.persistent {
        confirm(output, &board.name, args.yes)?;
    }
    output.progress(command.join(" "));
    let step = FlashStep {
        program,
        install: step.tool.install(),
        ..FlashStep::open_fpga_loader(step.args, bitstream.clone())
    };
    frazil_link::flash(&step, &mut |line| output.progress(line)).map_err(Failure::from)?;
    let flashed =
        Flashed { format_version: 1, board: board.name, bitstream, persistent: args.persistent, command };
    output.result(&flashed, || format!("{} holds {}\n", flashed.board, flashed.bitstream.display()))?;
    Ok(Verdict::Good)
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

//! The `frazil` command line: frames in, boxes out, and everything between them by the other crates.

mod accelerator;
mod args;
mod bench;
mod clip;
mod command;
mod error;
mod frames;
mod output;
mod parameters;
mod pipeline;
mod progress;
mod report;

use std::process::ExitCode;

use clap::Parser;

use output::OutputError;

/// Wrong usage or environment; clap uses the same.
const FAILURE: u8 = 2;

fn main() -> ExitCode {
    match command::run(args::Cli::parse()) {
        Ok(verdict) => verdict.into(),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::note(format_args!("{error:?}"));
            ExitCode::from(FAILURE)
        }
    }
}

/// Whoever reads our output may stop when it has enough.
fn is_broken_pipe(error: &miette::Report) -> bool {
    error.downcast_ref::<OutputError>().is_some_and(OutputError::is_broken_pipe)
}

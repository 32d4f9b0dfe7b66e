//! The commands, one file each.

mod bench;
mod build;
mod completions;
mod demo;
mod doctor;
mod eval;
mod flash;
mod inspect;
mod labels;
mod list;
mod parameters;
mod picture;
mod plan;
mod run;
mod track;

use std::process::ExitCode;

use crate::args::{BenchCommand, Cli, Command, EvalCommand};
use crate::error::Result;
use crate::output::Output;

/// What a command that worked says to the caller.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// All is as wanted.
    Good,
    /// It was done, and the result is not as wanted.
    Wrong,
}

impl From<Verdict> for ExitCode {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Good => ExitCode::SUCCESS,
            Verdict::Wrong => ExitCode::from(1),
        }
    }
}

/// Runs the command line.
pub fn run(cli: Cli) -> Result<Verdict> {
    let output = Output { json: cli.json };
    match cli.command {
        Command::List => list::run(output),
        Command::Doctor => doctor::run(output),
        Command::Inspect(args) => inspect::run(output, &args.graph),
        Command::Plan(args) => plan::run(output, &args),
        Command::Build(args) => build::run(output, &args),
        Command::Flash(args) => flash::run(output, &args),
        Command::Run(args) => run::run(output, &args),
        Command::Parameters => parameters::run(output),
        Command::Completions { shell } => completions::run(output, shell),
        Command::Track(args) => track::run(output, &args),
        Command::Eval(EvalCommand::Otb(args)) => eval::otb(output, &args),
        Command::Eval(EvalCommand::Classes(args)) => eval::classes(output, &args),
        Command::Bench(BenchCommand::MlperfTiny(args)) => bench::mlperf_tiny(output, &args),
        Command::Demo(args) => demo::run(output, &args),
    }
}

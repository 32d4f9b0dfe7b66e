//! `frazil completions`: a shell's completions.

use clap::CommandFactory;
use clap_complete::Shell;

use super::Verdict;
use crate::args::Cli;
use crate::error::Result;
use crate::output::Output;

/// Prints the completions.
pub fn run(output: Output, shell: Shell) -> Result<Verdict> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "frazil", &mut script);
    output.text(&String::from_utf8_lossy(&script))?;
    Ok(Verdict::Good)
}

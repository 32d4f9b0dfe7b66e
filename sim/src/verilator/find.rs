//! Finding Verilator: environment variable, PATH, then the project's tool folder.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::VerilatorError;

/// Verilator and the folder of its run-time sources.
#[derive(Debug, Clone)]
pub struct Verilator {
    /// The program.
    pub program: PathBuf,
    /// `VERILATOR_ROOT`: the folder that holds `include/verilated.cpp`.
    pub root: PathBuf,
    /// First line of `verilator --version`.
    pub version: String,
}

/// Finds Verilator by `FRAZIL_VERILATOR`, then PATH, then `bin/` of `FRAZIL_TOOLS` or `.tools`.
///
/// # Errors
/// [`VerilatorError::Missing`] if there is none or it does not answer.
pub fn find() -> Result<Verilator, VerilatorError> {
    candidates().find_map(probe).ok_or(VerilatorError::Missing {
        tool: "verilator",
        variable: "FRAZIL_VERILATOR",
        also: ", or `apt-get install verilator g++`",
    })
}

fn candidates() -> impl Iterator<Item = PathBuf> {
    let named = std::env::var_os("FRAZIL_VERILATOR").map(PathBuf::from);
    let on_path = which::which("verilator").ok();
    let folder = std::env::var_os("FRAZIL_TOOLS").map_or_else(|| PathBuf::from(".tools"), PathBuf::from);
    named.into_iter().chain(on_path).chain(std::iter::once(folder.join("bin/verilator")))
}

fn probe(program: PathBuf) -> Option<Verilator> {
    let version = answer(&program, &["--version"])?;
    let root = match std::env::var_os("VERILATOR_ROOT") {
        Some(root) => PathBuf::from(root),
        None => PathBuf::from(answer(&program, &["--getenv", "VERILATOR_ROOT"])?),
    };
    root.join("include/verilated.cpp").is_file().then_some(Verilator { program, root, version })
}

fn answer(program: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok().filter(|o| o.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).lines().next()?.trim().to_string())
}

//! Emitted Verilog as a native program, by Verilator and the C++ compiler.

mod compile;
mod find;

pub use compile::{Source, compile};
pub use find::{Verilator, find};

use std::path::PathBuf;

/// What can go wrong between Verilog text and a running program.
#[derive(Debug, thiserror::Error)]
pub enum VerilatorError {
    /// A program is not there.
    #[error("{tool} was not found: set {variable}, or install it with `bitstreams/tools.sh`{also}")]
    Missing {
        /// Name of the program.
        tool: &'static str,
        /// Environment variable that names it.
        variable: &'static str,
        /// Another way to get it.
        also: &'static str,
    },
    /// A program ended with an error.
    #[error("{tool} failed on {what}:\n{log}")]
    Failed {
        /// Name of the program.
        tool: &'static str,
        /// What it worked on.
        what: String,
        /// The end of what it said.
        log: String,
    },
    /// A file or child process could not be used.
    #[error("{}: {source}", path.display())]
    Io {
        /// File or program.
        path: PathBuf,
        /// Cause.
        source: std::io::Error,
    },
}

impl VerilatorError {
    pub(crate) fn io(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }
}

//! Output: data on stdout, people on stderr, files that are whole or absent.

mod stage;
mod table;

use std::io::{self, Write};
use std::path::PathBuf;

use miette::Diagnostic;
use serde::Serialize;
use thiserror::Error;

pub use stage::Stage;
pub use table::Table;

/// Output that cannot be written.
#[derive(Debug, Error, Diagnostic)]
pub enum OutputError {
    /// A file or folder.
    #[error("cannot write {}", path.display())]
    #[diagnostic(
        code(frazil::output::write),
        help("nothing was left there; see what is free and whose it is with: df -h . && ls -ld {}", parent(path).display())
    )]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Something that is not a folder has the name of the output folder.
    #[error("{} is there and is not a folder", path.display())]
    #[diagnostic(code(frazil::output::not_a_folder), help("name another folder, or move it away with: mv {0} {0}.old", path.display()))]
    NotAFolder {
        /// What is there.
        path: PathBuf,
    },
    /// The standard output.
    #[error("cannot write to the standard output")]
    #[diagnostic(code(frazil::output::stdout), help("see what is free with: df -h ."))]
    Stdout(#[source] io::Error),
    /// An image or a value that its format cannot hold.
    #[error("cannot encode {what}: {message}")]
    #[diagnostic(
        code(frazil::output::encode),
        help("this is a fault of frazil: please report it with the command line")
    )]
    Encode {
        /// What was to be encoded.
        what: &'static str,
        /// The encoder's word.
        message: String,
    },
}

fn parent(path: &std::path::Path) -> &std::path::Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(std::path::Path::new("."))
}

impl OutputError {
    /// An encoder's error.
    pub fn encode(what: &'static str, error: impl std::fmt::Display) -> Self {
        Self::Encode { what, message: error.to_string() }
    }

    /// Whether the reader of our standard output has gone, which is its right.
    pub fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Stdout(e) if e.kind() == io::ErrorKind::BrokenPipe)
    }
}

/// How a command shows its results.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    /// Data as JSON, and no progress.
    pub json: bool,
}

impl Output {
    /// Prints the result: `value` as JSON, or the text that `people` makes.
    pub fn result(&self, value: &impl Serialize, people: impl FnOnce() -> String) -> Result<(), OutputError> {
        if !self.json {
            return self.text(&people());
        }
        let text = serde_json::to_string_pretty(value).map_err(|e| OutputError::encode("the result", e))?;
        self.text(&(text + "\n"))
    }

    /// Prints text to the standard output.
    pub fn text(&self, text: &str) -> Result<(), OutputError> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(OutputError::Stdout)
    }

    /// A line for people who wait; not with `--json`.
    pub fn progress(&self, text: impl std::fmt::Display) {
        if !self.json {
            note(text);
        }
    }

    /// A line for people.
    pub fn note(&self, text: impl std::fmt::Display) {
        note(text);
    }
}

/// A line for people.
pub fn note(text: impl std::fmt::Display) {
    // Nobody can be told that the standard error is gone.
    let _ = writeln!(io::stderr(), "{text}");
}

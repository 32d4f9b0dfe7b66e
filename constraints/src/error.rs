//! What can be wrong with a board's name or file.

use std::path::PathBuf;

use thiserror::Error;

/// Why a board could not be had.
#[derive(Debug, Error)]
pub enum BoardError {
    /// No built-in board has this name.
    #[error("no board is called {name:?}; the boards are {}", known.join(", "))]
    Unknown {
        /// What was asked for.
        name: String,
        /// What there is.
        known: Vec<&'static str>,
    },
    /// The board file cannot be read.
    #[error("cannot read the board file {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The text is not a board: wrong TOML, an unknown key, a missing key, a wrong type.
    #[error("{origin} is not a board file")]
    Parse {
        /// Name of the file.
        origin: String,
        /// Line and reason.
        source: Box<toml::de::Error>,
    },
    /// A value is not possible.
    #[error("{origin}: {field} {reason}")]
    Invalid {
        /// Name of the file.
        origin: String,
        /// Key of the value, with its table.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl BoardError {
    /// Stable code of the error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "frazil::board::unknown",
            Self::Read { .. } => "frazil::board::read",
            Self::Parse { .. } => "frazil::board::parse",
            Self::Invalid { .. } => "frazil::board::invalid",
        }
    }

    /// What to do next.
    pub fn hint(&self) -> String {
        match self {
            Self::Unknown { known, .. } => {
                format!("use --board {}, or --board FILE.toml", known.join(" or --board "))
            }
            Self::Read { path, .. } => format!("check it with: ls -l {}", path.display()),
            Self::Parse { origin, .. } => format!("correct {origin}; the built-in board files show the form"),
            Self::Invalid { origin, field, .. } => format!("correct {field} in {origin}"),
        }
    }
}

//! What can go wrong between Verilog and bitstream.

use std::ffi::OsString;
use std::path::PathBuf;

use thiserror::Error;

use crate::Tool;

/// Why a tool was not found or a build did not succeed.
#[derive(Debug, Error)]
pub enum FlowError {
    /// A tool is not installed.
    #[error("{} is not installed ({})", tool.program(), tool.purpose())]
    MissingTool {
        /// Which tool.
        tool: Tool,
    },
    /// A tool's environment variable does not name a program.
    #[error("{} is {value:?}, which is not a program", tool.env())]
    BadVariable {
        /// Which tool.
        tool: Tool,
        /// Value of its variable.
        value: OsString,
    },
    /// A tool is there but does not run.
    #[error("{} ({}) does not run: {reason}", tool.program(), path.display())]
    BrokenTool {
        /// Which tool.
        tool: Tool,
        /// The program.
        path: PathBuf,
        /// The last line that it printed.
        reason: String,
    },
    /// A tool could not be started.
    #[error("cannot start {}", path.display())]
    Start {
        /// The program.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A tool ended with an error.
    #[error("{} failed in step {step:?} ({status}); the end of {}:\n{tail}", tool.program(), log.display())]
    ToolFailed {
        /// Which tool.
        tool: Tool,
        /// Name of the step.
        step: String,
        /// How it ended.
        status: String,
        /// All that it printed.
        log: PathBuf,
        /// The last lines of the log.
        tail: String,
    },
    /// A tool did not come to an end.
    #[error("{} was stopped in step {step:?} after {seconds} s; its output is in {}", tool.program(), log.display())]
    TooLong {
        /// Which tool.
        tool: Tool,
        /// Name of the step.
        step: String,
        /// The limit.
        seconds: u64,
        /// All that it printed.
        log: PathBuf,
    },
    /// A tool ended well, but a file that it makes is not there.
    #[error("{} made no {file} in step {step:?}; see {}", tool.program(), log.display())]
    NoOutput {
        /// Which tool.
        tool: Tool,
        /// Name of the step.
        step: String,
        /// The missing file.
        file: String,
        /// All that it printed.
        log: PathBuf,
    },
    /// A report of a tool is not what it should be.
    #[error("cannot read the report {file}: {reason}")]
    Report {
        /// The report.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The request itself is wrong.
    #[error("the build's {field} {reason}")]
    Request {
        /// Field of [`crate::Build`].
        field: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The output folder holds files that no build made.
    #[error("{} is not empty and holds no earlier build", path.display())]
    Occupied {
        /// The folder.
        path: PathBuf,
    },
    /// A file or folder cannot be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// No seed met the clock.
    #[error("the best of {seeds} seeds reaches {best_mhz:.2} MHz of {target_mhz:.2} MHz; files are in {}", kept.display())]
    Timing {
        /// Clock that was reached.
        best_mhz: f64,
        /// Clock that is needed.
        target_mhz: f64,
        /// Seeds that were tried.
        seeds: usize,
        /// Folder with the result, manifest included.
        kept: PathBuf,
    },
    /// The board cannot be loaded in the way that was asked for.
    #[error("{board} cannot be loaded {how}")]
    Destination {
        /// Name of the board.
        board: String,
        /// `"without writing its flash"` or `"by writing its flash"`.
        how: &'static str,
    },
}

impl FlowError {
    /// Stable code of the error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::MissingTool { .. } => "frazil::tool::missing",
            Self::BadVariable { .. } => "frazil::tool::variable",
            Self::BrokenTool { .. } => "frazil::tool::broken",
            Self::Start { .. } => "frazil::tool::start",
            Self::ToolFailed { .. } => "frazil::tool::failed",
            Self::TooLong { .. } => "frazil::tool::too_long",
            Self::NoOutput { .. } => "frazil::tool::no_output",
            Self::Report { .. } => "frazil::tool::report",
            Self::Request { .. } => "frazil::build::request",
            Self::Occupied { .. } => "frazil::build::occupied",
            Self::Write { .. } => "frazil::build::write",
            Self::Timing { .. } => "frazil::build::timing",
            Self::Destination { .. } => "frazil::flash::destination",
        }
    }

    /// What to do next.
    pub fn hint(&self) -> String {
        match self {
            Self::MissingTool { tool } => {
                format!("{}\n(or set {} to the program)", tool.install(), tool.env())
            }
            Self::BadVariable { tool, .. } => {
                format!("set {} to the program, or unset it; install with: {}", tool.env(), tool.install())
            }
            Self::BrokenTool { tool, .. } => {
                format!("set {} to another, or install it again: {}", tool.env(), tool.install())
            }
            Self::Start { .. } => "frazil doctor".into(),
            Self::ToolFailed { log, .. } | Self::NoOutput { log, .. } => format!("less {}", log.display()),
            Self::TooLong { .. } => {
                "give it other seeds, as in --seeds 4,5,6, or more time, as in --step-limit 7200".into()
            }
            Self::Report { .. } => {
                "df -h . && frazil doctor  # a full disk, or tools of another version".into()
            }
            Self::Request { field, .. } => format!("correct the build's {field}"),
            Self::Occupied { path } => {
                format!("choose another folder with --out, or empty {}", path.display())
            }
            Self::Write { path, .. } => format!("df -h {0}; ls -ld {0}", crate::run::nearest(path).display()),
            Self::Timing { .. } => {
                "frazil build --seeds 1,2,3,4,5,6,7,8, or a lower clock or fewer lanes".into()
            }
            Self::Destination { how, .. } if how.starts_with("without") => {
                "frazil flash --persistent  # writes the flash".into()
            }
            Self::Destination { .. } => "frazil flash, without --persistent".into(),
        }
    }
}

//! From Verilog to a bitstream, reproducibly.
//!
//! [`build`] takes a top module, its pin constraints and a board, and leaves a folder with everything that
//! made the bitstream: sources, synthesis script, reports, logs, the bitstream, and [`Manifest`] in
//! `manifest.json` with tool versions, seeds, hashes, utilisation and the clock that was reached. The folder
//! appears only when it is whole. [`Build::steps`] is the same work as data.
//! [`earlier`] finds the result of the same build in its folder.
//!
//! [`Tools`] finds the programs (environment, `PATH`, `.tools`, YoWASP) and [`doctor`] says what is missing and
//! the command that installs it.

mod build;
mod error;
mod loader;
mod manifest;
mod performance;
mod report;
mod run;
mod step;
mod tool;

pub use build::{Build, Event, build, earlier};
pub use error::FlowError;
pub use loader::{Destination, flash_command, stream_command};
pub use manifest::{FORMAT_VERSION, Fmax, Hashes, Manifest, SeedResult};
pub use performance::{Performance, Work};
pub use report::{Clock, CriticalPath, Resource, Utilisation};
pub use run::run_step;
pub use step::Step;
pub use tool::{Check, Found, How, Search, Tool, Tools, doctor};

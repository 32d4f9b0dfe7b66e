//! What to build.

use std::path::PathBuf;
use std::time::Duration;

use frazil_boards::Board;

use super::steps::Files;
use crate::{FlowError, Step, Work};

/// A build: everything that decides the bitstream, and where it goes.
#[derive(Clone, Debug)]
pub struct Build {
    /// The board; its clock target is what the design must meet.
    pub board: Board,
    /// All Verilog of the design.
    pub verilog: String,
    /// Pin constraints: PCF for iCE40, LPF for ECP5.
    pub constraints: String,
    /// Cells that have a place: name of the cell, name of the site.
    pub anchors: Vec<(String, String)>,
    /// Name of the top module.
    pub top: String,
    /// Seeds of place and route, all tried; the best one makes the bitstream.
    pub seeds: Vec<u64>,
    /// Leave the losing seeds' placed designs in the folder too.
    pub keep: bool,
    /// Identity of the design, for the manifest.
    pub design_id: Option<String>,
    /// What one run takes, for the manifest.
    pub work: Option<Work>,
    /// Longest that a step may take; a router can go on for ever.
    pub step_limit: Duration,
    /// Folder that is made.
    pub output: PathBuf,
}

impl Build {
    /// The steps in their order: synthesis, one place and route for each seed, the bitstream.
    pub fn steps(&self) -> Vec<Step> {
        let files = Files::of(self);
        let places = self.seeds.iter().map(|seed| files.place(self, *seed));
        [files.synthesis()].into_iter().chain(places).chain([files.pack(self)]).collect()
    }

    /// The synthesis script that the first step reads.
    pub fn script(&self) -> String {
        Files::of(self).script(self)
    }

    /// The clock to meet, in MHz.
    pub fn target_mhz(&self) -> f64 {
        f64::from(self.board.clock.target_hz) / 1e6
    }

    /// Refuses what no tool would explain.
    pub(crate) fn check(&self) -> Result<(), FlowError> {
        let refuse = |field, reason: &str| Err(FlowError::Request { field, reason: reason.into() });
        let name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if !self.top.chars().all(name) || !self.top.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        {
            return refuse("top", "must be a plain Verilog name");
        }
        if ["build", "manifest"].contains(&self.top.as_str()) {
            return refuse("top", "must not be \"build\" or \"manifest\": their files have other contents");
        }
        let word =
            |s: &str| !s.is_empty() && s.chars().all(|c| c.is_ascii_alphanumeric() || "._$/".contains(c));
        if !self.anchors.iter().all(|(cell, site)| word(cell) && word(site)) {
            return refuse("anchors", "must be plain names of cells and sites");
        }
        if self.verilog.trim().is_empty() {
            return refuse("verilog", "must not be empty");
        }
        if self.seeds.is_empty() {
            return refuse("seeds", "must not be empty");
        }
        let mut seeds = self.seeds.clone();
        seeds.sort_unstable();
        if seeds.windows(2).any(|pair| pair[0] == pair[1]) {
            return refuse("seeds", "must be different from each other");
        }
        // nextpnr reads a signed 32-bit seed.
        if seeds.last().is_some_and(|seed| *seed > i32::MAX as u64) {
            return refuse("seeds", "must be below 2^31");
        }
        if self.output.file_name().is_none() {
            return refuse("output", "must name a folder");
        }
        Ok(())
    }
}

//! The differential test of one module: record every port of a RustHDL run, replay the inputs into the emitted
//! Verilog, compare every output in every cycle.
//!
//! RustHDL's simulation and its Verilog can differ without any warning, so each module owes this test.

mod harness;
mod ports;

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use rust_hdl::prelude::*;

use crate::step::{ClockOf, Oscillation, Stepper};
use crate::verilator::{Source, VerilatorError, compile, find};
pub use ports::Port;

/// A run that is being recorded.
pub struct Recorder<B: Block> {
    stepper: Stepper<B>,
    ports: Vec<Port>,
    rows: Vec<Vec<String>>,
}

/// Why a replay did not pass.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The RustHDL block does not settle.
    #[error(transparent)]
    Oscillation(#[from] Oscillation),
    /// The Verilog could not be compiled or run.
    #[error(transparent)]
    Verilator(#[from] VerilatorError),
    /// RustHDL and Verilog differ.
    #[error(
        "cycle {cycle}, port {port}: RustHDL {expected}, Verilog {found} (hexadecimal); {differing} of {compared} values differ"
    )]
    Differs {
        /// First differing cycle.
        cycle: usize,
        /// First differing port in it.
        port: String,
        /// RustHDL's value.
        expected: String,
        /// The Verilog's value.
        found: String,
        /// Values that differ.
        differing: usize,
        /// Values compared.
        compared: usize,
    },
    /// The Verilated program ended early.
    #[error("the simulation ended after {0} of {1} cycles")]
    Short(usize, usize),
}

/// A replay that passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agreement {
    /// Clock cycles compared.
    pub cycles: usize,
    /// Output values compared.
    pub values: usize,
}

impl<B: Block> Recorder<B> {
    /// Connects and settles the block.
    ///
    /// # Errors
    /// The block does not settle.
    pub fn new(block: Box<B>, clock: ClockOf<B>) -> Result<Self, Oscillation> {
        let stepper = Stepper::new(block, clock)?;
        let ports = ports::of(stepper.block.as_ref());
        Ok(Self { stepper, ports, rows: Vec::new() })
    }

    /// One cycle: sets inputs while the clock is low, settles, records all ports, then clocks. Returns what
    /// `observe` sees just before the rising edge.
    ///
    /// # Errors
    /// The block does not settle.
    pub fn cycle<T>(
        &mut self,
        drive: impl FnOnce(&mut B),
        observe: impl FnOnce(&B) -> T,
    ) -> Result<T, Oscillation> {
        drive(&mut self.stepper.block);
        self.stepper.settle()?;
        self.rows.push(ports::values(self.stepper.block.as_ref()));
        let seen = observe(&self.stepper.block);
        self.stepper.clock()?;
        Ok(seen)
    }

    /// Replays the recording against the block's emitted Verilog, with `models` (behavioural text of vendor
    /// primitives) appended.
    ///
    /// # Errors
    /// Verilator is missing, or the two differ.
    pub fn replay(&self, name: &str, models: &str) -> Result<Agreement, ReplayError> {
        let verilog = generate_verilog(self.stepper.block.as_ref()) + models;
        let tool = find()?;
        let folder = tempfile::tempdir().map_err(VerilatorError::io("temporary folder"))?;
        let main = harness::main(&self.ports);
        let source = Source { name, verilog: &verilog, top: "top", main: &main, optimise: 1 };
        let program = compile(&tool, &source, folder.path())?;
        let output = self.feed(&program)?;
        self.compare(&output)
    }

    fn feed(&self, program: &std::path::Path) -> Result<String, ReplayError> {
        let mut text = String::new();
        for row in &self.rows {
            let inputs = self.ports.iter().zip(row).filter(|(p, _)| p.input);
            inputs.for_each(|(_, value)| write!(text, "{value} ").unwrap_or_default());
            text.push('\n');
        }
        let io = |p: &std::path::Path| VerilatorError::io(p.to_path_buf());
        let mut child = Command::new(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(io(program))?;
        let mut stdin = child.stdin.take();
        let writer = std::thread::spawn(move || stdin.as_mut().map(|s| s.write_all(text.as_bytes())));
        let output = child.wait_with_output().map_err(io(program))?;
        drop(writer.join());
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn compare(&self, output: &str) -> Result<Agreement, ReplayError> {
        let outputs: Vec<usize> = (0..self.ports.len()).filter(|i| !self.ports[*i].input).collect();
        let lines: Vec<&str> = output.lines().collect();
        if lines.len() != self.rows.len() {
            return Err(ReplayError::Short(lines.len(), self.rows.len()));
        }
        let mut differences = Vec::new();
        for (cycle, (line, row)) in lines.iter().zip(&self.rows).enumerate() {
            let found = line.split_whitespace();
            let pairs = outputs.iter().copied().zip(found);
            differences.extend(pairs.filter(|(i, f)| row[*i] != *f).map(|(i, f)| (cycle, i, f)));
        }
        let compared = outputs.len() * lines.len();
        match differences.first() {
            None => Ok(Agreement { cycles: lines.len(), values: compared }),
            Some((cycle, port, found)) => Err(ReplayError::Differs {
                cycle: *cycle,
                port: self.ports[*port].name.clone(),
                expected: self.rows[*cycle][*port].clone(),
                found: (*found).to_string(),
                differing: differences.len(),
                compared,
            }),
        }
    }
}

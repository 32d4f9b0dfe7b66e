//! The emitted Verilog of a whole design, Verilated, in a child process.
//!
//! Parent and child speak in messages: `w`, a length and bytes queues bytes for the line; `r` and a limit in
//! clocks simulates until the device answers or is quiet, and is answered by the clocks so far, a count and bytes.
//! Numbers are eight bytes, little endian.

use std::fs;
use std::io::{self, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use frazil_hdl::flash;
use frazil_hdl::top::TopSpec;
use frazil_hdl::vendor;
use frazil_wire::Transport;

use super::{QUIET_BYTES, Simulated};
use crate::verilator::{Source, VerilatorError, compile, find};

const MAIN: &str = include_str!("main.cpp");

/// `--device verilator`: the design as it goes to synthesis.
pub struct VerilatedDevice {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    clock_hz: u32,
    cycles: u64,
    pending: Vec<u8>,
    // Kept so that the program's folder lives as long as the program.
    _folder: tempfile::TempDir,
}

impl VerilatedDevice {
    /// Compiles and starts a design's Verilog; a flash, if the design reads one, holds `stream` from its first byte on.
    ///
    /// # Errors
    /// Verilator or the C++ compiler is missing or fails.
    pub fn new(verilog: &str, spec: &TopSpec, stream: &[u8]) -> Result<Self, VerilatorError> {
        let tool = find()?;
        let folder = tempfile::tempdir().map_err(VerilatorError::io("temporary folder"))?;
        let (top, bench) = bench(spec, stream, folder.path())?;
        let text = format!("{verilog}{}{bench}", vendor::MODELS);
        let program = compile(
            &tool,
            &Source { name: "top", verilog: &text, top, main: &main_text(spec), optimise: 2 },
            folder.path(),
        )?;
        let mut child = Command::new(&program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(VerilatorError::io(&program))?;
        let broken =
            || VerilatorError::Io { path: program.clone(), source: io::ErrorKind::BrokenPipe.into() };
        let input = child.stdin.take().ok_or_else(broken)?;
        let output = BufReader::new(child.stdout.take().ok_or_else(broken)?);
        let clock_hz = spec.clock_hz;
        Ok(Self { child, input, output, clock_hz, cycles: 0, pending: Vec::new(), _folder: folder })
    }

    fn number(&mut self) -> io::Result<u64> {
        let mut bytes = [0; 8];
        self.output.read_exact(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn advance(&mut self, clocks: u64) -> io::Result<()> {
        self.input.write_all(b"r")?;
        self.input.write_all(&clocks.to_le_bytes())?;
        self.input.flush()?;
        self.cycles = self.number()?;
        let count = self.number()? as usize;
        let start = self.pending.len();
        self.pending.resize(start + count, 0);
        self.output.read_exact(&mut self.pending[start..])
    }
}

/// The top module, and the Verilog around a design that reads a flash.
fn bench(spec: &TopSpec, stream: &[u8], folder: &Path) -> Result<(&'static str, String), VerilatorError> {
    let Some(flash) = spec.flash else { return Ok(("top", String::new())) };
    let file = folder.join("flash.hex");
    fs::write(&file, flash::hex(stream)).map_err(VerilatorError::io(&file))?;
    Ok((flash::BOARD, flash::board(&flash, stream.len(), &file.to_string_lossy())))
}

fn main_text(spec: &TopSpec) -> String {
    let led_low = spec.pins.as_ref().is_some_and(|p| p.led_active_low);
    MAIN.replace("@CLOCKS_PER_BIT@", &spec.clocks_per_bit.to_string())
        .replace("@QUIET@", &(QUIET_BYTES * 10 * spec.clocks_per_bit).to_string())
        .replace("@LED_LOW@", if led_low { "1" } else { "0" })
}

impl Drop for VerilatedDevice {
    fn drop(&mut self) {
        // The child ends by itself when its input closes; this only makes sure, and collects it.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Simulated for VerilatedDevice {
    fn cycles(&self) -> u64 {
        self.cycles
    }
}

impl Transport for VerilatedDevice {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.input.write_all(b"w")?;
        self.input.write_all(&(bytes.len() as u64).to_le_bytes())?;
        self.input.write_all(bytes)
    }

    fn read(&mut self, buffer: &mut [u8], timeout: Duration) -> io::Result<usize> {
        if self.pending.is_empty() {
            self.advance((timeout.as_secs_f64() * f64::from(self.clock_hz)) as u64)?;
        }
        let count = buffer.len().min(self.pending.len());
        buffer.iter_mut().zip(self.pending.drain(..count)).for_each(|(to, from)| *to = from);
        Ok(count)
    }
}

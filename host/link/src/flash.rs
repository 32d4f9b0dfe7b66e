//! Configuring an FPGA with a loader program.

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::thread;

use crate::error::LinkError;

/// Lines of the loader that an error repeats.
const LAST_LINES: usize = 6;

/// One run of a loader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlashStep {
    /// The program, by path or to be found on `PATH`; normally `openFPGALoader`.
    pub program: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// The file that it loads, checked before the program is started.
    pub bitstream: PathBuf,
    /// The command that installs the program.
    pub install: String,
}

impl FlashStep {
    /// A run of openFPGALoader; `args` must name the board and the bitstream.
    pub fn open_fpga_loader(args: Vec<String>, bitstream: PathBuf) -> Self {
        let install = "sudo apt-get install openfpgaloader".into();
        Self { program: "openFPGALoader".into(), args, bitstream, install }
    }
}

/// Runs the loader to its end. Each line that it prints, on either stream, goes to `on_line`; a progress bar that
/// returns to the start of its line gives a line each time.
///
/// # Errors
/// [`LinkError::MissingFile`], [`LinkError::MissingProgram`] with the command that installs it, and
/// [`LinkError::LoaderFailed`] with the last lines.
pub fn flash(step: &FlashStep, on_line: &mut dyn FnMut(&str)) -> Result<(), LinkError> {
    if !step.bitstream.is_file() {
        return Err(LinkError::MissingFile(step.bitstream.clone()));
    }
    let mut child = start(step)?;
    let last = forward(&mut child, on_line);
    let status = child.wait()?;
    if status.success() {
        return Ok(());
    }
    let program = step.program.clone();
    Err(LinkError::LoaderFailed { program, status: status.to_string(), last: last.join("; ") })
}

fn start(step: &FlashStep) -> Result<Child, LinkError> {
    let mut command = Command::new(&step.program);
    command.args(&step.args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            LinkError::MissingProgram { program: step.program.clone(), install: step.install.clone() }
        }
        _ => LinkError::Io(error),
    })
}

/// Passes all lines on until both streams end, and returns the last ones.
fn forward(child: &mut Child, on_line: &mut dyn FnMut(&str)) -> Vec<String> {
    let (sender, lines) = channel();
    for stream in streams(child) {
        let sender = sender.clone();
        thread::spawn(move || read_lines(stream, &sender));
    }
    drop(sender);
    let mut last = Vec::new();
    for line in lines {
        on_line(&line);
        if last.len() == LAST_LINES {
            last.remove(0);
        }
        last.push(line);
    }
    last
}

fn streams(child: &mut Child) -> Vec<Box<dyn Read + Send>> {
    let out = child.stdout.take().map(|s| Box::new(s) as Box<dyn Read + Send>);
    let err = child.stderr.take().map(|s| Box::new(s) as Box<dyn Read + Send>);
    out.into_iter().chain(err).collect()
}

/// Sends what a stream says, line by line; blank lines are left out.
fn read_lines(stream: Box<dyn Read + Send>, sender: &Sender<String>) {
    let mut line = Vec::new();
    let mut bytes = BufReader::new(stream);
    while let Ok(buffer) = bytes.fill_buf() {
        if buffer.is_empty() {
            break;
        }
        let end = buffer.iter().position(|b| matches!(b, b'\n' | b'\r'));
        let used = end.unwrap_or(buffer.len());
        line.extend_from_slice(&buffer[..used]);
        bytes.consume(used + usize::from(end.is_some()));
        if end.is_some() {
            send_line(&mut line, sender);
        }
    }
    send_line(&mut line, sender);
}

fn send_line(line: &mut Vec<u8>, sender: &Sender<String>) {
    let text = String::from_utf8_lossy(line).trim().to_string();
    line.clear();
    if !text.is_empty() {
        // The receiver lives until both streams have ended.
        sender.send(text).unwrap_or_default();
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// A shell in the place of the loader.
    fn shell(script: &str) -> FlashStep {
        let mut step = FlashStep::open_fpga_loader(vec!["-c".into(), script.into()], "Cargo.toml".into());
        step.program = "sh".into();
        step
    }

    fn lines(script: &str) -> (Vec<String>, Result<(), LinkError>) {
        let mut lines = Vec::new();
        let result = flash(&shell(script), &mut |line| lines.push(line.to_string()));
        (lines, result)
    }

    #[test]
    fn lines_and_progress_are_passed_on() {
        let (lines, result) = lines(r"printf 'Load SRAM\n 10%%\r 50%%\r100%%\n\nDone'");
        assert!(result.is_ok());
        assert_eq!(lines, ["Load SRAM", "10%", "50%", "100%", "Done"]);
    }

    #[test]
    fn a_failure_repeats_the_last_lines_of_both_streams() {
        let (lines, result) =
            lines("for i in 1 2 3 4 5 6 7 8; do echo line$i; done; echo no cable >&2; exit 3");
        assert_eq!(lines.len(), 9);
        match result {
            Err(LinkError::LoaderFailed { program, status, .. }) => {
                assert_eq!((program.as_str(), status.contains('3')), ("sh", true));
            }
            other => panic!("{other:?}"),
        }
        let (_, result) = self::lines("echo unable to open ftdi device >&2; exit 1");
        assert!(result.unwrap_err().to_string().contains("unable to open ftdi device"));
    }

    #[test]
    fn what_is_missing_is_named() {
        let mut step = shell("");
        step.program = "no-such-loader".into();
        let error = flash(&step, &mut |_| ()).unwrap_err();
        assert_eq!(error.to_string(), "no-such-loader was not found");
        assert_eq!(error.hint(), "`sudo apt-get install openfpgaloader`");
        step.bitstream = "no-such-file.bin".into();
        assert!(matches!(flash(&step, &mut |_| ()), Err(LinkError::MissingFile(_))));
    }
}

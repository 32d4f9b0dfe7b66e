//! Helpers of the command line's tests.
#![allow(dead_code, reason = "each test uses a part")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;

/// The program, without the caller's settings.
pub fn frazil() -> Command {
    let mut command = Command::cargo_bin("frazil").expect("the program is built");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("FRAZIL_")) {
        command.env_remove(name);
    }
    // Messages as they are in a pipe, in one line each.
    command.env("NO_COLOR", "1").env("COLUMNS", "200");
    command
}

/// Runs and gives exit code, standard output and standard error.
pub fn run(command: &mut Command) -> (i32, String, String) {
    let Output { status, stdout, stderr } = command.output().expect("it starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (status.code().expect("no signal"), text(stdout), text(stderr))
}

/// A y4m clip of one gray frame after the other.
pub fn y4m(path: &Path, width: usize, height: usize, frames: usize) {
    let mut bytes = format!("YUV4MPEG2 W{width} H{height} F25:1 Cmono\n").into_bytes();
    for at in 0..frames {
        bytes.extend_from_slice(b"FRAME\n");
        // A texture that moves one pixel a frame.
        bytes.extend((0..width * height).map(|i| {
            let (x, y) = (i % width + at, i / width);
            ((x * 7 + y * 13) ^ (x * y / 5)) as u8
        }));
    }
    std::fs::write(path, bytes).expect("written");
}

/// The shared data, or a word that there are none.
pub fn data(test: &str) -> Option<PathBuf> {
    let fallback = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let root: PathBuf = std::env::var_os("FRAZIL_DATA").unwrap_or_else(|| fallback.into()).into();
    if root.is_dir() {
        return Some(root);
    }
    assert!(std::env::var_os("CI").is_none(), "{test}: no data");
    // Straight to the terminal: what a test prints is not shown.
    let _ = writeln!(std::io::stderr(), "SKIPPED {test}: no data");
    None
}

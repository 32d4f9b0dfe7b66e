//! Data that tests compare with.

use std::io::Write as _;
use std::path::PathBuf;

/// The folder of the shared data; without it says that a test is left out, which must not happen in CI.
pub fn data(test: &str) -> Option<PathBuf> {
    let fallback = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data");
    let root: PathBuf = std::env::var_os("FRAZIL_DATA").unwrap_or_else(|| fallback.into()).into();
    if root.is_dir() {
        return Some(root);
    }
    assert!(std::env::var_os("CI").is_none(), "{test}: no data");
    // Straight to the terminal: what a test prints is not shown.
    let _ = writeln!(std::io::stderr(), "SKIPPED {test}: no data");
    None
}

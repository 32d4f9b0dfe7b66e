//! What Yosys makes of emitted Verilog before it is mapped to a device.

use std::ffi::OsString;
use std::io::Write as _;
use std::process::Command;

/// Whether Yosys elaborates `verilog` (top module `top`) without complaint and without a latch.
///
/// Yosys is `FRAZIL_YOSYS` or the one on `PATH`; without it the test is skipped by name, and fails in CI.
pub fn latch_free(test: &str, verilog: &str) -> Option<bool> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("top.v"), verilog).unwrap();
    let script = "read_verilog top.v; hierarchy -check -top top; proc; check -assert; \
                  select -assert-none t:$dlatch t:$dlatchsr t:$adlatch t:$sr";
    let program = std::env::var_os("FRAZIL_YOSYS").unwrap_or_else(|| OsString::from("yosys"));
    match Command::new(&program).args(["-q", "-p", script]).current_dir(folder.path()).output() {
        Ok(output) => {
            eprintln!("{}", String::from_utf8_lossy(&output.stderr));
            Some(output.status.success())
        }
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "{test}: {}: {error}", program.display());
            // Straight to the terminal: what a test prints is not shown.
            let _ = writeln!(std::io::stderr(), "SKIPPED {test}: no Yosys");
            None
        }
    }
}

//! The flash on a simulated board, in Verilog.

use super::FlashSpec;

/// Name of the module that holds the design and its flash; its pins are those of a design without one.
pub const BOARD: &str = "board";

/// Verilog of [`BOARD`] around a top module with pins for the flash; `file` is the path of what the flash holds, as
/// [`hex`] writes it, of so many bytes.
pub fn board(spec: &FlashSpec, bytes: usize, file: &str) -> String {
    let bytes = bytes.max(2);
    include_str!("bench.v")
        .replace("@LAST@", &(bytes - 1).to_string())
        .replace("@TOP@", &(bytes - 1).ilog2().to_string())
        .replace("@FIRST@", &spec.offset.to_string())
        .replace("@FILE@", file)
}

/// The text from which `$readmemh` reads bytes.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}\n")).collect()
}

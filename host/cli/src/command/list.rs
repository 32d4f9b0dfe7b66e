//! `frazil list`: known boards, and what is connected.

use frazil_boards::Board;
use frazil_link::{Access, Found};
use serde::Serialize;

use super::Verdict;
use crate::accelerator::connected;
use crate::error::{Failure, Result};
use crate::output::{Output, Table};

/// What `--device` takes without a board.
const STAND_INS: [(&str, &str); 4] = [
    ("sim", "simulated device: bits and cycles of the cycle model"),
    ("rtl", "the RustHDL chip, stepped clock by clock"),
    ("verilator", "the emitted Verilog of the whole chip"),
    ("reference", "the reference arithmetic, without device and cycles"),
];

/// Everything that `--board` and `--device` take.
#[derive(Serialize)]
struct Listing {
    format_version: u32,
    boards: Vec<Board>,
    stand_ins: Vec<StandIn>,
    connected: Vec<Found>,
}

/// A device that is none.
#[derive(Serialize)]
struct StandIn {
    name: &'static str,
    what: &'static str,
}

/// Prints the listing.
pub fn run(output: Output) -> Result<Verdict> {
    let boards = Board::all().map_err(Failure::from)?;
    let stand_ins = STAND_INS.map(|(name, what)| StandIn { name, what }).into();
    let listing = Listing { format_version: 1, boards, stand_ins, connected: connected()? };
    output.result(&listing, || text(&listing))?;
    Ok(Verdict::Good)
}

fn text(listing: &Listing) -> String {
    let mut boards = Table::new(["board", "", "FPGA", "clock", "lanes x pixels", "memory", "link"]);
    for b in &listing.boards {
        boards.row([
            b.name.clone(),
            b.title.clone(),
            b.device.part.clone(),
            format!("{} MHz", f64::from(b.clock.target_hz) / 1e6),
            format!("{} x {}", b.fabric.lanes, b.fabric.pixels),
            format!("{} KiB", b.fabric.memory_words * b.fabric.lanes / 1024),
            format!("{} baud", b.link.baud),
        ]);
    }
    let mut devices = Table::new(["device", ""]);
    for s in &listing.stand_ins {
        devices.row([s.name.into(), s.what.into()]);
    }
    for found in &listing.connected {
        devices.row([found.port.clone().unwrap_or_else(|| "no port".into()), describe(found)]);
    }
    let none = if listing.connected.is_empty() { "\nno board is connected\n" } else { "" };
    format!("{}\n{}{none}", boards.render(), devices.render())
}

/// What is at a port, and why it cannot be used.
fn describe(found: &Found) -> String {
    let ids = match (found.vid, found.pid) {
        (Some(vid), Some(pid)) => format!(" {vid:04x}:{pid:04x}"),
        _ => String::new(),
    };
    let name = found.board.as_deref().or(found.product.as_deref()).unwrap_or("serial port");
    match &found.access {
        Access::Denied(why) => format!("{name}{ids}, cannot be used: {why}"),
        Access::Ready => format!("{name}{ids}, ready"),
        Access::Untried => format!("{name}{ids}"),
    }
}

//! RustHDL against its emitted Verilog for the memories, the MAC array and the sequencer, and each one's
//! behaviour. The second half needs Verilator.

#[path = "../common/mod.rs"]
mod common;
mod datapath;
mod feeder;
mod fetcher;
mod fifo;
mod flash;
mod issuer;
mod loader;
mod quad;
mod rams;
mod registers;
mod sequencer;
mod writer;

use frazil_hdl::vendor;
use frazil_sim::replay::{Recorder, ReplayError};
use frazil_sim::verilator::VerilatorError;
use rand::RngExt;
use rand_pcg::Pcg64;
use rust_hdl::prelude::*;
use std::io::Write as _;

const CYCLES: usize = 4000;

/// Replays, and says by name when Verilator is absent; in CI absence is a failure.
fn replay<B: Block>(name: &str, recorder: &Recorder<B>) {
    match recorder.replay(name, vendor::MODELS) {
        Ok(agreement) => assert!(agreement.cycles >= 2000, "{name}: only {} cycles", agreement.cycles),
        Err(ReplayError::Verilator(VerilatorError::Missing { .. })) if std::env::var_os("CI").is_none() => {
            // Straight to the terminal: what a test prints is not shown.
            let _ = writeln!(std::io::stderr(), "SKIPPED {name}: no Verilator");
        }
        Err(error) => panic!("{name}: {error}"),
    }
}

/// A byte that is a corner value half of the time.
fn byte(rng: &mut Pcg64) -> i8 {
    if rng.random() { rng.random() } else { [-128, -127, -1, 0, 1, 126, 127][rng.random_range(0..7)] }
}

/// A unit that takes fields of a descriptor and a start.
trait Unit: Block {
    /// Sets the inputs of the sequencer's side for a clock.
    fn drive(&mut self, load: Option<(u64, u64)>, start: bool);
}

macro_rules! units {
    ($($unit:ty),*) => {$(
        impl Unit for $unit {
            fn drive(&mut self, load: Option<(u64, u64)>, start: bool) {
                let (field, word) = load.unwrap_or_default();
                self.field.next = field.into();
                self.word.next = word.into();
                self.load.next = load.is_some();
                self.start.next = start;
            }
        }
    )*};
}

units!(
    frazil_hdl::array::Fetcher,
    frazil_hdl::array::Issuer,
    frazil_hdl::array::Loader,
    frazil_hdl::array::Writer,
    frazil_hdl::chip::Feeder
);

/// Loads fields, one a clock, and starts the unit in the clock after.
fn begin<U: Unit>(recorder: &mut Recorder<U>, fields: impl IntoIterator<Item = (u64, u64)>) {
    for load in fields {
        recorder.cycle(|b| b.drive(Some(load), false), |_| ()).unwrap();
    }
    recorder.cycle(|b| b.drive(None, true), |_| ()).unwrap();
}

//! What the tests of the link share.

#![allow(dead_code)] // each test program uses its part

pub mod bank;
pub mod latch;
pub mod twin;

use frazil_sim::replay::{Recorder, ReplayError};
use frazil_sim::verilator::VerilatorError;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;
use rust_hdl::prelude::*;
use std::io::Write as _;

pub fn random(seed: u64) -> Pcg64 {
    Pcg64::seed_from_u64(seed)
}

/// A byte that is a corner value half of the time.
pub fn byte(rng: &mut Pcg64) -> u8 {
    if rng.random() {
        rng.random()
    } else {
        [0, 1, 0x5A, 0x7F, 0x80, 0xA5, 0xFE, 0xFF][rng.random_range(0..8)]
    }
}

/// Replays, and says by name when Verilator is absent; in CI absence is a failure.
pub fn replay<B: Block>(name: &str, recorder: &Recorder<B>) {
    match recorder.replay(name, "") {
        Ok(agreement) => assert!(agreement.cycles >= 2000, "{name}: only {} cycles", agreement.cycles),
        Err(ReplayError::Verilator(VerilatorError::Missing { .. })) if std::env::var_os("CI").is_none() => {
            // Straight to the terminal: what a test prints is not shown.
            let _ = writeln!(std::io::stderr(), "SKIPPED {name}: no Verilator");
        }
        Err(error) => panic!("{name}: {error}"),
    }
}

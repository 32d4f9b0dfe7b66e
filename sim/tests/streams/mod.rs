//! Many blocks of one kind side by side, so that one Verilator run checks them all.

#![allow(dead_code)] // each test program uses its part

use frazil_hdl::num::Bus;
use frazil_hdl::stream::{Hardware, Streamed};
use frazil_sim::replay::{Recorder, ReplayError};
use frazil_sim::verilator::VerilatorError;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;
use rust_hdl::prelude::*;
use std::io::Write as _;

/// Blocks that share only the clock.
#[derive(LogicBlock)]
pub struct Bank<S: Hardware, const I: usize, const O: usize> {
    pub clock: Signal<In, Clock>,
    pub x: Vec<Signal<In, Bus<I>>>,
    pub x_valid: Vec<Signal<In, Bit>>,
    pub x_ready: Vec<Signal<Out, Bit>>,
    pub y: Vec<Signal<Out, Bus<O>>>,
    pub y_valid: Vec<Signal<Out, Bit>>,
    pub y_ready: Vec<Signal<In, Bit>>,
    blocks: Vec<Streamed<S, I, O>>,
    _count: usize,
}

impl<S: Hardware, const I: usize, const O: usize> Logic for Bank<S, I, O> {
    #[hdl_gen]
    fn update(&mut self) {
        for i in 0..self._count {
            self.blocks[i].clock.next = self.clock.val();
            self.blocks[i].x.next = self.x[i].val();
            self.blocks[i].x_valid.next = self.x_valid[i].val();
            self.x_ready[i].next = self.blocks[i].x_ready.val();
            self.y[i].next = self.blocks[i].y.val();
            self.y_valid[i].next = self.blocks[i].y_valid.val();
            self.blocks[i].y_ready.next = self.y_ready[i].val();
        }
    }
}

fn signals<D: rust_hdl::core::direction::Direction, T: Synth>(count: usize) -> Vec<Signal<D, T>> {
    (0..count).map(|_| Signal::default()).collect()
}

impl<S: Hardware, const I: usize, const O: usize> Bank<S, I, O> {
    pub fn of(blocks: impl IntoIterator<Item = Streamed<S, I, O>>) -> Self {
        let blocks: Vec<_> = blocks.into_iter().collect();
        let count = blocks.len();
        Self {
            clock: Default::default(),
            x: signals(count),
            x_valid: signals(count),
            x_ready: signals(count),
            y: signals(count),
            y_valid: signals(count),
            y_ready: signals(count),
            blocks,
            _count: count,
        }
    }

    /// New inputs for one block: a beat that was offered stays until it is taken, as the handshake demands.
    fn drive(&mut self, i: usize, taken: bool, stalls: (f64, f64), rng: &mut Pcg64) {
        if taken || !self.x_valid[i].val() {
            self.x[i].next = Bus(std::array::from_fn(|_| byte(rng)));
            self.x_valid[i].next = !rng.random_bool(stalls.0);
        }
        self.y_ready[i].next = !rng.random_bool(stalls.1);
    }

    /// Runs with random stalls, then replays the run in the emitted Verilog.
    pub fn agrees(self, name: &str, cycles: usize) {
        let count = self._count;
        let mut rng = Pcg64::seed_from_u64(3);
        let mut recorder = Recorder::new(Box::new(self), |b| &mut b.clock).unwrap();
        let (mut taken, mut left) = (vec![false; count], vec![0; count]);
        for cycle in 0..cycles {
            // Times without stalls, then one side slow, then both.
            let stalls = [(0.0, 0.0), (0.5, 0.0), (0.0, 0.5), (0.7, 0.7)][cycle / 100 % 4];
            let drive = |b: &mut Self| (0..count).for_each(|i| b.drive(i, taken[i], stalls, &mut rng));
            let moves = |b: &Self| -> Vec<(bool, bool)> {
                let moves = |i: usize| {
                    (b.x_valid[i].val() && b.x_ready[i].val(), b.y_valid[i].val() && b.y_ready[i].val())
                };
                (0..count).map(moves).collect()
            };
            let moved = recorder.cycle(drive, moves).unwrap();
            taken = moved.iter().map(|(x, _)| *x).collect();
            left.iter_mut().zip(&moved).for_each(|(n, (_, y))| *n += usize::from(*y));
        }
        assert!(left.iter().all(|n| *n > 10), "{name}: beats that left each block: {left:?}");
        replay(name, &recorder);
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

/// A byte that is a corner value half of the time.
pub fn byte(rng: &mut Pcg64) -> i8 {
    if rng.random() { rng.random() } else { [-128, -127, -1, 0, 1, 126, 127][rng.random_range(0..7)] }
}

//! The simulation: what the Verilog does, clock by clock, as far as it can be seen from outside.

use std::collections::VecDeque;

use super::{LANES, PIXELS, QUAD, QUADS, QuadSpec, WINDOW};
use crate::datapath::state::{Output, result};
use crate::num::Bus;

type Word = [i8; LANES];
type Sums = [[i32; LANES]; PIXELS];

/// The inputs of a clock.
pub(super) struct Inputs {
    pub load: bool,
    pub words: Bus<64>,
    pub outside: u8,
    pub position: usize,
    pub wpa: u8,
    pub spread: bool,
    pub pad: i8,
    pub take: bool,
    pub slide: bool,
    pub sel: usize,
    pub vector: bool,
    pub weights: Bus<64>,
    pub weight_word: usize,
    pub valid: bool,
    pub first: bool,
    pub last: bool,
    pub slot: u8,
    pub output: Output,
    pub params: [u64; QUADS],
}

/// Registers of the datapath.
///
/// Window, operands and sums change when their inputs arrive; only what leaves is delayed.
pub(super) struct State {
    spec: QuadSpec,
    window: [Word; WINDOW],
    operands: [Word; WINDOW],
    sums: Box<Sums>,
    /// Finished sums on their way to the hold registers, with the clocks that remain, and their slot.
    finished: VecDeque<(usize, Box<Sums>, u8)>,
    held: Box<Sums>,
    /// Slot and channel that `param_addr` shows, and whether it is of use.
    address: (bool, u8, usize),
    /// The channel whose parameters come in this clock.
    loading: Option<usize>,
    /// Results of the block that is being requantised.
    results: [Word; PIXELS],
    /// Results on their way out, with their age.
    leaving: VecDeque<(usize, [Word; PIXELS])>,
    out: (Option<usize>, Bus<64>),
}

impl State {
    pub fn new(spec: QuadSpec) -> Self {
        Self {
            spec,
            window: [[0; LANES]; WINDOW],
            operands: [[0; LANES]; WINDOW],
            sums: Box::new([[0; LANES]; PIXELS]),
            finished: VecDeque::new(),
            held: Box::new([[0; LANES]; PIXELS]),
            address: (false, 0, 0),
            loading: None,
            results: [[0; LANES]; PIXELS],
            leaving: VecDeque::new(),
            out: (None, Bus([0; 64])),
        }
    }

    /// One rising edge, last register first.
    pub fn clock(&mut self, inputs: &Inputs) {
        self.leave();
        self.requantise(inputs);
        self.walk();
        self.multiply(inputs);
        self.operands(inputs);
    }

    pub fn parameter_address(&self) -> u64 {
        u64::from(self.address.1) << 4 | self.address.2 as u64
    }

    /// The quad that leaves, if any, and the words of the last one that did.
    pub fn output(&self) -> (Option<usize>, Bus<64>) {
        self.out
    }

    fn leave(&mut self) {
        // From the clock in which the last channel's parameters are sampled to that of quad 0's words.
        let clocks = self.spec.latency() - self.spec.parameter_clock() - LANES - 1;
        self.leaving.iter_mut().for_each(|(age, _)| *age += 1);
        self.leaving.pop_front_if(|(age, _)| *age == clocks + QUADS);
        self.out.0 = None;
        if let Some((age, words)) = self.leaving.front().filter(|(age, _)| *age >= clocks) {
            let quad = age - clocks;
            let byte = |i: usize| words[QUAD * quad + i / LANES][i % LANES];
            self.out = (Some(quad), Bus(std::array::from_fn(byte)));
        }
    }

    /// Results of a channel, all pixels, from the parameters of this clock.
    fn requantise(&mut self, inputs: &Inputs) {
        let Some(lane) = self.loading else { return };
        let widths = [self.spec.sum_bits, self.spec.requant_bits];
        for (pixel, word) in self.results.iter_mut().enumerate() {
            word[lane] = result(self.held[pixel][lane], widths, inputs.params[pixel / QUAD], &inputs.output);
        }
        if lane == LANES - 1 {
            self.leaving.push_back((0, self.results));
        }
    }

    /// The parameters' counter; finished sums move on.
    fn walk(&mut self) {
        let (running, slot, channel) = self.address;
        self.loading = running.then_some(channel);
        self.finished.iter_mut().for_each(|(left, ..)| *left -= 1);
        match self.finished.pop_front_if(|(left, ..)| *left == 0) {
            Some((_, sums, slot)) => {
                self.held = sums;
                self.address = (true, slot, 0);
            }
            None if running => self.address = (channel + 1 < LANES, slot, (channel + 1) % LANES),
            None => {}
        }
    }

    /// Adds this clock's products, formed from the operands before this edge.
    fn multiply(&mut self, inputs: &Inputs) {
        if !inputs.valid {
            return;
        }
        for (pixel, sums) in self.sums.iter_mut().enumerate() {
            let operand = &self.operands[pixel];
            let word = if inputs.spread { pixel / QUAD } else { inputs.weight_word % QUADS };
            let weights = &inputs.weights.0[LANES * word..][..LANES];
            for (lane, (sum, weight)) in sums.iter_mut().zip(weights).enumerate() {
                let factor = operand[if inputs.vector { lane } else { inputs.sel % LANES }];
                let product = i32::from(factor) * i32::from(*weight);
                *sum = if inputs.first { product } else { sum.wrapping_add(product) };
            }
        }
        if inputs.last {
            self.finished.push_back((self.spec.parameter_clock() - 1, self.sums.clone(), inputs.slot));
        }
    }

    fn operands(&mut self, inputs: &Inputs) {
        if inputs.take {
            self.operands = self.window;
        } else if inputs.slide {
            self.operands.copy_within(1.., 0);
        }
        if inputs.load {
            for (k, word) in self.window.iter_mut().enumerate() {
                if let Some(j) = source(k, inputs) {
                    let loaded = &inputs.words.0[LANES * j..][..LANES];
                    let outside = inputs.outside >> j & 1 == 1;
                    *word = std::array::from_fn(|i| if outside { inputs.pad } else { loaded[i] });
                }
            }
        }
    }
}

/// The word of an access that goes to place `k` of the window, if any.
fn source(k: usize, inputs: &Inputs) -> Option<usize> {
    // The words of an access fill a run of places that begins at a multiple of its length.
    let length = match inputs.wpa {
        wpa if wpa & 4 != 0 => 4,
        wpa if wpa & 1 != 0 => 1,
        _ => 2,
    };
    let places = |k: usize| if inputs.spread { k % QUAD } else { k } / length;
    (places(k) == places(inputs.position)).then_some(k % length)
}

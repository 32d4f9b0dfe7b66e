//! The simulation: what the Verilog does, clock by clock, as far as it can be seen from outside.

use std::collections::VecDeque;

use frazil_model::requant::{ChannelParameters, Multiplier};

use super::DatapathSpec;

/// The inputs of a clock.
pub(super) struct Inputs<const N: usize> {
    pub word: [i8; N],
    pub outside: bool,
    pub pad: i8,
    pub shift: bool,
    pub take: bool,
    pub sel: usize,
    pub vector: bool,
    pub weights: [i8; N],
    pub valid: bool,
    pub first: bool,
    pub last: bool,
    pub slot: u8,
    pub zero_point: i8,
    pub low: i8,
    pub high: i8,
    pub params: u64,
}

/// Registers of the datapath.
///
/// Sums are formed when their operands arrive; only the moment at which they are captured is delayed, as nothing
/// in between can be seen. In the same way a result is computed when its sum meets its bias.
pub(super) struct State<const N: usize> {
    spec: DatapathSpec,
    chain: Vec<[i8; N]>,
    current: Vec<[i8; N]>,
    sums: Vec<[i32; N]>,
    /// Finished sums on their way to the hold registers, with the clocks that remain.
    finished: VecDeque<(usize, Vec<[i32; N]>, u8)>,
    held: Vec<[i32; N]>,
    walk: Walk,
    /// The result whose sum meets its bias in this clock: its place among a requantiser's results.
    loading: Option<usize>,
    /// Results of the last clocks, one of each requantiser, newest first.
    flight: VecDeque<Option<Vec<i8>>>,
    packers: Vec<Packer<N>>,
    out: (bool, [i8; N]),
}

/// The counter that addresses the parameters.
#[derive(Clone, Copy, Default)]
struct Walk {
    running: bool,
    slot: u8,
    phase: usize,
    channel: usize,
    pixel: usize,
}

/// Collects the bytes of a word.
#[derive(Clone)]
struct Packer<const N: usize> {
    word: [i8; N],
    count: usize,
    done: bool,
}

impl<const N: usize> State<N> {
    pub fn new(spec: DatapathSpec) -> Self {
        Self {
            chain: vec![[0; N]; spec.pixels],
            current: vec![[0; N]; spec.pixels],
            sums: vec![[0; N]; spec.pixels],
            finished: VecDeque::new(),
            held: vec![[0; N]; spec.pixels],
            walk: Walk::default(),
            loading: None,
            flight: vec![None; spec.byte_clocks() + spec.requantisers].into(),
            packers: vec![Packer { word: [0; N], count: 0, done: false }; spec.requantisers],
            out: (false, [0; N]),
            spec,
        }
    }

    /// One rising edge, last register first.
    pub fn clock(&mut self, inputs: &Inputs<N>) {
        self.merge();
        self.pack(inputs);
        let started = self.captures();
        self.walk(started);
        self.multiply(inputs);
        self.operands(inputs);
    }

    pub fn parameter_address(&self) -> u64 {
        u64::from(self.walk.slot) << 4 | self.walk.channel as u64
    }

    /// The output word and whether it is valid.
    pub fn output(&self) -> (bool, [i8; N]) {
        match &self.packers[..] {
            [packer] => (packer.done, packer.word),
            _ => self.out,
        }
    }

    /// The output register behind several requantisers: the finished word, or zero.
    fn merge(&mut self) {
        let done = self.packers.iter().find(|p| p.done);
        self.out = done.map_or((false, [0; N]), |p| (true, p.word));
    }

    fn pack(&mut self, inputs: &Inputs<N>) {
        self.flight.push_front(self.loading.map(|at| self.results(at, inputs)));
        self.flight.pop_back();
        let first = self.spec.byte_clocks();
        for (r, packer) in self.packers.iter_mut().enumerate() {
            let byte = self.flight.get(first + r).and_then(|f| f.as_ref()).and_then(|bytes| bytes.get(r));
            packer.take(byte.copied());
        }
    }

    /// Result `at` of every requantiser, from the parameters of this clock.
    fn results(&self, at: usize, inputs: &Inputs<N>) -> Vec<i8> {
        let (pixel, lane) = (at / N, at % N);
        let widths = [self.spec.sum_bits, self.spec.requant_bits];
        let output = Output { zero_point: inputs.zero_point, low: inputs.low, high: inputs.high };
        let sum = |r: usize| self.held[pixel * self.spec.requantisers + r][lane];
        (0..self.spec.requantisers).map(|r| result(sum(r), widths, inputs.params, &output)).collect()
    }

    /// Moves finished sums on; returns the slot of those whose parameters are wanted from now on.
    fn captures(&mut self) -> Option<u8> {
        self.finished.iter_mut().for_each(|(left, ..)| *left -= 1);
        if let Some((_, sums, _)) = self.finished.pop_front_if(|(left, ..)| *left == 0) {
            self.held = sums;
        }
        self.finished.iter().find(|(left, ..)| *left == 1).map(|(_, _, slot)| *slot)
    }

    fn walk(&mut self, started: Option<u8>) {
        let walk = &mut self.walk;
        let loads = walk.running && walk.phase == 0;
        self.loading = loads.then_some(walk.pixel * N + walk.channel);
        match started {
            Some(slot) => *walk = Walk { running: true, slot, ..Walk::default() },
            None if walk.running => walk.step(&self.spec, N),
            None => {}
        }
    }

    /// Adds this clock's products, formed from the words before this edge.
    fn multiply(&mut self, inputs: &Inputs<N>) {
        if !inputs.valid {
            return;
        }
        for (sums, word) in self.sums.iter_mut().zip(&self.current) {
            for (lane, sum) in sums.iter_mut().enumerate() {
                let operand = word[if inputs.vector { lane } else { inputs.sel % N }];
                let product = i32::from(operand) * i32::from(inputs.weights[lane]);
                *sum = if inputs.first { product } else { sum.wrapping_add(product) };
            }
        }
        if inputs.last {
            let clocks = self.spec.multiplier.clocks() + 1;
            self.finished.push_back((clocks, self.sums.clone(), inputs.slot));
        }
    }

    fn operands(&mut self, inputs: &Inputs<N>) {
        // `chain[0]` is what the last pixel below has let go: only the words above it are kept.
        let mut next = self.chain.clone();
        next.rotate_left(1);
        if let Some(end) = next.last_mut() {
            *end = if inputs.outside { [inputs.pad; N] } else { inputs.word };
        }
        if inputs.take {
            self.current.clone_from(&next);
        }
        if inputs.shift {
            self.chain = next;
        }
    }
}

impl Walk {
    fn step(&mut self, spec: &DatapathSpec, lanes: usize) {
        let wraps = |count: &mut usize, limit: usize| {
            *count = (*count + 1) % limit;
            *count == 0
        };
        let all = wraps(&mut self.phase, spec.clocks_per_result())
            && wraps(&mut self.channel, lanes)
            && wraps(&mut self.pixel, spec.pixels_each());
        self.running = !all;
    }
}

impl<const N: usize> Packer<N> {
    fn take(&mut self, byte: Option<i8>) {
        self.done = false;
        if let Some(byte) = byte {
            self.word.rotate_left(1);
            self.word[N - 1] = byte;
            self.count = (self.count + 1) % N;
            self.done = self.count == 0;
        }
    }
}

/// What all results of a layer share.
pub(super) struct Output {
    pub zero_point: i8,
    pub low: i8,
    pub high: i8,
}

/// The requantised sum: `widths` are those of a sum and of a sum with its bias, `params` a parameter word.
pub(super) fn result(sum: i32, widths: [usize; 2], params: u64, output: &Output) -> i8 {
    let bias = sign_extend(params as i64, 28);
    let parameters = ChannelParameters::new(
        bias as i32,
        Multiplier {
            value: (params >> 28 & 0x7fff_ffff) as i32,
            left_shift: 0,
            right_shift: (params >> 59) as u8,
        },
    );
    let biased = sign_extend(sign_extend(sum.into(), widths[0]) + bias, widths[1]) as i32;
    parameters.requantize(biased, output.zero_point.into(), output.low, output.high)
}

/// The low `bits` bits, two's complement.
fn sign_extend(x: i64, bits: usize) -> i64 {
    (x << (64 - bits)) >> (64 - bits)
}

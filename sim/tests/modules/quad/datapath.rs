//! The quad array's arithmetic, in all of its modes.

use std::collections::VecDeque;

use frazil_hdl::datapath::{QuadDatapath, QuadSpec};
use frazil_hdl::num::Bus;
use frazil_model::requant::ChannelParameters;
use frazil_sim::replay::Recorder;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

use crate::{byte, replay};

const SLOTS: usize = 32;
/// Most products of a sum.
const LONGEST: usize = 60;

type Word = [i8; 16];

/// What a layer holds still.
struct Layer {
    vector: bool,
    spread: bool,
    pad: i8,
    zero_point: i8,
    low: i8,
    high: i8,
    /// By quad, slot and channel.
    parameters: [Vec<ChannelParameters>; 4],
}

impl Layer {
    fn random(rng: &mut Pcg64, mode: usize, spec: &QuadSpec) -> Self {
        let (low, high) = if rng.random() { (-128, 127) } else { (byte(rng).min(0), byte(rng).max(0)) };
        let mut bank = || (0..16 * SLOTS).map(|_| parameters(rng, spec)).collect();
        let parameters = [bank(), bank(), bank(), bank()];
        let (pad, zero_point) = (byte(rng), byte(rng));
        Self { vector: mode == 1, spread: mode == 2, pad, zero_point, low, high, parameters }
    }
}

/// Biases of all sizes, but sums with them fit; corner values of the multiplier; every shift.
fn parameters(rng: &mut Pcg64, spec: &QuadSpec) -> ChannelParameters {
    let most = (1i32 << (spec.requant_bits.min(28) - 1)) - ((LONGEST as i32) << 14) - 1;
    let limit = [1, 1 << 8, 1 << 14, 1 << 18, most][rng.random_range(0..5)].min(most);
    let multiplier = match rng.random_range(0..8) {
        0 => 0,
        1 | 2 => 1 << 30,
        3 => i32::MAX,
        _ => rng.random_range(1 << 30..=i32::MAX),
    };
    let right_shift = if rng.random() { rng.random_range(0..14) } else { rng.random_range(0..32) };
    ChannelParameters { bias: rng.random_range(-limit..=limit), multiplier, left_shift: 0, right_shift }
}

fn pack(parameters: &ChannelParameters) -> Bus<8> {
    let bias = u64::from(parameters.bias as u32) & 0xfff_ffff;
    let word = bias | (parameters.multiplier as u64) << 28 | u64::from(parameters.right_shift) << 59;
    Bus(word.to_le_bytes().map(|b| b as i8))
}

/// An access as it enters.
struct Access {
    words: [Word; 4],
    outside: u64,
    position: usize,
    wpa: usize,
}

impl Access {
    fn random(rng: &mut Pcg64) -> Self {
        let wpa = [1, 2, 4][rng.random_range(0..3)];
        Self {
            words: std::array::from_fn(|_| std::array::from_fn(|_| byte(rng))),
            outside: if rng.random_bool(0.3) { rng.random_range(0..16) } else { 0 },
            position: rng.random_range(0..32 / wpa) * wpa,
            wpa,
        }
    }
}

/// The inputs of a clock.
struct Inputs {
    access: Option<Access>,
    take: bool,
    slide: bool,
    sel: usize,
    weights: [Word; 4],
    weight_word: usize,
    valid: bool,
    first: bool,
    last: bool,
    slot: usize,
}

/// The test's own account of the array.
struct Bench {
    spec: QuadSpec,
    rng: Pcg64,
    layer: Layer,
    window: [Word; 20],
    operands: [Word; 20],
    sums: Box<[[i64; 16]; 16]>,
    /// Products left in the sums, clocks since the last ones ended.
    left: usize,
    fresh: bool,
    since: usize,
    clock: usize,
    /// Quads that leave, with their clocks.
    due: VecDeque<(usize, usize, [Word; 4])>,
    address: usize,
    quads: usize,
}

impl Bench {
    fn new(spec: QuadSpec) -> Self {
        let mut rng = Pcg64::seed_from_u64(spec.requant_bits as u64);
        Self {
            layer: Layer::random(&mut rng, 0, &spec),
            window: [[0; 16]; 20],
            operands: [[0; 16]; 20],
            sums: Box::new([[0; 16]; 16]),
            left: 3,
            fresh: true,
            since: spec.interval(),
            clock: 0,
            due: VecDeque::new(),
            address: 0,
            quads: 0,
            spec,
            rng,
        }
    }

    fn inputs(&mut self, pause: bool) -> Inputs {
        let rng = &mut self.rng;
        let valid = !pause && rng.random_bool(0.9);
        let last = valid && self.left <= 1 && self.since >= self.spec.interval();
        // What is not valid must not matter.
        let noise = !valid && rng.random();
        Inputs {
            access: rng.random_bool(0.7).then(|| Access::random(rng)),
            take: rng.random_bool(0.3),
            slide: self.layer.vector && rng.random_bool(0.6),
            sel: rng.random_range(0..16),
            weights: std::array::from_fn(|_| std::array::from_fn(|_| byte(rng))),
            weight_word: rng.random_range(0..4),
            valid,
            first: valid && self.fresh || noise,
            last: last || noise,
            slot: rng.random_range(0..SLOTS),
        }
    }

    /// One clock; `pause` lets the results run out.
    fn step(&mut self, recorder: &mut Recorder<QuadDatapath>, pause: bool) {
        let inputs = self.inputs(pause);
        let idle = Access::random(&mut self.rng);
        let seen = recorder
            .cycle(
                |b| self.drive(b, &inputs, &idle),
                |b| {
                    let quad = b.out_quad.val().to_u64() as usize;
                    (b.out_valid.val().then_some((quad, b.out_words.val().0)), b.param_addr.val().to_u64())
                },
            )
            .unwrap();
        self.expect(seen.0);
        self.address = seen.1 as usize;
        self.since += 1;
        if inputs.valid {
            self.multiply(&inputs);
            self.fresh = inputs.last;
            self.left = self.left.saturating_sub(1);
        }
        if inputs.valid && inputs.last {
            self.finish(inputs.slot);
        }
        self.move_operands(&inputs);
        self.clock += 1;
    }

    fn drive(&self, b: &mut QuadDatapath, inputs: &Inputs, idle: &Access) {
        let bits = |x: i8| u64::from(x as u8);
        let layer = &self.layer;
        let access = inputs.access.as_ref().unwrap_or(idle);
        b.load.next = inputs.access.is_some();
        b.words.next = row(&access.words);
        b.outside.next = access.outside.into();
        b.position.next = (access.position as u64).into();
        b.wpa.next = (access.wpa as u64).into();
        b.spread.next = layer.spread;
        b.pad.next = bits(layer.pad).into();
        b.take.next = inputs.take;
        b.slide.next = inputs.slide;
        b.sel.next = (inputs.sel as u64).into();
        b.vector_mode.next = layer.vector;
        b.weights.next = row(&inputs.weights);
        b.weight_word.next = (inputs.weight_word as u64).into();
        b.valid.next = inputs.valid;
        b.first.next = inputs.first;
        b.last.next = inputs.last;
        b.slot.next = (inputs.slot as u64).into();
        b.zero_point.next = bits(layer.zero_point).into();
        b.low.next = bits(layer.low).into();
        b.high.next = bits(layer.high).into();
        let params = |quad: usize| pack(&layer.parameters[quad][self.address]);
        [b.params_0.next, b.params_1.next, b.params_2.next, b.params_3.next] = [0, 1, 2, 3].map(params);
    }

    fn expect(&mut self, seen: Option<(usize, [i8; 64])>) {
        let due = self.due.pop_front_if(|(clock, ..)| *clock == self.clock);
        let due = due.map(|(_, quad, words)| (quad, row(&words).0));
        assert_eq!(seen, due, "clock {}", self.clock);
        self.quads += usize::from(seen.is_some());
    }

    fn multiply(&mut self, inputs: &Inputs) {
        let layer = &self.layer;
        for pixel in 0..16 {
            let word = if layer.spread { pixel / 4 } else { inputs.weight_word };
            for lane in 0..16 {
                let factor = self.operands[pixel][if layer.vector { lane } else { inputs.sel }];
                let product = i64::from(factor) * i64::from(inputs.weights[word][lane]);
                let sum = &mut self.sums[pixel][lane];
                *sum = if inputs.first { product } else { *sum + product };
            }
        }
    }

    /// Queues the quads of the sums, each with its clock.
    fn finish(&mut self, slot: usize) {
        let layer = &self.layer;
        for quad in 0..4 {
            let words = std::array::from_fn(|j| {
                std::array::from_fn(|lane| {
                    let parameters = layer.parameters[quad][16 * slot + lane];
                    let sum = self.sums[4 * quad + j][lane] as i32 + parameters.bias;
                    parameters.requantize(sum, layer.zero_point.into(), layer.low, layer.high)
                })
            });
            self.due.push_back((self.clock + self.spec.latency() + quad, quad, words));
        }
        // Often as short as can be: blocks follow one another without a gap.
        self.left = if self.rng.random() { 1 } else { self.rng.random_range(1..LONGEST) };
        self.since = 0;
    }

    fn move_operands(&mut self, inputs: &Inputs) {
        if inputs.take {
            self.operands = self.window;
        } else if inputs.slide {
            for k in 0..19 {
                self.operands[k] = self.operands[k + 1];
            }
        }
        let Some(access) = &inputs.access else { return };
        for (j, word) in access.words.iter().enumerate().take(access.wpa) {
            let word = if access.outside >> j & 1 == 1 { [self.layer.pad; 16] } else { *word };
            let place = access.position + j;
            if self.layer.spread {
                (0..20).filter(|k| k % 4 == place % 4).for_each(|k| self.window[k] = word);
            } else if let Some(to) = self.window.get_mut(place) {
                *to = word;
            }
        }
    }
}

fn row(words: &[Word; 4]) -> Bus<64> {
    Bus(std::array::from_fn(|i| words[i / 16][i % 16]))
}

/// Layers of random sums, dense, vector and spread, with the results run out between them; then the same clocks
/// in Verilog.
fn datapath(name: &str, spec: QuadSpec, clocks: usize) {
    let block = Box::new(QuadDatapath::new(&spec).unwrap());
    let mut recorder = Recorder::new(block, |b| &mut b.clock).unwrap();
    let mut bench = Bench::new(spec);
    for mode in (0..3).cycle().take(6) {
        bench.layer = Layer::random(&mut bench.rng, mode, &spec);
        let end = bench.clock + clocks / 6;
        while bench.clock < end {
            bench.step(&mut recorder, false);
        }
        while !bench.due.is_empty() {
            bench.step(&mut recorder, true);
        }
    }
    assert!(bench.quads > clocks / 10, "{name}: {} quads", bench.quads);
    replay(name, &recorder);
}

#[test]
fn quads_of_the_real_widths() {
    datapath("quad datapath", QuadSpec::default(), 6_000);
}

#[test]
fn quads_of_odd_widths_without_many_multipliers() {
    let spec = QuadSpec { sum_bits: 32, requant_bits: 29, rows_per_stage: 4, dsp_requantisers: 1 };
    datapath("quad datapath, 29 bits", spec, 3_000);
}

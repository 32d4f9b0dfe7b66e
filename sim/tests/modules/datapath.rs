//! The array's arithmetic: every word against the reference, in its clock.

use std::collections::VecDeque;

use frazil_hdl::datapath::{Datapath, DatapathSpec, MultiplierStyle, RequantiserStyle};
use frazil_hdl::num::Bus;
use frazil_model::requant::ChannelParameters;
use frazil_sim::replay::Recorder;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

use super::{byte, replay};

const SLOTS: usize = 32;
/// Longest dot product.
const LONGEST: usize = 40;

/// What a layer holds still.
struct Layer {
    zero_point: i8,
    low: i8,
    high: i8,
    pad: i8,
    parameters: Vec<ChannelParameters>,
}

/// The test's own account of the array.
struct Bench<const N: usize> {
    spec: DatapathSpec,
    rng: Pcg64,
    layer: Layer,
    chain: Vec<[i8; N]>,
    current: Vec<[i8; N]>,
    sums: Vec<[i64; N]>,
    /// Products left in the sums, clocks since the last ones ended.
    left: usize,
    fresh: bool,
    since: usize,
    clock: usize,
    due: VecDeque<(usize, [i8; N])>,
    address: usize,
    words: usize,
}

impl<const N: usize> Bench<N> {
    fn new(spec: DatapathSpec) -> Self {
        let mut rng = Pcg64::seed_from_u64(N as u64 + spec.pixels as u64);
        let layer = Layer::random(&mut rng, &spec);
        let words = vec![[0; N]; spec.pixels];
        Self {
            layer,
            chain: words.clone(),
            current: words,
            sums: vec![[0; N]; spec.pixels],
            left: 3,
            fresh: true,
            since: spec.interval(N),
            clock: 0,
            due: VecDeque::new(),
            address: 0,
            words: 0,
            spec,
            rng,
        }
    }

    /// One clock; `pause` lets the results run out.
    fn step(&mut self, recorder: &mut Recorder<Datapath<N>>, pause: bool) {
        let rng = &mut self.rng;
        let word: [i8; N] = std::array::from_fn(|_| byte(rng));
        let weights: [i8; N] = std::array::from_fn(|_| byte(rng));
        let (shift, take, outside) = (rng.random_bool(0.5), rng.random_bool(0.3), rng.random_bool(0.2));
        let (sel, vector) = (rng.random_range(0..N), rng.random_bool(0.4));
        let slot = rng.random_range(0..SLOTS);
        let valid = !pause && rng.random_bool(0.85);
        let last = valid && self.left <= 1 && self.since >= self.spec.interval(N);
        let first = valid && self.fresh;
        // What is not valid must not matter.
        let noise = !valid && rng.random();
        let layer = &self.layer;
        let parameters = pack(&layer.parameters[self.address]);
        let (valid_out, out, address) = recorder
            .cycle(
                |b| {
                    let bits = |x: i8| u64::from(x as u8);
                    b.word.next = Bus(word);
                    b.outside.next = outside;
                    b.pad.next = bits(layer.pad).into();
                    b.shift.next = shift;
                    b.take.next = take;
                    b.sel.next = (sel as u64).into();
                    b.vector_mode.next = vector;
                    b.weights.next = Bus(weights);
                    b.valid.next = valid;
                    b.first.next = first || noise;
                    b.last.next = last || noise;
                    b.slot.next = (slot as u64).into();
                    b.zero_point.next = bits(layer.zero_point).into();
                    b.low.next = bits(layer.low).into();
                    b.high.next = bits(layer.high).into();
                    b.params.next = Bus(parameters.to_le_bytes().map(|x| x as i8));
                },
                |b| (b.out_valid.val(), b.out_word.val().0, b.param_addr.val().to_u64() as usize),
            )
            .unwrap();
        self.expect(valid_out, out);
        self.address = address;
        self.since += 1;
        if valid {
            self.multiply(&weights, vector, sel, first);
            self.fresh = last;
            self.left = self.left.saturating_sub(1);
        }
        if last {
            self.finish(slot);
        }
        let mut next = self.chain.clone();
        next.remove(0);
        next.push(if outside { [self.layer.pad; N] } else { word });
        if take {
            self.current.clone_from(&next);
        }
        if shift {
            self.chain = next;
        }
        self.clock += 1;
    }

    fn expect(&mut self, valid: bool, word: [i8; N]) {
        let due = self.due.pop_front_if(|(clock, _)| *clock == self.clock);
        assert_eq!(valid.then_some(word), due.map(|(_, word)| word), "clock {}", self.clock);
        self.words += usize::from(valid);
    }

    fn multiply(&mut self, weights: &[i8; N], vector: bool, sel: usize, first: bool) {
        for (sums, word) in self.sums.iter_mut().zip(&self.current) {
            for lane in 0..N {
                let product = i64::from(word[if vector { lane } else { sel }]) * i64::from(weights[lane]);
                sums[lane] = if first { product } else { sums[lane] + product };
            }
        }
    }

    /// Queues the words of the sums, each with its clock.
    fn finish(&mut self, slot: usize) {
        let layer = &self.layer;
        for p in 0..self.spec.pixels {
            let word = std::array::from_fn(|lane| {
                let parameters = layer.parameters[16 * slot + lane];
                let acc = self.sums[p][lane] as i32 + parameters.bias;
                parameters.requantize(acc, layer.zero_point.into(), layer.low, layer.high)
            });
            let (turn, slice) = (p / self.spec.requantisers, p % self.spec.requantisers);
            let after = turn * N * self.spec.clocks_per_result() + slice;
            self.due.push_back((self.clock + self.spec.latency(N) + after, word));
        }
        self.left = self.rng.random_range(1..LONGEST);
        self.since = 0;
    }
}

impl Layer {
    fn random(rng: &mut Pcg64, spec: &DatapathSpec) -> Self {
        let parameters = (0..16 * SLOTS).map(|_| parameters(rng, spec)).collect();
        let (low, high) = if rng.random() { (-128, 127) } else { (byte(rng).min(0), byte(rng).max(0)) };
        Self { zero_point: byte(rng), low, high, pad: byte(rng), parameters }
    }
}

/// Biases of all sizes, but sums with them fit; corner values of the multiplier; every shift.
fn parameters(rng: &mut Pcg64, spec: &DatapathSpec) -> ChannelParameters {
    let bits = spec.requant_bits.min(28) - 1;
    let most = (1i32 << bits) - ((LONGEST as i32 * 4) << 14) - 1;
    let limit = [1, 1 << 8, 1 << 14, 1 << 20, most][rng.random_range(0..5)].min(most);
    let multiplier = match rng.random_range(0..8) {
        0 => 0,
        1 | 2 => 1 << 30,
        3 => i32::MAX,
        _ => rng.random_range(1 << 30..=i32::MAX),
    };
    let right_shift = if rng.random() { rng.random_range(0..14) } else { rng.random_range(0..32) };
    ChannelParameters { bias: rng.random_range(-limit..=limit), multiplier, left_shift: 0, right_shift }
}

fn pack(parameters: &ChannelParameters) -> u64 {
    let bias = u64::from(parameters.bias as u32) & 0xfff_ffff;
    bias | (parameters.multiplier as u64) << 28 | u64::from(parameters.right_shift) << 59
}

/// Layers of random sums, with the results run out between them; then the same clocks in Verilog.
fn datapath<const N: usize>(name: &str, spec: DatapathSpec, clocks: usize) {
    let block = Box::new(Datapath::<N>::new(&spec).unwrap());
    let mut recorder = Recorder::new(block, |b| &mut b.clock).unwrap();
    let mut bench = Bench::<N>::new(spec);
    while bench.clock < clocks {
        let layer = bench.clock + clocks / 6;
        while bench.clock < layer {
            bench.step(&mut recorder, false);
        }
        while !bench.due.is_empty() {
            bench.step(&mut recorder, true);
        }
        bench.layer = Layer::random(&mut bench.rng, &spec);
    }
    assert!(bench.words > clocks / (4 * spec.interval(N)) * spec.pixels, "{name}: {} words", bench.words);
    replay(name, &recorder);
}

fn spec(pixels: usize, requantisers: usize, multiplier: MultiplierStyle) -> DatapathSpec {
    DatapathSpec {
        pixels,
        requantisers,
        sum_bits: 24,
        requant_bits: 26,
        multiplier,
        requantiser: RequantiserStyle::Pipelined { rows_per_stage: 3 },
    }
}

#[test]
fn two_pixels_of_dual_multipliers() {
    datapath::<8>("datapath 8 x 2, SB_MAC16", spec(2, 1, MultiplierStyle::SbMac16), 12_000);
}

#[test]
fn one_pixel_with_the_small_requantiser() {
    let iterative = |rows_per_clock| RequantiserStyle::Iterative { rows_per_clock };
    let one = spec(1, 1, MultiplierStyle::Infer);
    datapath::<8>("datapath 8 x 1, 4 rows", DatapathSpec { requantiser: iterative(4), ..one }, 20_000);
    let dual = DatapathSpec { requantiser: iterative(1), multiplier: MultiplierStyle::SbMac16, ..one };
    datapath::<8>("datapath 8 x 1, 1 row", dual, 20_000);
}

#[test]
fn three_requantisers_of_paired_pixels() {
    let wide = DatapathSpec { sum_bits: 32, requant_bits: 28, ..spec(6, 3, MultiplierStyle::Mult18Pair) };
    datapath::<8>("datapath 8 x 6, MULT18X18D", wide, 6_000);
    let small = DatapathSpec { requantiser: RequantiserStyle::Iterative { rows_per_clock: 3 }, ..wide };
    datapath::<4>("datapath 4 x 6, 3 rows", small, 6_000);
}

#[test]
fn eight_requantisers_of_sixteen_pixels() {
    let wide = DatapathSpec { sum_bits: 32, requant_bits: 29, ..spec(16, 8, MultiplierStyle::Mult18Pair) };
    datapath::<16>("datapath 16 x 16, MULT18X18D", wide, 3_000);
}

#[test]
fn sixteen_lanes_of_inferred_multipliers() {
    let inferred = DatapathSpec {
        requantiser: RequantiserStyle::Pipelined { rows_per_stage: 4 },
        ..spec(4, 2, MultiplierStyle::Infer)
    };
    datapath::<16>("datapath 16 x 4, inferred", inferred, 6_000);
}

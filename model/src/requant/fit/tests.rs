use proptest::prelude::*;

use super::*;
use crate::graph::{Activation, Graph, MeanRounding, Node, Op, Quant, Shape};
use crate::import::from_tflite;
use crate::reference::{Add, Mean, Rescale, average};
use crate::requant::ChannelParameters;
use crate::test_data::data;

/// Those of the smallest array.
const LIMITS: Limits = Limits { sum_bits: 24, requant_bits: 26 };
const WHOLE: Target = Target { zero_point: 0, lo: -128, hi: 127 };

fn model(test: &str, file: &str) -> Option<Graph> {
    let bytes = std::fs::read(data(test)?.join(file)).unwrap();
    Some(from_tflite(&bytes, test).unwrap())
}

/// Every sum of the range, by the array and by TFLite.
fn assert_channel(parameters: &ChannelParameters, (lo, hi): (i64, i64), target: Target) -> ChannelFit {
    let fit = channel(parameters, (lo, hi), target, LIMITS).unwrap();
    let Requantiser { bias, multiplier, shift } = fit.requantiser;
    assert!(multiplier == 0 || multiplier >= 1 << 30, "{fit:?}");
    assert!(shift <= 31);
    for sum in lo..=hi {
        let acc = (sum + i64::from(parameters.bias)) as i32;
        let expected = parameters.requantize(acc, i32::from(target.zero_point), target.lo, target.hi);
        let repeated = sum * i64::from(fit.repeat);
        assert!((repeated + i64::from(bias)).abs() <= 1 << 25, "{fit:?}");
        assert_eq!(fit.requantiser.apply(repeated, target), expected, "{sum} {fit:?}");
    }
    fit
}

#[test]
fn narrow_channels_are_kept() {
    let parameters = ChannelParameters::from_real(-4321, 0.0037).unwrap();
    let fit = assert_channel(&parameters, (-60_000, 70_000), WHOLE);
    assert_eq!((fit.requantiser.bias, fit.requantiser.multiplier), (-4321, parameters.multiplier));
    assert_eq!((fit.requantiser.shift, fit.repeat), (parameters.right_shift, 1));
}

#[test]
fn gains_above_one_repeat_the_products() {
    for (real, repeat) in [(0.9, 1), (1.0, 1), (1.1, 2), (1.9, 2), (3.0, 4), (5.5, 8)] {
        let parameters = ChannelParameters::from_real(17, real).unwrap();
        assert_eq!(assert_channel(&parameters, (-300, 200), WHOLE).repeat, repeat, "{real}");
    }
}

#[test]
fn wide_biases_become_narrow() {
    // Results that are constant, that leave the end of the range by a step or two, and in the middle of it.
    for (bias, real) in
        [(-900_000_000, 1e-4), (-400_000_000, 3.1e-7), (1_200_000_000, 2e-8), (700_000_000, 5e-8)]
    {
        let parameters = ChannelParameters::from_real(bias, real).unwrap();
        for zero_point in [-128, -3, 127] {
            let target = Target { zero_point, lo: zero_point, hi: 127 };
            assert_channel(&parameters, (-50_000, 60_000), target);
            assert_channel(&parameters, (-50_000, 60_000), Target { zero_point, ..WHOLE });
        }
    }
}

#[test]
fn what_cannot_be_is_an_error() {
    let parameters = ChannelParameters::from_real(0, 0.3).unwrap();
    let refused = |sums, limits| channel(&parameters, sums, WHOLE, limits).unwrap_err();
    assert!(matches!(refused((3, 2), LIMITS), FitError::Range { lo: 3, hi: 2 }));
    assert!(matches!(refused((0, 1 << 23), LIMITS), FitError::Sum { bits: 24, .. }));
    assert!(matches!(refused((0, 1), Limits { sum_bits: 64, ..LIMITS }), FitError::Limits { .. }));
    let narrow = Limits { sum_bits: 12, requant_bits: 8 };
    assert!(matches!(refused((-900, 900), narrow), FitError::NotFound { .. }));
    let steep = ChannelParameters::from_real(0, 1000.0).unwrap();
    assert!(matches!(channel(&steep, (0, 1 << 22), WHOLE, LIMITS), Err(FitError::Requant(_))));
    let mut table = [0i8; 256];
    table[9] = 1;
    assert_eq!(unary(&table, LIMITS), Err(FitError::Falls { at: -118 }));
    let curve: [i8; 256] = std::array::from_fn(|at| ((at * at) >> 9) as i8);
    assert!(matches!(unary(&curve, LIMITS), Err(FitError::NotFound { steps: 127, .. })));
    assert_eq!(average_pool(0, MeanRounding::Up, (-128, 127), LIMITS), Err(FitError::Count { count: 0 }));
}

/// Smallest and largest sum of products of int8 values with these weights.
fn sums(weights: &[i16]) -> (i64, i64) {
    let of =
        |low: i64, high: i64| weights.iter().map(|&w| i64::from(w) * if w < 0 { low } else { high }).sum();
    (of(127, -128), of(-128, 127))
}

/// How many channels of a node have been kept, have other parameters, and repeat their products.
fn channels(graph: &Graph, node: &Node, limits: Limits) -> [usize; 3] {
    let activation = match &node.op {
        Op::Conv2d(op) => op.activation,
        Op::DepthwiseConv2d(op) => op.activation,
        Op::FullyConnected(op) => op.activation,
        _ => return [0; 3],
    };
    let (input, output) = (graph.node_input(node).quant, graph.node_output(node).quant);
    let (lo, hi) = activation.range(output);
    let target = Target { zero_point: output.zero_point as i8, lo, hi };
    let (bias, _) = node.op.channels().unwrap();
    let mut counts = [0; 3];
    for (channel, (bias, real)) in bias.iter().zip(graph.real_multipliers(node)).enumerate() {
        let weights = node.op.channel_weights(channel);
        let total: i32 = weights.iter().map(|&w| i32::from(w)).sum();
        let parameters = ChannelParameters::from_real(bias - input.zero_point * total, real).unwrap();
        let fit = super::channel(&parameters, sums(&weights), target, limits)
            .unwrap_or_else(|e| panic!("{} {channel} {parameters:?}: {e}", node.name));
        let kept = fit.requantiser.multiplier == parameters.multiplier
            && i64::from(fit.requantiser.bias) == i64::from(parameters.bias) * i64::from(fit.repeat);
        counts[usize::from(!kept)] += 1;
        counts[2] += usize::from(fit.repeat > 1);
    }
    counts
}

#[test]
fn every_channel_of_real_models_has_parameters() {
    let files = [
        "models_mlperf_tiny/vww_96_int8.tflite",
        "models_mlperf_tiny/kws_ref_model.tflite",
        "models_mlperf_tiny/pretrainedResnet_quant.tflite",
        "models_mlperf_tiny/ad01_int8.tflite",
        "models_tflm/person_detect.tflite",
        "models_deepfreeze/mobilenet_v1_0.25_224_quant.tflite",
        "models_detect/tinyengine_detection.tflite",
        "models_detect/openmv_blazeface_front_128.tflite",
    ];
    for file in files {
        let Some(graph) = model("every_channel_of_real_models_has_parameters", file) else { return };
        let mut counts = [0; 3];
        for node in &graph.nodes {
            counts.iter_mut().zip(channels(&graph, node, LIMITS)).for_each(|(sum, count)| *sum += count);
        }
        println!("{file}: {counts:?} channels kept, with others, repeated");
        assert!(counts[0] > counts[1], "{file}: {counts:?}");
    }
}

#[test]
fn every_addition_of_real_models_has_weights() {
    let files = [
        "models_mlperf_tiny/pretrainedResnet_quant.tflite",
        "models_detect/tinyengine_detection.tflite",
        "models_detect/openmv_blazeface_front_128.tflite",
    ];
    for (file, most) in files.into_iter().zip([50, 500, 900]) {
        let Some(graph) = model("every_addition_of_real_models_has_weights", file) else { return };
        let mut taps = vec![];
        for node in &graph.nodes {
            let Op::Add(op) = &node.op else { continue };
            let inputs = [node.inputs[0], node.inputs[1]].map(|input| graph.tensors[input].quant);
            let fit = add(inputs, graph.node_output(node).quant, op.activation, LIMITS).unwrap();
            assert_addition(&fit, inputs, graph.node_output(node).quant, op.activation);
            taps.push(fit.a.len() + fit.b.len());
        }
        println!("{file}: {taps:?} products");
        assert!(taps.iter().sum::<usize>() <= most, "{file}: {taps:?}");
    }
}

fn assert_addition(fit: &AddFit, inputs: [Quant; 2], output: Quant, activation: Activation) {
    let add = Add::from_quants(inputs, output, activation).unwrap();
    for (a, b) in (i8::MIN..=i8::MAX).flat_map(|a| (i8::MIN..=i8::MAX).map(move |b| (a, b))) {
        assert_eq!(fit.apply(a, b), add.sum([a, b]), "{a} {b} {fit:?}");
    }
}

#[test]
fn additions_of_equal_scales_take_two_products() {
    for (ratio, zero_points) in
        [(0.5, [0, 0, 0]), (1.0, [3, -7, 20]), (0.73, [-128, 4, -128]), (0.9, [127, -128, 5])]
    {
        let quant = |scale: f32, zero_point: i32| Quant { scale, zero_point };
        let inputs = [quant(0.02, zero_points[0]), quant(0.02, zero_points[1])];
        for activation in [Activation::None, Activation::Relu] {
            let output = quant(0.02 / ratio, zero_points[2]);
            let fit = add(inputs, output, activation, LIMITS).unwrap();
            assert_addition(&fit, inputs, output, activation);
            assert_eq!((fit.a.len(), fit.b.len()), (1, 1), "{fit:?}");
        }
    }
}

fn assert_mean(fit: TapFit, count: i64, expected: impl Fn(i64) -> i8) {
    for sum in -128 * count..=127 * count {
        let found = fit.requantiser.apply(sum * i64::from(fit.weight), fit.target);
        assert_eq!(found, expected(sum), "{count} {sum} {fit:?}");
    }
}

#[test]
fn averages_of_every_count_are_exact() {
    for count in (1..=128).chain([169, 196, 225, 256, 333, 512, 600, 625, 1000, 1023, 1024]) {
        for rounding in [MeanRounding::AwayFromZero, MeanRounding::Up] {
            let fit = average_pool(count, rounding, (-128, 100), LIMITS).unwrap();
            assert_eq!(fit.weight, 1, "{count} {rounding:?}");
            assert_mean(fit, count as i64, |sum| average(sum as i32, count as i32, rounding).min(100));
        }
    }
}

#[test]
fn tables_that_never_fall_are_exact() {
    let same: [i8; 256] = std::array::from_fn(|at| (at as i32 - 128) as i8);
    let quant = |scale, zero_point| Quant { scale, zero_point };
    let rescaled =
        |input, output| <[i8; 256]>::try_from(Rescale::new(input, output).unwrap().run(&same)).unwrap();
    let tables = [
        same,
        same.map(|q| q.max(-20)),
        same.map(|q| q.clamp(3, 90)),
        [77; 256],
        rescaled(quant(0.5, -128), quant(0.5, 3)),
        rescaled(quant(0.013, 12), quant(0.047, -60)),
        rescaled(quant(0.1, 0), quant(0.05, 0)),
        rescaled(quant(0.1, 7), quant(0.0313, -100)),
    ];
    for table in tables {
        let fit = unary(&table, LIMITS).unwrap();
        assert_mean(fit, 1, |value| table[(value + 128) as usize]);
    }
}

fn quant() -> impl Strategy<Value = Quant> {
    (0.001f32..0.2, -128..=127i32).prop_map(|(scale, zero_point)| Quant { scale, zero_point })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn array_and_tflite_round_alike(
        bias in -1_000_000..1_000_000i32, sum in -8_000_000..8_000_000i64, mantissa in 0.5f64..1.0, exponent in -31..=0i32,
    ) {
        let parameters = ChannelParameters::from_real(bias, mantissa * 2f64.powi(exponent)).unwrap();
        let requantiser = Requantiser::of(i64::from(bias), parameters.scale());
        let wide = parameters.scale().apply((sum + i64::from(bias)) as i32).clamp(-128, 127);
        prop_assert_eq!(i32::from(requantiser.apply(sum, WHOLE)), wide);
    }

    #[test]
    fn any_addition_is_exact_or_refused(a in quant(), b in quant(), wide in 0.3f32..3.0, zero_point in -128..=127i32) {
        let output = Quant { scale: wide * (a.scale + b.scale), zero_point };
        for activation in [Activation::None, Activation::Relu6] {
            match add([a, b], output, activation, LIMITS) {
                Ok(fit) => assert_addition(&fit, [a, b], output, activation),
                Err(e) => prop_assert!(matches!(e, FitError::Weights { .. }), "{e}"),
            }
        }
    }

    #[test]
    fn means_are_exact(count in 1..1025usize, input in quant(), output in quant()) {
        let reference = Mean::new(Shape::new(count, 1, 1), input, output).unwrap();
        let fit = mean(count, input, output, LIMITS).unwrap();
        let zeros = i64::from(input.zero_point) * count as i64;
        assert_mean(fit, count as i64, |sum| reference.finish((sum - zeros) as i32));
    }
}

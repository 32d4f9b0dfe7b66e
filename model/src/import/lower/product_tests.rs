//! Products by constants against TFLite's two steps, for every input.

use super::super::tflite::{Conv2dOptions, FusedActivation, Options};
use super::tests::{Draft, constant, conv_options, int8, tensor};
use super::*;
use crate::graph::{Activation, Quant, WeightQuant};
use crate::reference;
use crate::requant::Multiplier;

/// A 1x1 convolution of one pixel to two channels, with a scale of 0.37 and zero point 3 and biases.
fn layer(fused: FusedActivation, weight_scales: &[f32]) -> Draft {
    let mut weights = constant(int8("weights", &[2, 1, 1, 1]), &[97, 0xA5]);
    if let Some(quantization) = &mut weights.quantization {
        (quantization.scales, quantization.zero_points) =
            (weight_scales.into(), vec![0; weight_scales.len()]);
    }
    let bias = tensor("bias", ElementType::Int32, &[2], 0.5, 0);
    let bias = constant(Tensor { quantization: None, ..bias }, &[0x39, 1, 0, 0, 0x9C, 0xFF, 0xFF, 0xFF]);
    let draft = Draft::new(int8("image", &[1, 1, 1, 1])).tensor(weights).tensor(bias);
    let options = Conv2dOptions { activation: fused, ..conv_options() };
    let sums = tensor("sums", ElementType::Int8, &[1, 1, 1, 2], 0.37, 3);
    draft.op(OpCode::Conv2d, Options::Conv2d(options), &[0, 1, 2], sums)
}

/// The layer, then its product with a constant of this scale and zero point 1.
fn product(draft: Draft, values: &[u8], scale: f32, output: Quant, fused: FusedActivation) -> Draft {
    let factors = constant(tensor("factors", ElementType::Int8, &[values.len()], scale, 1), values);
    let draft = draft.tensor(factors);
    let output = tensor("product", ElementType::Int8, &[1, 1, 1, 2], output.scale, output.zero_point.into());
    draft.op(OpCode::Mul, Options::Mul(fused), &[4, 3], output)
}

/// Every result of the folded network is that of the layer, then of the product as TFLite computes it.
fn assert_same(layer: &Graph, folded: &Graph, values: &[u8], scale: f32, fused: Activation) {
    assert_eq!((folded.nodes.len(), folded.tensors.len()), (1, 2));
    let output = &folded.tensors[folded.output()];
    assert_eq!(output.name, "product");
    let (lo, hi) = fused.range(output.quant);
    let real = f64::from(0.37f32) * f64::from(scale) / f64::from(output.quant.scale);
    let multiplier = Multiplier::from_real(real).unwrap();
    for q in i8::MIN..=i8::MAX {
        let sums = &reference::run(layer, &[q]).unwrap()[layer.output()].data;
        let found = &reference::run(folded, &[q]).unwrap()[folded.output()].data;
        for (at, (&sum, &found)) in sums.iter().zip(found).enumerate() {
            let factor = i32::from(values[at % values.len()] as i8) - 1;
            let scaled = multiplier.apply((i32::from(sum) - 3) * factor) + output.quant.zero_point;
            assert_eq!(i32::from(found), scaled.clamp(lo.into(), hi.into()), "input {q}, channel {at}");
        }
    }
}

fn quantised(scale: f32, zero_point: i32) -> Quant {
    Quant { scale, zero_point }
}

#[test]
fn a_product_that_only_changes_the_scale_is_folded() {
    let scales = [&[0.013, 0.0097][..], &[0.0113]];
    // The constant is 0.3 or 0.6, and the output's scale that of the layer by as much.
    for (q, fused) in [(2, FusedActivation::None), (3, FusedActivation::None), (3, FusedActivation::Relu)] {
        for scales in scales {
            let graph = layer(FusedActivation::None, scales).lower().unwrap();
            let output = quantised((0.37 * 0.3 * f64::from(q - 1)) as f32, 3);
            let draft = product(layer(FusedActivation::None, scales), &[q], 0.3, output, fused);
            let folded = draft.lower().unwrap_or_else(|e| panic!("{e}"));
            let activation = if fused == FusedActivation::Relu { Activation::Relu } else { Activation::None };
            assert_same(&graph, &folded, &[q], 0.3, activation);
        }
    }
}

#[test]
fn each_channel_gets_a_scale_of_its_own() {
    let (values, output) = ([2, 2], quantised(0.37, 3));
    let graph = layer(FusedActivation::Relu, &[0.013]).lower().unwrap();
    let draft = product(layer(FusedActivation::Relu, &[0.013]), &values, 1.0, output, FusedActivation::None);
    let folded = draft.lower().unwrap();
    assert_same(&graph, &folded, &values, 1.0, Activation::None);
    let Op::Conv2d(op) = &folded.nodes[0].op else { panic!() };
    assert_eq!(
        (op.activation, &op.weight_quant),
        (Activation::Relu, &WeightQuant::PerChannel(vec![0.013; 2]))
    );
}

#[test]
fn only_what_changes_no_result_is_folded() {
    let fused = [(FusedActivation::None, Activation::None), (FusedActivation::Relu6, Activation::Relu6)];
    let (mut folded, mut refused) = (0, 0);
    for weight_scale in [0.013, 0.00031, 0.0000077] {
        let graph = layer(FusedActivation::None, &[weight_scale]).lower().unwrap();
        for output in (1..40).map(|step| quantised(0.037 * step as f32, 3)) {
            for (first, second) in fused {
                let draft = layer(FusedActivation::None, &[weight_scale]);
                match product(draft, &[2], 1.0, output, first).lower() {
                    Ok(found) => {
                        assert_same(&graph, &found, &[2], 1.0, second);
                        folded += 1;
                    }
                    Err(error) => {
                        assert!(error.to_string().contains("`product`"), "{error}");
                        refused += 1;
                    }
                }
            }
        }
    }
    assert!(folded > 20 && refused > 100, "{folded} folded, {refused} refused");
}

#[test]
fn other_products_are_refused_with_the_reason() {
    let none = FusedActivation::None;
    let fresh = || layer(none, &[0.013]);
    let same = quantised(0.37, 3);
    let why = |draft: Draft| match draft.problem() {
        Problem::Product { why } => why,
        other => panic!("{other}"),
    };
    // Half of each result is rounded a second time.
    assert_eq!(why(product(fresh(), &[2], 1.0, quantised(0.74, 3), none)), Unfolded::Inexact);
    // Times 0, times -1, and different factors under one output scale.
    assert_eq!(why(product(fresh(), &[1], 1.0, same, none)), Unfolded::Inexact);
    assert_eq!(why(product(fresh(), &[0], 1.0, same, none)), Unfolded::Inexact);
    assert_eq!(why(product(fresh(), &[2, 3], 1.0, same, none)), Unfolded::Inexact);
    assert_eq!(why(product(fresh(), &[2, 2, 2], 1.0, same, none)), Unfolded::Inexact);
    assert_eq!(why(product(fresh(), &[2], f32::NAN, same, none)), Unfolded::NotConstant);
    let sums = |draft: Draft, inputs: &[usize]| {
        let to = tensor("product", ElementType::Int8, &[1, 1, 1, 2], 0.37, 3);
        draft.op(OpCode::Mul, Options::Mul(none), inputs, to)
    };
    assert_eq!(why(sums(fresh(), &[3, 3])), Unfolded::NotConstant);
    assert_eq!(
        why(sums(Draft::new(int8("a", &[1, 1, 1, 2])).tensor(constant(int8("k", &[]), &[4])), &[0, 1])),
        Unfolded::NoLayer
    );
    let mut read_twice = product(fresh(), &[2], 1.0, same, none);
    read_twice.0.outputs = vec![3, 5];
    assert_eq!(why(read_twice), Unfolded::NoLayer);
    let read_later = product(fresh(), &[2], 1.0, same, none);
    let read_later = read_later.op(OpCode::Logistic, Options::None, &[3], int8("p", &[1, 1, 1, 2]));
    assert_eq!(why(read_later), Unfolded::NoLayer);
    let aliased = fresh().op(
        OpCode::Quantize,
        Options::None,
        &[3],
        tensor("alias", ElementType::Int8, &[1, 1, 1, 2], 0.37, 3),
    );
    let aliased = sums(aliased.tensor(constant(int8("k", &[]), &[4])), &[4, 5]);
    assert_eq!(why(aliased), Unfolded::NoLayer);
    let twice = sums(product(fresh(), &[2], 1.0, same, none), &[5, 4]);
    assert_eq!(why(twice), Unfolded::NoLayer);
}

//! Models with int16 activations.

use super::super::tflite::{Conv2dOptions, FusedActivation, Options};
use super::tests::{Draft, constant, conv_options, int8, tensor};
use super::*;
use crate::graph::GraphError;
use crate::reference::run_wide;

fn int16(name: &str, shape: &[usize]) -> Tensor {
    tensor(name, ElementType::Int16, shape, 0.5, 0)
}

/// A 1x1 convolution with weight 2 and a bias.
fn conv(bias: Option<Tensor>) -> Draft {
    let weights = Tensor { quantization: int16("", &[]).quantization, ..int8("weights", &[1, 1, 1, 1]) };
    let draft = Draft::new(int16("image", &[1, 1, 2, 1])).tensor(constant(weights, &[2]));
    let inputs = if bias.is_some() { &[0, 1, 2][..] } else { &[0, 1] };
    let draft = bias.into_iter().fold(draft, Draft::tensor);
    let options = Conv2dOptions { activation: FusedActivation::Relu, ..conv_options() };
    draft.op(OpCode::Conv2d, Options::Conv2d(options), inputs, int16("sums", &[1, 1, 2, 1]))
}

fn bias(element: ElementType, bytes: &[u8]) -> Option<Tensor> {
    Some(constant(tensor("bias", element, &[1], 0.25, 0), bytes))
}

fn add(pot_scale_int16: bool, other: Tensor) -> Draft {
    let mut draft = Draft::new(int16("a", &[1, 4])).tensor(other);
    draft.0.inputs = vec![0, 1];
    let options = Options::Add { activation: FusedActivation::None, pot_scale_int16 };
    draft.op(OpCode::Add, options, &[0, 1], int16("sum", &[1, 4]))
}

#[test]
fn a_bias_has_64_bits_of_which_32_are_used() {
    let graph = conv(bias(ElementType::Int64, &(-3i64).to_le_bytes())).lower().unwrap();
    assert_eq!((graph.edge.input, graph.edge.outputs), (Element::Int16, Element::Int16));
    // (2 * 300 - 3) / 2 and less than 0.
    assert_eq!(run_wide(&graph, &[&[300, -300]]).unwrap()[graph.output()].data, [299, 0]);
    let value = 1i64 << 31;
    let refused = conv(bias(ElementType::Int64, &value.to_le_bytes())).problem();
    assert_eq!(refused, Problem::WideBias { channel: 0, value });
    assert_eq!(conv(bias(ElementType::Int32, &[0; 4])).problem(), Problem::NoWideBias);
    assert_eq!(conv(None).problem(), Problem::NoWideBias);
    let short = conv(bias(ElementType::Int64, &[0; 7])).problem();
    assert_eq!(short, Problem::NotConstant { tensor: "bias".into() });
}

#[test]
fn additions_by_shifts_and_inputs_of_several_kinds_are_refused() {
    let graph = add(false, int16("b", &[1, 4])).lower().unwrap();
    assert_eq!(graph.inputs().collect::<Vec<_>>(), [0, 1]);
    assert!(matches!(add(true, int16("b", &[1, 4])).problem(), Problem::Attribute { .. }));
    assert_eq!(add(false, int8("b", &[1, 4])).problem(), Problem::MixedInputs);
    let mut int8_inputs = add(false, int8("b", &[1, 4]));
    int8_inputs.0.tensors[0] = int8("a", &[1, 4]);
    assert_eq!(int8_inputs.lower(), Err(ImportError::Count { what: "inputs", found: 2 }));
    let mut none = add(false, int16("b", &[1, 4]));
    none.0.inputs.clear();
    assert_eq!(none.lower(), Err(ImportError::Count { what: "inputs", found: 0 }));
}

#[test]
fn unsupported_operators_come_before_the_edge() {
    let mut draft = add(false, int8("b", &[1, 4]));
    draft.0.operators[0].code = OpCode::Sub;
    assert_eq!(draft.problem(), Problem::Unsupported);
    let draft = Draft::new(int16("a", &[1, 4]));
    let logistic = draft.op(OpCode::Logistic, Options::None, &[0], int16("p", &[1, 4]));
    let Err(ImportError::Graph(GraphError::Node { node, .. })) = logistic.lower() else { panic!() };
    assert_eq!(node, "p");
}

#[test]
fn int16_is_padded_with_zero() {
    let pad = |value: i16| {
        let bytes: Vec<u8> = [0, 0, 1, 0].iter().flat_map(|&amount| [amount, 0, 0, 0]).collect();
        let draft = Draft::new(int16("a", &[1, 4]));
        let draft = draft.tensor(constant(tensor("amounts", ElementType::Int32, &[2, 2], 1.0, 0), &bytes));
        let draft = draft.tensor(constant(int16("value", &[]), &value.to_le_bytes()));
        draft.op(OpCode::PadV2, Options::None, &[0, 1, 2], int16("b", &[1, 5]))
    };
    let graph = pad(0).lower().unwrap();
    assert_eq!(run_wide(&graph, &[&[1, 2, 3, 4]]).unwrap()[graph.output()].data, [0, 1, 2, 3, 4]);
    assert!(matches!(pad(256).problem(), Problem::Attribute { .. }));
}

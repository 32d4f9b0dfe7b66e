use super::super::tflite::{
    Conv2dOptions, FullyConnectedOptions, FusedActivation, Options, Padding as Padded, Pool2dOptions,
    Quantization, WeightsFormat,
};
use super::*;
use crate::graph::{MeanRounding, Pad, WeightQuant};
use crate::reference;

/// A small model that tests change.
pub(super) struct Draft(pub(super) Subgraph);

impl Draft {
    /// Tensor 0 is the input.
    pub(super) fn new(input: Tensor) -> Self {
        Self(Subgraph {
            name: String::new(),
            tensors: vec![input],
            inputs: vec![0],
            outputs: vec![],
            operators: vec![],
        })
    }

    pub(super) fn tensor(mut self, tensor: Tensor) -> Self {
        self.0.tensors.push(tensor);
        self
    }

    /// An operator that makes the tensor.
    pub(super) fn op(mut self, code: OpCode, options: Options, inputs: &[usize], output: Tensor) -> Self {
        let inputs = inputs.iter().map(|&input| Some(input)).collect();
        let outputs = vec![self.0.tensors.len()];
        self.0.tensors.push(output);
        self.0.outputs = outputs.clone();
        self.0.operators.push(Operator { code, version: 1, inputs, outputs, options });
        self
    }

    pub(super) fn lower(&self) -> std::result::Result<Graph, ImportError> {
        let graph = Lowering::new(&self.0, "draft").run()?;
        graph.check()?;
        Ok(graph)
    }

    pub(super) fn problem(&self) -> Problem {
        match self.lower() {
            Err(ImportError::Node { problem, .. } | ImportError::Edge { problem, .. }) => problem,
            other => panic!("{other:?}"),
        }
    }
}

pub(super) fn tensor(
    name: &str,
    element: ElementType,
    shape: &[usize],
    scale: f32,
    zero_point: i64,
) -> Tensor {
    let (scales, zero_points) = (vec![scale], vec![zero_point]);
    let quantization = Some(Quantization { scales, zero_points, axis: 0, has_details: false });
    Tensor {
        name: name.into(),
        shape: shape.into(),
        element,
        quantization,
        data: None,
        is_variable: false,
        is_sparse: false,
    }
}

pub(super) fn int8(name: &str, shape: &[usize]) -> Tensor {
    tensor(name, ElementType::Int8, shape, 0.5, 3)
}

pub(super) fn constant(tensor: Tensor, data: &[u8]) -> Tensor {
    Tensor { data: Some(data.into()), ..tensor }
}

fn float(name: &str, shape: &[usize]) -> Tensor {
    Tensor { quantization: None, element: ElementType::Float32, ..int8(name, shape) }
}

pub(super) fn conv_options() -> Conv2dOptions {
    let (stride, dilation) = ((1, 1), (1, 1));
    Conv2dOptions { padding: Padded::Valid, stride, dilation, activation: FusedActivation::None }
}

fn conv(options: Conv2dOptions, weights: Tensor, bias: Option<Tensor>) -> Draft {
    let draft = Draft::new(int8("image", &[1, 2, 2, 1])).tensor(weights);
    let inputs = if bias.is_some() { &[0, 1, 2][..] } else { &[0, 1] };
    let draft = match bias {
        Some(bias) => draft.tensor(bias),
        None => draft,
    };
    draft.op(OpCode::Conv2d, Options::Conv2d(options), inputs, int8("sums", &[1, 2, 2, 2]))
}

fn weights() -> Tensor {
    let scales =
        Some(Quantization { scales: vec![0.5, 0.25], zero_points: vec![0, 0], axis: 0, has_details: false });
    constant(Tensor { quantization: scales, ..int8("weights", &[2, 1, 1, 1]) }, &[2, 0xFE])
}

#[test]
fn a_convolution_is_taken_over() {
    let bias =
        constant(tensor("bias", ElementType::Int32, &[2], 0.25, 0), &[4, 0, 0, 0, 0xFC, 0xFF, 0xFF, 0xFF]);
    let bias = Tensor { quantization: None, ..bias };
    let graph = conv(conv_options(), weights(), Some(bias)).lower().unwrap();
    // (7 - 3) * 2 + 4 = 12, by 0.5 to 6, and 3; (7 - 3) * -2 - 4 = -12, by 0.25 to -3, and 3.
    let sums = reference::run(&graph, &[7, 3, 3, 3]).unwrap().swap_remove(graph.output());
    assert_eq!(sums.data[..2], [9, 0]);
    let without = conv(conv_options(), weights(), None).lower().unwrap();
    let sums = reference::run(&without, &[7, 3, 3, 3]).unwrap().swap_remove(without.output());
    assert_eq!(sums.data[..2], [7, 1]);
}

#[test]
fn what_a_convolution_cannot_say_is_named() {
    let dilated = Conv2dOptions { dilation: (2, 1), ..conv_options() };
    assert!(matches!(conv(dilated, weights(), None).lower(), Err(ImportError::Graph(_))));
    let still = Conv2dOptions { stride: (0, 1), ..conv_options() };
    assert!(matches!(conv(still, weights(), None).problem(), Problem::Attribute { .. }));
    let tanh = Conv2dOptions { activation: FusedActivation::Tanh, ..conv_options() };
    assert!(matches!(conv(tanh, weights(), None).problem(), Problem::Attribute { .. }));
    let other = Conv2dOptions { padding: Padded::Other(7), ..conv_options() };
    assert!(matches!(conv(other, weights(), None).problem(), Problem::Attribute { .. }));
    let sparse = Tensor { is_sparse: true, ..weights() };
    assert!(matches!(conv(conv_options(), sparse, None).problem(), Problem::Attribute { .. }));
    let mut sideways = weights();
    sideways.quantization.as_mut().unwrap().axis = 3;
    assert!(matches!(conv(conv_options(), sideways, None).problem(), Problem::Weights { .. }));
    let variable = Tensor { data: None, ..weights() };
    assert!(matches!(conv(conv_options(), variable, None).problem(), Problem::NotConstant { .. }));
    let wide = Tensor { element: ElementType::Int16, ..weights() };
    assert!(matches!(conv(conv_options(), wide, None).problem(), Problem::Element { .. }));
    let short = constant(tensor("bias", ElementType::Int32, &[1], 0.25, 0), &[4, 0, 0, 0]);
    assert!(matches!(conv(conv_options(), weights(), Some(short)).problem(), Problem::NotConstant { .. }));
    let foreign = constant(tensor("bias", ElementType::Int32, &[2], 0.5, 0), &[0; 8]);
    assert!(matches!(conv(conv_options(), weights(), Some(foreign)).problem(), Problem::Bias { .. }));
}

#[test]
fn unsigned_tensors_become_int8() {
    let unsigned =
        |name: &str, shape: &[usize], zero_point| tensor(name, ElementType::Uint8, shape, 0.5, zero_point);
    let weights = constant(unsigned("weights", &[1, 2], 125), &[120, 130]);
    let dense = FullyConnectedOptions {
        activation: FusedActivation::None,
        weights_format: WeightsFormat::Default,
        keep_num_dims: false,
        asymmetric_quantize_inputs: false,
    };
    let draft = Draft::new(unsigned("pixels", &[1, 2], 0)).tensor(weights);
    let options = Options::FullyConnected(dense);
    let draft = draft.op(OpCode::FullyConnected, options, &[0, 1], unsigned("sums", &[1, 1], 10));
    let graph = draft.lower().unwrap();
    assert_eq!((graph.edge.input, graph.edge.outputs), (Element::Uint8, Element::Uint8));
    assert_eq!(
        graph.nodes[0].op.channels().unwrap().1,
        &WeightQuant::PerTensor { scale: 0.5, zero_point: -3 }
    );
    // 4 * -5 + 8 * 5 = 20, by 0.5 to 10, and 10: 20 as uint8.
    let input = graph.encode_input(&[4, 8]).unwrap();
    assert_eq!(reference::run(&graph, &input).unwrap()[graph.output()].data, [-108]);
}

#[test]
fn pools_round_as_their_type_does() {
    let options = Pool2dOptions {
        padding: Padded::Valid,
        stride: (2, 2),
        filter: (2, 2),
        activation: FusedActivation::Relu6,
    };
    for (element, rounding) in
        [(ElementType::Int8, MeanRounding::AwayFromZero), (ElementType::Uint8, MeanRounding::Up)]
    {
        let at = |name: &str, shape: &[usize]| tensor(name, element, shape, 0.5, 100);
        let draft = Draft::new(at("image", &[1, 4, 4, 2]));
        let draft =
            draft.op(OpCode::AveragePool2d, Options::Pool2d(options), &[0], at("means", &[1, 2, 2, 2]));
        let graph = draft.lower().unwrap();
        let Op::AveragePool2d(pool) = &graph.nodes[0].op else { panic!() };
        assert_eq!((pool.rounding, pool.activation), (rounding, crate::graph::Activation::Relu6));
    }
}

#[test]
fn the_edge_is_the_hosts() {
    let quantize = |draft: Draft, to| draft.op(OpCode::Quantize, Options::None, &[0], to);
    let draft = quantize(Draft::new(float("real", &[1, 4])), int8("steps", &[1, 4]));
    let draft = draft.op(
        OpCode::Logistic,
        Options::None,
        &[1],
        tensor("p", ElementType::Int8, &[1, 4], 1.0 / 256.0, -128),
    );
    let graph = draft.op(OpCode::Dequantize, Options::None, &[2], float("out", &[1, 4])).lower().unwrap();
    assert_eq!((graph.edge.input, graph.edge.outputs), (Element::Float32, Element::Float32));
    assert_eq!((graph.nodes.len(), graph.tensors[graph.output()].name.as_str()), (1, "p"));
    // Between integers it is a rescaling, or nothing.
    let finer = quantize(Draft::new(int8("a", &[1, 4])), tensor("b", ElementType::Int8, &[1, 4], 0.25, 0));
    assert_eq!(finer.lower().unwrap().nodes[0].op, Op::Rescale);
    let same = quantize(Draft::new(tensor("a", ElementType::Uint8, &[1, 4], 0.5, 131)), int8("b", &[1, 4]));
    assert_eq!(same.lower().unwrap().nodes.len(), 0);
    let twice = quantize(Draft::new(float("real", &[1, 4])), int8("b", &[1, 4]));
    assert_eq!(quantize(twice, int8("c", &[1, 4])).problem(), Problem::TwiceQuantized);
}

#[test]
fn real_numbers_inside_are_refused() {
    let draft = Draft::new(float("real", &[1, 4]));
    let softmax = draft.op(OpCode::Softmax, Options::Softmax { beta: 1.0 }, &[0], float("p", &[1, 4]));
    assert_eq!(softmax.problem(), Problem::Float { tensor: "real".into() });
    let error = softmax.lower().unwrap_err().to_string();
    assert!(error.contains("SOFTMAX") && error.contains("`p`") && error.contains("quantise"), "{error}");
    let mut mixed =
        Draft::new(int8("a", &[1, 4])).op(OpCode::Dequantize, Options::None, &[0], float("b", &[1, 4]));
    mixed.0.outputs = vec![0, 1];
    assert_eq!(mixed.problem(), Problem::MixedOutputs);
}

#[test]
fn operands_are_where_they_must_be() {
    let add = Options::Add { activation: FusedActivation::None, pot_scale_int16: true };
    let draft = Draft::new(int8("a", &[1, 4])).tensor(constant(int8("k", &[1, 4]), &[0; 4]));
    let constant_operand = draft.op(OpCode::Add, add.clone(), &[0, 1], int8("sum", &[1, 4]));
    assert_eq!(constant_operand.problem(), Problem::Constant { tensor: "k".into() });
    let draft = Draft::new(int8("a", &[1, 4])).tensor(int8("never", &[1, 4]));
    let unmade = draft.op(OpCode::Add, add.clone(), &[0, 1], int8("sum", &[1, 4]));
    assert_eq!(unmade.problem(), Problem::NotMade { tensor: "never".into() });
    let lonely = Draft::new(int8("a", &[1, 4])).op(OpCode::Add, add, &[0], int8("sum", &[1, 4]));
    assert_eq!(lonely.problem(), Problem::NoInput { at: 1 });
    let other = OpCode::Other { code: 54, name: "PRELU" };
    let unknown = Draft::new(int8("a", &[1, 4])).op(other, Options::NotDecoded, &[0], int8("b", &[1, 4]));
    assert_eq!(unknown.problem(), Problem::Unsupported);
    let batch =
        Draft::new(int8("a", &[2, 1, 1, 4])).op(OpCode::Logistic, Options::None, &[0], int8("b", &[1, 4]));
    assert!(matches!(batch.problem(), Problem::Batch { .. }));
}

#[test]
fn axes_count_from_either_end() {
    let concat = |axis| {
        let draft = Draft::new(int8("a", &[1, 2, 3, 4]));
        let options = Options::Concatenation { axis, activation: FusedActivation::None };
        draft.op(OpCode::Concatenation, options, &[0, 0], int8("b", &[1, 2, 6, 4]))
    };
    assert_eq!(concat(2).lower(), concat(-2).lower());
    assert!(concat(2).lower().is_ok());
    assert!(matches!(concat(0).problem(), Problem::Attribute { .. }));
    assert!(matches!(concat(i32::MIN).problem(), Problem::Attribute { .. }));
    let mean = |axes: &[u8], output: &[usize]| {
        let axes = constant(tensor("axes", ElementType::Int32, &[2], 1.0, 0), axes);
        let draft = Draft::new(int8("a", &[1, 2, 3, 4])).tensor(axes);
        draft.op(OpCode::Mean, Options::Reducer { keep_dims: false }, &[0, 1], int8("b", output))
    };
    assert!(mean(&[2, 0, 0, 0, 1, 0, 0, 0], &[1, 4]).lower().is_ok());
    assert!(mean(&[0xFE, 0xFF, 0xFF, 0xFF, 1, 0, 0, 0], &[1, 4]).lower().is_ok());
    assert!(matches!(mean(&[3, 0, 0, 0, 1, 0, 0, 0], &[1, 4]).problem(), Problem::Attribute { .. }));
}

#[test]
fn padding_is_of_the_zero_point() {
    let pad = |value: u8, amounts: [u8; 8]| {
        let bytes: Vec<u8> = amounts.iter().flat_map(|&amount| [amount, 0, 0, 0]).collect();
        let draft = Draft::new(int8("a", &[1, 1, 1, 4]));
        let draft = draft.tensor(constant(tensor("amounts", ElementType::Int32, &[4, 2], 1.0, 0), &bytes));
        let draft = draft.tensor(constant(int8("value", &[]), &[value]));
        draft.op(OpCode::PadV2, Options::None, &[0, 1, 2], int8("b", &[1, 3, 1, 5]))
    };
    let graph = pad(3, [0, 0, 2, 0, 0, 0, 0, 1]).lower().unwrap();
    let Op::Pad(op) = &graph.nodes[0].op else { panic!() };
    assert_eq!((op.pad, op.channels), (Pad { top: 2, ..Pad::default() }, (0, 1)));
    assert!(matches!(pad(4, [0, 0, 2, 0, 0, 0, 0, 1]).problem(), Problem::Attribute { .. }));
    assert!(matches!(pad(3, [1, 0, 1, 0, 0, 0, 0, 1]).problem(), Problem::Attribute { .. }));
}

#[test]
fn long_names_are_cut_and_equal_names_told_apart() {
    let name = format!("{};rest", "part/".repeat(40));
    let unknown = OpCode::Other { code: 54, name: "PRELU" };
    let draft = Draft::new(int8("a", &[1, 4])).op(unknown, Options::NotDecoded, &[0], int8(&name, &[1, 4]));
    let error = draft.lower().unwrap_err().to_string();
    assert!(error.len() < 160 && !error.contains("rest"), "{error}");
    let draft =
        Draft::new(int8("same", &[1, 4])).op(OpCode::Reshape, Options::None, &[0], int8("same", &[1, 2, 2]));
    let names: Vec<String> = draft.lower().unwrap().tensors.into_iter().map(|t| t.name).collect();
    assert_eq!(names, ["same", "same#1"]);
    let logistic = |name: &str| tensor(name, ElementType::Int8, &[1, 4], 1.0 / 256.0, -128);
    let draft = Draft::new(logistic("a")).op(OpCode::Logistic, Options::None, &[0], logistic("b;c"));
    let draft = draft.op(OpCode::Logistic, Options::None, &[1], logistic("b;d"));
    let names: Vec<String> = draft.lower().unwrap().nodes.into_iter().map(|n| n.name).collect();
    assert_eq!(names, ["b", "b#1"]);
}

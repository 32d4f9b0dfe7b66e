use super::*;

/// The only operator of a model, of this kind and with these fields.
fn read_operator(code: Node, operator: Node) -> Result<Operator, ReadError> {
    let file = tflite(&model(code, subgraph(&tensors(), &[operator])));
    read(&file).map(|model| model.subgraphs[0].operators[0].clone())
}

/// Attributes of an operator from its options table.
fn options(number: i32, options_type: u8, table: Node) -> Options {
    let operator = node([(3, number_u8(options_type)), (4, Value::Table(table))]);
    read_operator(code(number), operator).unwrap().options
}

/// Attributes of an operator without an options table.
fn defaults(number: i32) -> Options {
    read_operator(code(number), Node::default()).unwrap().options
}

#[test]
fn windows_are_read() {
    let depthwise = node([
        (0, number_i8(1)),
        (1, number_i32(2)),
        (2, number_i32(3)),
        (3, number_i32(8)),
        (4, number_i8(1)),
        (5, number_i32(4)),
        (6, number_i32(5)),
    ]);
    let expected = DepthwiseConv2dOptions {
        padding: Padding::Valid,
        stride: (3, 2),
        dilation: (5, 4),
        depth_multiplier: 8,
        activation: FusedActivation::Relu,
    };
    assert_eq!(options(4, 2, depthwise), Options::DepthwiseConv2d(expected));
    let pool = node([
        (0, number_i8(-9)),
        (1, number_i32(2)),
        (2, number_i32(3)),
        (3, number_i32(4)),
        (4, number_i32(5)),
        (5, number_i8(6)),
    ]);
    let expected = Pool2dOptions {
        padding: Padding::Other(-9),
        stride: (3, 2),
        filter: (5, 4),
        activation: FusedActivation::Other(6),
    };
    assert_eq!(options(1, 5, pool.clone()), Options::Pool2d(expected));
    assert_eq!(options(17, 5, pool), Options::Pool2d(expected));
}

#[test]
fn other_attributes_are_read() {
    let flags = || node([(0, number_u8(1)), (1, number_u8(1))]);
    let fully = node([(0, number_i8(2)), (1, number_i8(1)), (2, number_u8(1)), (3, number_u8(2))]);
    let expected = FullyConnectedOptions {
        activation: FusedActivation::ReluN1To1,
        weights_format: WeightsFormat::Shuffled4x16Int8,
        keep_num_dims: true,
        asymmetric_quantize_inputs: true,
    };
    assert_eq!(options(9, 8, fully), Options::FullyConnected(expected));
    let activation = |number| node([(0, number_i8(number))]);
    let add = node([(0, number_i8(1)), (1, number_u8(0))]);
    let expected = Options::Add { activation: FusedActivation::Relu, pot_scale_int16: false };
    assert_eq!(options(0, 11, add), expected);
    assert_eq!(options(18, 21, activation(4)), Options::Mul(FusedActivation::Tanh));
    assert_eq!(options(41, 28, activation(5)), Options::Sub(FusedActivation::SignBit));
    assert_eq!(options(40, 27, flags()), Options::Reducer { keep_dims: true });
    let shape = node([(0, numbers_i32(&[1, -1]))]);
    assert_eq!(options(22, 17, shape), Options::Reshape { new_shape: Some(vec![1, -1]) });
    let axis = node([(0, number_i32(-1)), (1, number_i8(3))]);
    let expected = Options::Concatenation { axis: -1, activation: FusedActivation::Relu6 };
    assert_eq!(options(2, 10, axis), expected);
    let expected = Options::ResizeNearestNeighbor { align_corners: true, half_pixel_centers: true };
    assert_eq!(options(97, 74, flags()), expected);
    assert_eq!(options(25, 9, node([(0, number_f32(1.5))])), Options::Softmax { beta: 1.5 });
}

#[test]
fn absent_attributes_have_the_schemas_defaults() {
    let (padding, activation) = (Padding::Same, FusedActivation::None);
    let (stride, dilation, filter) = ((0, 0), (1, 1), (0, 0));
    let fully = FullyConnectedOptions {
        activation,
        weights_format: WeightsFormat::Default,
        keep_num_dims: false,
        asymmetric_quantize_inputs: false,
    };
    let depthwise = DepthwiseConv2dOptions { padding, stride, dilation, depth_multiplier: 0, activation };
    let expected = [
        (3, 1, Options::Conv2d(Conv2dOptions { padding, stride, dilation, activation })),
        (4, 2, Options::DepthwiseConv2d(depthwise)),
        (1, 5, Options::Pool2d(Pool2dOptions { padding, stride, filter, activation })),
        (9, 8, Options::FullyConnected(fully)),
        (0, 11, Options::Add { activation, pot_scale_int16: true }),
        (18, 21, Options::Mul(activation)),
        (41, 28, Options::Sub(activation)),
        (40, 27, Options::Reducer { keep_dims: false }),
        (22, 17, Options::Reshape { new_shape: None }),
        (2, 10, Options::Concatenation { axis: 0, activation }),
        (97, 74, Options::ResizeNearestNeighbor { align_corners: false, half_pixel_centers: false }),
        (25, 9, Options::Softmax { beta: 0.0 }),
    ];
    for (number, options_type, expected) in expected {
        assert_eq!(options(number, options_type, Node::default()), expected);
        assert_eq!(defaults(number), expected);
    }
    for number in [34, 60, 114, 6, 14] {
        assert_eq!(defaults(number), Options::None);
    }
}

#[test]
fn attributes_of_another_operator_are_refused() {
    let operator = with(convolution(), 3, number_u8(2));
    let error = read_operator(code(3), operator).unwrap_err();
    let problem = ReadProblem::Options { op: "CONV_2D", expected: 1, found: 2 };
    assert_eq!(error, problem.at(Place::Operator { subgraph: 0, index: 0 }));
    assert_eq!(error.to_string(), "operator 0 of subgraph 0: CONV_2D has options of type 2 instead of 1");
}

#[test]
fn the_kind_is_the_larger_of_both_codes() {
    let kind = |fields: Node| {
        let operator = read_operator(fields, Node::default()).unwrap();
        (operator.code, operator.version, operator.options)
    };
    let pad = |version| (OpCode::Pad, version, Options::None);
    assert_eq!(kind(node([(0, number_i8(34))])), pad(1));
    assert_eq!(kind(node([(3, number_i32(34)), (2, number_i32(4))])), pad(4));
    assert_eq!(kind(node([(0, number_i8(-5)), (3, number_i32(34))])), pad(1));
    assert_eq!(kind(Node::default()).0, OpCode::Add);
    let new = OpCode::Other { code: 150, name: "GELU" };
    assert_eq!(kind(node([(0, number_i8(127)), (3, number_i32(150))])), (new, 1, Options::NotDecoded));
}

#[test]
fn kinds_have_their_names() {
    let names = ["ADD", "AVERAGE_POOL_2D", "CONCATENATION", "CONV_2D", "DEPTHWISE_CONV_2D"];
    for (number, name) in names.into_iter().enumerate() {
        let code = OpCode::new(number as i32, String::new());
        assert_eq!((code.code(), code.name(), code.to_string().as_str()), (number as i32, name, name));
    }
    for number in 0..209 {
        assert_eq!(OpCode::new(number, String::new()).code(), number);
    }
    let known = [
        (OpCode::Dequantize, "DEQUANTIZE"),
        (OpCode::FullyConnected, "FULLY_CONNECTED"),
        (OpCode::Logistic, "LOGISTIC"),
        (OpCode::MaxPool2d, "MAX_POOL_2D"),
        (OpCode::Mean, "MEAN"),
        (OpCode::Mul, "MUL"),
        (OpCode::Pad, "PAD"),
        (OpCode::PadV2, "PADV2"),
        (OpCode::Quantize, "QUANTIZE"),
        (OpCode::Reshape, "RESHAPE"),
        (OpCode::ResizeNearestNeighbor, "RESIZE_NEAREST_NEIGHBOR"),
        (OpCode::Softmax, "SOFTMAX"),
        (OpCode::Sub, "SUB"),
    ];
    for (code, name) in known {
        assert_eq!(code.name(), name);
    }
    assert_eq!(OpCode::new(98, String::new()).to_string(), "LEAKY_RELU (98)");
    assert_eq!(OpCode::new(-1, String::new()).to_string(), "unknown operator (-1)");
    assert_eq!(OpCode::new(209, String::new()).to_string(), "unknown operator (209)");
}

#[test]
fn operators_outside_of_the_schema_have_their_names() {
    let custom = node([(0, number_i8(32)), (1, text("SignalWindow")), (3, number_i32(32))]);
    let operator = read_operator(custom, Node::default()).unwrap();
    assert_eq!(operator.code, OpCode::Custom { name: "SignalWindow".into() });
    assert_eq!(operator.code.to_string(), "CUSTOM `SignalWindow`");
    assert_eq!(operator.options, Options::NotDecoded);
}

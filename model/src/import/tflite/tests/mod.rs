mod data;
mod hostile;
mod operators;
mod sample;

use sample::*;

use super::*;
use crate::import::flatbuffer::builder::*;
use crate::import::flatbuffer::{Field, FlatbufferError};

fn read_tensors(tensors: &[Node]) -> Result<Vec<Tensor>, ReadError> {
    read(&tflite(&only_tensors(tensors))).map(|model| model.subgraphs[0].tensors.clone())
}

/// What is wrong with a file with this tensor only.
fn tensor_problem(tensor: Node) -> ReadProblem {
    let error = read_tensors(&[tensor]).unwrap_err();
    assert!(matches!(error.place, Place::Tensor { subgraph: 0, index: 0, .. }), "{error}");
    error.problem
}

#[test]
fn a_model_is_read() {
    let quantization =
        || Some(Quantization { scales: vec![0.5], zero_points: vec![-3], axis: 0, has_details: false });
    let tensor = |name: &str, shape: [usize; 4], data| Tensor {
        name: name.into(),
        shape: shape.into(),
        element: ElementType::Int8,
        quantization: quantization(),
        data,
        is_variable: false,
        is_sparse: false,
    };
    let operator = Operator {
        code: OpCode::Conv2d,
        version: 2,
        inputs: vec![Some(0), Some(1), None],
        outputs: vec![2],
        options: Options::Conv2d(Conv2dOptions {
            padding: Padding::Valid,
            stride: (3, 2),
            dilation: (5, 4),
            activation: FusedActivation::Relu6,
        }),
    };
    let subgraph = Subgraph {
        name: "main".into(),
        tensors: vec![
            tensor("x", [1, 2, 2, 1], None),
            tensor("w", [1, 1, 1, 2], Some(vec![7, 249])),
            tensor("y", [1, 2, 2, 1], None),
        ],
        inputs: vec![0],
        outputs: vec![2],
        operators: vec![operator],
    };
    let expected = Model { subgraphs: vec![subgraph], description: "by hand".into() };
    assert_eq!(read(&tflite(&one_convolution())), Ok(expected));
}

#[test]
fn a_tensor_without_fields_has_the_defaults() {
    let expected = Tensor {
        name: String::new(),
        shape: vec![],
        element: ElementType::Float32,
        quantization: None,
        data: None,
        is_variable: false,
        is_sparse: false,
    };
    assert_eq!(read_tensors(&[Node::default()]), Ok(vec![expected]));
}

#[test]
fn element_types_and_flags_are_read() {
    use ElementType::*;
    let known =
        [(0, Float32), (1, Float16), (2, Int32), (3, Uint8), (4, Int64), (6, Bool), (7, Int16), (9, Int8)];
    for (number, element) in known.into_iter().chain([5, 8, 17, -1].map(|n| (n, Other(n)))) {
        let read = read_tensors(&[tensor("t", &[0], number, 0)]).unwrap();
        assert_eq!((read[0].element, &read[0].shape), (element, &vec![0]));
    }
    let flags = with(tensor("t", &[5], 9, 1), 5, number_u8(1));
    let read = read_tensors(&[with(flags, 6, Value::Table(Node::default()))]).unwrap();
    // The length of a sparse constant does not follow from its shape.
    assert!(read[0].is_variable && read[0].is_sparse && read[0].data == Some(vec![7, 249]));
}

#[test]
fn quantisation_is_read_as_it_is() {
    let quantised = |fields: Node| with(tensor("t", &[2], 9, 0), 4, Value::Table(fields));
    let scales = || (2, numbers_f32(&[0.5, 0.25]));
    // Three is no axis of a shape with one side; some converters write it nevertheless.
    let several = node([scales(), (3, numbers_i64(&[0, 1])), (6, number_i32(3))]);
    let expected =
        Quantization { scales: vec![0.5, 0.25], zero_points: vec![0, 1], axis: 3, has_details: false };
    assert_eq!(read_tensors(&[quantised(several)]).unwrap()[0].quantization, Some(expected));
    // Minimum and maximum only.
    let range = node([(0, numbers_f32(&[-1.0])), (1, numbers_f32(&[1.0]))]);
    assert_eq!(read_tensors(&[quantised(range)]).unwrap()[0].quantization, None);
    let details = read_tensors(&[quantised(node([(4, number_u8(1))]))]).unwrap();
    assert!(details[0].quantization.as_ref().is_some_and(|q| q.has_details && q.scales.is_empty()));
    for zero_points in [vec![], vec![0], vec![0; 3]] {
        let problem = tensor_problem(quantised(node([scales(), (3, numbers_i64(&zero_points))])));
        assert_eq!(problem, ReadProblem::Quantization { scales: 2, zero_points: zero_points.len() });
    }
}

#[test]
fn constants_must_fill_their_shapes() {
    for (shape, element, expected) in
        [(vec![1, 3], 9, 3), (vec![], 9, 1), (vec![2], 0, 8), (vec![2], 4, 16), (vec![0, 9], 7, 0)]
    {
        let problem = tensor_problem(tensor("t", &shape, element, 1));
        assert_eq!(problem, ReadProblem::DataLength { expected, found: 2 }, "{shape:?}");
    }
    assert_eq!(read_tensors(&[tensor("t", &[1], 7, 1)]).unwrap()[0].data, Some(vec![7, 249]));
    // The width of other types is not known.
    assert_eq!(read_tensors(&[tensor("t", &[3], 17, 1)]).unwrap()[0].data, Some(vec![7, 249]));
}

#[test]
fn shapes_must_be_possible() {
    assert_eq!(tensor_problem(tensor("t", &[1, -2], 9, 0)), ReadProblem::Side { dimension: 1, side: -2 });
    let most = i32::MAX;
    assert_eq!(tensor_problem(tensor("t", &[most, most, most], 9, 0)), ReadProblem::Elements);
    // So many elements, but not so many bytes.
    assert_eq!(tensor_problem(tensor("t", &[most, most, 4], 4, 1)), ReadProblem::Elements);
    assert!(read_tensors(&[tensor("t", &[most, most, 4], 4, 0)]).is_ok());
}

#[test]
fn constants_may_follow_the_structure() {
    let buffer = |offset, size| node([(1, number_u64(offset)), (2, number_u64(size))]);
    let file = |buffer: Node| {
        let model = with(only_tensors(&[tensor("t", &[2], 9, 0)]), 4, Value::Tables(vec![buffer]));
        let mut file = tflite(&model);
        file.extend([5, 6]);
        file
    };
    let end = file(buffer(0, 0)).len();
    let data =
        |offset, size| read(&file(buffer(offset, size))).map(|m| m.subgraphs[0].tensors[0].data.clone());
    assert_eq!(data(end as u64 - 2, 2), Ok(Some(vec![5, 6])));
    assert_eq!(data(1, 2), Ok(None));
    for (offset, size) in [(end as u64 - 2, 3), (end as u64 + 1, 0), (u64::MAX, u64::MAX), (9, u64::MAX)] {
        let problem = ReadProblem::DataOffset { offset, size, end };
        assert_eq!(data(offset, size).unwrap_err().problem, problem);
    }
}

#[test]
fn other_files_are_refused() {
    let problem = |file: &[u8]| {
        let error = read(file).unwrap_err();
        assert_eq!(error.place, Place::File);
        error.problem
    };
    assert_eq!(problem(b"TFL3"), FlatbufferError::TooShort { found: 4, needed: 8 }.into());
    let mut file = tflite(&one_convolution());
    file[4..8].copy_from_slice(b"TFL\xff");
    assert_eq!(problem(&file), ReadProblem::Identifier { found: *b"TFL\xff" });
    assert_eq!(
        read(&file).unwrap_err().to_string(),
        "TFLite file: not a TFLite file: its identifier is `TFL\\xff` instead of `TFL3`"
    );
    let old = tflite(&with(one_convolution(), 0, number_u32(2)));
    assert_eq!(problem(&old), ReadProblem::Version { found: 2 });
    assert_eq!(problem(&tflite(&with(one_convolution(), 2, Value::Tables(vec![])))), ReadProblem::NoSubgraph);
}

#[test]
fn indices_must_name_something() {
    let tensor_index = |field, index| ReadProblem::Index { field, what: "tensor", index, count: 3 };
    for (slot, field) in [(1, schema::subgraph::INPUTS), (2, schema::subgraph::OUTPUTS)] {
        for index in [3, -1, i32::MAX, i32::MIN] {
            let subgraph = with(subgraph(&tensors(), &[]), slot, numbers_i32(&[0, index]));
            let error = read(&tflite(&model(code(3), subgraph))).unwrap_err();
            assert_eq!(error, tensor_index(field, i64::from(index)).at(Place::Subgraph { index: 0 }));
        }
    }
    for (slot, field, index) in [
        (1, schema::operator::INPUTS, 3),
        (1, schema::operator::INPUTS, -2),
        (2, schema::operator::OUTPUTS, -1),
    ] {
        let operators = [convolution(), with(convolution(), slot, numbers_i32(&[index]))];
        let error = read(&tflite(&model(code(3), subgraph(&tensors(), &operators)))).unwrap_err();
        let place = Place::Operator { subgraph: 0, index: 1 };
        assert_eq!(error, tensor_index(field, i64::from(index)).at(place));
    }
}

#[test]
fn errors_say_what_and_where() {
    let operator = with(convolution(), 0, number_u32(1));
    let error = read(&tflite(&model(code(3), subgraph(&tensors(), &[operator])))).unwrap_err();
    assert_eq!(
        error.to_string(),
        "operator 0 of subgraph 0: Operator.opcode_index names operator code 1, but the file has 1 there"
    );
    let name = "ü".repeat(1000);
    let error = read_tensors(&[Node::default(), tensor(&name, &[1], 9, u32::MAX)]).unwrap_err();
    let expected = format!(
        "tensor 1 `{}` of subgraph 0: Tensor.buffer names buffer 4294967295, but the file has 2 there",
        "ü".repeat(80)
    );
    assert_eq!(error.to_string(), expected);
}

#[test]
fn names_need_not_be_utf8() {
    let named = with(Node::default(), 3, bytes(b"a\xff\xfeb"));
    assert_eq!(read_tensors(&[named]).unwrap()[0].name, "a\u{fffd}\u{fffd}b");
}

#[test]
fn a_field_outside_of_its_table_is_named() {
    let mut file = tflite(&only_tensors(&[Node(vec![(1, number_i8(9))])]));
    // The tensor's vtable: its length, its table's size, no shape, and the offset of its type.
    let at = file.windows(8).position(|w| w == [8, 0, 5, 0, 0, 0, 4, 0]).unwrap();
    file[at + 6] = 5;
    let field = Field::new("Tensor", "type", 1);
    let problem = FlatbufferError::FieldOffset { field, offset: 5, size: 5 };
    assert_eq!(read(&file).unwrap_err().problem, problem.into());
}

//! Broken files: errors, never a panic, and never much memory.

use super::*;

/// Bytes that a model owns, without the vectors' spare room.
fn footprint(model: &Model) -> usize {
    model.description.len() + model.subgraphs.iter().map(subgraph_bytes).sum::<usize>()
}

fn subgraph_bytes(subgraph: &Subgraph) -> usize {
    size_of::<Subgraph>()
        + subgraph.name.len()
        + (subgraph.inputs.len() + subgraph.outputs.len()) * size_of::<usize>()
        + subgraph.tensors.iter().map(tensor_bytes).sum::<usize>()
        + subgraph.operators.iter().map(operator_bytes).sum::<usize>()
}

fn tensor_bytes(tensor: &Tensor) -> usize {
    let quantization =
        tensor.quantization.as_ref().map_or(0, |q| 4 * q.scales.len() + 8 * q.zero_points.len());
    size_of::<Tensor>()
        + tensor.name.len()
        + tensor.shape.len() * size_of::<usize>()
        + quantization
        + tensor.data.as_ref().map_or(0, Vec::len)
}

fn operator_bytes(operator: &Operator) -> usize {
    let new_shape = match &operator.options {
        Options::Reshape { new_shape: Some(shape) } => 4 * shape.len(),
        _ => 0,
    };
    let name = if let OpCode::Custom { name } = &operator.code { name.len() } else { 0 };
    let (inputs, outputs) = (operator.inputs.len(), operator.outputs.len());
    size_of::<Operator>()
        + inputs * size_of::<Option<usize>>()
        + outputs * size_of::<usize>()
        + new_shape
        + name
}

/// What [`read`] promises of a file that it accepts.
fn check(model: &Model, file_bytes: usize) {
    assert!(footprint(model) <= 4 * file_bytes + (1 << 20), "{} of {file_bytes}", footprint(model));
    assert!(!model.subgraphs.is_empty());
    for subgraph in &model.subgraphs {
        let operators = &subgraph.operators;
        let inputs = operators.iter().flat_map(|o| o.inputs.iter().flatten().chain(&o.outputs));
        let mut indices = inputs.chain(&subgraph.inputs).chain(&subgraph.outputs);
        assert!(indices.all(|index| *index < subgraph.tensors.len()));
        subgraph.tensors.iter().for_each(check_tensor);
    }
}

fn check_tensor(tensor: &Tensor) {
    let elements = tensor.shape.iter().try_fold(1usize, |product, side| product.checked_mul(*side)).unwrap();
    if let (Some(data), Some(width), false) = (&tensor.data, tensor.element.bytes(), tensor.is_sparse) {
        assert_eq!(data.len(), elements * width);
    }
    if let Some(quantization) = &tensor.quantization {
        assert_eq!(quantization.scales.len(), quantization.zero_points.len());
    }
}

/// Small models with all that is decoded.
fn seeds() -> Vec<Vec<u8>> {
    let second = [with(convolution(), 0, number_u32(1)), convolution()];
    let reshape =
        with(with(second[0].clone(), 3, number_u8(17)), 4, Value::Table(node([(0, numbers_i32(&[4]))])));
    let custom = node([(0, number_i8(32)), (1, text("custom")), (3, number_i32(32))]);
    let several = model(code(3), subgraph(&tensors(), &[second[1].clone(), reshape]));
    let several = with(several, 1, Value::Tables(vec![code(3), code(22)]));
    let outside = node([(1, number_u64(20)), (2, number_u64(2))]);
    let buffers = Value::Tables(vec![Node::default(), outside]);
    vec![
        tflite(&one_convolution()),
        tflite(&several),
        tflite(&with(one_convolution(), 4, buffers)),
        tflite(&model(custom, subgraph(&tensors(), &[Node::default()]))),
    ]
}

/// Numbers without a pattern that matters here, the same in every run.
struct Random(u64);

impl Random {
    /// A number below `end`.
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    /// Another byte: any, one bit changed, or one that often lies at a limit.
    fn byte(&mut self, former: u8) -> u8 {
        match self.below(4) {
            0 => self.below(256) as u8,
            1 => former ^ (1 << self.below(8)),
            2 => [0, 1, 2, 4, 127, 128, 254, 255][self.below(8)],
            _ => former.wrapping_add(self.below(9) as u8).wrapping_sub(4),
        }
    }
}

#[test]
fn truncated_files_are_refused() {
    for file in seeds() {
        check(&read(&file).unwrap(), file.len());
        let mut accepted = Vec::new();
        for length in 0..file.len() {
            if let Ok(model) = read(&file[..length]) {
                check(&model, length);
                accepted.push(length);
            }
        }
        assert_eq!(accepted, [0usize; 0], "of {}", file.len());
    }
}

#[test]
fn mutated_files_are_read_or_refused() {
    let (seeds, mut random) = (seeds(), Random(1));
    let (mut read_whole, mut refused) = (0, 0);
    for round in 0..60_000 {
        let mut file = seeds[round % seeds.len()].clone();
        for _ in 0..=random.below(4) {
            let at = random.below(file.len());
            file[at] = random.byte(file[at]);
        }
        match read(&file) {
            Ok(model) => {
                check(&model, file.len());
                read_whole += 1;
            }
            Err(error) => {
                assert!(!error.to_string().is_empty());
                refused += 1;
            }
        }
    }
    // Both happen, else the test shows nothing.
    assert!(read_whole > 5_000 && refused > 5_000, "{read_whole} read, {refused} refused");
}

#[test]
fn any_bytes_after_the_head_are_read_or_refused() {
    let mut random = Random(2);
    for _ in 0..20_000 {
        let length = 8 + random.below(200);
        let mut file: Vec<u8> = (0..length).map(|_| [0, 0, 4, 8, 12, 3, 255, 1][random.below(8)]).collect();
        file[..8].copy_from_slice(b"\x0c\0\0\0TFL3");
        if let Ok(model) = read(&file) {
            check(&model, file.len());
        }
    }
}

#[test]
fn shared_parts_do_not_multiply() {
    let problem = |model: &Node| {
        let file = tflite(model);
        let error = read(&file).unwrap_err();
        assert_eq!(error.problem, ReadProblem::TooMuch { most: 4 * file.len() + (1 << 20) });
        error.place
    };
    let sub = |fields: Node| model(code(3), fields);
    let large = vec![1u8; 100_000];
    // One constant of a hundred thousand tensors, of few bytes each.
    let constant = tensor("t", &[100_000], 9, 1);
    let buffers = Value::Tables(vec![Node::default(), node([(0, bytes(&large))])]);
    let shared = with(sub(node([(0, Value::Repeated(60_000, constant))])), 4, buffers);
    assert!(matches!(problem(&shared), Place::Subgraph { .. } | Place::Tensor { .. }));
    let few = node([(0, Value::Repeated(50, tensor("t", &[100_000], 9, 1)))]);
    let buffers = Value::Tables(vec![Node::default(), node([(0, bytes(&large))])]);
    assert!(matches!(problem(&with(sub(few), 4, buffers)), Place::Tensor { index: 14, .. }));
    // One long name, one long shape, one long list of scales.
    let named = with(Node::default(), 3, bytes(&vec![b'n'; 100_000]));
    assert!(matches!(problem(&sub(node([(0, Value::Repeated(100, named))]))), Place::Tensor { .. }));
    let shaped = with(Node::default(), 0, numbers_i32(&[1; 50_000]));
    assert!(matches!(problem(&sub(node([(0, Value::Repeated(100, shaped))]))), Place::Tensor { .. }));
    // One long list of inputs of many operators, and one subgraph many times.
    let reader = with(convolution(), 1, numbers_i32(&[-1; 50_000]));
    let readers = with(subgraph(&tensors(), &[]), 3, Value::Repeated(100, reader));
    assert!(matches!(problem(&sub(readers)), Place::Operator { .. }));
    let many = with(sub(Node::default()), 2, Value::Repeated(60_000, subgraph(&tensors(), &[convolution()])));
    assert!(matches!(problem(&many), Place::File | Place::Subgraph { .. } | Place::Tensor { .. }));
    let named = node([(0, number_i8(32)), (1, bytes(&vec![b'c'; 100_000]))]);
    let operators = with(subgraph(&tensors(), &[]), 3, Value::Repeated(100, Node::default()));
    assert!(matches!(problem(&model(named, operators)), Place::Operator { .. }));
}

#[test]
fn lists_have_a_limit() {
    let tensors = |count| sample::model(code(3), node([(0, Value::Repeated(count, Node::default()))]));
    let error = read(&tflite(&tensors(65_537))).unwrap_err();
    let problem = ReadProblem::TooMany { what: "tensors", found: 65_537, most: 65_536 };
    assert_eq!(error, problem.at(Place::Subgraph { index: 0 }));
}

//! Small TFLite files.

use crate::import::flatbuffer::builder::*;

/// A file with this model.
pub(super) fn tflite(model: &Node) -> Vec<u8> {
    file(b"TFL3", model)
}

/// A table's fields with one more, which replaces a former one of the same number.
pub(super) fn with(mut node: Node, slot: u16, value: Value) -> Node {
    node.0.retain(|(other, _)| *other != slot);
    node.0.push((slot, value));
    node
}

pub(super) fn tensor(name: &str, shape: &[i32], element: i8, buffer: u32) -> Node {
    node([
        (0, numbers_i32(shape)),
        (1, number_i8(element)),
        (2, number_u32(buffer)),
        (3, text(name)),
        (4, Value::Table(node([(2, numbers_f32(&[0.5])), (3, numbers_i64(&[-3]))]))),
    ])
}

/// A convolution's attributes, all different.
pub(super) fn conv_options() -> Node {
    node([
        (0, number_i8(1)),
        (1, number_i32(2)),
        (2, number_i32(3)),
        (3, number_i8(3)),
        (4, number_i32(4)),
        (5, number_i32(5)),
    ])
}

pub(super) fn convolution() -> Node {
    node([
        (1, numbers_i32(&[0, 1, -1])),
        (2, numbers_i32(&[2])),
        (3, number_u8(1)),
        (4, Value::Table(conv_options())),
    ])
}

/// Image, weights and result.
pub(super) fn tensors() -> [Node; 3] {
    [tensor("x", &[1, 2, 2, 1], 9, 0), tensor("w", &[1, 1, 1, 2], 9, 1), tensor("y", &[1, 2, 2, 1], 9, 0)]
}

pub(super) fn subgraph(tensors: &[Node], operators: &[Node]) -> Node {
    node([
        (0, Value::Tables(tensors.to_vec())),
        (1, numbers_i32(&[0])),
        (2, numbers_i32(&[2])),
        (3, Value::Tables(operators.to_vec())),
        (4, text("main")),
    ])
}

/// A model with one kind of operator and two buffers, the second of two bytes.
pub(super) fn model(code: Node, subgraph: Node) -> Node {
    node([
        (0, number_u32(3)),
        (1, Value::Tables(vec![code])),
        (2, Value::Tables(vec![subgraph])),
        (3, text("by hand")),
        (4, Value::Tables(vec![Node::default(), node([(0, bytes(&[7, 249]))])])),
    ])
}

/// A kind of operator, as new files give it.
pub(super) fn code(code: i32) -> Node {
    node([(0, number_i8(code.min(127) as i8)), (2, number_i32(2)), (3, number_i32(code))])
}

/// One convolution.
pub(super) fn one_convolution() -> Node {
    model(code(3), subgraph(&tensors(), &[convolution()]))
}

/// A model with these tensors and no operator.
pub(super) fn only_tensors(tensors: &[Node]) -> Node {
    model(code(3), node([(0, Value::Tables(tensors.to_vec()))]))
}

//! Writes the first files of the corpora: models by hand, and the smallest built-in network.

#[allow(dead_code, reason = "tests use the rest")]
#[path = "../../src/import/flatbuffer/builder.rs"]
pub mod builder;

mod import {
    pub mod flatbuffer {
        pub use crate::builder;
    }

    pub mod onnx {
        pub use crate::proto;
    }
}

#[allow(dead_code, reason = "tests use the rest")]
#[path = "../../src/import/tflite/tests/sample.rs"]
mod sample;

#[path = "../../src/import/onnx/proto.rs"]
pub mod proto;

#[allow(dead_code, reason = "tests use the rest")]
#[path = "../../src/import/onnx/tests/build.rs"]
pub mod build;

use std::fs;
use std::path::Path;

use frazil_model::graph::{
    Activation, AddOp, Edge, Element, FORMAT_VERSION, Graph, Op, Precision, Quant, Shape, TensorInfo,
};
use frazil_model::import::from_tflite;
use frazil_model::zoo;

use build::Net;
use builder::*;

fn main() -> std::io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let models = [
        ("convolution", sample::one_convolution()),
        ("tensors", sample::only_tensors(&sample::tensors())),
        ("product", product()),
        ("softmax", sample::model(sample::code(25), sample::subgraph(&sample::tensors(), &[]))),
    ];
    let folded = from_tflite(&sample::tflite(&product()), "product").map_err(std::io::Error::other)?;
    assert_eq!(folded.nodes.len(), 1, "the convolution takes the product over");
    for (name, model) in models {
        write(&root.join("tflite"), name, &sample::tflite(&model))?;
    }
    write(&root.join("onnx"), "convolution", &convolution().bytes())?;
    for (name, graph) in [("tiny", zoo::tiny()), ("int16", sum())] {
        write(&root.join("graph"), name, graph.to_json().map_err(std::io::Error::other)?.as_bytes())?;
    }
    Ok(())
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join(name), bytes)
}

/// A convolution and the product of its results with a constant.
fn product() -> Node {
    let quant = |scale, zero_point| node([(2, numbers_f32(&[scale])), (3, numbers_i64(&[zero_point]))]);
    let tensor = |name, shape: &[i32], buffer, zero_point| {
        sample::with(sample::tensor(name, shape, 9, buffer), 4, Value::Table(quant(0.5, zero_point)))
    };
    let tensors = [
        tensor("x", &[1, 2, 2, 1], 0, -3),
        tensor("w", &[2, 1, 1, 1], 1, 0),
        tensor("sums", &[1, 2, 2, 2], 0, -3),
        tensor("k", &[], 2, -1),
        tensor("y", &[1, 2, 2, 2], 0, -3),
    ];
    let convolution = node([
        (1, numbers_i32(&[0, 1])),
        (2, numbers_i32(&[2])),
        (3, number_u8(1)),
        (4, Value::Table(node([(0, number_i8(1)), (1, number_i32(1)), (2, number_i32(1))]))),
    ]);
    let product = node([
        (0, number_u32(1)),
        (1, numbers_i32(&[2, 3])),
        (2, numbers_i32(&[4])),
        (3, number_u8(21)),
        (4, Value::Table(node([(0, number_i8(1))]))),
    ]);
    let subgraph = sample::subgraph(&tensors, &[convolution, product]);
    let subgraph = sample::with(subgraph, 2, numbers_i32(&[4]));
    let buffers = vec![Node::default(), node([(0, bytes(&[7, 249]))]), node([(0, bytes(&[1]))])];
    let model = sample::with(sample::model(sample::code(3), subgraph), 4, Value::Tables(buffers));
    sample::with(model, 1, Value::Tables(vec![sample::code(3), sample::code(18)]))
}

/// A padded convolution in QDQ form.
fn convolution() -> Net {
    let mut net = Net::quantized(&[1, 2, 6, 6]);
    let weights: Vec<i8> = (0..54).collect();
    net.weights("w", &[3, 2, 3, 3], &weights, 0.25);
    net.node("Conv", &["xd", "w"], "y").ints("pads", &[1, 1, 1, 1]);
    net.finish("y");
    net
}

/// The sum of two inputs of int16.
fn sum() -> Graph {
    let info = |name: &str| TensorInfo {
        name: name.into(),
        shape: Shape::new(1, 2, 3),
        quant: Quant { scale: 0.5, zero_point: 0 },
        precision: Precision::Int16,
    };
    let op = Op::Add(AddOp { activation: Activation::Relu6 });
    Graph {
        format_version: FORMAT_VERSION,
        name: "sum".into(),
        tensors: ["a", "b", "sum"].map(info).into(),
        nodes: vec![frazil_model::graph::Node { name: "add".into(), inputs: vec![0, 1], output: 2, op }],
        input: 0,
        further_inputs: vec![1],
        outputs: vec![2],
        edge: Edge { input: Element::Int16, outputs: Element::Int16 },
    }
}

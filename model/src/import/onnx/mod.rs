//! From an ONNX model in QDQ form to the integer graph.
//!
//! | ONNX | graph |
//! |---|---|
//! | DequantizeLinear, operator, QuantizeLinear | the operator on integers, as TFLite has it |
//! | Transpose, Reshape, Flatten, Squeeze, Unsqueeze | another view of the same memory, which is NHWC |
//! | Relu, Clip | the fused activation with the same range of integers |
//! | pads that TFLite's SAME has | [`crate::graph::Padding::Same`] |
//! | other pads | [`crate::graph::Op::Pad`] before the operator, where that is exact |
//! | an int32 bias, or real numbers that are whole steps of the accumulator | int32 |
//! | uint8 tensors | int8, integers and zero points less 128 |
//! | GlobalAveragePool, ReduceMean over rows and columns | [`crate::graph::Op::Mean`] |
//!
//! The arithmetic is TFLite's: a model that was converted from TFLite gives the bits of the original. Inputs and
//! outputs are NHWC also where the file has NCHW. Nothing is approximated: real numbers between two operators, an
//! attribute without a counterpart, a layout that memory does not have are errors that name the operator.

mod attributes;
mod constant;
mod edge;
mod operand;
mod order;
mod pixels;
mod plain;
mod pool;
mod proto;
mod quantize;
mod shape;
#[cfg(test)]
mod tests;
mod value;
mod view;
mod weighted;
mod weights;

use std::collections::{HashMap, HashSet};

use prost::Message as _;

use super::{ImportError, Problem};
use crate::graph::{Edge, FORMAT_VERSION, Graph, Node, Op, Precision, Quant, Shape, TensorInfo};
use constant::Constant;
use value::Value;

type Result<T> = std::result::Result<T, Problem>;

/// Versions of the operator set whose operators are known.
const OPSETS: std::ops::RangeInclusive<i64> = 10..=25;
/// Most elements and largest side of a tensor; the graph's own check says the same, but later.
const MAX_ELEMENTS: usize = 1 << 24;
const MAX_SIDE: usize = 65_535;

/// Reads an ONNX file in QDQ form as a graph with this name, and checks it.
///
/// # Errors
/// A file that is none, more than one input, and everything that the graph cannot say exactly.
pub fn from_onnx(bytes: &[u8], name: &str) -> std::result::Result<Graph, ImportError> {
    let model =
        proto::Model::decode(bytes).map_err(|error| ImportError::Protobuf { reason: error.to_string() })?;
    let Some(network) = &model.graph else { return Err(ImportError::Count { what: "graphs", found: 0 }) };
    let core = model.opset_import.iter().find(|set| is_core(&set.domain)).map_or(0, |set| set.version);
    if !OPSETS.contains(&core) {
        return Err(ImportError::Opset { found: core });
    }
    let graph = Lowering::new(network, core, name, bytes.len()).run()?;
    graph.check()?;
    Ok(graph)
}

/// Whether an operator set is ONNX's own.
fn is_core(domain: &str) -> bool {
    matches!(domain, "" | "ai.onnx")
}

/// A graph that grows operator by operator.
struct Lowering<'a> {
    network: &'a proto::Graph,
    opset: i64,
    graph: Graph,
    values: HashMap<&'a str, Value<'a>>,
    constants: HashMap<&'a str, &'a proto::Tensor>,
    /// Names taken by tensors.
    names: HashSet<String>,
    /// Tensors with another shape over the same bytes.
    reshaped: HashMap<(usize, [usize; 3]), usize>,
    /// Tensors whose name is not yet that of a quantised tensor.
    unnamed: HashSet<usize>,
    /// Whether scale and zero point of the input are known.
    input_known: bool,
    /// Elements of weights that may yet be taken over; operators may share them, so the file's length alone bounds
    /// nothing.
    budget: usize,
}

impl<'a> Lowering<'a> {
    fn new(network: &'a proto::Graph, opset: i64, name: &str, file_bytes: usize) -> Self {
        let graph = Graph {
            format_version: FORMAT_VERSION,
            name: name.into(),
            tensors: Vec::new(),
            nodes: Vec::new(),
            input: 0,
            further_inputs: Vec::new(),
            outputs: Vec::new(),
            edge: Edge::default(),
        };
        Self {
            network,
            opset,
            graph,
            values: HashMap::new(),
            constants: network.initializer.iter().map(|tensor| (tensor.name.as_str(), tensor)).collect(),
            names: HashSet::new(),
            reshaped: HashMap::new(),
            unnamed: HashSet::new(),
            input_known: false,
            budget: file_bytes.saturating_mul(4).saturating_add(1 << 20),
        }
    }

    fn run(mut self) -> std::result::Result<Graph, ImportError> {
        self.input()?;
        for (index, node) in self.network.node.iter().enumerate() {
            self.node(node).map_err(|problem| ImportError::Node {
                index,
                node: node.output.first().cloned().unwrap_or_default(),
                operator: title(node),
                problem,
            })?;
        }
        self.outputs()?;
        Ok(self.graph)
    }

    /// Lowers an operator and gives its result a name.
    fn node(&mut self, node: &'a proto::Node) -> Result<()> {
        let [output] = &node.output[..] else {
            return Err(Problem::Outputs { found: node.output.len() });
        };
        let value = if is_core(&node.domain) { self.value(node)? } else { return Err(Problem::Unsupported) };
        let is_new = !self.constants.contains_key(output.as_str());
        match self.values.insert(output, value) {
            None if is_new => Ok(()),
            _ => Err(Problem::MadeTwice { tensor: output.clone() }),
        }
    }

    fn value(&mut self, node: &'a proto::Node) -> Result<Value<'a>> {
        match node.op_type.as_str() {
            "QuantizeLinear" => self.quantize(node),
            "DequantizeLinear" => self.dequantize(node),
            "Constant" => self.constant_node(node),
            "Identity" => self.identity(node),
            "Transpose" => self.transpose(node),
            "Reshape" => self.reshape(node),
            "Flatten" => self.flatten(node),
            "Squeeze" => self.squeeze(node),
            "Unsqueeze" => self.unsqueeze(node),
            "Conv" => self.conv(node),
            "MatMul" => self.matmul(node),
            "Gemm" => self.gemm(node),
            "Add" => self.addition(node),
            "Relu" => self.relu(node),
            "Clip" => self.clip(node),
            "AveragePool" => self.average_pool(node),
            "MaxPool" => self.max_pool(node),
            "GlobalAveragePool" => self.global_average_pool(node),
            "ReduceMean" => self.reduce_mean(node),
            "Pad" => self.pad(node),
            "Concat" => self.concat(node),
            "Resize" => self.resize(node),
            "Softmax" => self.softmax(node),
            "Sigmoid" => self.sigmoid(node),
            _ => Err(Problem::Unsupported),
        }
    }

    /// The same bytes in another shape.
    fn shaped(&mut self, tensor: usize, shape: Shape) -> Result<usize> {
        let info = &self.graph.tensors[tensor];
        let key = (tensor, [shape.h, shape.w, shape.c]);
        if info.shape == shape {
            return Ok(tensor);
        }
        if let Some(&known) = self.reshaped.get(&key) {
            return Ok(known);
        }
        let (name, quant) = (format!("{}/{shape}", info.name), info.quant);
        let reshaped = self.push(&name, Op::Reshape, vec![tensor], shape, quant)?;
        self.reshaped.insert(key, reshaped);
        Ok(reshaped)
    }

    /// Adds an operator and the tensor that it makes.
    fn push(&mut self, name: &str, op: Op, inputs: Vec<usize>, shape: Shape, quant: Quant) -> Result<usize> {
        let output = self.add(name, shape, quant)?;
        let name = self.graph.tensors[output].name.clone();
        self.graph.nodes.push(Node { name, inputs, output, op });
        Ok(output)
    }

    fn add(&mut self, name: &str, shape: Shape, quant: Quant) -> Result<usize> {
        let sides = [shape.h, shape.w, shape.c];
        if sides.iter().any(|side| !(1..=MAX_SIDE).contains(side)) || shape.len() > MAX_ELEMENTS {
            return Err(Problem::Batch { tensor: name.into(), shape: sides.to_vec() });
        }
        let index = self.graph.tensors.len();
        let name = if self.names.insert(name.into()) { name.into() } else { format!("{name}#{index}") };
        self.graph.tensors.push(TensorInfo { name, shape, quant, precision: Precision::Int8 });
        Ok(index)
    }

    /// Takes elements of constants, before they are copied.
    fn take(&mut self, elements: usize, what: &Constant) -> Result<()> {
        let left = self.budget.checked_sub(elements);
        self.budget = left.ok_or_else(|| Problem::TooMuch { tensor: what.name().into() })?;
        Ok(())
    }
}

/// An operator in messages.
fn title(node: &proto::Node) -> String {
    match node.name.as_str() {
        "" => node.op_type.clone(),
        name => format!("{} `{name}`", node.op_type),
    }
}

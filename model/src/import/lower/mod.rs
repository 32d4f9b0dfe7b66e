//! From a TFLite model to the integer graph.
//!
//! | TFLite | graph |
//! |---|---|
//! | uint8 tensors | int8, integers and zero points less 128 |
//! | per-tensor uint8 weights | int8 weights with a zero point |
//! | int16 and int32 tensors | the same, for the reference only |
//! | biases of int64 | int32, if they fit |
//! | MUL by a constant | other scales of the weights of the layer before it, where no result changes |
//! | a leading QUANTIZE, a trailing DEQUANTIZE | [`crate::graph::Edge`]: the host's work |
//! | a shape of fewer than four sides | rows, columns and channels from the last side on |
//!
//! Nothing is approximated: what the graph cannot say is an error that names the node.

mod error;
mod fold;
mod plain;
mod product;
#[cfg(test)]
mod product_tests;
mod tensor;
#[cfg(test)]
mod tests;
mod weighted;
#[cfg(test)]
mod wide_tests;

use std::collections::{HashMap, HashSet};

use super::tflite::{ElementType, OpCode, Operator, Subgraph, Tensor};
use crate::graph::{Edge, Element, FORMAT_VERSION, Graph, Node, Op, TensorInfo};
pub use error::{ImportError, Problem, Unfolded};
use tensor::{element, precision, quant, shape};

/// Most characters of a node's name.
const LONGEST_NAME: usize = 60;

type Result<T> = std::result::Result<T, Problem>;

/// Reads a TFLite file as a graph with this name, and checks it.
///
/// # Errors
/// A file that is none, more than one subgraph or input, and everything that the graph cannot say exactly.
pub fn tflite(bytes: &[u8], name: &str) -> std::result::Result<Graph, ImportError> {
    let model = super::tflite::read(bytes)?;
    let [subgraph] = &model.subgraphs[..] else {
        return Err(ImportError::Count { what: "subgraphs", found: model.subgraphs.len() });
    };
    let graph = Lowering::new(subgraph, name).run()?;
    graph.check()?;
    Ok(graph)
}

/// A graph that grows operator by operator.
struct Lowering<'a> {
    subgraph: &'a Subgraph,
    graph: Graph,
    /// Graph tensors by the file's index.
    tensors: HashMap<usize, usize>,
    /// Names taken by tensors and by nodes.
    names: HashSet<String>,
    /// Float tensors that are an int8 tensor's real values.
    real: HashMap<usize, usize>,
    /// Graph tensors whose layers have taken over a product.
    folded: HashSet<usize>,
}

impl<'a> Lowering<'a> {
    fn new(subgraph: &'a Subgraph, name: &str) -> Self {
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
        let (tensors, names, real) = (HashMap::new(), HashSet::new(), HashMap::new());
        Self { subgraph, graph, tensors, names, real, folded: HashSet::new() }
    }

    fn run(mut self) -> std::result::Result<Graph, ImportError> {
        self.check_operators()?;
        self.inputs()?;
        for (index, operator) in self.subgraph.operators.iter().enumerate() {
            self.operator(operator).map_err(|problem| self.at_node(index, operator, problem))?;
        }
        self.outputs()?;
        Ok(self.graph)
    }

    /// An operator that is not supported comes before all that is wrong with its tensors.
    fn check_operators(&self) -> std::result::Result<(), ImportError> {
        let unsupported =
            self.subgraph.operators.iter().enumerate().find(|(_, operator)| !is_supported(&operator.code));
        unsupported
            .map_or(Ok(()), |(index, operator)| Err(self.at_node(index, operator, Problem::Unsupported)))
    }

    fn at_node(&self, index: usize, operator: &Operator, problem: Problem) -> ImportError {
        let (node, operator) = (self.node_name(operator), operator.code.to_string());
        ImportError::Node { index, node, operator, problem }
    }

    /// The inputs: one, or several of int16 or int32.
    fn inputs(&mut self) -> std::result::Result<(), ImportError> {
        let inputs = &self.subgraph.inputs;
        let count = ImportError::Count { what: "inputs", found: inputs.len() };
        let Some(&first) = inputs.first() else { return Err(count) };
        let same = self.of(first).element;
        if inputs.len() > 1 && !matches!(same, ElementType::Int16 | ElementType::Int32) {
            return Err(count);
        }
        if let Some(&other) = inputs.iter().find(|&&input| self.of(input).element != same) {
            return Err(self.at_edge(other, Problem::MixedInputs));
        }
        if same == ElementType::Float32 {
            return Ok(());
        }
        self.graph.edge.input = element(self.of(first)).map_err(|problem| self.at_edge(first, problem))?;
        let add = |&input: &usize| self.add(input).map_err(|problem| self.at_edge(input, problem));
        let indices: Vec<usize> = inputs.iter().map(add).collect::<std::result::Result<_, _>>()?;
        (self.graph.input, self.graph.further_inputs) = (indices[0], indices[1..].to_vec());
        Ok(())
    }

    fn of(&self, tensor: usize) -> &'a Tensor {
        &self.subgraph.tensors[tensor]
    }

    fn at_edge(&self, tensor: usize, problem: Problem) -> ImportError {
        ImportError::Edge { tensor: self.of(tensor).name.clone(), problem }
    }

    fn node_name(&self, operator: &Operator) -> String {
        let name = operator.outputs.first().map_or("", |&tensor| &self.of(tensor).name);
        // Converters join the names of all that they fused.
        name.split(';').next().unwrap_or(name).chars().take(LONGEST_NAME).collect()
    }

    /// The outputs, which all have the same elements.
    fn outputs(&mut self) -> std::result::Result<(), ImportError> {
        let mut elements = Vec::new();
        for &tensor in &self.subgraph.outputs {
            let (index, element) = match (self.real.get(&tensor), self.tensors.get(&tensor)) {
                (Some(&index), _) => (index, Element::Float32),
                (_, Some(&index)) => {
                    (index, element(self.of(tensor)).map_err(|problem| self.at_edge(tensor, problem))?)
                }
                _ => {
                    return Err(
                        self.at_edge(tensor, Problem::NotMade { tensor: self.of(tensor).name.clone() })
                    );
                }
            };
            self.graph.outputs.push(index);
            elements.push(element);
        }
        self.graph.edge.outputs = elements.first().copied().unwrap_or_default();
        match elements.iter().position(|element| *element != self.graph.edge.outputs) {
            Some(other) => Err(self.at_edge(self.subgraph.outputs[other], Problem::MixedOutputs)),
            None => Ok(()),
        }
    }

    fn operator(&mut self, operator: &Operator) -> Result<()> {
        match operator.code {
            OpCode::Quantize => self.quantize(operator),
            OpCode::Dequantize => self.dequantize(operator),
            OpCode::Mul => self.multiply(operator),
            _ => {
                let (op, inputs) = self.op(operator)?;
                self.push(operator, op, inputs)
            }
        }
    }

    /// An operator and the tensors that it reads.
    fn op(&self, operator: &Operator) -> Result<(Op, Vec<usize>)> {
        match operator.code {
            OpCode::Conv2d => self.conv(operator),
            OpCode::DepthwiseConv2d => self.depthwise(operator),
            OpCode::FullyConnected => self.fully_connected(operator),
            OpCode::Add => self.addition(operator),
            OpCode::AveragePool2d => self.pool(operator, Op::AveragePool2d),
            OpCode::MaxPool2d => self.pool(operator, Op::MaxPool2d),
            OpCode::Mean => self.mean(operator),
            OpCode::Pad | OpCode::PadV2 => self.pad(operator),
            OpCode::Reshape => Ok((Op::Reshape, vec![self.read(operator, 0)?])),
            OpCode::Concatenation => self.concat(operator),
            OpCode::ResizeNearestNeighbor => self.resize(operator),
            OpCode::Softmax => self.softmax(operator),
            OpCode::Logistic => Ok((Op::Logistic, vec![self.read(operator, 0)?])),
            _ => Err(Problem::Unsupported),
        }
    }

    fn push(&mut self, operator: &Operator, op: Op, inputs: Vec<usize>) -> Result<()> {
        let [output] = operator.outputs[..] else {
            return Err(Problem::Outputs { found: operator.outputs.len() });
        };
        let output = self.add(output)?;
        let name = self.free_name(operator);
        self.graph.nodes.push(Node { name, inputs, output, op });
        Ok(())
    }

    /// A node's name that no other node has.
    fn free_name(&self, operator: &Operator) -> String {
        let name = self.node_name(operator);
        match self.graph.nodes.iter().any(|node| node.name == name) {
            true => format!("{name}#{}", self.graph.nodes.len()),
            false => name,
        }
    }

    /// From real numbers it is the network's input; from integers it is a change of scale.
    fn quantize(&mut self, operator: &Operator) -> Result<()> {
        let (from, to) = (input(operator, 0)?, output(operator)?);
        if self.of(from).element == ElementType::Float32 && self.subgraph.inputs == [from] {
            if self.graph.edge.input == Element::Float32 {
                return Err(Problem::TwiceQuantized);
            }
            self.graph.edge.input = Element::Float32;
            self.graph.input = self.add(to)?;
            return Ok(());
        }
        let source = self.read(operator, 0)?;
        let TensorInfo { quant: from, precision: width, .. } = self.graph.tensors[source];
        if (from, width) == (quant(self.of(to))?, precision(self.of(to))?) {
            self.tensors.insert(to, source);
            return Ok(());
        }
        self.push(operator, Op::Rescale, vec![source])
    }

    /// Real numbers may only leave the network.
    fn dequantize(&mut self, operator: &Operator) -> Result<()> {
        let source = self.read(operator, 0)?;
        self.real.insert(output(operator)?, source);
        Ok(())
    }

    /// The graph's tensor that an operator reads.
    fn read(&self, operator: &Operator, at: usize) -> Result<usize> {
        let tensor = input(operator, at)?;
        let info = self.of(tensor);
        self.tensors.get(&tensor).copied().ok_or_else(|| match (&info.data, info.element) {
            (Some(_), _) => Problem::Constant { tensor: info.name.clone() },
            (_, ElementType::Float32) => Problem::Float { tensor: info.name.clone() },
            _ => Problem::NotMade { tensor: info.name.clone() },
        })
    }

    /// Takes a tensor over into the graph.
    fn add(&mut self, tensor: usize) -> Result<usize> {
        let info = self.of(tensor);
        if self.tensors.contains_key(&tensor) {
            return Err(Problem::MadeTwice { tensor: info.name.clone() });
        }
        let (shape, quant, precision) = (shape(info)?, quant(info)?, precision(info)?);
        let index = self.graph.tensors.len();
        let name = match self.names.insert(info.name.clone()) {
            true => info.name.clone(),
            false => format!("{}#{tensor}", info.name),
        };
        self.graph.tensors.push(TensorInfo { name, shape, quant, precision });
        self.tensors.insert(tensor, index);
        Ok(index)
    }
}

/// Whether nodes are made of an operator, if its attributes and tensors are as they must be.
fn is_supported(code: &OpCode) -> bool {
    !matches!(code, OpCode::Sub | OpCode::Custom { .. } | OpCode::Other { .. })
}

/// The file's index of an input that must be there.
fn input(operator: &Operator, at: usize) -> Result<usize> {
    operator.inputs.get(at).copied().flatten().ok_or(Problem::NoInput { at })
}

fn output(operator: &Operator) -> Result<usize> {
    operator.outputs.first().copied().ok_or(Problem::Outputs { found: 0 })
}

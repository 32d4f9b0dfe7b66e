//! What every number of a network means: the operators of the TFLite int8 reference, to the bit.
//!
//! Accumulators are 32 bits; requantisation rounds twice, in fully connected layers too. A graph that passes
//! [`Graph::check`] overflows nowhere.

mod add;
mod conv;
mod depthwise;
mod pool;
#[cfg(test)]
mod tests;

use ndarray::ArrayView3;

use crate::graph::{Graph, GraphError, Node, Op, PadOp, Shape};
use crate::requant::ChannelParameters;
use crate::requant::RequantError;

pub use add::AddScales;

/// One evaluated tensor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tensor {
    /// Rows, columns, channels.
    pub shape: Shape,
    /// Elements, NHWC.
    pub data: Vec<i8>,
}

/// An evaluation that was not possible.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ReferenceError {
    /// The graph is not valid.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// A layer cannot be requantised.
    #[error(transparent)]
    Requant(#[from] RequantError),
    /// No convolution or fully connected layer has this name.
    #[error("no convolution or fully connected layer is named `{node}`")]
    NoLayer {
        /// The name.
        node: String,
    },
    /// Constants of the wrong number.
    #[error("layer `{node}` takes {weights} weights and {channels} channel parameters")]
    Constants {
        /// Name of the layer.
        node: String,
        /// Weights needed.
        weights: usize,
        /// Channel parameters needed.
        channels: usize,
    },
    /// The input has the wrong number of elements.
    #[error("the input has {found} elements, the network takes {expected}")]
    Input {
        /// Number needed.
        expected: usize,
        /// Number found.
        found: usize,
    },
}

/// Evaluates the graph; gives every tensor by its index, the input included.
///
/// `input` is NHWC. For many inputs build an [`Evaluator`] once.
pub fn run(graph: &Graph, input: &[i8]) -> Result<Vec<Tensor>, ReferenceError> {
    Evaluator::new(graph)?.run(input)
}

/// A checked graph with its constants laid out for evaluation.
#[derive(Clone, Debug)]
pub struct Evaluator {
    shapes: Vec<Shape>,
    input: usize,
    output: usize,
    steps: Vec<Step>,
}

#[derive(Clone, Debug)]
struct Step {
    name: String,
    inputs: Vec<usize>,
    output: usize,
    kernel: Kernel,
}

#[derive(Clone, Debug)]
enum Kernel {
    Conv(conv::Conv),
    Depthwise(depthwise::Depthwise),
    Pool(pool::Pool),
    Add(add::Add),
    Pad { op: PadOp, value: i8 },
    Reshape,
}

impl Evaluator {
    /// Checks the graph and lays it out.
    pub fn new(graph: &Graph) -> Result<Self, ReferenceError> {
        graph.check()?;
        let step = |node: &Node| -> Result<Step, RequantError> {
            let (inputs, output) = (node.inputs.clone(), node.output);
            Ok(Step { name: node.name.clone(), inputs, output, kernel: Kernel::new(graph, node)? })
        };
        Ok(Self {
            shapes: graph.tensors.iter().map(|info| info.shape).collect(),
            input: graph.input,
            output: graph.output,
            steps: graph.nodes.iter().map(step).collect::<Result<_, _>>()?,
        })
    }

    /// Index of the output tensor.
    pub fn output(&self) -> usize {
        self.output
    }

    /// Replaces the constants of a convolution or fully connected layer, as a device does whose weight and
    /// parameter memory are written.
    ///
    /// `weights` is `[output channel][row, column, input channel]`; the parameters' biases have the input's zero
    /// point folded in. Accumulators wrap at 32 bits as the array's do.
    pub fn load(
        &mut self,
        node: &str,
        weights: &[i8],
        parameters: &[ChannelParameters],
    ) -> Result<(), ReferenceError> {
        let layer = self.steps.iter_mut().find_map(|step| match &mut step.kernel {
            Kernel::Conv(conv) if step.name == node => Some(conv),
            _ => None,
        });
        let conv = layer.ok_or_else(|| ReferenceError::NoLayer { node: node.into() })?;
        let (expected, channels) = (conv.weight_count(), conv.channel_count());
        if weights.len() != expected || parameters.len() != channels {
            return Err(ReferenceError::Constants { node: node.into(), weights: expected, channels });
        }
        conv.load(weights, parameters);
        Ok(())
    }

    /// Evaluates; gives every tensor by its index, the input included.
    pub fn run(&self, input: &[i8]) -> Result<Vec<Tensor>, ReferenceError> {
        let expected = self.shapes[self.input].len();
        if input.len() != expected {
            return Err(ReferenceError::Input { expected, found: input.len() });
        }
        let mut tensors: Vec<Tensor> =
            self.shapes.iter().map(|&shape| Tensor { shape, data: Vec::new() }).collect();
        tensors[self.input].data = input.to_vec();
        for step in &self.steps {
            tensors[step.output].data = step.kernel.run(step, &tensors);
        }
        Ok(tensors)
    }
}

impl Kernel {
    fn new(graph: &Graph, node: &Node) -> Result<Self, RequantError> {
        let zero_point = graph.node_output(node).quant.zero_point as i8;
        Ok(match &node.op {
            Op::Conv2d(op) => Self::Conv(conv::Conv::new(graph, node, op.activation, op.window())?),
            Op::FullyConnected(op) => Self::Conv(conv::Conv::fully_connected(graph, node, op.activation)?),
            Op::DepthwiseConv2d(op) => Self::Depthwise(depthwise::Depthwise::new(graph, node, op)?),
            Op::AveragePool2d(op) => Self::Pool(pool::Pool::new(graph, node, op, pool::Kind::Average)),
            Op::MaxPool2d(op) => Self::Pool(pool::Pool::new(graph, node, op, pool::Kind::Max)),
            Op::Add(op) => Self::Add(add::Add::new(graph, node, op)?),
            Op::Pad(op) => Self::Pad { op: op.clone(), value: zero_point },
            Op::Reshape => Self::Reshape,
        })
    }

    fn run(&self, step: &Step, tensors: &[Tensor]) -> Vec<i8> {
        let input = &tensors[step.inputs[0]];
        let shape = tensors[step.output].shape;
        match self {
            Self::Conv(conv) => conv.run(&input.data),
            Self::Depthwise(depthwise) => depthwise.run(&input.data),
            Self::Pool(pool) => pool.run(&input.data),
            Self::Add(add) => add.run(&input.data, &tensors[step.inputs[1]].data),
            Self::Pad { op, value } => pad(input, op, *value, shape),
            Self::Reshape => input.data.clone(),
        }
    }
}

fn pad(input: &Tensor, op: &PadOp, value: i8, output: Shape) -> Vec<i8> {
    let mut data = vec![value; output.len()];
    let row = input.shape.w * input.shape.c;
    for (y, source) in input.data.chunks_exact(row).enumerate() {
        let start = ((y + op.pad.top) * output.w + op.pad.left) * output.c;
        data[start..start + row].copy_from_slice(source);
    }
    data
}

impl Tensor {
    /// The elements as `[row, column, channel]`; `None` if their number does not fit the shape.
    pub fn view(&self) -> Option<ArrayView3<'_, i8>> {
        let Shape { h, w, c } = self.shape;
        ArrayView3::from_shape((h, w, c), &self.data).ok()
    }
}

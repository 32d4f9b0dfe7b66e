//! What every number of a network means: the operators of the TFLite int8 reference, to the bit.
//!
//! Accumulators are 32 bits; requantisation rounds twice, in fully connected layers too. A graph that passes
//! [`Graph::check`] overflows nowhere. Graphs with tensors wider than int8 are for [`run_wide`].

mod add;
mod concat;
mod conv;
mod depthwise;
mod fixed;
#[cfg(test)]
mod golden_tests;
mod logistic;
mod mean;
#[cfg(test)]
mod operator_tests;
mod pool;
mod rescale;
mod resize;
mod softmax;
#[cfg(test)]
mod tests;
mod wide;

use ndarray::ArrayView3;

use crate::graph::{ConcatOp, Graph, GraphError, Node, Op, OperatorError, PadOp, Precision, Quant, Shape};
use crate::requant::ChannelParameters;

pub(crate) use add::Add;
pub use add::AddScales;
pub(crate) use concat::Concat;
pub(crate) use logistic::Logistic;
pub(crate) use mean::Mean;
pub(crate) use pool::average;
pub(crate) use rescale::Rescale;
pub(crate) use resize::Resize;
pub(crate) use softmax::Softmax;
pub(crate) use wide::WideRescale;
pub use wide::{WideTensor, run_wide};

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
    Operator(#[from] OperatorError),
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
    /// A tensor wider than int8, which is for [`run_wide`].
    #[error("tensor `{tensor}` is {precision}; this evaluator computes int8 networks only")]
    Wide {
        /// Name of the tensor.
        tensor: String,
        /// Its width.
        precision: Precision,
    },
    /// An operator that is defined for int8 only.
    #[error("node `{node}` ({kind}) reads or makes a tensor wider than int8, which it is not defined for")]
    WideOperator {
        /// Name of the node.
        node: String,
        /// Its operator.
        kind: &'static str,
    },
    /// The wrong number of inputs.
    #[error("{found} inputs are given, the network takes {expected}")]
    Inputs {
        /// Number needed.
        expected: usize,
        /// Number found.
        found: usize,
    },
    /// A value that the input's width does not hold.
    #[error("{value} is given to input `{tensor}`, which holds {lo} to {hi}")]
    InputValue {
        /// Name of the tensor.
        tensor: String,
        /// The value.
        value: i32,
        /// Smallest value.
        lo: i32,
        /// Largest value.
        hi: i32,
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
    outputs: Vec<usize>,
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
    Concat(Concat),
    Mean(Mean),
    Resize(Resize),
    Rescale(Rescale),
    Softmax(Softmax),
    Logistic(Logistic),
}

impl Evaluator {
    /// Checks the graph, which must be int8 throughout, and lays it out.
    pub fn new(graph: &Graph) -> Result<Self, ReferenceError> {
        graph.check()?;
        if let Some(info) = graph.wide_tensor() {
            let (tensor, precision) = (info.name.clone(), info.precision);
            return Err(ReferenceError::Wide { tensor, precision });
        }
        let step = |node: &Node| -> Result<Step, OperatorError> {
            let (inputs, output) = (node.inputs.clone(), node.output);
            Ok(Step { name: node.name.clone(), inputs, output, kernel: Kernel::new(graph, node)? })
        };
        Ok(Self {
            shapes: graph.tensors.iter().map(|info| info.shape).collect(),
            input: graph.input,
            outputs: graph.outputs.clone(),
            steps: graph.nodes.iter().map(step).collect::<Result<_, _>>()?,
        })
    }

    /// Indices of the output tensors.
    pub fn outputs(&self) -> &[usize] {
        &self.outputs
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
    fn new(graph: &Graph, node: &Node) -> Result<Self, OperatorError> {
        let (input, output) = (graph.node_input(node), graph.node_output(node));
        let zero_point = output.quant.zero_point as i8;
        Ok(match &node.op {
            Op::Conv2d(op) => Self::Conv(conv::Conv::new(graph, node, op.activation, op.window())?),
            Op::FullyConnected(op) => Self::Conv(conv::Conv::fully_connected(graph, node, op.activation)?),
            Op::DepthwiseConv2d(op) => Self::Depthwise(depthwise::Depthwise::new(graph, node, op)?),
            Op::AveragePool2d(op) => Self::Pool(pool::Pool::new(graph, node, op, pool::Kind::Average)),
            Op::MaxPool2d(op) => Self::Pool(pool::Pool::new(graph, node, op, pool::Kind::Max)),
            Op::Add(op) => Self::Add(add::Add::new(graph, node, op)?),
            Op::Pad(op) => Self::Pad { op: op.clone(), value: zero_point },
            Op::Reshape => Self::Reshape,
            Op::Concat(op) => Self::Concat(concat(graph, node, op)?),
            Op::Mean => Self::Mean(Mean::new(input.shape, input.quant, output.quant)?),
            Op::ResizeNearest(op) => {
                let size = (output.shape.h, output.shape.w);
                Self::Resize(Resize::new(input.shape, size, op.align_corners, op.half_pixel_centers))
            }
            Op::Rescale => Self::Rescale(Rescale::new(input.quant, output.quant)?),
            Op::Softmax(op) => Self::Softmax(Softmax::new(op.beta, input.quant, output.quant)?),
            Op::Logistic => Self::Logistic(Logistic::new(input.quant, output.quant)?),
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
            Self::Concat(concat) => {
                let inputs: Vec<&[i8]> = step.inputs.iter().map(|&index| &tensors[index].data[..]).collect();
                concat.run(&inputs)
            }
            Self::Mean(mean) => mean.run(&input.data),
            Self::Resize(resize) => resize.run(&input.data),
            Self::Rescale(rescale) => rescale.run(&input.data),
            Self::Softmax(softmax) => softmax.run(&input.data, input.shape.c),
            Self::Logistic(logistic) => logistic.run(&input.data),
        }
    }
}

/// The concatenation of a node's inputs.
pub(crate) fn concat(graph: &Graph, node: &Node, op: &ConcatOp) -> Result<Concat, OperatorError> {
    let inputs: Vec<(Shape, Quant)> =
        node.inputs.iter().map(|&index| (graph.tensor(index).shape, graph.tensor(index).quant)).collect();
    Concat::new(op.axis, &inputs, graph.node_output(node).quant)
}

fn pad(input: &Tensor, op: &PadOp, value: i8, output: Shape) -> Vec<i8> {
    let mut data = vec![value; output.len()];
    let Shape { w, c, .. } = input.shape;
    for (at, pixel) in input.data.chunks_exact(c).enumerate() {
        let (y, x) = (at / w + op.pad.top, at % w + op.pad.left);
        let start = (y * output.w + x) * output.c + op.channels.0;
        data[start..start + c].copy_from_slice(pixel);
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

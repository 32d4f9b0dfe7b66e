//! Networks with tensors of 16 and 32 bits: TensorFlow Lite Micro's reference kernels for int16 activations and int8
//! weights, to the bit.
//!
//! Values are `i32` whatever a tensor's width, and nothing is laid out for speed. Convolutions of int16 accumulate 64
//! bits and round once; everything else rounds twice, as in int8. A node that touches int8 tensors only is computed
//! as in an int8 network.

mod conv;
mod rescale;
#[cfg(test)]
mod tests;

use super::{AddScales, Kernel, ReferenceError, Step, Tensor};
use crate::graph::{Activation, Graph, Node, Op, OperatorError, PadOp, Precision, Shape, TensorInfo};
pub(crate) use rescale::WideRescale;

/// One evaluated tensor of any width.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WideTensor {
    /// Rows, columns, channels.
    pub shape: Shape,
    /// Width of the elements.
    pub precision: Precision,
    /// Elements, NHWC.
    pub data: Vec<i32>,
}

/// Evaluates any graph, int8 ones too; gives every tensor by its index, the inputs included.
///
/// `inputs` are NHWC, in the order of [`Graph::inputs`].
///
/// # Errors
/// A graph that is not valid, and inputs of a wrong number, length or range.
pub fn run_wide(graph: &Graph, inputs: &[&[i32]]) -> Result<Vec<WideTensor>, ReferenceError> {
    graph.check()?;
    let mut tensors: Vec<WideTensor> = graph.tensors.iter().map(empty).collect();
    let indices: Vec<usize> = graph.inputs().collect();
    if indices.len() != inputs.len() {
        return Err(ReferenceError::Inputs { expected: indices.len(), found: inputs.len() });
    }
    for (&index, &input) in indices.iter().zip(inputs) {
        check_input(&graph.tensors[index], input)?;
        tensors[index].data = input.to_vec();
    }
    for node in &graph.nodes {
        tensors[node.output].data = evaluate(graph, node, &tensors)?;
    }
    Ok(tensors)
}

fn empty(info: &TensorInfo) -> WideTensor {
    WideTensor { shape: info.shape, precision: info.precision, data: Vec::new() }
}

fn check_input(info: &TensorInfo, input: &[i32]) -> Result<(), ReferenceError> {
    let expected = info.shape.len();
    if input.len() != expected {
        return Err(ReferenceError::Input { expected, found: input.len() });
    }
    let (lo, hi) = info.precision.range();
    match input.iter().find(|value| !(lo..=hi).contains(value)) {
        Some(&value) => Err(ReferenceError::InputValue { tensor: info.name.clone(), value, lo, hi }),
        None => Ok(()),
    }
}

fn evaluate(graph: &Graph, node: &Node, tensors: &[WideTensor]) -> Result<Vec<i32>, ReferenceError> {
    let input = &tensors[node.inputs[0]];
    let (source, output) = (graph.node_input(node), graph.node_output(node));
    Ok(match &node.op {
        _ if !graph.is_wide(node) => narrow(graph, node, tensors)?,
        Op::Conv2d(op) => conv::run(graph, node, op, &input.data)?,
        Op::Add(op) => {
            let other = graph.tensor(node.inputs[1]);
            let scales = AddScales::int16(source.quant, other.quant, output.quant);
            let scales = scales.map_err(OperatorError::from)?;
            add(scales, op.activation, output, [&input.data, &tensors[node.inputs[1]].data])
        }
        Op::Pad(op) => pad(input, op, output),
        Op::Rescale => WideRescale::new(source, output)?.run(&input.data),
        other => {
            return Err(ReferenceError::WideOperator { node: node.name.clone(), kind: other.kind() });
        }
    })
}

/// A node between int8 tensors, as an int8 network computes it.
fn narrow(graph: &Graph, node: &Node, tensors: &[WideTensor]) -> Result<Vec<i32>, OperatorError> {
    let int8 = |&index: &usize| {
        let WideTensor { shape, data, .. } = &tensors[index];
        Tensor { shape: *shape, data: data.iter().map(|&q| q as i8).collect() }
    };
    // The node's own tensors: its inputs, then its output.
    let own: Vec<Tensor> = node.inputs.iter().chain([&node.output]).map(int8).collect();
    let (inputs, output) = ((0..own.len() - 1).collect(), own.len() - 1);
    let step = Step { name: node.name.clone(), inputs, output, kernel: Kernel::new(graph, node)? };
    Ok(step.kernel.run(&step, &own).into_iter().map(i32::from).collect())
}

/// The sum of symmetric tensors.
fn add(scales: AddScales, activation: Activation, output: &TensorInfo, values: [&[i32]; 2]) -> Vec<i32> {
    let (lo, hi) = activation.range_of(output.quant, output.precision);
    let sum = |(&a, &b): (&i32, &i32)| scales.sum_int16([a, b]).clamp(lo, hi);
    values[0].iter().zip(values[1]).map(sum).collect()
}

fn pad(input: &WideTensor, op: &PadOp, output: &TensorInfo) -> Vec<i32> {
    let mut data = vec![output.quant.zero_point; output.shape.len()];
    let Shape { w, c, .. } = input.shape;
    for (at, pixel) in input.data.chunks_exact(c).enumerate() {
        let (y, x) = (at / w + op.pad.top, at % w + op.pad.left);
        let start = (y * output.shape.w + x) * output.shape.c + op.channels.0;
        data[start..start + c].copy_from_slice(pixel);
    }
    data
}

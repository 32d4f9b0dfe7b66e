//! A graph with some channels of its tensors, in a new order.

use ndarray::{Array, Axis, RemoveAxis};

use crate::graph::{Graph, Node, Op, Shape, WeightQuant};

/// For every tensor its new channels, as indices of the old ones.
pub type Selection = Vec<Vec<usize>>;

/// Makes the selection; tensors that an operator without weights joins must have matching ones.
pub fn select(graph: &Graph, selection: &Selection) -> Graph {
    let mut selected = graph.clone();
    for (info, channels) in selected.tensors.iter_mut().zip(selection) {
        info.shape.c = channels.len();
    }
    for node in &mut selected.nodes {
        let input = graph.tensor(node.inputs[0]).shape;
        node_constants(node, &selection[node.inputs[0]].clone(), input, &selection[node.output]);
    }
    selected
}

fn node_constants(node: &mut Node, inputs: &[usize], input: Shape, outputs: &[usize]) {
    match &mut node.op {
        Op::Conv2d(op) => {
            op.weights = along(&along(&op.weights, 0, outputs), 3, inputs);
            biases(&mut op.bias, &mut op.weight_quant, outputs);
        }
        Op::DepthwiseConv2d(op) => {
            op.weights = along(&op.weights, 3, outputs);
            biases(&mut op.bias, &mut op.weight_quant, outputs);
        }
        Op::FullyConnected(op) => {
            let pixel = |at: usize| inputs.iter().map(move |c| at * input.c + c);
            let elements: Vec<usize> = (0..input.h * input.w).flat_map(pixel).collect();
            op.weights = along(&along(&op.weights, 0, outputs), 1, &elements);
            biases(&mut op.bias, &mut op.weight_quant, outputs);
        }
        _ => {}
    }
}

fn along<D: RemoveAxis>(weights: &Array<i8, D>, axis: usize, indices: &[usize]) -> Array<i8, D> {
    weights.select(Axis(axis), indices)
}

fn biases(bias: &mut Vec<i32>, quant: &mut WeightQuant, outputs: &[usize]) {
    let count = bias.len();
    *bias = outputs.iter().map(|&channel| bias[channel]).collect();
    match quant {
        // One scale may serve all channels.
        WeightQuant::PerChannel(scales) if scales.len() == count => {
            *scales = outputs.iter().map(|&channel| scales[channel]).collect();
        }
        _ => {}
    }
}

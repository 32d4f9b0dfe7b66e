//! Who reads a tensor, and until when.

use crate::graph::{Graph, Op, Pad};
use crate::plan::freeze::Front;

/// For each tensor its readers. A padding that convolutions do themselves reads nothing: they read its input.
pub struct Readers {
    /// Nodes that read each tensor.
    pub of: Vec<Vec<usize>>,
    /// Tensors that must last to the end of a run.
    pub kept: Vec<bool>,
    /// For each node whether it is such a padding.
    pub folded: Vec<bool>,
    /// For each tensor the input and the padding of the folded node that makes it.
    padded: Vec<Option<(usize, Pad)>>,
}

impl Readers {
    pub fn new(graph: &Graph, front: &Front) -> Self {
        let count = graph.tensors.len();
        let folded: Vec<bool> = (0..graph.nodes.len()).map(|index| foldable(graph, index)).collect();
        let mut readers =
            Self { of: vec![Vec::new(); count], kept: vec![false; count], folded, padded: vec![None; count] };
        for (index, node) in graph.nodes.iter().enumerate().filter(|(index, _)| !front.nodes.contains(index))
        {
            match &node.op {
                Op::Pad(op) if readers.folded[index] => {
                    readers.padded[node.output] = Some((node.inputs[0], op.pad));
                }
                _ => node.inputs.iter().for_each(|&input| {
                    let root = readers.root(input).0;
                    readers.of[root].push(index);
                }),
            }
        }
        graph.outputs.iter().for_each(|&output| readers.kept[output] = true);
        if !front.layers.is_empty() {
            readers.kept[front.output] = true;
        }
        readers
    }

    /// The tensor that is read for this one, and the padding that the reader does.
    pub fn root(&self, tensor: usize) -> (usize, Pad) {
        self.padded[tensor].unwrap_or((tensor, Pad::default()))
    }

    /// The only node that reads a tensor which need not be kept.
    pub fn only(&self, tensor: usize) -> Option<usize> {
        match self.of[tensor][..] {
            [reader] if !self.kept[tensor] => Some(reader),
            _ => None,
        }
    }

    /// Whether nothing after this node needs the tensor.
    pub fn dies(&self, tensor: usize, node: usize) -> bool {
        !self.kept[tensor] && self.of[tensor].iter().all(|&reader| reader <= node)
    }
}

/// Whether all that read a padding are convolutions, which do it by themselves.
fn foldable(graph: &Graph, index: usize) -> bool {
    let node = &graph.nodes[index];
    let Op::Pad(op) = &node.op else { return false };
    let convolves = |op: &Op| matches!(op, Op::Conv2d(_) | Op::DepthwiseConv2d(_));
    let mut readers = graph.nodes.iter().filter(|reader| reader.inputs.contains(&node.output));
    let of_padding =
        graph.nodes.iter().any(|other| other.output == node.inputs[0] && matches!(other.op, Op::Pad(_)));
    op.channels == (0, 0)
        && !of_padding
        && !graph.outputs.contains(&node.output)
        && readers.all(|reader| convolves(&reader.op))
}

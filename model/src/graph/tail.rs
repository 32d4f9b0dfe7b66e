//! What a host finishes: a classifier's softmax costs it microseconds, and a device an exponential.

use super::{Edge, Element, FORMAT_VERSION, Graph, Node, Op};

/// A network cut where the host takes over.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    /// What a device computes.
    pub head: Graph,
    /// What the host makes of the head's output; none if there is nothing left to do.
    pub tail: Option<Graph>,
}

impl Graph {
    /// Cuts off the softmax or logistic function at the end of a network with one output; the graph must have passed
    /// [`Graph::check`]. Networks with tensors wider than int8 are for no device, and stay whole.
    pub fn split_tail(&self) -> Split {
        let keep = self.nodes.len() - self.tail_nodes();
        if keep == self.nodes.len() {
            return Split { head: self.clone(), tail: None };
        }
        let cut = self.nodes[keep].inputs[0];
        let head = self.part(&self.nodes[..keep], self.input, cut);
        let tail = self.part(&self.nodes[keep..], cut, self.output());
        let head = Graph { edge: Edge { outputs: Element::Int8, ..self.edge }, ..head };
        let tail = Graph { edge: Edge { input: Element::Int8, ..self.edge }, ..tail };
        Split { head, tail: Some(tail) }
    }

    /// Nodes at the end, in a chain that nothing else reads, that the host computes.
    fn tail_nodes(&self) -> usize {
        let [mut wanted] = self.outputs[..] else { return 0 };
        if self.wide_tensor().is_some() {
            return 0;
        }
        let host = |node: &&Node| {
            let reads = self.nodes.iter().flat_map(|n| &n.inputs).filter(|&&input| input == wanted).count();
            let chained = node.output == wanted && reads <= usize::from(wanted != self.output());
            wanted = node.inputs[0];
            chained && matches!(node.op, Op::Softmax(_) | Op::Logistic)
        };
        self.nodes.iter().rev().take_while(host).count()
    }

    /// A network of these nodes, with the tensors that they use.
    fn part(&self, nodes: &[Node], input: usize, output: usize) -> Graph {
        let used = |tensor: usize| {
            tensor == input || nodes.iter().any(|node| node.output == tensor || node.inputs.contains(&tensor))
        };
        let kept: Vec<usize> = (0..self.tensors.len()).filter(|&tensor| used(tensor)).collect();
        // Every tensor that is asked for is kept.
        let at = |tensor: usize| kept.iter().position(|&k| k == tensor).unwrap_or_default();
        let moved = |node: &Node| Node {
            inputs: node.inputs.iter().map(|&tensor| at(tensor)).collect(),
            output: at(node.output),
            ..node.clone()
        };
        Graph {
            format_version: FORMAT_VERSION,
            name: self.name.clone(),
            tensors: kept.iter().map(|&tensor| self.tensors[tensor].clone()).collect(),
            nodes: nodes.iter().map(moved).collect(),
            input: at(input),
            further_inputs: Vec::new(),
            outputs: vec![at(output)],
            edge: self.edge,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::random::Random;
    use super::super::{Precision, Quant, Shape, SoftmaxOp, TensorInfo};
    use super::*;
    use crate::{reference, zoo};

    const PROBABILITY: Quant = Quant { scale: 1.0 / 256.0, zero_point: -128 };

    /// The small network with more operators at its end.
    fn tiny(ops: &[Op]) -> Graph {
        let mut graph = zoo::tiny();
        for (at, op) in ops.iter().enumerate() {
            let (input, output) = (graph.output(), graph.tensors.len());
            let (name, shape) = (format!("tail{at}"), Shape::new(1, 1, 10));
            let info = TensorInfo { name, shape, quant: PROBABILITY, precision: Precision::Int8 };
            graph.tensors.push(info);
            graph.nodes.push(Node { name: format!("end{at}"), inputs: vec![input], output, op: op.clone() });
            graph.outputs = vec![output];
        }
        graph.edge = Edge { input: Element::Uint8, outputs: Element::Float32 };
        graph.check().unwrap();
        graph
    }

    #[test]
    fn both_parts_together_are_the_whole() {
        let mut random = Random(3);
        let softmax = Op::Softmax(SoftmaxOp { beta: 1.0 });
        for ops in [&[softmax.clone()][..], &[Op::Logistic], &[softmax, Op::Logistic]] {
            let graph = tiny(ops);
            let Split { head, tail } = graph.split_tail();
            let tail = tail.unwrap();
            assert_eq!((head.nodes.len(), tail.nodes.len()), (4, ops.len()));
            assert_eq!((head.edge.input, head.edge.outputs), (Element::Uint8, Element::Int8));
            assert_eq!((tail.edge.input, tail.edge.outputs), (Element::Int8, Element::Float32));
            head.check().unwrap();
            tail.check().unwrap();
            let input = random.image(graph.tensors[graph.input].shape);
            let whole = &reference::run(&graph, &input).unwrap()[graph.output()];
            let middle = &reference::run(&head, &input).unwrap()[head.output()];
            assert_eq!(&reference::run(&tail, &middle.data).unwrap()[tail.output()], whole);
        }
    }

    #[test]
    fn what_is_read_elsewhere_stays() {
        let graph = zoo::tiny();
        assert_eq!(graph.split_tail(), Split { head: graph.clone(), tail: None });
        let softmax = Op::Softmax(SoftmaxOp { beta: 1.0 });
        // Two outputs: both the scores and their softmax are wanted.
        let mut both = tiny(std::slice::from_ref(&softmax));
        both.outputs.push(4);
        assert_eq!(both.split_tail().tail, None);
        // The first softmax has another reader, so that only the last one goes.
        let mut shared = tiny(&[softmax.clone(), softmax]);
        shared.nodes.insert(5, Node { name: "other".into(), inputs: vec![5], output: 7, op: Op::Logistic });
        let info = TensorInfo { name: "other".into(), ..shared.tensors[6].clone() };
        shared.tensors.push(info);
        shared.check().unwrap();
        let split = shared.split_tail();
        assert_eq!(split.tail.unwrap().nodes.len(), 1);
        assert_eq!(split.head.nodes.len(), 6);
    }
}

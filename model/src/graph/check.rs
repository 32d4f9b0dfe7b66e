//! Validation. A graph that passes can be evaluated and planned without overflow, panic or surprise, wherever it
//! came from.

use super::check_op::Result;
use super::{FORMAT_VERSION, Graph, GraphError, Node, NodeProblem, Op, Quant, TensorInfo};

/// Most nodes and most tensors.
pub const MAX_NODES: usize = 4096;
/// Most elements of a tensor.
pub const MAX_ELEMENTS: usize = 1 << 24;
/// Largest side of a tensor.
pub const MAX_SIDE: usize = 65_535;

impl Graph {
    /// Checks indices, order, shapes, counts, quantisation and that no accumulator can overflow.
    pub fn check(&self) -> std::result::Result<(), GraphError> {
        if self.format_version != FORMAT_VERSION {
            return Err(GraphError::Version { found: self.format_version });
        }
        at_most("nodes", self.nodes.len())?;
        at_most("tensors", self.tensors.len())?;
        self.tensors.iter().try_for_each(check_tensor)?;
        let outputs = self.outputs.iter().map(|&index| ("output", index));
        for (role, index) in self.inputs().map(|index| ("input", index)).chain(outputs) {
            if index >= self.tensors.len() {
                return Err(GraphError::NoTensor { role, index, tensors: self.tensors.len() });
            }
        }
        if self.outputs.is_empty() {
            return Err(GraphError::NoOutput);
        }
        self.check_edge()?;
        self.check_nodes()
    }

    /// The elements that the user sees, of inputs and outputs that exist.
    fn check_edge(&self) -> std::result::Result<(), GraphError> {
        let inputs = self.inputs().map(|index| (index, self.edge.input));
        let outputs = self.outputs.iter().map(|&index| (index, self.edge.outputs));
        for (index, element) in inputs.chain(outputs) {
            let TensorInfo { name, precision, .. } = self.tensor(index);
            if !element.suits(*precision) {
                let (tensor, precision) = (name.clone(), *precision);
                return Err(GraphError::EdgeElement { tensor, precision, element });
            }
        }
        match self.further_inputs.is_empty() || self.wide_tensor().is_some() {
            true => Ok(()),
            false => Err(GraphError::FurtherInputs { found: 1 + self.further_inputs.len() }),
        }
    }

    /// Which tensors are there before the first node.
    fn given(&self) -> std::result::Result<Vec<bool>, GraphError> {
        let mut made = vec![false; self.tensors.len()];
        for index in self.inputs() {
            if std::mem::replace(&mut made[index], true) {
                return Err(GraphError::InputTwice { tensor: self.tensors[index].name.clone() });
            }
        }
        Ok(made)
    }

    fn check_nodes(&self) -> std::result::Result<(), GraphError> {
        let mut made = self.given()?;
        for node in &self.nodes {
            let checked = self.check_edges(node, &made).and_then(|()| self.check_op(node));
            let kind = node.op.kind();
            checked.map_err(|problem| GraphError::Node { node: node.name.clone(), kind, problem })?;
            made[node.output] = true;
        }
        match made.iter().position(|made| !made) {
            Some(unmade) => Err(GraphError::Unmade { tensor: self.tensors[unmade].name.clone() }),
            None => Ok(()),
        }
    }

    fn check_edges(&self, node: &Node, made: &[bool]) -> Result {
        let found = node.inputs.len();
        let (needed, most) = match node.op {
            Op::Add(_) => (2, 2),
            Op::Concat(_) => (1, MAX_NODES),
            _ => (1, 1),
        };
        if !(needed..=most).contains(&found) {
            return Err(NodeProblem::Inputs { needed, found });
        }
        for &index in node.inputs.iter().chain([&node.output]) {
            let tensor = self.tensors.get(index).ok_or(NodeProblem::UnknownTensor { index })?;
            if index != node.output && !made[index] {
                return Err(NodeProblem::NotYetMade { tensor: tensor.name.clone() });
            }
        }
        if made[node.output] {
            return Err(NodeProblem::MadeTwice { tensor: self.tensors[node.output].name.clone() });
        }
        match node.inputs.contains(&node.output) {
            true => Err(NodeProblem::NotYetMade { tensor: self.tensors[node.output].name.clone() }),
            false => Ok(()),
        }
    }
}

fn at_most(what: &'static str, found: usize) -> std::result::Result<(), GraphError> {
    match found > MAX_NODES {
        true => Err(GraphError::TooMany { what, found, most: MAX_NODES }),
        false => Ok(()),
    }
}

fn check_tensor(info: &TensorInfo) -> std::result::Result<(), GraphError> {
    let TensorInfo { name, shape, quant, .. } = info;
    let sides = [shape.h, shape.w, shape.c];
    if sides.iter().any(|side| !(1..=MAX_SIDE).contains(side)) || shape.len() > MAX_ELEMENTS {
        return Err(GraphError::TensorShape { tensor: name.clone(), shape: *shape, most: MAX_ELEMENTS });
    }
    if !info.has_valid_quant() {
        let Quant { scale, zero_point } = *quant;
        return Err(GraphError::TensorQuant { tensor: name.clone(), scale, zero_point });
    }
    Ok(())
}

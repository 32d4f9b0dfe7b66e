//! What a graph computes: on numbers, and on its inputs as symbols.

use super::{Output, ShiftAdd, Source, Term};

/// Buffer for [`ShiftAdd::evaluate_into`], so that a simulation allocates nothing per window.
#[derive(Clone, Debug, Default)]
pub struct Scratch(Vec<i64>);

impl ShiftAdd {
    /// The outputs for the inputs; missing inputs are 0.
    pub fn evaluate(&self, inputs: &[i64]) -> Vec<i64> {
        let mut outputs = vec![0; self.outputs.len()];
        self.evaluate_into(|i| inputs.get(i).copied().unwrap_or(0), &mut Scratch::default(), &mut outputs);
        outputs
    }

    /// Writes the outputs for the inputs that `input` gives by index.
    pub fn evaluate_into(&self, input: impl Fn(usize) -> i64, scratch: &mut Scratch, outputs: &mut [i64]) {
        let values = &mut scratch.0;
        values.clear();
        for node in &self.nodes {
            let sum = term(node.a, &input, values).wrapping_add(term(node.b, &input, values));
            values.push(sum);
        }
        for (slot, output) in outputs.iter_mut().zip(&self.outputs) {
            let sum = output.term.map_or(0, |t| term(t, &input, values));
            *slot = sum.wrapping_add(output.constant);
        }
    }

    /// The matrix `[output][input]` that the graph multiplies with, constants aside.
    ///
    /// Found by carrying each input through the graph as a symbol. As every node is a sum of shifts, the graph is
    /// linear, so equality with the weights' matrix is a proof for all inputs.
    pub fn matrix(&self) -> Vec<Vec<i64>> {
        let columns: Vec<Vec<i64>> = (0..self.inputs).map(|column| self.column(column)).collect();
        (0..self.outputs.len()).map(|o| columns.iter().map(|column| column[o]).collect()).collect()
    }

    /// Weights of one input in all outputs.
    fn column(&self, column: usize) -> Vec<i64> {
        let input = |i| i64::from(i == column);
        let mut values = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let sum = term(node.a, &input, &values).wrapping_add(term(node.b, &input, &values));
            values.push(sum);
        }
        let weight = |output: &Output| output.term.map_or(0, |t| term(t, &input, &values));
        self.outputs.iter().map(weight).collect()
    }
}

/// A term's value. Sources out of range count as 0: see [`ShiftAdd::check`].
fn term(term: Term, input: &impl Fn(usize) -> i64, nodes: &[i64]) -> i64 {
    let value = match term.source {
        Source::Input(i) => input(i),
        Source::Node(n) => nodes.get(n).copied().unwrap_or(0),
    };
    let shifted = value.wrapping_shl(term.shift);
    if term.negative { shifted.wrapping_neg() } else { shifted }
}

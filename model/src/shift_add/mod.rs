//! The shift-add graph: a constant matrix-vector product as additions of shifted values.
//!
//! It is the one description of a frozen datapath. Its evaluation is the simulation, its Verilog is printed
//! from its nodes, its cost is counted on them, and the proof obligation is that it equals its matrix.

mod build;
mod check;
mod cost;
pub mod csd;
mod evaluate;
mod nodes;
mod pattern;
mod range;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use build::Sharing;
pub use check::ShiftAddError;
pub use cost::Cost;
pub use evaluate::Scratch;

/// Where a term takes its value from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Input of the graph with this index.
    Input(usize),
    /// Earlier node with this index.
    Node(usize),
}

/// `±(source << shift)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Term {
    /// The value.
    pub source: Source,
    /// Left shift in bits.
    pub shift: u32,
    /// Whether the shifted value is subtracted.
    pub negative: bool,
}

/// One adder: the sum of two terms. A node never has two negative terms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// First term.
    pub a: Term,
    /// Second term.
    pub b: Term,
    /// Smallest value over all inputs in range.
    pub lo: i64,
    /// Largest value over all inputs in range.
    pub hi: i64,
    /// Adders on the longest path from an input to this node's output, this one included.
    pub depth: u32,
}

/// One result: `term + constant`; without a term, the constant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// The sum of the products, if any weight is not zero.
    pub term: Option<Term>,
    /// The bias.
    pub constant: i64,
    /// Smallest value over all inputs in range, the constant included.
    pub lo: i64,
    /// Largest value over all inputs in range, the constant included.
    pub hi: i64,
}

/// The graph. Nodes are in topological order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShiftAdd {
    /// Number of inputs.
    pub inputs: usize,
    /// Range of every input, both ends included.
    pub input_range: (i64, i64),
    /// Adders.
    pub nodes: Vec<Node>,
    /// Results, one for each row of the matrix.
    pub outputs: Vec<Output>,
}

/// Bits of the smallest two's complement word that holds `lo..=hi`.
pub fn signed_width(lo: i64, hi: i64) -> u32 {
    let bits = |v: i64| 65 - if v < 0 { (!v).leading_zeros() } else { v.leading_zeros() };
    bits(lo).max(bits(hi))
}

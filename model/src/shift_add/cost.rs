//! What a graph costs as parallel adders.

use serde::{Deserialize, Serialize};

use super::{Node, ShiftAdd, signed_width};

/// Cost of a graph's nodes. The outputs' constants are not counted: they are folded into the requantisers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Two-input adders.
    pub adders: usize,
    /// Full adders: result bits that are not a copy of one operand's low bits.
    pub adder_bits: u64,
    /// Adders on the longest path.
    pub depth: u32,
}

impl ShiftAdd {
    /// Cost of the nodes.
    pub fn cost(&self) -> Cost {
        Cost {
            adders: self.nodes.len(),
            adder_bits: self.nodes.iter().map(|node| u64::from(adder_bits(node))).sum(),
            depth: self.nodes.iter().map(|node| node.depth).max().unwrap_or(0),
        }
    }
}

/// Below the higher term's shift the lower term's bits pass through, unless they are negated.
fn adder_bits(node: &Node) -> u32 {
    let (low, high) = if node.a.shift <= node.b.shift { (node.a, node.b) } else { (node.b, node.a) };
    let copied = if low.negative { low.shift } else { high.shift };
    signed_width(node.lo, node.hi).saturating_sub(copied)
}

//! What a name in the file stands for.

use super::constant::{Constant, Dequantized};
use super::order::Order;
use super::view::View;
use crate::graph::Op;

/// What a name stands for.
#[derive(Clone, Debug)]
pub enum Value<'a> {
    /// The network's input, before it is quantised, and the order that its sides had.
    Input(Order, View),
    /// An int8 or uint8 tensor.
    Integer(Image),
    /// The real numbers of one.
    Real(Image),
    /// A constant.
    Constant(Constant<'a>),
    /// The real numbers of a constant of integers.
    Dequantized(Dequantized<'a>),
    /// A result of an operator that is not yet quantised. It is read once, so that no constants are copied.
    Pending(Box<Pending>),
    /// A pending result that has been read.
    Taken,
}

/// A tensor of the graph as the file sees it.
#[derive(Clone, Debug)]
pub struct Image {
    /// The graph's tensor.
    pub tensor: usize,
    /// Its sides in the file.
    pub view: View,
    /// Whether the file's elements are uint8.
    pub unsigned: bool,
}

/// An operator whose result is not yet quantised.
#[derive(Clone, Debug)]
pub struct Pending {
    /// What it does; no activation yet.
    pub op: Op,
    /// The graph's tensors that it reads.
    pub inputs: Vec<usize>,
    /// Sides of the result in the file.
    pub dims: Vec<usize>,
    /// What those sides are.
    pub order: Order,
    /// Whether a bias may yet be added.
    pub takes_bias: bool,
    /// What the real result is limited to.
    pub range: (f32, f32),
}

impl Pending {
    /// An operator without bias, not limited.
    pub fn new(op: Op, inputs: Vec<usize>, dims: Vec<usize>, order: Order) -> Self {
        let range = (f32::NEG_INFINITY, f32::INFINITY);
        Self { op, inputs, dims, order, takes_bias: false, range }
    }
}

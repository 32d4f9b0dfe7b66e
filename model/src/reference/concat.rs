//! Concatenation.

use crate::graph::{Axis, OperatorError, Quant, Shape};

/// A concatenation of images with one quantisation. The bytes are only moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Concat {
    output: Shape,
    /// Bytes that each input gives in turn.
    runs: Vec<usize>,
    /// How often all inputs take their turn.
    turns: usize,
}

impl Concat {
    /// Of inputs that differ in this axis only, in their order.
    pub fn new(axis: Axis, inputs: &[(Shape, Quant)], output: Quant) -> Result<Self, OperatorError> {
        let &(first, _) = inputs.first().ok_or(OperatorError::ConcatEmpty)?;
        for (input, &(shape, quant)) in inputs.iter().enumerate() {
            if quant != output {
                return Err(OperatorError::ConcatQuant { input, expected: output, found: quant });
            }
            if axis.with(first, 0) != axis.with(shape, 0) {
                return Err(OperatorError::ConcatShape { input, first, found: shape });
            }
        }
        let side = inputs.iter().fold(0usize, |sum, (shape, _)| sum.saturating_add(axis.of(*shape)));
        let runs = inputs.iter().map(|(shape, _)| axis.run(*shape)).collect();
        Ok(Self { output: axis.with(first, side), runs, turns: axis.turns(first) })
    }

    /// Shape of the result.
    pub fn output(&self) -> Shape {
        self.output
    }

    /// The result, NHWC; one slice for each input, of its shape's length.
    pub fn run(&self, inputs: &[&[i8]]) -> Vec<i8> {
        let mut data = Vec::with_capacity(self.output.len());
        for turn in 0..self.turns {
            for (input, &run) in inputs.iter().zip(&self.runs) {
                data.extend_from_slice(&input[turn * run..][..run]);
            }
        }
        data
    }
}

impl Axis {
    /// A shape's side.
    fn of(self, shape: Shape) -> usize {
        match self {
            Self::Height => shape.h,
            Self::Width => shape.w,
            Self::Channels => shape.c,
        }
    }

    /// The shape with another side.
    fn with(self, shape: Shape, side: usize) -> Shape {
        match self {
            Self::Height => Shape { h: side, ..shape },
            Self::Width => Shape { w: side, ..shape },
            Self::Channels => Shape { c: side, ..shape },
        }
    }

    /// Elements that lie together from this axis inwards.
    fn run(self, shape: Shape) -> usize {
        match self {
            Self::Height => shape.len(),
            Self::Width => shape.w * shape.c,
            Self::Channels => shape.c,
        }
    }

    /// Number of such runs.
    fn turns(self, shape: Shape) -> usize {
        match self {
            Self::Height => 1,
            Self::Width => shape.h,
            Self::Channels => shape.h * shape.w,
        }
    }
}

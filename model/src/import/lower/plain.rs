//! Operators without weights.

use super::super::tflite::{ElementType, Operator, Options};
use super::weighted::{activation, padding, pair};
use super::{Lowering, Problem, Result, input};
use crate::graph::{
    Activation, AddOp, Axis, ConcatOp, Element, MeanRounding, Op, Pad, PadOp, Pool2d, ResizeOp, SoftmaxOp,
};

/// What an operator becomes, and the graph's tensors that it reads.
type Lowered = Result<(Op, Vec<usize>)>;

impl Lowering<'_> {
    pub(super) fn addition(&self, operator: &Operator) -> Lowered {
        let Options::Add { activation: fused, pot_scale_int16 } = operator.options else {
            return Err(Problem::Unsupported);
        };
        let op = AddOp { activation: activation(fused)? };
        let inputs = vec![self.read(operator, 0)?, self.read(operator, 1)?];
        if pot_scale_int16 && !self.graph.tensors[inputs[0]].precision.is_int8() {
            return Err(Problem::Attribute { what: "an addition by shifts (pot_scale_int16)".into() });
        }
        Ok((Op::Add(op), inputs))
    }

    pub(super) fn pool(&self, operator: &Operator, kind: fn(Pool2d) -> Op) -> Lowered {
        let Options::Pool2d(options) = &operator.options else { return Err(Problem::Unsupported) };
        let unsigned = super::element(self.of(input(operator, 0)?))? == Element::Uint8;
        let pool = Pool2d {
            kernel: pair(options.filter)?,
            stride: pair(options.stride)?,
            padding: padding(options.padding)?,
            activation: activation(options.activation)?,
            rounding: if unsigned { MeanRounding::Up } else { MeanRounding::AwayFromZero },
        };
        Ok((kind(pool), vec![self.read(operator, 0)?]))
    }

    /// Over rows and columns.
    pub(super) fn mean(&self, operator: &Operator) -> Lowered {
        let rank = self.of(input(operator, 0)?).shape.len() as i64;
        let mut axes: Vec<i64> = self.integers(operator, 1)?;
        axes.iter_mut().for_each(|axis| *axis += if *axis < 0 { rank } else { 0 });
        axes.sort_unstable();
        match rank == 4 && axes == [1, 2] {
            true => Ok((Op::Mean, vec![self.read(operator, 0)?])),
            false => Err(Problem::Attribute { what: format!("a mean over axes {axes:?} of {rank}") }),
        }
    }

    pub(super) fn pad(&self, operator: &Operator) -> Lowered {
        let source = self.read(operator, 0)?;
        let amounts = self.integers(operator, 1)?;
        let sides =
            amounts.iter().map(|&side| usize::try_from(side)).collect::<std::result::Result<Vec<_>, _>>();
        let refused = || Problem::Attribute { what: format!("padding {amounts:?}") };
        let sides = sides.map_err(|_| refused())?;
        // Pairs of the last axes; the batch is not padded.
        let mut all = [0; 8];
        let from = all.len().checked_sub(sides.len()).ok_or_else(refused)?;
        all[from..].copy_from_slice(&sides);
        let [0, 0, top, bottom, left, right, before, after] = all else { return Err(refused()) };
        if operator.inputs.get(2).copied().flatten().is_some() {
            self.check_pad_value(operator, source)?;
        }
        let op = PadOp { pad: Pad { top, left, bottom, right }, channels: (before, after) };
        Ok((Op::Pad(op), vec![source]))
    }

    /// PADV2 names what it pads with; it must be the zero point, as in PAD.
    fn check_pad_value(&self, operator: &Operator, source: usize) -> Result<()> {
        let tensor = self.of(input(operator, 2)?);
        let zero_point = self.graph.tensors[source].quant.zero_point;
        let value = match (tensor.element, tensor.data.as_deref()) {
            (ElementType::Int8, Some(&[value])) => i32::from(value as i8),
            (ElementType::Uint8, Some(&[value])) => i32::from(value) - 128,
            (ElementType::Int16, Some(&[lo, hi])) => i32::from(i16::from_le_bytes([lo, hi])),
            _ => return Err(Problem::NotConstant { tensor: tensor.name.clone() }),
        };
        match value == zero_point {
            true => Ok(()),
            false => {
                Err(Problem::Attribute { what: format!("padding with {value} instead of the zero point") })
            }
        }
    }

    pub(super) fn concat(&self, operator: &Operator) -> Lowered {
        let Options::Concatenation { axis, activation: fused } = operator.options else {
            return Err(Problem::Unsupported);
        };
        if activation(fused)? != Activation::None {
            return Err(Problem::Attribute { what: "a fused activation".into() });
        }
        let rank = self.of(input(operator, 0)?).shape.len() as i64;
        let axis = i64::from(axis);
        let axis = match if axis < 0 { axis } else { axis - rank } {
            -1 => Axis::Channels,
            -2 => Axis::Width,
            -3 => Axis::Height,
            _ => {
                return Err(Problem::Attribute {
                    what: format!("concatenation along axis {axis} of {rank}"),
                });
            }
        };
        let inputs = (0..operator.inputs.len()).map(|at| self.read(operator, at)).collect::<Result<_>>()?;
        Ok((Op::Concat(ConcatOp { axis }), inputs))
    }

    pub(super) fn resize(&self, operator: &Operator) -> Lowered {
        let Options::ResizeNearestNeighbor { align_corners, half_pixel_centers } = operator.options else {
            return Err(Problem::Unsupported);
        };
        let op = ResizeOp { align_corners, half_pixel_centers };
        Ok((Op::ResizeNearest(op), vec![self.read(operator, 0)?]))
    }

    pub(super) fn softmax(&self, operator: &Operator) -> Lowered {
        let Options::Softmax { beta } = operator.options else { return Err(Problem::Unsupported) };
        Ok((Op::Softmax(SoftmaxOp { beta }), vec![self.read(operator, 0)?]))
    }

    /// A constant of integers.
    fn integers(&self, operator: &Operator, at: usize) -> Result<Vec<i64>> {
        let tensor = self.of(input(operator, at)?);
        let narrow = |b: &[u8]| <[u8; 4]>::try_from(b).map(i32::from_le_bytes).map_or(0, i64::from);
        let wide = |b: &[u8]| <[u8; 8]>::try_from(b).map(i64::from_le_bytes).unwrap_or(0);
        match (tensor.element, &tensor.data) {
            (ElementType::Int32, Some(data)) => Ok(data.chunks_exact(4).map(narrow).collect()),
            (ElementType::Int64, Some(data)) => Ok(data.chunks_exact(8).map(wide).collect()),
            _ => Err(Problem::NotConstant { tensor: tensor.name.clone() }),
        }
    }
}

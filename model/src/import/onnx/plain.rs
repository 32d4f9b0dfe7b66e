//! Operators without weights.

use super::attributes::Attributes;
use super::order::{Order, Role};
use super::proto::Node;
use super::quantize::activation;
use super::value::{Image, Pending, Value};
use super::{Lowering, Result};
use crate::graph::{Activation, AddOp, Axis, ConcatOp, Op, SoftmaxOp};
use crate::import::Problem;

impl<'a> Lowering<'a> {
    /// A bias, or the sum of two tensors.
    pub(super) fn addition(&mut self, node: &'a Node) -> Result<Value<'a>> {
        Attributes::new(node, &[])?;
        let is_pending = |value: &Value| matches!(value, Value::Pending(pending) if pending.takes_bias);
        match (self.read(node, 0)?, self.read(node, 1)?) {
            (value @ Value::Pending(_), other) if is_pending(&value) => self.biased(value, &other),
            (other, value @ Value::Pending(_)) if is_pending(&value) => self.biased(value, &other),
            (Value::Real(a), Value::Real(b)) => self.sum([a, b]),
            (Value::Constant(_) | Value::Dequantized(_), _) => {
                Err(Problem::Constant { tensor: node.input[0].clone() })
            }
            (_, Value::Constant(_) | Value::Dequantized(_)) => {
                Err(Problem::Constant { tensor: node.input[1].clone() })
            }
            (Value::Real(_), _) => Err(Problem::Float { tensor: node.input[1].clone() }),
            _ => Err(Problem::Float { tensor: node.input[0].clone() }),
        }
    }

    fn biased(&mut self, value: Value<'a>, bias: &Value<'a>) -> Result<Value<'a>> {
        match value {
            Value::Pending(pending) => self.add_bias(*pending, bias),
            _ => Err(Problem::Unsupported),
        }
    }

    fn sum(&mut self, images: [Image; 2]) -> Result<Value<'a>> {
        let order = self.order(&images)?;
        let [a, b] = &images;
        if a.view.dims() != b.view.dims() {
            let what = format!("a sum of shapes {:?} and {:?}", a.view.dims(), b.view.dims());
            return Err(Problem::Attribute { what });
        }
        let inputs = vec![self.image(a, order)?, self.image(b, order)?];
        let op = Op::Add(AddOp { activation: Activation::None });
        Ok(Value::Pending(Box::new(Pending::new(op, inputs, a.view.dims(), order))))
    }

    pub(super) fn relu(&mut self, node: &'a Node) -> Result<Value<'a>> {
        Attributes::new(node, &[])?;
        self.limited(node, (0.0, f32::INFINITY))
    }

    /// Limits are inputs, or in older sets of operators attributes.
    pub(super) fn clip(&mut self, node: &'a Node) -> Result<Value<'a>> {
        let attributes = Attributes::new(node, &["min", "max"])?;
        let (mut low, mut high) = (attributes.float("min")?, attributes.float("max")?);
        if let Some(min) = self.optional(node, 1)? {
            low = Some(min.scalar()?);
        }
        if let Some(max) = self.optional(node, 2)? {
            high = Some(max.scalar()?);
        }
        let range = (low.unwrap_or(f32::NEG_INFINITY), high.unwrap_or(f32::INFINITY));
        match range.0 <= range.1 {
            true => self.limited(node, range),
            false => Err(Problem::Attribute { what: format!("a limit to {} .. {}", range.0, range.1) }),
        }
    }

    /// A limit becomes part of the operator before it; one that changes nothing is left out.
    fn limited(&mut self, node: &'a Node, (low, high): (f32, f32)) -> Result<Value<'a>> {
        match self.read(node, 0)? {
            Value::Pending(mut pending) => {
                let (a, b) = pending.range;
                pending.range = (a.max(low).min(high), b.min(high).max(low));
                pending.takes_bias = false;
                Ok(Value::Pending(pending))
            }
            Value::Real(image) => {
                let quant = self.graph.tensors[image.tensor].quant;
                let range = activation((low, high), quant).map(|activation| activation.range(quant));
                match range == Some((i8::MIN, i8::MAX)) {
                    true => Ok(Value::Real(image)),
                    false => Err(Problem::Attribute { what: format!("a limit to {low} .. {high}") }),
                }
            }
            _ => Err(Problem::Float { tensor: node.input[0].clone() }),
        }
    }

    pub(super) fn concat(&mut self, node: &'a Node) -> Result<Value<'a>> {
        let axis = Attributes::new(node, &["axis"])?.int("axis")?.unwrap_or(0);
        let images = (0..node.input.len()).map(|at| self.real(node, at)).collect::<Result<Vec<_>>>()?;
        let order = self.order(&images)?;
        let Some(first) = images.first() else { return Err(Problem::NoInput { at: 0 }) };
        let mut dims = first.view.dims();
        let refused = || Problem::Attribute { what: format!("concatenation along axis {axis}") };
        let (side, role) = role(order, dims.len(), axis).ok_or_else(refused)?;
        let axis = match role {
            Role::Channel => Axis::Channels,
            Role::Column => Axis::Width,
            Role::Row => Axis::Height,
            Role::Batch => return Err(refused()),
        };
        let lengths = images.iter().map(|image| image.view.dims().get(side).copied().unwrap_or(0));
        dims[side] = lengths.fold(0, usize::saturating_add);
        let inputs = images.iter().map(|image| self.image(image, order)).collect::<Result<_>>()?;
        Ok(Value::Pending(Box::new(Pending::new(Op::Concat(ConcatOp { axis }), inputs, dims, order))))
    }

    /// Over the channels; before operator set 13 over all sides from the axis on.
    pub(super) fn softmax(&mut self, node: &'a Node) -> Result<Value<'a>> {
        let axis = Attributes::new(node, &["axis"])?.int("axis")?;
        let axis = axis.unwrap_or(if self.opset < 13 { 1 } else { -1 });
        let image = self.real(node, 0)?;
        let order = self.order(std::slice::from_ref(&image))?;
        let dims = image.view.dims();
        let refused = || Problem::Attribute { what: format!("softmax along axis {axis} of {dims:?}") };
        let (side, role) = role(order, dims.len(), axis).ok_or_else(refused)?;
        let flat = self.opset >= 13 || dims.iter().skip(side + 1).all(|&dim| dim == 1);
        if role != Role::Channel || !flat {
            return Err(refused());
        }
        let source = self.image(&image, order)?;
        let op = Op::Softmax(SoftmaxOp { beta: 1.0 });
        Ok(Value::Pending(Box::new(Pending::new(op, vec![source], dims, order))))
    }

    pub(super) fn sigmoid(&mut self, node: &'a Node) -> Result<Value<'a>> {
        Attributes::new(node, &[])?;
        let image = self.real(node, 0)?;
        let order = self.order(std::slice::from_ref(&image))?;
        let source = self.image(&image, order)?;
        Ok(Value::Pending(Box::new(Pending::new(Op::Logistic, vec![source], image.view.dims(), order))))
    }
}

/// A side by its axis, and what it is.
fn role(order: Order, rank: usize, axis: i64) -> Option<(usize, Role)> {
    let side = *super::shape::positions(&[axis], rank)?.first()?;
    Some((side, *order.roles(rank)?.get(side)?))
}

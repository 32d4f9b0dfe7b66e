//! QuantizeLinear and DequantizeLinear: where operators become nodes of the graph.

use super::attributes::Attributes;
use super::constant::{Constant, Dequantized};
use super::proto::{Node, element};
use super::value::{Image, Pending, Value};
use super::{Lowering, Result};
use crate::graph::{Activation, AddOp, Op, Quant};
use crate::import::Problem;

/// Scale and zero point of a tensor as int8, and whether the file has uint8.
struct Scale {
    quant: Quant,
    unsigned: bool,
}

impl<'a> Lowering<'a> {
    pub(super) fn quantize(&mut self, node: &'a Node) -> Result<Value<'a>> {
        let attributes =
            Attributes::new(node, &["axis", "saturate", "block_size", "output_dtype", "precision"])?;
        attributes.expect("block_size", 0)?;
        attributes.expect("output_dtype", 0)?;
        attributes.expect("precision", 0)?;
        let Scale { quant, unsigned } = self.scale(node, None)?;
        let name = node.output.first().map_or("", String::as_str);
        match self.read(node, 0)? {
            Value::Input(order, view) => self.quantized_input(order, view, name, quant, unsigned),
            Value::Pending(pending) => self.finish(*pending, name, quant, unsigned),
            Value::Real(image) => self.rescale(image, name, quant, unsigned),
            Value::Constant(constant) => Err(Problem::Constant { tensor: constant.name().into() }),
            _ => Err(Problem::Attribute { what: format!("quantising `{}`", node.input[0]) }),
        }
    }

    pub(super) fn dequantize(&mut self, node: &'a Node) -> Result<Value<'a>> {
        let attributes = Attributes::new(node, &["axis", "block_size", "output_dtype"])?;
        attributes.expect("block_size", 0)?;
        attributes.expect("output_dtype", 0)?;
        match self.read(node, 0)? {
            Value::Constant(values) => {
                let (scale, zero_point) = (self.constant(node, 1)?, self.optional(node, 2)?);
                let axis = attributes.int("axis")?.unwrap_or(1);
                Ok(Value::Dequantized(Dequantized::new(values, scale, zero_point, axis)?))
            }
            Value::Integer(image) => {
                let Scale { quant, unsigned } = self.scale(node, Some(image.unsigned))?;
                self.check_quant(&image, quant, unsigned)?;
                Ok(Value::Real(image))
            }
            _ => Err(Problem::Attribute { what: format!("dequantising `{}`", node.input[0]) }),
        }
    }

    /// Inputs 1 and 2. Without a zero point it is 0, of the type of the tensor, or uint8.
    fn scale(&mut self, node: &'a Node, unsigned: Option<bool>) -> Result<Scale> {
        let tensor = node.input.first().cloned().unwrap_or_default();
        let scale = self.constant(node, 1)?.scalar()?;
        let (zero_point, unsigned) = match self.optional(node, 2)? {
            None => (0, unsigned.unwrap_or(true)),
            Some(zero_point) if zero_point.view.len() == 1 => {
                (zero_point.integer(0)?, is_unsigned(&zero_point)?)
            }
            Some(_) => return Err(Problem::Unquantized { tensor }),
        };
        let zero_point = zero_point - if unsigned { 128 } else { 0 };
        let quant = i32::try_from(zero_point).map(|zero_point| Quant { scale, zero_point });
        match quant {
            Ok(quant) if quant.is_valid() => Ok(Scale { quant, unsigned }),
            _ => Err(Problem::Unquantized { tensor }),
        }
    }

    /// A tensor is read with the scale that it was made with; the input's is the first that is found.
    fn check_quant(&mut self, image: &Image, quant: Quant, unsigned: bool) -> Result<()> {
        let info = &mut self.graph.tensors[image.tensor];
        if image.tensor == self.graph.input && !self.input_known {
            info.quant = quant;
            self.input_known = true;
        }
        match info.quant == quant && image.unsigned == unsigned {
            true => Ok(()),
            false => Err(Problem::OtherQuant { tensor: info.name.clone() }),
        }
    }

    /// Nothing, or a change of scale.
    fn rescale(&mut self, image: Image, name: &str, quant: Quant, unsigned: bool) -> Result<Value<'a>> {
        let Image { tensor, view, .. } = image;
        let info = &self.graph.tensors[tensor];
        if info.quant == quant {
            self.rename(tensor, name);
            return Ok(Value::Integer(Image { tensor, view, unsigned }));
        }
        let tensor = self.push(name, Op::Rescale, vec![tensor], info.shape, quant)?;
        Ok(Value::Integer(Image { tensor, view, unsigned }))
    }

    /// Tensors are called as where they are quantised.
    fn rename(&mut self, tensor: usize, name: &str) {
        if !self.unnamed.remove(&tensor) || !self.names.insert(name.into()) {
            return;
        }
        self.graph.tensors[tensor].name = name.into();
        if let Some(node) = self.graph.nodes.iter_mut().rev().find(|node| node.output == tensor) {
            node.name = name.into();
        }
    }

    /// Makes a node of an operator, now that its result's scale is known.
    fn finish(&mut self, pending: Pending, name: &str, quant: Quant, unsigned: bool) -> Result<Value<'a>> {
        let Pending { mut op, mut inputs, dims, order, range, .. } = pending;
        let shape = order.shape(&dims);
        let shape = shape.ok_or_else(|| Problem::Batch { tensor: name.into(), shape: dims.clone() })?;
        let refused = || Problem::Attribute { what: format!("a limit to {} .. {}", range.0, range.1) };
        let activation = activation(range, quant).ok_or_else(refused)?;
        match fused(&mut op) {
            Some(fused) => *fused = activation,
            None if activation.range(quant) == Activation::None.range(quant) => {}
            None => return Err(refused()),
        }
        if matches!(op, Op::Concat(_)) {
            inputs = inputs.into_iter().map(|input| self.rescaled(input, quant)).collect::<Result<_>>()?;
        }
        let tensor = self.push(name, op, inputs, shape, quant)?;
        let view = order.view(shape, dims.len()).ok_or(Problem::Unsupported)?;
        Ok(Value::Integer(Image { tensor, view, unsigned }))
    }

    /// A tensor with another scale.
    fn rescaled(&mut self, tensor: usize, quant: Quant) -> Result<usize> {
        let info = &self.graph.tensors[tensor];
        if info.quant == quant {
            return Ok(tensor);
        }
        let (name, shape) = (format!("{}/rescaled", info.name), info.shape);
        self.push(&name, Op::Rescale, vec![tensor], shape, quant)
    }
}

fn is_unsigned(zero_point: &Constant) -> Result<bool> {
    match zero_point.element() {
        element::INT8 => Ok(false),
        element::UINT8 => Ok(true),
        other => Err(Problem::Element {
            tensor: zero_point.name().into(),
            element: format!("type number {other}"),
        }),
    }
}

/// The activation that limits the integers as `range` limits the real numbers.
pub(super) fn activation(range: (f32, f32), quant: Quant) -> Option<Activation> {
    let by_name = match range {
        (f32::NEG_INFINITY, f32::INFINITY) => Some(Activation::None),
        (0.0, f32::INFINITY) => Some(Activation::Relu),
        (0.0, 6.0) => Some(Activation::Relu6),
        _ => None,
    };
    let clamp = |bound: f32| quant.quantize_bound(bound).clamp(i8::MIN.into(), i8::MAX.into()) as i8;
    let wanted = (clamp(range.0), clamp(range.1));
    let all = [Activation::None, Activation::Relu, Activation::Relu6];
    by_name.or_else(|| all.into_iter().find(|activation| activation.range(quant) == wanted))
}

/// Where an operator has its activation.
fn fused(op: &mut Op) -> Option<&mut Activation> {
    match op {
        Op::Conv2d(op) => Some(&mut op.activation),
        Op::DepthwiseConv2d(op) => Some(&mut op.activation),
        Op::FullyConnected(op) => Some(&mut op.activation),
        Op::AveragePool2d(op) => Some(&mut op.activation),
        Op::Add(AddOp { activation }) => Some(activation),
        _ => None,
    }
}

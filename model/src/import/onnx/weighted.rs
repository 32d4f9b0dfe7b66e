//! Operators with weights.

use ndarray::{Array2, Array4};

use super::attributes::Attributes;
use super::constant::Dequantized;
use super::order::Order;
use super::pool::{Outside, Placed, undilated};
use super::proto::Node;
use super::value::{Image, Pending, Value};
use super::view::View;
use super::weights::{Single, Weights};
use super::{Lowering, Result};
use crate::graph::{Activation, Conv2d, DepthwiseConv2d, FullyConnected, Op, WeightQuant};
use crate::import::Problem;

impl<'a> Lowering<'a> {
    pub(super) fn conv(&mut self, node: &'a Node) -> Result<Value<'a>> {
        let known = ["auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"];
        let attributes = Attributes::new(node, &known)?;
        undilated(&attributes)?;
        let image = self.real(node, 0)?;
        let source = self.image(&image, Order::Nchw)?;
        let constant = self.dequantized(node, 1)?;
        let dims = constant.values.view.dims();
        let &[outputs, depth, kh, kw] = &dims[..] else { return Err(constant.values.refused()) };
        let kernel = attributes.ints("kernel_shape")?;
        if kernel.is_some_and(|kernel| kernel != [kh as i64, kw as i64]) {
            return Err(constant.values.refused());
        }
        let depthwise = is_depthwise(&attributes, self.graph.tensors[source].shape.c, depth, outputs)?;
        let single = if image.unsigned { Single::PerTensor } else { Single::PerChannel };
        // Rows, columns, input channels.
        let view = constant.values.view.transpose(&[0, 2, 3, 1]).ok_or_else(|| constant.values.refused())?;
        let weights = self.weights(&constant, &view, single)?;
        let (bias, has_bias) = self.operand_bias(node, source, &weights.quant, outputs)?;
        let placed = self.place(&attributes, source, (kh, kw), Outside::Zero)?;
        let refused = || constant.values.refused();
        let op = match depthwise {
            Some(multiplier) => depthwise_op(weights, bias, &placed, multiplier),
            None => conv_op(weights, bias, &placed),
        };
        let dims = vec![1, outputs, placed.size.0, placed.size.1];
        let pending = Pending::new(op.ok_or_else(refused)?, vec![placed.source], dims, Order::Nchw);
        Ok(Value::Pending(Box::new(Pending { takes_bias: !has_bias, ..pending })))
    }

    pub(super) fn matmul(&mut self, node: &'a Node) -> Result<Value<'a>> {
        Attributes::new(node, &[])?;
        let image = self.real(node, 0)?;
        let constant = self.dequantized(node, 1)?;
        let view = constant.values.view.transpose(&[1, 0]).ok_or_else(|| constant.values.refused())?;
        self.dense(node, image, &constant, view)
    }

    pub(super) fn gemm(&mut self, node: &'a Node) -> Result<Value<'a>> {
        let attributes = Attributes::new(node, &["alpha", "beta", "transA", "transB"])?;
        attributes.expect("transA", 0)?;
        for name in ["alpha", "beta"] {
            if let Some(factor) = attributes.float(name)?.filter(|&factor| factor != 1.0) {
                return Err(Problem::Attribute { what: format!("{name} {factor}") });
            }
        }
        let image = self.real(node, 0)?;
        let constant = self.dequantized(node, 1)?;
        let order = if attributes.int("transB")?.unwrap_or(0) == 0 { [1, 0] } else { [0, 1] };
        let view = constant.values.view.transpose(&order).ok_or_else(|| constant.values.refused())?;
        if image.view.rank() != 2 {
            return Err(Problem::Batch { tensor: node.input[0].clone(), shape: image.view.dims() });
        }
        self.dense(node, image, &constant, view)
    }

    /// A matrix-vector product; the view is `[output, input]`.
    fn dense(
        &mut self,
        node: &'a Node,
        image: Image,
        constant: &Dequantized<'a>,
        view: View,
    ) -> Result<Value<'a>> {
        let mut dims = image.view.dims();
        let depth = dims.pop().unwrap_or(0);
        let &[outputs, columns] = &view.dims()[..] else { return Err(constant.values.refused()) };
        if dims.iter().any(|&dim| dim != 1) {
            dims.push(depth);
            return Err(Problem::Batch { tensor: node.input[0].clone(), shape: dims });
        }
        if depth != columns {
            return Err(constant.values.refused());
        }
        dims.push(outputs);
        let mut weights = self.weights(constant, &view, Single::PerTensor)?;
        in_memory_order(&mut weights.data, &image.view);
        let (bias, has_bias) = self.operand_bias(node, image.tensor, &weights.quant, outputs)?;
        let array = Array2::from_shape_vec((outputs, columns), weights.data);
        let op = Op::FullyConnected(FullyConnected {
            activation: Activation::None,
            weights: array.map_err(|_| constant.values.refused())?,
            bias,
            weight_quant: weights.quant,
        });
        let pending = Pending::new(op, vec![image.tensor], dims, Order::Nhwc);
        Ok(Value::Pending(Box::new(Pending { takes_bias: !has_bias, ..pending })))
    }

    /// An input that must be a dequantised constant.
    fn dequantized(&mut self, node: &'a Node, at: usize) -> Result<Dequantized<'a>> {
        let name = Self::needed(node, at)?;
        match self.read(node, at)? {
            Value::Dequantized(constant) => Ok(constant),
            Value::Constant(_) => Err(Problem::Float { tensor: name.into() }),
            _ => Err(Problem::NotConstant { tensor: name.into() }),
        }
    }

    /// Input 2, whose last side is the channels, or zeros without one; and whether it is there.
    fn operand_bias(
        &mut self,
        node: &'a Node,
        source: usize,
        quant: &WeightQuant,
        channels: usize,
    ) -> Result<(Vec<i32>, bool)> {
        if Self::name(node, 2).is_none() {
            return Ok((vec![0; channels], false));
        }
        let value = self.read(node, 2)?;
        let scale = self.graph.tensors[source].quant.scale;
        Ok((self.bias(&value, 1, scale, quant, channels)?, true))
    }

    /// The bias of an Add after an operator with weights.
    pub(super) fn add_bias(&mut self, mut pending: Pending, value: &Value) -> Result<Value<'a>> {
        let rank = pending.dims.len();
        let channel = pending.order.side(rank, super::order::Role::Channel).unwrap_or(0);
        let scale = pending.inputs.first().map_or(0.0, |&tensor| self.graph.tensors[tensor].quant.scale);
        let (bias, quant) = match &mut pending.op {
            Op::Conv2d(op) => (&mut op.bias, &op.weight_quant),
            Op::DepthwiseConv2d(op) => (&mut op.bias, &op.weight_quant),
            Op::FullyConnected(op) => (&mut op.bias, &op.weight_quant),
            _ => return Err(Problem::Unsupported),
        };
        *bias = self.bias(value, rank - channel, scale, quant, bias.len())?;
        pending.takes_bias = false;
        Ok(Value::Pending(Box::new(pending)))
    }
}

/// The depth multiplier of a depthwise convolution, `None` for a full one.
fn is_depthwise(
    attributes: &Attributes,
    channels: usize,
    depth: usize,
    outputs: usize,
) -> Result<Option<usize>> {
    let group = attributes.int("group")?.unwrap_or(1);
    match usize::try_from(group) {
        Ok(1) => Ok(None),
        Ok(group) if group == channels && depth == 1 && outputs.is_multiple_of(group) => {
            Ok(Some(outputs / group))
        }
        _ => Err(Problem::Attribute { what: format!("group {group} of {channels} channels") }),
    }
}

fn conv_op(weights: Weights, bias: Vec<i32>, placed: &Placed) -> Option<Op> {
    let &[outputs, kh, kw, depth] = &weights.dims[..] else { return None };
    Some(Op::Conv2d(Conv2d {
        stride: placed.window.stride,
        dilation: (1, 1),
        padding: placed.window.padding,
        activation: Activation::None,
        weights: Array4::from_shape_vec((outputs, kh, kw, depth), weights.data).ok()?,
        bias,
        weight_quant: weights.quant,
    }))
}

fn depthwise_op(weights: Weights, bias: Vec<i32>, placed: &Placed, depth_multiplier: usize) -> Option<Op> {
    let &[outputs, kh, kw, 1] = &weights.dims[..] else { return None };
    let array = Array4::from_shape_vec((outputs, kh, kw, 1), weights.data).ok()?;
    Some(Op::DepthwiseConv2d(DepthwiseConv2d {
        stride: placed.window.stride,
        dilation: (1, 1),
        padding: placed.window.padding,
        activation: Activation::None,
        depth_multiplier,
        weights: array.permuted_axes([3, 1, 2, 0]).as_standard_layout().into_owned(),
        bias,
        weight_quant: weights.quant,
    }))
}

/// Puts each row's columns to where their inputs lie in memory.
fn in_memory_order(data: &mut [i8], input: &View) {
    let offsets = input.offsets();
    for row in data.chunks_exact_mut(offsets.len()) {
        let logical = row.to_vec();
        for (&weight, &at) in logical.iter().zip(&offsets) {
            row[at] = weight;
        }
    }
}

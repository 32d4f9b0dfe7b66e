//! The network's input and outputs.

use std::collections::HashSet;

use super::order::Order;
use super::proto::{self, ValueInfo, element};
use super::value::{Image, Value};
use super::view::View;
use super::{Lowering, MAX_ELEMENTS, Result};
use crate::graph::{Element, Quant};
use crate::import::{ImportError, Problem};

/// Stands for scale and zero point of the input until a DequantizeLinear says them.
const UNKNOWN: Quant = Quant { scale: 0.0, zero_point: 0 };

impl<'a> Lowering<'a> {
    /// The input: the one that is no constant.
    pub(super) fn input(&mut self) -> std::result::Result<(), ImportError> {
        let is_input = |info: &&'a ValueInfo| !self.constants.contains_key(info.name.as_str());
        let inputs: Vec<_> = self.network.input.iter().filter(is_input).collect();
        let [input] = inputs[..] else {
            return Err(ImportError::Count { what: "inputs", found: inputs.len() });
        };
        let value = self
            .input_value(input)
            .map_err(|p| ImportError::Edge { tensor: input.name.clone(), problem: p })?;
        self.values.insert(&input.name, value);
        Ok(())
    }

    fn input_value(&mut self, input: &'a ValueInfo) -> Result<Value<'a>> {
        let name = || input.name.clone();
        let kind = input.r#type.as_ref().and_then(|kind| kind.tensor.as_ref());
        let dims = sides(kind).ok_or_else(|| Problem::Batch { tensor: name(), shape: Vec::new() })?;
        let order = input_order(self.network, &input.name, dims.len());
        let refused = || Problem::Batch { tensor: name(), shape: dims.clone() };
        let shape = order.shape(&dims).filter(|shape| shape.len() <= MAX_ELEMENTS).ok_or_else(refused)?;
        let view = order.view(shape, dims.len()).ok_or_else(refused)?;
        let unsigned = match kind.map_or(0, |kind| kind.element) {
            element::FLOAT => return Ok(Value::Input(order, view)),
            element::INT8 => false,
            element::UINT8 => true,
            other => {
                return Err(Problem::Element { tensor: name(), element: format!("type number {other}") });
            }
        };
        self.graph.edge.input = if unsigned { Element::Uint8 } else { Element::Int8 };
        self.graph.input = self.add(&input.name, shape, UNKNOWN)?;
        Ok(Value::Integer(Image { tensor: self.graph.input, view, unsigned }))
    }

    /// The outputs, which all have the same elements.
    pub(super) fn outputs(&mut self) -> std::result::Result<(), ImportError> {
        let mut elements = Vec::new();
        for output in &self.network.output {
            let (tensor, element) = self
                .output(&output.name)
                .and_then(|found| match elements.first() {
                    Some(first) if *first != found.1 => Err(Problem::MixedOutputs),
                    _ => Ok(found),
                })
                .map_err(|problem| ImportError::Edge { tensor: output.name.clone(), problem })?;
            self.graph.outputs.push(tensor);
            elements.push(element);
        }
        self.graph.edge.outputs = elements.first().copied().unwrap_or_default();
        match self.input_known {
            true => Ok(()),
            false => Err(ImportError::Count { what: "quantised inputs", found: 0 }),
        }
    }

    fn output(&mut self, name: &str) -> Result<(usize, Element)> {
        let (image, element) = match self.values.get(name) {
            Some(Value::Integer(image)) if image.unsigned => (image.clone(), Element::Uint8),
            Some(Value::Integer(image)) => (image.clone(), Element::Int8),
            Some(Value::Real(image)) => (image.clone(), Element::Float32),
            Some(_) => return Err(Problem::Float { tensor: name.into() }),
            None => return Err(Problem::NotMade { tensor: name.into() }),
        };
        let order = self.order(std::slice::from_ref(&image))?;
        Ok((self.image(&image, order)?, element))
    }

    /// The quantised input of a network that takes real numbers.
    pub(super) fn quantized_input(
        &mut self,
        order: Order,
        view: View,
        name: &str,
        quant: Quant,
        unsigned: bool,
    ) -> Result<Value<'a>> {
        if self.input_known {
            return Err(Problem::TwiceQuantized);
        }
        let refused = || Problem::Layout { tensor: name.into(), shape: view.dims() };
        let shape = [order, Order::Nhwc, Order::Nchw].iter().find_map(|order| order.image(&view));
        let shape = shape.ok_or_else(refused)?;
        self.graph.edge.input = Element::Float32;
        self.graph.input = self.add(name, shape, quant)?;
        self.input_known = true;
        Ok(Value::Integer(Image { tensor: self.graph.input, view, unsigned }))
    }
}

/// Sides of an input, which all must be known but for the batch.
fn sides(kind: Option<&proto::TensorType>) -> Option<Vec<usize>> {
    let dims = &kind?.shape.as_ref()?.dim;
    let side = |(at, dim): (usize, &proto::Dimension)| match dim.value {
        None | Some(0) if at == 0 => Some(1),
        value => usize::try_from(value?).ok().filter(|&side| side > 0),
    };
    if dims.len() > super::view::MAX_RANK { None } else { dims.iter().enumerate().map(side).collect() }
}

/// The order of the input's sides: NCHW if an operator that is only defined for it reads the input, or what operators
/// that keep the order make of it; else NHWC.
fn input_order(network: &proto::Graph, input: &str, rank: usize) -> Order {
    let mut same = HashSet::from([input]);
    for node in network.node.iter().filter(|_| rank == 4) {
        if !node.input.iter().any(|name| same.contains(name.as_str())) {
            continue;
        }
        match node.op_type.as_str() {
            "QuantizeLinear" | "DequantizeLinear" | "Identity" | "Pad" | "Relu" | "Clip" | "Sigmoid"
            | "Add" | "Concat" => same.extend(node.output.iter().map(String::as_str)),
            "Conv" | "MaxPool" | "AveragePool" | "GlobalAveragePool" | "Resize" => return Order::Nchw,
            _ => {}
        }
    }
    Order::Nhwc
}

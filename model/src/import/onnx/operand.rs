//! What an operator reads.

use super::constant::Constant;
use super::order::Order;
use super::proto::Node;
use super::value::{Image, Value};
use super::{Lowering, Result};
use crate::import::Problem;

impl<'a> Lowering<'a> {
    /// The name of an input; `None` if it is absent.
    pub(super) fn name(node: &'a Node, at: usize) -> Option<&'a str> {
        node.input.get(at).map(String::as_str).filter(|name| !name.is_empty())
    }

    pub(super) fn needed(node: &'a Node, at: usize) -> Result<&'a str> {
        Self::name(node, at).ok_or(Problem::NoInput { at })
    }

    /// What an input stands for. A pending result is taken, as it can be read only once.
    pub(super) fn read(&mut self, node: &'a Node, at: usize) -> Result<Value<'a>> {
        let name = Self::needed(node, at)?;
        if let Some(tensor) = self.constants.get(name) {
            return Ok(Value::Constant(Constant::new(tensor, name)?));
        }
        match self.values.get_mut(name) {
            Some(Value::Taken) => Err(Problem::Float { tensor: name.into() }),
            Some(pending @ Value::Pending(_)) => Ok(std::mem::replace(pending, Value::Taken)),
            Some(value) => Ok(value.clone()),
            None => Err(Problem::NotMade { tensor: name.into() }),
        }
    }

    /// An input that must be a plain constant.
    pub(super) fn constant(&mut self, node: &'a Node, at: usize) -> Result<Constant<'a>> {
        match self.read(node, at)? {
            Value::Constant(constant) => Ok(constant),
            _ => Err(Problem::NotConstant { tensor: Self::needed(node, at)?.into() }),
        }
    }

    /// An optional input that must be a plain constant; one without elements counts as absent.
    pub(super) fn optional(&mut self, node: &'a Node, at: usize) -> Result<Option<Constant<'a>>> {
        let Some(name) = Self::name(node, at) else { return Ok(None) };
        match self.constants.get(name) {
            Some(tensor) if tensor.dims.contains(&0) => Ok(None),
            _ => self.constant(node, at).map(Some),
        }
    }

    /// An input that must be a dequantised tensor.
    pub(super) fn real(&mut self, node: &'a Node, at: usize) -> Result<Image> {
        let tensor = || Self::needed(node, at).unwrap_or_default().to_string();
        match self.read(node, at)? {
            Value::Real(image) => Ok(image),
            Value::Constant(_) | Value::Dequantized(_) => Err(Problem::Constant { tensor: tensor() }),
            Value::Integer(_) => Err(Problem::NotDequantized { tensor: tensor() }),
            Value::Input(..) | Value::Pending(_) | Value::Taken => Err(Problem::Float { tensor: tensor() }),
        }
    }

    /// The graph's tensor that is the image which a view in this order shows.
    pub(super) fn image(&mut self, image: &Image, order: Order) -> Result<usize> {
        let refused = || Problem::Layout {
            tensor: self.graph.tensors[image.tensor].name.clone(),
            shape: image.view.dims(),
        };
        let shape = order.image(&image.view).ok_or_else(refused)?;
        self.shaped(image.tensor, shape)
    }

    /// The order in which all the views are images; the graph's own shape says which if several are.
    pub(super) fn order(&self, images: &[Image]) -> Result<Order> {
        let fits = |order: &&Order| images.iter().all(|image| order.image(&image.view).is_some());
        let orders: Vec<_> = [Order::Nhwc, Order::Nchw].iter().filter(fits).copied().collect();
        let as_is = |order: &&Order| {
            let first = images.first();
            first
                .is_some_and(|image| order.image(&image.view) == Some(self.graph.tensors[image.tensor].shape))
        };
        orders.iter().find(as_is).or(orders.first()).copied().ok_or_else(|| Problem::Layout {
            tensor: images.first().map_or_else(String::new, |i| self.graph.tensors[i.tensor].name.clone()),
            shape: images.first().map_or_else(Vec::new, |image| image.view.dims()),
        })
    }
}

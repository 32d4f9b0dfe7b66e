//! What the file says of an activation tensor.

use super::super::tflite::{ElementType, Tensor};
use super::{Problem, Result};
use crate::graph::{Element, Precision, Quant, Shape};

/// Elements of an integer tensor at the edge.
pub(super) fn element(tensor: &Tensor) -> Result<Element> {
    match tensor.element {
        ElementType::Int8 => Ok(Element::Int8),
        ElementType::Uint8 => Ok(Element::Uint8),
        ElementType::Int16 => Ok(Element::Int16),
        ElementType::Int32 => Ok(Element::Int32),
        ElementType::Float32 => Err(Problem::Float { tensor: tensor.name.clone() }),
        other => Err(Problem::Element { tensor: tensor.name.clone(), element: other.to_string() }),
    }
}

/// Sides from the last on; a leading side of a fourth is the batch, which must be 1.
pub(super) fn shape(tensor: &Tensor) -> Result<Shape> {
    let side = |from_end: usize| {
        let at = tensor.shape.len().checked_sub(from_end);
        at.and_then(|at| tensor.shape.get(at)).map_or(1, |side| *side)
    };
    let batch: bool = tensor.shape.iter().rev().skip(3).all(|side| *side == 1);
    match batch {
        true => Ok(Shape::new(side(3), side(2), side(1))),
        false => Err(Problem::Batch { tensor: tensor.name.clone(), shape: tensor.shape.clone() }),
    }
}

/// Width of an activation tensor's integers.
pub(super) fn precision(tensor: &Tensor) -> Result<Precision> {
    Ok(match element(tensor)? {
        Element::Int16 => Precision::Int16,
        Element::Int32 => Precision::Int32,
        Element::Int8 | Element::Uint8 | Element::Float32 => Precision::Int8,
    })
}

/// What an activation tensor's integers mean; uint8 as int8.
pub(super) fn quant(tensor: &Tensor) -> Result<Quant> {
    let less = if element(tensor)? == Element::Uint8 { 128 } else { 0 };
    let name = || tensor.name.clone();
    let quantization = tensor.quantization.as_ref().ok_or_else(|| Problem::Unquantized { tensor: name() })?;
    let (&[scale], &[zero_point]) = (&quantization.scales[..], &quantization.zero_points[..]) else {
        return Err(Problem::Unquantized { tensor: name() });
    };
    let zero_point = zero_point.checked_sub(less).and_then(|z| i32::try_from(z).ok());
    Ok(Quant { scale, zero_point: zero_point.ok_or_else(|| Problem::Unquantized { tensor: name() })? })
}

//! Operators that only move pixels: the scale stays.

use super::attributes::Attributes;
use super::order::{Order, Role};
use super::proto::Node;
use super::value::{Image, Value};
use super::{Lowering, MAX_SIDE, Result};
use crate::graph::{Op, Pad, PadOp, ResizeOp, Shape};
use crate::import::Problem;

/// How the file sees an image.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub order: Order,
    pub rank: usize,
    pub unsigned: bool,
}

impl<'a> Lowering<'a> {
    /// Adds an operator that keeps scale and zero point, and gives its real numbers.
    pub(super) fn move_pixels(
        &mut self,
        node: &'a Node,
        op: Op,
        source: usize,
        shape: Shape,
        seen: Seen,
    ) -> Result<Value<'a>> {
        let name = node.output.first().map_or("", String::as_str);
        let quant = self.graph.tensors[source].quant;
        let tensor = self.push(name, op, vec![source], shape, quant)?;
        self.unnamed.insert(tensor);
        let view = seen.order.view(shape, seen.rank).ok_or(Problem::Unsupported)?;
        Ok(Value::Real(Image { tensor, view, unsigned: seen.unsigned }))
    }

    /// With zeros, that is zero points.
    pub(super) fn pad(&mut self, node: &'a Node) -> Result<Value<'a>> {
        let amounts = self.pad_amounts(node)?;
        let image = self.real(node, 0)?;
        let order = self.order(std::slice::from_ref(&image))?;
        let source = self.image(&image, order)?;
        let rank = image.view.rank();
        let refused = || Problem::Attribute { what: format!("padding {amounts:?}") };
        let op = pad_op(&amounts, order, rank).ok_or_else(refused)?;
        let shape = padded(self.graph.tensors[source].shape, &op);
        self.move_pixels(node, Op::Pad(op), source, shape, Seen { order, rank, unsigned: image.unsigned })
    }

    /// Amounts are input 1, or in older sets of operators an attribute; so is the value.
    fn pad_amounts(&mut self, node: &'a Node) -> Result<Vec<i64>> {
        let attributes = Attributes::new(node, &["mode", "pads", "value"])?;
        let mode = attributes.text("mode")?.unwrap_or("constant");
        let value = match self.optional(node, 2)? {
            Some(value) => value.scalar()?,
            None => attributes.float("value")?.unwrap_or(0.0),
        };
        if mode != "constant" || value != 0.0 {
            return Err(Problem::Attribute { what: format!("padding with mode {mode}, value {value}") });
        }
        if Self::name(node, 3).is_some() {
            return Err(Problem::Attribute { what: "padding with axes".into() });
        }
        match attributes.ints("pads")? {
            Some(pads) => Ok(pads.to_vec()),
            None => self.constant(node, 1)?.integers(),
        }
    }

    /// To the nearest pixel.
    pub(super) fn resize(&mut self, node: &'a Node) -> Result<Value<'a>> {
        let attributes = Attributes::new(node, &RESIZE)?;
        let image = self.real(node, 0)?;
        let source = self.image(&image, Order::Nchw)?;
        let from = self.graph.tensors[source].shape;
        let shape = self.resized(node, from)?;
        let ties = has_ties(from.h, shape.h) || has_ties(from.w, shape.w);
        let op = Op::ResizeNearest(nearest(&attributes, ties)?);
        let seen = Seen { order: Order::Nchw, rank: 4, unsigned: image.unsigned };
        self.move_pixels(node, op, source, shape, seen)
    }

    /// The new size: whole multiples by scales, or sizes.
    fn resized(&mut self, node: &'a Node, from: Shape) -> Result<Shape> {
        let sides = [1, from.c, from.h, from.w];
        let sizes = match (self.optional(node, 2)?, self.optional(node, 3)?) {
            (Some(scales), None) => {
                sides.iter().zip(scales.reals()?).map(|(&side, scale)| multiple(side, scale)).collect()
            }
            (None, Some(sizes)) => sizes.integers()?,
            _ => return Err(Problem::Attribute { what: "resizing without either scales or sizes".into() }),
        };
        let whole = sizes.iter().map(|&size| usize::try_from(size).ok()).collect::<Option<Vec<_>>>();
        match whole.as_deref() {
            Some(&[1, c, h @ 1..=MAX_SIDE, w @ 1..=MAX_SIDE]) if c == from.c => Ok(Shape::new(h, w, c)),
            _ => Err(Problem::Attribute { what: format!("resizing of {sides:?} to {sizes:?}") }),
        }
    }
}

/// Attributes of Resize.
const RESIZE: [&str; 8] = [
    "antialias",
    "coordinate_transformation_mode",
    "cubic_coeff_a",
    "exclude_outside",
    "extrapolation_value",
    "keep_aspect_ratio_policy",
    "mode",
    "nearest_mode",
];

/// A side times a scale; 0 if that is not whole, for then ONNX does not sample at the ratio of the sides.
fn multiple(side: usize, scale: f32) -> i64 {
    let size = side as f64 * f64::from(scale);
    if size.fract() == 0.0 { size as i64 } else { 0 }
}

/// TFLite's flags for ONNX's ways of finding the nearest pixel.
fn nearest(attributes: &Attributes, ties: bool) -> Result<ResizeOp> {
    attributes.expect("antialias", 0)?;
    let mode = attributes.text("mode")?.unwrap_or("nearest");
    let place = attributes.text("coordinate_transformation_mode")?.unwrap_or("half_pixel");
    let nearest = attributes.text("nearest_mode")?.unwrap_or("round_prefer_floor");
    let policy = attributes.text("keep_aspect_ratio_policy")?.unwrap_or("stretch");
    let (align_corners, half_pixel_centers) = match (mode, policy, place, nearest) {
        ("nearest", "stretch", "asymmetric", "floor") => (false, false),
        ("nearest", "stretch", "align_corners", "round_prefer_ceil") => (true, false),
        ("nearest", "stretch", "tf_half_pixel_for_nn", "floor") => (false, true),
        ("nearest", "stretch", "half_pixel", "round_prefer_ceil") => (false, true),
        ("nearest", "stretch", "half_pixel", "round_prefer_floor") if !ties => (false, true),
        _ => {
            let what = format!("resizing with mode {mode}, {place}, {nearest}, {policy}");
            return Err(Problem::Attribute { what });
        }
    };
    Ok(ResizeOp { align_corners, half_pixel_centers })
}

/// The shape with padding around it.
pub(super) fn padded(Shape { h, w, c }: Shape, PadOp { pad, channels }: &PadOp) -> Shape {
    Shape::new(h + pad.top + pad.bottom, w + pad.left + pad.right, c + channels.0 + channels.1)
}

/// Amounts before all sides, then after all sides.
fn pad_op(amounts: &[i64], order: Order, rank: usize) -> Option<PadOp> {
    let amount = |&amount: &i64| u8::try_from(amount).ok().map(usize::from);
    let amounts: Vec<usize> = amounts.iter().map(amount).collect::<Option<_>>()?;
    let (mut pad, mut channels) = (Pad::default(), (0, 0));
    if amounts.len() != 2 * rank {
        return None;
    }
    for (at, role) in order.roles(rank)?.into_iter().enumerate() {
        let sides = (amounts[at], amounts[at + rank]);
        match role {
            Role::Row => (pad.top, pad.bottom) = sides,
            Role::Column => (pad.left, pad.right) = sides,
            Role::Channel => channels = sides,
            Role::Batch if sides != (0, 0) => return None,
            Role::Batch => {}
        }
    }
    Some(PadOp { pad, channels })
}

/// Whether a new pixel's centre lies on the border of two old ones, where the two ways of rounding differ.
fn has_ties(from: usize, to: usize) -> bool {
    let (from, to) = (from as u64, to as u64);
    (0..to).any(|at| ((2 * at + 1) * from).is_multiple_of(2 * to))
}

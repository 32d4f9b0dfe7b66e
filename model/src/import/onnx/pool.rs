//! Windows over images: how ONNX's pads become TFLite's padding, and the pools.

use super::attributes::Attributes;
use super::order::{Order, Role};
use super::pixels::{Seen, padded};
use super::proto::Node;
use super::shape::positions;
use super::value::{Image, Pending, Value};
use super::{Lowering, Result};
use crate::graph::{Activation, MeanRounding, Op, Pad, PadOp, Padding, Pool2d, Shape, Window};
use crate::import::Problem;

/// What an operator takes for the pixels outside the image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outside {
    /// The real number 0, as in a convolution.
    Zero,
    /// The real number 0, which counts in an average; in TFLite it does not.
    Counted,
    /// The lowest number.
    Lowest,
    /// Nothing: they do not count.
    Ignored,
}

/// A window at its place.
pub(super) struct Placed {
    /// The tensor to read, perhaps a padded one.
    pub source: usize,
    pub window: Window,
    /// Rows and columns of the result.
    pub size: (usize, usize),
}

impl<'a> Lowering<'a> {
    /// Stride and padding of an operator that reads the image `source`.
    pub(super) fn place(
        &mut self,
        attributes: &Attributes,
        source: usize,
        kernel: (usize, usize),
        outside: Outside,
    ) -> Result<Placed> {
        let stride = attributes.pair("strides")?;
        let Shape { h, w, .. } = self.graph.tensors[source].shape;
        let same = Window { kernel, stride, padding: Padding::Same };
        let (same_size, same_pad) = same.slide(h, w).ok_or_else(|| refused_window(kernel, stride))?;
        let pad = pads(attributes, same_pad)?;
        let valid = Window { padding: Padding::Valid, ..same };
        let padded = valid.slide(h + pad.top + pad.bottom, w + pad.left + pad.right);
        let (size, _) = padded.ok_or_else(|| refused_window(kernel, stride))?;
        if pad == Pad::default() {
            return Ok(Placed { source, window: valid, size });
        }
        if pad == same_pad && size == same_size && outside != Outside::Counted {
            return Ok(Placed { source, window: same, size });
        }
        let source = self.padded(source, pad, outside)?;
        Ok(Placed { source, window: valid, size })
    }

    /// The image with what is outside written out.
    fn padded(&mut self, source: usize, pad: Pad, outside: Outside) -> Result<usize> {
        let info = &self.graph.tensors[source];
        let is_exact = match outside {
            Outside::Zero | Outside::Counted => true,
            Outside::Lowest => info.quant.zero_point == i32::from(i8::MIN),
            Outside::Ignored => false,
        };
        if !is_exact {
            return Err(Problem::Attribute { what: format!("padding of {pad:?}") });
        }
        let (name, quant, op) =
            (format!("{}/padded", info.name), info.quant, PadOp { pad, channels: (0, 0) });
        let shape = padded(info.shape, &op);
        self.push(&name, Op::Pad(op), vec![source], shape, quant)
    }

    pub(super) fn average_pool(&mut self, node: &'a Node) -> Result<Value<'a>> {
        let known =
            ["auto_pad", "ceil_mode", "count_include_pad", "dilations", "kernel_shape", "pads", "strides"];
        let attributes = Attributes::new(node, &known)?;
        let outside = match attributes.int("count_include_pad")?.unwrap_or(0) {
            0 => Outside::Ignored,
            _ => Outside::Counted,
        };
        let (pool, placed, image) = self.pool(node, &attributes, outside)?;
        let dims = vec![1, self.graph.tensors[placed.source].shape.c, placed.size.0, placed.size.1];
        let rounding = if image.unsigned { MeanRounding::Up } else { MeanRounding::AwayFromZero };
        let op = Op::AveragePool2d(Pool2d { rounding, ..pool });
        Ok(Value::Pending(Box::new(Pending::new(op, vec![placed.source], dims, Order::Nchw))))
    }

    pub(super) fn max_pool(&mut self, node: &'a Node) -> Result<Value<'a>> {
        let known =
            ["auto_pad", "ceil_mode", "dilations", "kernel_shape", "pads", "storage_order", "strides"];
        let attributes = Attributes::new(node, &known)?;
        let (pool, placed, image) = self.pool(node, &attributes, Outside::Lowest)?;
        let rounding = if image.unsigned { MeanRounding::Up } else { MeanRounding::AwayFromZero };
        let shape = Shape { h: placed.size.0, w: placed.size.1, ..self.graph.tensors[placed.source].shape };
        let op = Op::MaxPool2d(Pool2d { rounding, ..pool });
        let seen = Seen { order: Order::Nchw, rank: 4, unsigned: image.unsigned };
        self.move_pixels(node, op, placed.source, shape, seen)
    }

    fn pool(
        &mut self,
        node: &'a Node,
        attributes: &Attributes,
        outside: Outside,
    ) -> Result<(Pool2d, Placed, Image)> {
        attributes.expect("ceil_mode", 0)?;
        undilated(attributes)?;
        if attributes.ints("kernel_shape")?.is_none() {
            return Err(Problem::Attribute { what: "a pool without kernel_shape".into() });
        }
        let kernel = attributes.pair("kernel_shape")?;
        let image = self.real(node, 0)?;
        let source = self.image(&image, Order::Nchw)?;
        let placed = self.place(attributes, source, kernel, outside)?;
        let Window { stride, padding, .. } = placed.window;
        let (activation, rounding) = (Activation::None, MeanRounding::default());
        Ok((Pool2d { kernel, stride, padding, activation, rounding }, placed, image))
    }

    pub(super) fn global_average_pool(&mut self, node: &'a Node) -> Result<Value<'a>> {
        Attributes::new(node, &[])?;
        let image = self.real(node, 0)?;
        let source = self.image(&image, Order::Nchw)?;
        let dims = vec![1, self.graph.tensors[source].shape.c, 1, 1];
        Ok(Value::Pending(Box::new(Pending::new(Op::Mean, vec![source], dims, Order::Nchw))))
    }

    /// A mean over rows and columns.
    pub(super) fn reduce_mean(&mut self, node: &'a Node) -> Result<Value<'a>> {
        let known = ["axes", "keepdims", "noop_with_empty_axes"];
        let keep = Attributes::new(node, &known)?.int("keepdims")?.unwrap_or(1) != 0;
        let axes = self.axes(node, &known)?.unwrap_or_default();
        let image = self.real(node, 0)?;
        let order = self.order(std::slice::from_ref(&image))?;
        let rank = image.view.rank();
        let over = |role| order.side(rank, role);
        let mut wanted: Vec<_> = [Role::Row, Role::Column].into_iter().filter_map(over).collect();
        wanted.sort_unstable();
        if wanted.len() != 2 || positions(&axes, rank).as_ref() != Some(&wanted) {
            return Err(Problem::Attribute { what: format!("a mean over axes {axes:?} of {rank}") });
        }
        let source = self.image(&image, order)?;
        let c = self.graph.tensors[source].shape.c;
        let (dims, order) = match keep {
            true => (order.view(Shape::new(1, 1, c), rank).map_or_else(Vec::new, |view| view.dims()), order),
            false => (vec![1, c], Order::Nhwc),
        };
        Ok(Value::Pending(Box::new(Pending::new(Op::Mean, vec![source], dims, order))))
    }
}

fn refused_window(kernel: (usize, usize), stride: (usize, usize)) -> Problem {
    Problem::Attribute { what: format!("a window {kernel:?} with stride {stride:?}, which does not fit,") }
}

/// Dilation, which must be 1.
pub(super) fn undilated(attributes: &Attributes) -> Result<()> {
    match attributes.pair("dilations")? {
        (1, 1) => Ok(()),
        other => Err(Problem::Attribute { what: format!("dilation {other:?}") }),
    }
}

/// What is added around the image; `same` is what TFLite's SAME adds.
fn pads(attributes: &Attributes, same: Pad) -> Result<Pad> {
    let auto = attributes.text("auto_pad")?.unwrap_or("NOTSET");
    let sides = attributes.ints("pads")?;
    match (auto, sides) {
        ("NOTSET", None) | ("VALID", _) => Ok(Pad::default()),
        ("SAME_UPPER", _) => Ok(same),
        ("SAME_LOWER", _) => {
            Ok(Pad { top: same.bottom, bottom: same.top, left: same.right, right: same.left })
        }
        ("NOTSET", Some(sides)) => explicit(sides),
        _ => Err(Problem::Attribute { what: format!("auto_pad {auto}") }),
    }
}

/// Top, left, bottom, right, each at most 255.
fn explicit(sides: &[i64]) -> Result<Pad> {
    let side = |&side: &i64| u8::try_from(side).map(usize::from);
    let all: std::result::Result<Vec<usize>, _> = sides.iter().map(side).collect();
    match all.as_deref() {
        Ok(&[top, left, bottom, right]) => Ok(Pad { top, left, bottom, right }),
        _ => Err(Problem::Attribute { what: format!("pads {sides:?}") }),
    }
}

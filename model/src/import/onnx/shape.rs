//! Operators that only change how memory is seen, and constants.

use super::attributes::Attributes;
use super::constant::Constant;
use super::proto::Node;
use super::value::{Image, Value};
use super::view::{MAX_RANK, View};
use super::{Lowering, Result};
use crate::import::Problem;

impl<'a> Lowering<'a> {
    pub(super) fn constant_node(&mut self, node: &'a Node) -> Result<Value<'a>> {
        let tensor = Attributes::new(node, &["value"])?.tensor("value")?;
        let name = node.output.first().map_or("", String::as_str);
        let tensor = tensor.ok_or_else(|| Problem::NotConstant { tensor: name.into() })?;
        Ok(Value::Constant(Constant::new(tensor, name)?))
    }

    pub(super) fn identity(&mut self, node: &'a Node) -> Result<Value<'a>> {
        Attributes::new(node, &[])?;
        self.read(node, 0)
    }

    pub(super) fn transpose(&mut self, node: &'a Node) -> Result<Value<'a>> {
        let perm = Attributes::new(node, &["perm"])?.ints("perm")?;
        self.seen(node, |view| {
            let order: Option<Vec<usize>> = match perm {
                Some(perm) => perm.iter().map(|&at| usize::try_from(at).ok()).collect(),
                None => Some((0..view.rank()).rev().collect()),
            };
            view.transpose(&order?)
        })
    }

    pub(super) fn reshape(&mut self, node: &'a Node) -> Result<Value<'a>> {
        Attributes::new(node, &["allowzero"])?.expect("allowzero", 0)?;
        let target = self.constant(node, 1)?.integers()?;
        self.seen(node, |view| view.reshape(&resolved(&target, view)?))
    }

    pub(super) fn flatten(&mut self, node: &'a Node) -> Result<Value<'a>> {
        let axis = Attributes::new(node, &["axis"])?.int("axis")?.unwrap_or(1);
        self.seen(node, |view| {
            let dims = view.dims();
            // The axis after the last is allowed: everything before it, and 1.
            let axis = if axis < 0 { axis + dims.len() as i64 } else { axis };
            let (before, after) = dims.split_at_checked(usize::try_from(axis).ok()?)?;
            view.reshape(&[before.iter().product(), after.iter().product()])
        })
    }

    pub(super) fn squeeze(&mut self, node: &'a Node) -> Result<Value<'a>> {
        let axes = self.axes(node, &["axes"])?;
        self.seen(node, |view| {
            let dims = view.dims();
            let axes = match &axes {
                Some(axes) => positions(axes, dims.len())?,
                None => (0..dims.len()).filter(|&at| dims[at] == 1).collect(),
            };
            let rest = (0..dims.len()).filter(|at| !axes.contains(at)).map(|at| dims[at]);
            view.reshape(&rest.collect::<Vec<_>>())
        })
    }

    pub(super) fn unsqueeze(&mut self, node: &'a Node) -> Result<Value<'a>> {
        let axes = self.axes(node, &["axes"])?.ok_or(Problem::NoInput { at: 1 })?;
        self.seen(node, |view| {
            let mut dims = view.dims();
            let axes = positions(&axes, dims.len() + axes.len()).filter(|axes| axes.len() <= MAX_RANK)?;
            axes.iter().for_each(|&at| dims.insert(at.min(dims.len()), 1));
            view.reshape(&dims)
        })
    }

    /// Axes: input 1, or in older sets of operators an attribute; negative ones count from the last.
    pub(super) fn axes(&mut self, node: &'a Node, known: &[&str]) -> Result<Option<Vec<i64>>> {
        let attribute = Attributes::new(node, known)?.ints("axes")?.map(<[i64]>::to_vec);
        match attribute {
            Some(axes) => Ok(Some(axes)),
            None => self.optional(node, 1)?.map(|axes| axes.integers()).transpose(),
        }
    }

    /// Input 0 through another view.
    fn seen(&mut self, node: &'a Node, change: impl Fn(&View) -> Option<View>) -> Result<Value<'a>> {
        let name = Self::needed(node, 0)?;
        let changed = |view: &View| {
            change(view).ok_or_else(|| Problem::Layout { tensor: name.into(), shape: view.dims() })
        };
        let image = |image: Image| Ok(Image { view: changed(&image.view)?, ..image });
        match self.read(node, 0)? {
            Value::Input(order, view) => Ok(Value::Input(order, changed(&view)?)),
            Value::Integer(found) => Ok(Value::Integer(image(found)?)),
            Value::Real(found) => Ok(Value::Real(image(found)?)),
            Value::Constant(found) => Ok(Value::Constant(found.seen(changed(&found.view)?))),
            Value::Dequantized(found) => Ok(Value::Dequantized(found.seen(changed(&found.values.view)?))),
            Value::Pending(_) | Value::Taken => Err(Problem::Float { tensor: name.into() }),
        }
    }
}

/// Axes counted from 0, in order, none twice; `None` if one is out of range.
pub(super) fn positions(axes: &[i64], rank: usize) -> Option<Vec<usize>> {
    let position = |axis: i64| {
        let axis = if axis < 0 { axis.checked_add(rank as i64)? } else { axis };
        usize::try_from(axis).ok().filter(|&axis| axis < rank)
    };
    let mut positions: Vec<usize> = axes.iter().map(|&axis| position(axis)).collect::<Option<_>>()?;
    positions.sort_unstable();
    positions.windows(2).all(|pair| pair[0] != pair[1]).then_some(positions)
}

/// The sides that a Reshape asks for: 0 is the side that was there, -1 what is left.
fn resolved(target: &[i64], view: &View) -> Option<Vec<usize>> {
    let dims = view.dims();
    let fixed = |(at, &side): (usize, &i64)| match side {
        -1 => Some(1),
        0 => dims.get(at).copied(),
        side => usize::try_from(side).ok(),
    };
    let mut sides: Vec<usize> = target.iter().enumerate().map(fixed).collect::<Option<_>>()?;
    let known = sides.iter().try_fold(1usize, |product, &side| product.checked_mul(side))?;
    let mut open = target.iter().enumerate().filter(|&(_, &side)| side == -1).map(|(at, _)| at);
    if let Some(at) = open.next() {
        sides[at] = view.len().checked_div(known)?;
    }
    open.next().is_none().then_some(sides)
}

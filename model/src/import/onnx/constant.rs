//! Constants: plain ones, and those behind a DequantizeLinear.

use super::Result;
use super::proto::{Tensor, element};
use super::view::{MAX_RANK, View};
use crate::import::Problem;

/// A constant tensor with at least one element.
#[derive(Clone, Debug)]
pub struct Constant<'a> {
    tensor: &'a Tensor,
    name: &'a str,
    /// Its sides, over the elements as the file has them.
    pub view: View,
}

impl<'a> Constant<'a> {
    /// Checks type and sides against the data.
    pub fn new(tensor: &'a Tensor, name: &'a str) -> Result<Self> {
        let refused = || Problem::NotConstant { tensor: name.into() };
        let mut dims = Vec::new();
        let mut length = 1usize;
        for &dim in &tensor.dims {
            let dim = usize::try_from(dim).ok().filter(|&dim| dim > 0 && dims.len() < MAX_RANK);
            let dim = dim.ok_or_else(refused)?;
            length = length.checked_mul(dim).ok_or_else(refused)?;
            dims.push(dim);
        }
        match tensor.data_location == 0 && elements(tensor) == Some(length) {
            true => Ok(Self { tensor, name, view: View::row_major(&dims) }),
            false => Err(refused()),
        }
    }

    /// The same elements in another view.
    pub fn seen(&self, view: View) -> Self {
        Self { view, ..self.clone() }
    }

    /// Type of the elements.
    pub fn element(&self) -> i32 {
        self.tensor.data_type
    }

    /// The name in the file.
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// It is not of the needed type or shape.
    pub fn refused(&self) -> Problem {
        Problem::NotConstant { tensor: self.name.into() }
    }

    /// The integer at a place of the file's order.
    pub fn integer(&self, at: usize) -> Result<i64> {
        let Tensor { raw_data: raw, int32_data, int64_data, .. } = self.tensor;
        let narrow = || int32_data.get(at).copied();
        let found = match self.tensor.data_type {
            element::INT8 if raw.is_empty() => narrow().and_then(|q| i8::try_from(q).ok()).map(i64::from),
            element::UINT8 if raw.is_empty() => narrow().and_then(|q| u8::try_from(q).ok()).map(i64::from),
            element::INT32 if raw.is_empty() => narrow().map(i64::from),
            element::INT64 if raw.is_empty() => int64_data.get(at).copied(),
            element::INT8 => raw.get(at).map(|&byte| i64::from(byte as i8)),
            element::UINT8 => raw.get(at).map(|&byte| i64::from(byte)),
            element::INT32 => bytes(raw, at).map(|bytes| i64::from(i32::from_le_bytes(bytes))),
            element::INT64 => bytes(raw, at).map(i64::from_le_bytes),
            _ => None,
        };
        found.ok_or_else(|| self.refused())
    }

    /// The real number at a place of the file's order.
    pub fn real(&self, at: usize) -> Result<f32> {
        let found = match (self.tensor.data_type, self.tensor.raw_data.is_empty()) {
            (element::FLOAT, true) => self.tensor.float_data.get(at).copied(),
            (element::FLOAT, false) => bytes(&self.tensor.raw_data, at).map(f32::from_le_bytes),
            _ => None,
        };
        found.ok_or_else(|| self.refused())
    }

    /// All integers of a list, in order.
    pub fn integers(&self) -> Result<Vec<i64>> {
        self.view.offsets().into_iter().map(|at| self.integer(at)).collect()
    }

    /// All real numbers of a list, in order.
    pub fn reals(&self) -> Result<Vec<f32>> {
        self.view.offsets().into_iter().map(|at| self.real(at)).collect()
    }

    /// The only real number.
    pub fn scalar(&self) -> Result<f32> {
        if self.view.len() == 1 { self.real(0) } else { Err(self.refused()) }
    }
}

/// Number of elements that the data has.
fn elements(tensor: &Tensor) -> Option<usize> {
    let (size, typed) = match tensor.data_type {
        element::FLOAT => (4, tensor.float_data.len()),
        element::INT8 | element::UINT8 => (1, tensor.int32_data.len()),
        element::INT32 => (4, tensor.int32_data.len()),
        element::INT64 => (8, tensor.int64_data.len()),
        _ => return None,
    };
    let raw = tensor.raw_data.len();
    match raw {
        0 => Some(typed),
        _ => raw.is_multiple_of(size).then_some(raw / size),
    }
}

fn bytes<const N: usize>(raw: &[u8], at: usize) -> Option<[u8; N]> {
    let start = at.checked_mul(N)?;
    raw.get(start..)?.first_chunk().copied()
}

/// A constant of integers with scales and zero points.
#[derive(Clone, Debug)]
pub struct Dequantized<'a> {
    /// The integers.
    pub values: Constant<'a>,
    scale: Constant<'a>,
    zero_point: Option<Constant<'a>>,
    /// Elements in the file from one scale to the next.
    inner: usize,
}

impl<'a> Dequantized<'a> {
    /// One scale, or one for each index along the axis.
    pub fn new(
        values: Constant<'a>,
        scale: Constant<'a>,
        zero_point: Option<Constant<'a>>,
        axis: i64,
    ) -> Result<Self> {
        let refused = || Problem::Weights { tensor: values.name.into() };
        let dims = values.view.dims();
        let count = scale.view.len();
        let agree = zero_point.as_ref().is_none_or(|zero_point| {
            zero_point.view.len() == count && zero_point.element() == values.element()
        });
        let axis = if axis < 0 { axis + dims.len() as i64 } else { axis };
        let along = usize::try_from(axis).ok().and_then(|axis| Some((*dims.get(axis)?, &dims[axis + 1..])));
        let inner = match along {
            _ if count == 1 => values.view.len(),
            Some((side, after)) if side == count && scale.view.rank() == 1 => after.iter().product(),
            _ => return Err(refused()),
        };
        // The axis is one of the file's, so nothing may have moved before.
        match agree && values.view == View::row_major(&dims) {
            true => Ok(Self { values, scale, zero_point, inner }),
            false => Err(refused()),
        }
    }

    /// Number of scales.
    pub fn scales(&self) -> usize {
        self.scale.view.len()
    }

    /// The scale's index of the element at a place of the file's order.
    pub fn scale_at(&self, at: usize) -> usize {
        at / self.inner % self.scales()
    }

    /// A scale by its index.
    pub fn scale(&self, index: usize) -> Result<f32> {
        self.scale.real(index)
    }

    /// A zero point by its index.
    pub fn zero_point(&self, index: usize) -> Result<i64> {
        self.zero_point.as_ref().map_or(Ok(0), |zero_point| zero_point.integer(index))
    }

    /// The same numbers in another view.
    pub fn seen(&self, view: View) -> Self {
        Self { values: self.values.seen(view), ..self.clone() }
    }
}

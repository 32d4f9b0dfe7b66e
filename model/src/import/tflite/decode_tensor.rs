//! Decodes tensors and their constants.

use super::budget::Budget;
use super::schema::{buffer, quantization, tensor};
use super::{ElementType, Quantization, ReadProblem, Tensor};
use crate::import::flatbuffer::{FlatbufferError, Table, Tables};

/// Longest beginning of a tensor's name in errors, in characters.
const LABEL: usize = 80;

/// Where constants come from.
pub(super) struct Constants<'a> {
    /// The whole file.
    pub(super) file: &'a [u8],
    /// Its list of buffers.
    pub(super) buffers: Tables<'a>,
}

/// One entry of a list of tensors.
pub(super) fn tensor(
    entry: Result<Table, FlatbufferError>,
    constants: &Constants,
    budget: &mut Budget,
) -> Result<Tensor, ReadProblem> {
    let table = entry?;
    let shape = shape(&table, budget)?;
    let element = ElementType::new(table.scalar(tensor::TYPE, 0)?);
    let is_sparse = table.table(tensor::SPARSITY)?.is_some();
    let data = constants.of(&table)?;
    // What a sparse constant holds does not follow from its shape.
    if !data.is_empty() && !is_sparse {
        check_length(&shape, element, data.len())?;
    }
    Ok(Tensor {
        name: budget.text(table.bytes(tensor::NAME)?)?,
        shape,
        element,
        quantization: scales(&table, budget)?,
        data: if data.is_empty() { None } else { Some(budget.bytes(data)?) },
        is_variable: table.scalar(tensor::IS_VARIABLE, false)?,
        is_sparse,
    })
}

/// The beginning of a tensor's name, for errors; empty when it cannot be read.
pub(super) fn label(entry: Result<Table, FlatbufferError>) -> String {
    let name = entry.and_then(|table| table.bytes(tensor::NAME)).unwrap_or_default();
    // A character has at most four bytes.
    let start = &name[..name.len().min(4 * LABEL)];
    String::from_utf8_lossy(start).chars().take(LABEL).collect()
}

fn shape(table: &Table, budget: &mut Budget) -> Result<Vec<usize>, ReadProblem> {
    let sides = table.vector::<i32>(tensor::SHAPE)?.unwrap_or_default();
    let mut shape = budget.vector(sides.len())?;
    let mut elements = 1usize;
    for (dimension, side) in sides.iter().enumerate() {
        let length = usize::try_from(side).map_err(|_| ReadProblem::Side { dimension, side })?;
        elements = elements.checked_mul(length).ok_or(ReadProblem::Elements)?;
        shape.push(length);
    }
    Ok(shape)
}

/// Whether a constant fills its shape, whose number of elements has been checked.
fn check_length(shape: &[usize], element: ElementType, found: usize) -> Result<(), ReadProblem> {
    let Some(width) = element.bytes() else { return Ok(()) };
    let elements: usize = shape.iter().product();
    let expected = elements.checked_mul(width).ok_or(ReadProblem::Elements)?;
    if expected == found { Ok(()) } else { Err(ReadProblem::DataLength { expected, found }) }
}

/// Scales and zero points; none when there are neither scales nor details.
fn scales(table: &Table, budget: &mut Budget) -> Result<Option<Quantization>, ReadProblem> {
    let Some(table) = table.table(tensor::QUANTIZATION)? else { return Ok(None) };
    let scales = table.vector::<f32>(quantization::SCALE)?.unwrap_or_default();
    let zero_points = table.vector::<i64>(quantization::ZERO_POINT)?.unwrap_or_default();
    let has_details = table.scalar::<u8>(quantization::DETAILS_TYPE, 0)? != 0;
    if scales.is_empty() && !has_details {
        return Ok(None);
    }
    if scales.len() != zero_points.len() {
        return Err(ReadProblem::Quantization { scales: scales.len(), zero_points: zero_points.len() });
    }
    Ok(Some(Quantization {
        scales: budget.collect(scales)?,
        zero_points: budget.collect(zero_points)?,
        axis: table.scalar(quantization::QUANTIZED_DIMENSION, 0)?,
        has_details,
    }))
}

impl<'a> Constants<'a> {
    /// The constant of a tensor; empty when it has none.
    fn of(&self, table: &Table) -> Result<&'a [u8], ReadProblem> {
        let index: u32 = table.scalar(tensor::BUFFER, 0)?;
        let missing = ReadProblem::Index {
            field: tensor::BUFFER,
            what: "buffer",
            index: i64::from(index),
            count: self.buffers.len(),
        };
        let buffer = self.buffers.get(index as usize).ok_or(missing)??;
        let data = buffer.bytes(buffer::DATA)?;
        if data.is_empty() { self.outside(&buffer) } else { Ok(data) }
    }

    /// A constant that follows the structure, as in files that are too large for it.
    fn outside(&self, buffer: &Table) -> Result<&'a [u8], ReadProblem> {
        let offset: u64 = buffer.scalar(buffer::OFFSET, 0)?;
        let size: u64 = buffer.scalar(buffer::SIZE, 0)?;
        // Writers leave 0 or 1 where there is none.
        if offset <= 1 {
            return Ok(&[]);
        }
        let end = self.file.len();
        let start = usize::try_from(offset).ok().and_then(|start| self.file.get(start..));
        let data = start.and_then(|rest| rest.get(..usize::try_from(size).ok()?));
        data.ok_or(ReadProblem::DataOffset { offset, size, end })
    }
}

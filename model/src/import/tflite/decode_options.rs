//! Decodes attributes of operators.

use super::budget::Budget;
use super::options::*;
use super::schema::{self, operator};
use super::{OpCode, ReadProblem};
use crate::import::flatbuffer::{Field, FlatbufferError, Table};

/// The attributes of an operator of kind `code`.
pub(super) fn options(code: &OpCode, operator: &Table, budget: &mut Budget) -> Result<Options, ReadProblem> {
    let Some(expected) = options_type(code) else { return Ok(without(code)) };
    let found = operator.scalar::<u8>(operator::BUILTIN_OPTIONS_TYPE, 0)?;
    if found != 0 && found != expected {
        return Err(ReadProblem::Options { op: code.name(), expected, found });
    }
    let table = if found == 0 { None } else { operator.table(operator::BUILTIN_OPTIONS)? };
    let table = table.unwrap_or(Table::empty());
    match code {
        OpCode::Reshape => new_shape(&table, budget),
        code => Ok(fixed(code, &table)?),
    }
}

/// The number of an operator's options in the schema's union; none for those without or not decoded.
fn options_type(code: &OpCode) -> Option<u8> {
    match code {
        OpCode::Conv2d => Some(1),
        OpCode::DepthwiseConv2d => Some(2),
        OpCode::AveragePool2d | OpCode::MaxPool2d => Some(5),
        OpCode::FullyConnected => Some(8),
        OpCode::Softmax => Some(9),
        OpCode::Concatenation => Some(10),
        OpCode::Add => Some(11),
        OpCode::Reshape => Some(17),
        OpCode::Mul => Some(21),
        OpCode::Mean => Some(27),
        OpCode::Sub => Some(28),
        OpCode::ResizeNearestNeighbor => Some(74),
        _ => None,
    }
}

fn without(code: &OpCode) -> Options {
    match code {
        OpCode::Custom { .. } | OpCode::Other { .. } => Options::NotDecoded,
        _ => Options::None,
    }
}

/// Attributes of fixed size.
fn fixed(code: &OpCode, table: &Table) -> Result<Options, FlatbufferError> {
    use schema::{add, mul, reducer, softmax, sub};
    Ok(match code {
        OpCode::Conv2d => Options::Conv2d(conv_2d(table)?),
        OpCode::DepthwiseConv2d => Options::DepthwiseConv2d(depthwise_conv_2d(table)?),
        OpCode::AveragePool2d | OpCode::MaxPool2d => Options::Pool2d(pool_2d(table)?),
        OpCode::FullyConnected => Options::FullyConnected(fully_connected(table)?),
        OpCode::Softmax => Options::Softmax { beta: table.scalar(softmax::BETA, 0.0)? },
        OpCode::Concatenation => concatenation(table)?,
        OpCode::Add => Options::Add {
            activation: activation(table, add::ACTIVATION)?,
            pot_scale_int16: table.scalar(add::POT_SCALE_INT16, true)?,
        },
        OpCode::Mul => Options::Mul(activation(table, mul::ACTIVATION)?),
        OpCode::Sub => Options::Sub(activation(table, sub::ACTIVATION)?),
        OpCode::Mean => Options::Reducer { keep_dims: table.scalar(reducer::KEEP_DIMS, false)? },
        OpCode::ResizeNearestNeighbor => resize_nearest_neighbor(table)?,
        _ => without(code),
    })
}

fn conv_2d(table: &Table) -> Result<Conv2dOptions, FlatbufferError> {
    use schema::conv_2d as field;
    Ok(Conv2dOptions {
        padding: padding(table, field::PADDING)?,
        stride: pair(table, field::STRIDE_H, field::STRIDE_W, 0)?,
        dilation: pair(table, field::DILATION_H, field::DILATION_W, 1)?,
        activation: activation(table, field::ACTIVATION)?,
    })
}

fn depthwise_conv_2d(table: &Table) -> Result<DepthwiseConv2dOptions, FlatbufferError> {
    use schema::depthwise_conv_2d as field;
    Ok(DepthwiseConv2dOptions {
        padding: padding(table, field::PADDING)?,
        stride: pair(table, field::STRIDE_H, field::STRIDE_W, 0)?,
        dilation: pair(table, field::DILATION_H, field::DILATION_W, 1)?,
        depth_multiplier: table.scalar(field::DEPTH_MULTIPLIER, 0)?,
        activation: activation(table, field::ACTIVATION)?,
    })
}

fn pool_2d(table: &Table) -> Result<Pool2dOptions, FlatbufferError> {
    use schema::pool_2d as field;
    Ok(Pool2dOptions {
        padding: padding(table, field::PADDING)?,
        stride: pair(table, field::STRIDE_H, field::STRIDE_W, 0)?,
        filter: pair(table, field::FILTER_HEIGHT, field::FILTER_WIDTH, 0)?,
        activation: activation(table, field::ACTIVATION)?,
    })
}

fn fully_connected(table: &Table) -> Result<FullyConnectedOptions, FlatbufferError> {
    use schema::fully_connected as field;
    Ok(FullyConnectedOptions {
        activation: activation(table, field::ACTIVATION)?,
        weights_format: WeightsFormat::new(table.scalar(field::WEIGHTS_FORMAT, 0)?),
        keep_num_dims: table.scalar(field::KEEP_NUM_DIMS, false)?,
        asymmetric_quantize_inputs: table.scalar(field::ASYMMETRIC_QUANTIZE_INPUTS, false)?,
    })
}

fn concatenation(table: &Table) -> Result<Options, FlatbufferError> {
    use schema::concatenation as field;
    let axis = table.scalar(field::AXIS, 0)?;
    Ok(Options::Concatenation { axis, activation: activation(table, field::ACTIVATION)? })
}

fn resize_nearest_neighbor(table: &Table) -> Result<Options, FlatbufferError> {
    use schema::resize_nearest_neighbor as field;
    Ok(Options::ResizeNearestNeighbor {
        align_corners: table.scalar(field::ALIGN_CORNERS, false)?,
        half_pixel_centers: table.scalar(field::HALF_PIXEL_CENTERS, false)?,
    })
}

fn new_shape(table: &Table, budget: &mut Budget) -> Result<Options, ReadProblem> {
    let shape = table.vector(schema::reshape::NEW_SHAPE)?;
    Ok(Options::Reshape { new_shape: shape.map(|shape| budget.collect(shape)).transpose()? })
}

fn padding(table: &Table, field: Field) -> Result<Padding, FlatbufferError> {
    Ok(Padding::new(table.scalar(field, 0)?))
}

fn activation(table: &Table, field: Field) -> Result<FusedActivation, FlatbufferError> {
    Ok(FusedActivation::new(table.scalar(field, 0)?))
}

/// Rows and columns.
fn pair(table: &Table, rows: Field, columns: Field, default: i32) -> Result<(i32, i32), FlatbufferError> {
    Ok((table.scalar(rows, default)?, table.scalar(columns, default)?))
}

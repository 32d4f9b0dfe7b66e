//! A layer's descriptor, unpacked, and the walk over its blocks.

use super::InterpretError;
use super::finish::Finish;
use crate::plan::descriptor::{
    Descriptor, FLAG_LIST_SHARED, FLAG_PARAMETERS_SHARED, FLAG_VECTOR, FLAG_WEIGHTS_SHARED, Field,
};

/// The fields of a layer. Pairs are column, row.
pub struct Walk {
    pub stream: u16,
    /// Whether the first group's part of the stream comes from the flash.
    pub streamed: bool,
    pub groups: usize,
    pub vector: bool,
    pub list_shared: bool,
    pub weights_shared: bool,
    pub parameters_shared: bool,
    pub pad: u8,
    pub finish: Finish,
    pub in_base: u16,
    pub in_group_step: u16,
    block_step: u16,
    row_step: u16,
    pub pixel_step: u16,
    pub pixel_row: u16,
    blocks: (u16, u16),
    origin: (u16, u16),
    block_move: (u16, u16),
    pub size: (u16, u16),
    pub pixel_move: (u16, u16),
    pub block: (usize, usize),
    pub out_base: u16,
    pub out_group_step: u16,
    out_block_step: u16,
    out_row_step: u16,
    pub out_pixel_step: u16,
    pub out_pixel_row: u16,
    last: (usize, usize),
    pub skip: usize,
}

/// A block: relative addresses of its window and its first result, its place, and its valid columns and rows.
#[derive(Clone, Copy)]
pub struct Block {
    pub fetch: u16,
    pub at: (u16, u16),
    pub drain: u16,
    pub valid: (usize, usize),
}

impl Walk {
    pub fn new(descriptor: &Descriptor, pixels: usize) -> Result<Self, InterpretError> {
        let get = |field| descriptor.get(field);
        let wide = |field| descriptor.bytes(field).map(usize::from);
        let flag = |flag: u16| get(Field::Flags) & flag != 0;
        let [pad, zero_point] = descriptor.bytes(Field::Zero);
        let [lo, hi] = descriptor.bytes(Field::Clamp);
        let [move_x, move_y] = descriptor.bytes(Field::PixelXy).map(u16::from);
        let ([px, py], [last_x, last_y]) = (wide(Field::Block), wide(Field::Last));
        let walk = Self {
            stream: get(Field::Stream),
            streamed: descriptor.streamed(),
            groups: usize::from(descriptor.groups()),
            vector: flag(FLAG_VECTOR),
            list_shared: flag(FLAG_LIST_SHARED),
            weights_shared: flag(FLAG_WEIGHTS_SHARED),
            parameters_shared: flag(FLAG_PARAMETERS_SHARED),
            pad,
            finish: Finish { zero_point: zero_point as i8, clamp: (lo as i8, hi as i8) },
            in_base: get(Field::InBase),
            in_group_step: get(Field::InGroupStep),
            block_step: get(Field::BlockStep),
            row_step: get(Field::RowStep),
            pixel_step: get(Field::PixelStep),
            pixel_row: get(Field::PixelRow),
            blocks: (get(Field::BlocksX), get(Field::BlocksY)),
            origin: (get(Field::XOrigin), get(Field::YOrigin)),
            block_move: (get(Field::XBlock), get(Field::YBlock)),
            size: (get(Field::InW), get(Field::InH)),
            pixel_move: (move_x, move_y),
            block: (px, py),
            out_base: get(Field::OutBase),
            out_group_step: get(Field::OutGroupStep),
            out_block_step: get(Field::OutBlockStep),
            out_row_step: get(Field::OutRowStep),
            out_pixel_step: get(Field::OutPixelStep),
            out_pixel_row: get(Field::OutPixelRow),
            last: (last_x, last_y),
            skip: usize::from(get(Field::Skip)),
        };
        let count = usize::from(walk.blocks.0) * usize::from(walk.blocks.1);
        let sound = walk.groups > 0
            && count > 0
            && count == usize::from(get(Field::Blocks))
            && px * py > 0
            && walk.skip + px * py == pixels
            && (1..=px).contains(&last_x)
            && (1..=py).contains(&last_y);
        sound.then_some(walk).ok_or(InterpretError::Block)
    }

    /// The blocks in their order.
    pub fn blocks(&self) -> impl Iterator<Item = Block> {
        let ((columns, rows), (move_x, move_y)) = (self.blocks, self.block_move);
        (0..rows).flat_map(move |row| (0..columns).map(move |column| (row, column))).map(
            move |(row, column)| {
                let at = |x: u16, y: u16| column.wrapping_mul(x).wrapping_add(row.wrapping_mul(y));
                let end = |at: u16, count: u16, whole, last| if at + 1 == count { last } else { whole };
                Block {
                    fetch: at(self.block_step, self.row_step),
                    at: (
                        self.origin.0.wrapping_add(column.wrapping_mul(move_x)),
                        self.origin.1.wrapping_add(row.wrapping_mul(move_y)),
                    ),
                    drain: at(self.out_block_step, self.out_row_step),
                    valid: (
                        end(column, columns, self.block.0, self.last.0),
                        end(row, rows, self.block.1, self.last.1),
                    ),
                }
            },
        )
    }
}

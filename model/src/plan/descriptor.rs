//! Layer descriptors: the machine code of the sequencer.
//!
//! A descriptor is [`WORDS`] 16-bit words; [`Field`] names the word of each field. The hardware has no multiplier for
//! addresses, so every product of shapes is computed at plan time. Addresses and steps count memory words and wrap at
//! 16 bits, so that a negative step is its two's complement.

use serde::{Deserialize, Serialize};

/// 16-bit words of a descriptor.
pub const WORDS: usize = 32;
/// Bytes of a descriptor in memory, little endian; it begins at a memory word.
pub const BYTES: usize = 2 * WORDS;

/// Word index of each field. "Columns" and "rows" are coordinates of the input, which decide what is padding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Field {
    /// [`Op`] code.
    Op = 0,
    /// Address of the layer's stream, of what of it is in memory.
    Stream = 1,
    /// Groups of output channels, one channel a lane; and [`STREAMED`].
    Groups = 2,
    /// A sum of the `FLAG_*` constants.
    Flags = 3,
    /// `pad value | output zero point << 8`.
    Zero = 4,
    /// `smallest result | largest result << 8`.
    Clamp = 5,
    /// Address of the first block's window; with padding it lies before the tensor. Frozen: address of the input.
    InBase = 6,
    /// From group to group.
    InGroupStep = 7,
    /// From block to block. Frozen: bytes of the input.
    BlockStep = 8,
    /// From the first block of a row of blocks to the first of the next. Frozen: bytes of the output.
    RowStep = 9,
    /// From pixel to pixel of a block (dense mode). Frozen: channels of the output.
    PixelStep = 10,
    /// From the last pixel of a row of a block to the first of the next row (dense mode). Frozen: from one plane of
    /// the output to the next.
    PixelRow = 11,
    /// Blocks in a row.
    BlocksX = 12,
    /// Rows of blocks.
    BlocksY = 13,
    /// Column of the first window.
    XOrigin = 14,
    /// Row of the first window.
    YOrigin = 15,
    /// Columns from block to block.
    XBlock = 16,
    /// Rows from one row of blocks to the next.
    YBlock = 17,
    /// Columns of the input.
    InW = 18,
    /// Rows of the input.
    InH = 19,
    /// `columns | rows << 8` from pixel to pixel (dense mode).
    PixelXy = 20,
    /// `PX | PY << 8`: columns and rows of a block.
    Block = 21,
    /// Address of the first result. Frozen: address of the output.
    OutBase = 22,
    /// From group to group of the results.
    OutGroupStep = 23,
    /// From block to block of the results.
    OutBlockStep = 24,
    /// From row of blocks to row of blocks of the results.
    OutRowStep = 25,
    /// From pixel to pixel of the results of a block.
    OutPixelStep = 26,
    /// From the last result of a row of a block to the first of the next.
    OutPixelRow = 27,
    /// `valid columns of the last block of a row | valid rows of the last row of blocks << 8`.
    Last = 28,
    /// Pixels of the array that a block leaves unused: `P - PX * PY`.
    Skip = 29,
    /// Blocks of a group.
    Blocks = 30,
}

/// Largest column or row of an input whose reads are checked.
pub const MOST_COORDINATE: usize = 511;

impl Field {
    /// Largest value that the hardware keeps; two byte fields are limited byte by byte.
    pub fn most(self) -> usize {
        match self {
            Self::Groups | Self::BlocksY => 511,
            Self::InW | Self::InH => MOST_COORDINATE,
            Self::BlocksX => 4095,
            Self::Blocks => 8191,
            Self::BlockStep | Self::PixelStep => 255,
            Self::XBlock | Self::YBlock => 63,
            Self::PixelXy => 7,
            Self::Block | Self::Last | Self::Skip => 31,
            Self::Zero | Self::Clamp => 255,
            _ => 65_535,
        }
    }
}

impl From<Field> for usize {
    fn from(field: Field) -> Self {
        field as usize
    }
}

/// In [`Field::Groups`]: the first group's part of the stream comes from the flash, by the ring at the end of memory.
pub const STREAMED: u16 = 1 << 15;
/// Vector mode: lane `l` multiplies byte `l` of the word.
pub const FLAG_VECTOR: u16 = 1;
/// All groups use the entry list of group 0.
pub const FLAG_LIST_SHARED: u16 = 2;
/// All groups use the weights of group 0.
pub const FLAG_WEIGHTS_SHARED: u16 = 4;
/// All groups use the parameters of group 0.
pub const FLAG_PARAMETERS_SHARED: u16 = 8;

/// What a descriptor does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u16)]
pub enum Op {
    /// Ends the program.
    End = 0,
    /// A layer on the array.
    Layer = 1,
    /// The frozen front end; its shapes are in the fabric.
    Frozen = 2,
}

/// One descriptor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Descriptor(pub [u16; WORDS]);

impl Descriptor {
    /// A descriptor with all other fields zero.
    pub fn new(op: Op) -> Self {
        let mut words = [0; WORDS];
        words[Field::Op as usize] = op as u16;
        Self(words)
    }

    /// Sets a field: a [`Field`], or one of the [quad array](crate::plan::quad::Field).
    pub fn set(mut self, field: impl Into<usize>, value: u16) -> Self {
        if let Some(word) = self.0.get_mut(field.into()) {
            *word = value;
        }
        self
    }

    /// A field's value.
    pub fn get(&self, field: impl Into<usize>) -> u16 {
        self.0.get(field.into()).copied().unwrap_or(0)
    }

    /// Groups of a layer.
    pub fn groups(&self) -> u16 {
        self.get(Field::Groups) & !STREAMED
    }

    /// Whether the first group's part of a layer's stream comes from the flash.
    pub fn streamed(&self) -> bool {
        self.get(Field::Groups) & STREAMED != 0
    }

    /// The low and the high byte of a field.
    pub fn bytes(&self, field: impl Into<usize>) -> [u8; 2] {
        self.get(field).to_le_bytes()
    }

    /// Its bytes in memory.
    pub fn pack(&self) -> Vec<u8> {
        self.0.into_iter().flat_map(u16::to_le_bytes).collect()
    }

    /// The descriptor of [`BYTES`] bytes; what is missing counts as 0.
    pub fn unpack(bytes: &[u8]) -> Self {
        let mut words = [0; WORDS];
        for (word, pair) in words.iter_mut().zip(bytes.chunks_exact(2)) {
            *word = u16::from(pair[0]) | u16::from(pair[1]) << 8;
        }
        Self(words)
    }
}

//! The fields of a layer's descriptor.

/// The quads work at the same pixels, each for a group of channels of its own.
pub const FLAG_SPREAD: u16 = 16;

/// Word of each field of a [`Descriptor`](crate::plan::descriptor::Descriptor) of the quad array. The sequencer
/// reads a descriptor, which begins at a row, at once.
///
/// Steps count memory words. Columns are counted beside addresses, only to know what lies outside: where a column has
/// reached the width, `Pitch` is taken from it and `Gap` (input) or `OutGap` (results) from the place in the plane,
/// so that a block may reach into the next line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Field {
    /// [`Op`](crate::plan::descriptor::Op) code.
    Op = 0,
    /// Address of the layer's stream, a multiple of 4.
    Stream = 1,
    /// Passes.
    Passes = 2,
    /// A sum of [`FLAG_SPREAD`] and the `FLAG_*` constants of [`crate::plan::descriptor`].
    Flags = 3,
    /// `pad value | output zero point << 8`.
    Zero = 4,
    /// `smallest result | largest result << 8`.
    Clamp = 5,
    /// Address of the input.
    InBase = 6,
    /// From pass to pass.
    InPassStep = 7,
    /// From block to block.
    BlockStep = 8,
    /// From row of blocks to row of blocks.
    RowStep = 9,
    /// Columns of the input.
    Width = 10,
    /// From run to run of a block.
    RunStep = 11,
    /// Blocks in a row.
    BlocksX = 12,
    /// Rows of blocks.
    BlocksY = 13,
    /// Columns from a line to the next.
    Pitch = 14,
    /// Of these the ones that are not in memory, modulo 2^16.
    Gap = 15,
    /// Columns from block to block, less whole pitches.
    XBlock = 16,
    /// Words of a plane: what lies beyond is padding.
    Size = 17,
    /// `words | step << 8` of an access: 4 words, 2 (every other one) or 1, and columns to the next access.
    Access = 18,
    /// `PX | PY << 8`: pixels of a run, runs of a block.
    Block = 20,
    /// Groups of output channels.
    Groups = 21,
    /// Address of the first result.
    OutBase = 22,
    /// From group to group of the results.
    OutGroupStep = 23,
    /// From block to block of the results.
    OutBlockStep = 24,
    /// From row of blocks to row of blocks of the results.
    OutRowStep = 25,
    /// From run to run of the results.
    OutRunStep = 26,
    /// Columns of a line without results, modulo 2^16.
    OutGap = 27,
    /// `valid columns of the last block of a row | valid runs of the last row of blocks << 8`.
    Last = 28,
    /// Columns of the output.
    OutWidth = 29,
    /// Blocks of a pass.
    Blocks = 30,
    /// Columns of the output from block to block, less whole pitches.
    OutXBlock = 31,
}

impl Field {
    /// Largest value that the hardware keeps; of two byte fields, of each byte.
    pub fn most(self) -> usize {
        match self {
            Self::Passes | Self::BlocksY => 511,
            Self::Width | Self::Pitch | Self::XBlock | Self::OutWidth | Self::OutXBlock => 1023,
            Self::BlocksX => 4095,
            Self::Blocks => 8191,
            Self::Groups => 2047,
            Self::Zero | Self::Clamp | Self::Access => 255,
            Self::Block | Self::Last => 31,
            _ => 65_535,
        }
    }
}

impl From<Field> for usize {
    fn from(field: Field) -> Self {
        field as usize
    }
}

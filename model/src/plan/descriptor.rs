//! Layer descriptors: the machine code of the sequencer.
//!
//! A descriptor is [`WORDS`] 16-bit words; [`Field`] names the word of each field. The sequencer has no
//! multiplier, so every product of shapes is computed here, at plan time.

use serde::{Deserialize, Serialize};

/// 16-bit words of one descriptor in program memory.
pub const WORDS: usize = 32;
/// Words that the sequencer reads: the used ones.
pub const USED_WORDS: usize = 21;
/// 16-bit words of one channel in parameter memory: bias low, bias high, multiplier low, multiplier high,
/// shifts (`left | right << 8`), then unused.
pub const PARAMETER_WORDS: usize = 8;

/// Word index of each field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Field {
    /// [`Op`] code.
    Op = 0,
    /// Byte address of the input tensor in activation memory; for a convolution, of the first window's first tap,
    /// which with padding lies before the tensor: `tensor - (pad_top * in_w + pad_left) * channels`, modulo 2^16.
    InBase = 1,
    /// Byte address of the output tensor.
    OutBase = 2,
    /// First word of the layer's weights (a word is one byte for each lane).
    WeightBase = 3,
    /// First channel of the layer's parameters.
    ParameterBase = 4,
    /// Output columns.
    OutW = 5,
    /// Output rows.
    OutH = 6,
    /// Input channels.
    Channels = 7,
    /// Kernel columns.
    KernelW = 8,
    /// Kernel rows.
    KernelH = 9,
    /// Groups of `lanes` output channels.
    Groups = 10,
    /// Output channels of the last group.
    LastLanes = 11,
    /// Bytes from one output column's window to the next: `stride_x * channels`.
    StepX = 12,
    /// Bytes from one output row's window to the next: `stride_y * in_w * channels`.
    StepY = 13,
    /// Bytes from the end of one kernel row to the start of the next: `(in_w - kernel_w) * channels`,
    /// modulo 2^16.
    RowSkip = 14,
    /// `stride_x | stride_y << 8`.
    Stride = 15,
    /// `pad_left | pad_top << 8`.
    Pad = 16,
    /// Input columns.
    InW = 17,
    /// Input rows.
    InH = 18,
    /// `input zero point | output zero point << 8`.
    ZeroPoints = 19,
    /// `smallest result | largest result << 8`.
    Clamp = 20,
}

/// What a descriptor does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u16)]
pub enum Op {
    /// Ends the program.
    End = 0,
    /// Convolution on the MAC array: dense, pointwise and fully connected are shapes of it.
    Conv = 1,
    /// The frozen front end, from `InBase` to `OutBase`; its shapes are in the fabric. `StepX` holds the bytes
    /// of its input and `StepY` those of its output.
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

    /// Sets a field.
    pub fn set(mut self, field: Field, value: u16) -> Self {
        self.0[field as usize] = value;
        self
    }

    /// A field's value.
    pub fn get(&self, field: Field) -> u16 {
        self.0[field as usize]
    }
}

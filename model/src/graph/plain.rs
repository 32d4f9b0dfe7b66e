//! Operators without weights.

use serde::{Deserialize, Serialize};

use super::{Activation, Pad, Padding, Window};

/// Pooling.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pool2d {
    /// Window rows and columns.
    pub kernel: (usize, usize),
    /// Row and column stride.
    pub stride: (usize, usize),
    /// Padding.
    pub padding: Padding,
    /// Fused activation.
    pub activation: Activation,
    /// How halves of a mean are rounded.
    #[serde(default)]
    pub rounding: MeanRounding,
}

/// How halves of a mean are rounded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeanRounding {
    /// Away from the integer 0, as TFLite does for int8.
    #[default]
    AwayFromZero,
    /// Up, which is what TFLite does for uint8.
    Up,
}

/// Addition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddOp {
    /// Fused activation.
    pub activation: Activation,
}

/// Padding as a node of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PadOp {
    /// What is added.
    pub pad: Pad,
    /// Channels added before and after those of the image.
    #[serde(default)]
    pub channels: (usize, usize),
}

/// Concatenation. All inputs have the quantisation of the output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConcatOp {
    /// The axis along which the inputs lie side by side.
    pub axis: Axis,
}

/// An axis of an NHWC image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Axis {
    /// Rows, axis 1 of NHWC.
    Height,
    /// Columns, axis 2.
    Width,
    /// Channels, axis 3.
    Channels,
}

/// Nearest-neighbour resize to the size of the output; TFLite's two flags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResizeOp {
    /// The corner pixels of input and output lie on each other.
    pub align_corners: bool,
    /// Pixels are sampled at their centres.
    pub half_pixel_centers: bool,
}

/// Softmax.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SoftmaxOp {
    /// Factor of the exponents.
    pub beta: f32,
}

impl Pool2d {
    /// The window that slides.
    pub fn window(&self) -> Window {
        Window { kernel: self.kernel, stride: self.stride, padding: self.padding }
    }
}

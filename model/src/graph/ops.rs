//! Operators and their constants.

use ndarray::{Array2, Array4, Axis};
use serde::{Deserialize, Serialize};

use super::plain::{AddOp, ConcatOp, PadOp, Pool2d, ResizeOp, SoftmaxOp};
use super::{Padding, Precision, Quant, WeightQuant, Window};

/// What a node does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// Convolution.
    Conv2d(Conv2d),
    /// Convolution of each channel on its own.
    DepthwiseConv2d(DepthwiseConv2d),
    /// Matrix-vector product of the flattened input.
    FullyConnected(FullyConnected),
    /// Mean of a window; padded taps do not count.
    AveragePool2d(Pool2d),
    /// Largest of a window.
    MaxPool2d(Pool2d),
    /// Sum of two tensors of the same shape.
    Add(AddOp),
    /// Zero points around the image.
    Pad(PadOp),
    /// The same numbers in another shape.
    Reshape,
    /// Several tensors side by side.
    Concat(ConcatOp),
    /// Mean of each channel over the whole image.
    Mean,
    /// A larger or smaller image of the nearest pixels.
    ResizeNearest(ResizeOp),
    /// The same real numbers with another scale and zero point.
    Rescale,
    /// Exponentials over their sum, over the channels.
    Softmax(SoftmaxOp),
    /// `1 / (1 + e^-x)`.
    Logistic,
}

/// Fused activation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// The whole range of the integers.
    #[default]
    None,
    /// At least 0.
    Relu,
    /// Within 0 and 6.
    Relu6,
}

impl Activation {
    /// Smallest and largest result in a tensor with this quantisation.
    pub fn range(self, output: Quant) -> (i8, i8) {
        let (lo, hi) = self.range_of(output, Precision::Int8);
        (lo as i8, hi as i8)
    }

    /// Smallest and largest result in a tensor of a width with this quantisation.
    pub fn range_of(self, output: Quant, precision: Precision) -> (i32, i32) {
        let (lo, hi) = precision.range();
        let bound = |real: f32| output.quantize_bound(real).clamp(lo, hi);
        match self {
            Self::None => (lo, hi),
            Self::Relu => (bound(0.0), hi),
            Self::Relu6 => (bound(0.0), bound(6.0)),
        }
    }
}

/// Convolution.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conv2d {
    /// Row and column stride.
    pub stride: (usize, usize),
    /// Row and column dilation; only 1 is supported.
    #[serde(default = "undilated")]
    pub dilation: (usize, usize),
    /// Padding.
    pub padding: Padding,
    /// Fused activation.
    pub activation: Activation,
    /// `[output channel, kernel row, kernel column, input channel]`.
    pub weights: Array4<i8>,
    /// One for each output channel; added to accumulators of 64 bits where the input is int16.
    pub bias: Vec<i32>,
    /// What the weights mean.
    pub weight_quant: WeightQuant,
}

/// Convolution of each channel on its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DepthwiseConv2d {
    /// Row and column stride.
    pub stride: (usize, usize),
    /// Row and column dilation; only 1 is supported.
    #[serde(default = "undilated")]
    pub dilation: (usize, usize),
    /// Padding.
    pub padding: Padding,
    /// Fused activation.
    pub activation: Activation,
    /// Output channels of each input channel; output channel `o` reads input channel `o / multiplier`.
    pub depth_multiplier: usize,
    /// `[1, kernel row, kernel column, output channel]`.
    pub weights: Array4<i8>,
    /// One for each output channel.
    pub bias: Vec<i32>,
    /// What the weights mean.
    pub weight_quant: WeightQuant,
}

/// Matrix-vector product.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FullyConnected {
    /// Fused activation.
    pub activation: Activation,
    /// `[output, input]`; inputs in NHWC order.
    pub weights: Array2<i8>,
    /// One for each output.
    pub bias: Vec<i32>,
    /// What the weights mean.
    pub weight_quant: WeightQuant,
}

fn undilated() -> (usize, usize) {
    (1, 1)
}

impl Conv2d {
    /// The window that slides.
    pub fn window(&self) -> Window {
        let (_, kh, kw, _) = self.weights.dim();
        Window { kernel: (kh, kw), stride: self.stride, padding: self.padding }
    }
}

impl DepthwiseConv2d {
    /// The window that slides.
    pub fn window(&self) -> Window {
        let (_, kh, kw, _) = self.weights.dim();
        Window { kernel: (kh, kw), stride: self.stride, padding: self.padding }
    }
}

impl Op {
    /// Name in messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Conv2d(_) => "conv2d",
            Self::DepthwiseConv2d(_) => "depthwise_conv2d",
            Self::FullyConnected(_) => "fully_connected",
            Self::AveragePool2d(_) => "average_pool2d",
            Self::MaxPool2d(_) => "max_pool2d",
            Self::Add(_) => "add",
            Self::Pad(_) => "pad",
            Self::Reshape => "reshape",
            Self::Concat(_) => "concat",
            Self::Mean => "mean",
            Self::ResizeNearest(_) => "resize_nearest",
            Self::Rescale => "rescale",
            Self::Softmax(_) => "softmax",
            Self::Logistic => "logistic",
        }
    }

    /// Biases and weight quantisation of an operator with weights.
    pub(crate) fn channels(&self) -> Option<(&[i32], &WeightQuant)> {
        match self {
            Self::Conv2d(op) => Some((&op.bias, &op.weight_quant)),
            Self::DepthwiseConv2d(op) => Some((&op.bias, &op.weight_quant)),
            Self::FullyConnected(op) => Some((&op.bias, &op.weight_quant)),
            _ => None,
        }
    }

    /// The weights of one output channel less their zero point, in the order of the window: row, column, input
    /// channel. They are int8 where the zero point is 0, else within -255 and 255.
    pub(crate) fn channel_weights(&self, channel: usize) -> Vec<i16> {
        let zero_point = self.channels().map_or(0, |(_, quant)| i16::from(quant.zero_point()));
        let less = |weight: &i8| i16::from(*weight) - zero_point;
        match self {
            Self::Conv2d(op) => op.weights.index_axis(Axis(0), channel).iter().map(less).collect(),
            Self::DepthwiseConv2d(op) => op.weights.index_axis(Axis(3), channel).iter().map(less).collect(),
            Self::FullyConnected(op) => op.weights.index_axis(Axis(0), channel).iter().map(less).collect(),
            _ => Vec::new(),
        }
    }
}

//! Attributes of operators. Fields that a file leaves out have the schema's defaults; without an options table
//! all do.

/// Attributes of an operator, as the file has them: no number is checked.
#[derive(Clone, Debug, PartialEq)]
pub enum Options {
    /// For [`OpCode::Conv2d`](super::OpCode::Conv2d).
    Conv2d(Conv2dOptions),
    /// For [`OpCode::DepthwiseConv2d`](super::OpCode::DepthwiseConv2d).
    DepthwiseConv2d(DepthwiseConv2dOptions),
    /// For [`OpCode::FullyConnected`](super::OpCode::FullyConnected).
    FullyConnected(FullyConnectedOptions),
    /// For [`OpCode::Add`](super::OpCode::Add).
    Add {
        /// Fused activation.
        activation: FusedActivation,
        /// Whether int16 tensors have scales that are powers of two and are added by shifts; true by default.
        pot_scale_int16: bool,
    },
    /// For [`OpCode::Mul`](super::OpCode::Mul).
    Mul(FusedActivation),
    /// For [`OpCode::Sub`](super::OpCode::Sub).
    Sub(FusedActivation),
    /// For [`OpCode::AveragePool2d`](super::OpCode::AveragePool2d) and
    /// [`OpCode::MaxPool2d`](super::OpCode::MaxPool2d).
    Pool2d(Pool2dOptions),
    /// For [`OpCode::Mean`](super::OpCode::Mean).
    Reducer {
        /// Whether the reduced sides stay, with length 1.
        keep_dims: bool,
    },
    /// For [`OpCode::Reshape`](super::OpCode::Reshape).
    Reshape {
        /// The new shape, where -1 stands for what is left; none if it is given by a tensor only.
        new_shape: Option<Vec<i32>>,
    },
    /// For [`OpCode::Concatenation`](super::OpCode::Concatenation).
    Concatenation {
        /// Dimension along which the inputs are joined, counted from the last if negative.
        axis: i32,
        /// Fused activation.
        activation: FusedActivation,
    },
    /// For [`OpCode::ResizeNearestNeighbor`](super::OpCode::ResizeNearestNeighbor).
    ResizeNearestNeighbor {
        /// Whether the corner pixels' centres stay at the corners.
        align_corners: bool,
        /// Whether coordinates are counted at pixel centres.
        half_pixel_centers: bool,
    },
    /// For [`OpCode::Softmax`](super::OpCode::Softmax).
    Softmax {
        /// Factor of the exponent.
        beta: f32,
    },
    /// `PAD`, `PADV2`, `QUANTIZE`, `DEQUANTIZE` and `LOGISTIC` have no attributes.
    None,
    /// Those of other operators are not decoded.
    NotDecoded,
}

/// Attributes of a convolution. Pairs are rows, columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conv2dOptions {
    /// Padding.
    pub padding: Padding,
    /// Stride.
    pub stride: (i32, i32),
    /// Dilation.
    pub dilation: (i32, i32),
    /// Fused activation.
    pub activation: FusedActivation,
}

/// Attributes of a depthwise convolution. Pairs are rows, columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DepthwiseConv2dOptions {
    /// Padding.
    pub padding: Padding,
    /// Stride.
    pub stride: (i32, i32),
    /// Dilation.
    pub dilation: (i32, i32),
    /// Output channels for each input channel. TFLite takes it from the shapes; old files have 0 here.
    pub depth_multiplier: i32,
    /// Fused activation.
    pub activation: FusedActivation,
}

/// Attributes of a fully connected layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FullyConnectedOptions {
    /// Fused activation.
    pub activation: FusedActivation,
    /// Order of the weights.
    pub weights_format: WeightsFormat,
    /// Whether all but the last of the input's sides stay.
    pub keep_num_dims: bool,
    /// How float inputs are quantised on the fly; without meaning for integer inputs.
    pub asymmetric_quantize_inputs: bool,
}

/// Attributes of a pooling. Pairs are rows, columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool2dOptions {
    /// Padding.
    pub padding: Padding,
    /// Stride.
    pub stride: (i32, i32),
    /// Size of the window.
    pub filter: (i32, i32),
    /// Fused activation.
    pub activation: FusedActivation,
}

/// An enumeration of the schema: its values in order from 0, and what else a file may have.
macro_rules! enumeration {
    ($(#[$doc:meta])* $name:ident { $($(#[$value_doc:meta])* $value:ident = $number:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[$value_doc])* $value,)*
            /// Another, by its number in the schema.
            Other(i8),
        }

        impl $name {
            /// The value with a number of the schema.
            pub(super) fn new(number: i8) -> Self {
                match number {
                    $($number => Self::$value,)*
                    _ => Self::Other(number),
                }
            }
        }
    };
}

enumeration! {
    /// How an image is padded.
    Padding {
        /// So that the output has the input's size divided by the stride, rounded up.
        Same = 0,
        /// Not at all.
        Valid = 1,
    }
}

enumeration! {
    /// What follows an operator without a tensor between.
    FusedActivation {
        /// Nothing.
        None = 0,
        /// At least 0.
        Relu = 1,
        /// From -1 to 1.
        ReluN1To1 = 2,
        /// From 0 to 6.
        Relu6 = 3,
        /// Hyperbolic tangent.
        Tanh = 4,
        /// The sign only.
        SignBit = 5,
    }
}

enumeration! {
    /// Order of a fully connected layer's weights.
    WeightsFormat {
        /// One row for each output.
        Default = 0,
        /// Blocks of 4 rows and 16 columns.
        Shuffled4x16Int8 = 1,
    }
}

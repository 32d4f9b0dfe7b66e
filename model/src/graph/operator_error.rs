//! What TFLite's int8 operators refuse.

use super::geometry::Shape;
use super::quant::Quant;
use crate::requant::RequantError;

/// An operator whose tensors or attributes the int8 reference does not allow.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OperatorError {
    /// Scales whose ratio cannot be applied.
    #[error(transparent)]
    Requant(#[from] RequantError),
    /// Softmax and logistic results have one fixed quantisation.
    #[error(
        "the result has scale {} and zero point {}: this operator gives 1/256 and -128",
        found.scale, found.zero_point
    )]
    ProbabilityQuant {
        /// The quantisation found.
        found: Quant,
    },
    /// The softmax's input steps, times beta, are too fine for its fixed-point exponential.
    #[error("beta {beta} times the input scale {scale} is not above 2^-26")]
    SoftmaxScale {
        /// Factor of the exponent.
        beta: f32,
        /// Scale of the input.
        scale: f32,
    },
    /// An input scale for which implementations of the logistic function differ or their behaviour is undefined.
    #[error("the logistic function takes input scales from 2^-28 to below 8, not {scale}")]
    LogisticScale {
        /// Scale of the input.
        scale: f32,
    },
    /// Concatenated tensors must have their result's quantisation.
    #[error(
        "input {input} has scale {} and zero point {}, the result {} and {}: concatenation does not requantise",
        found.scale, found.zero_point, expected.scale, expected.zero_point
    )]
    ConcatQuant {
        /// Which input, from 0.
        input: usize,
        /// Quantisation of the result.
        expected: Quant,
        /// Quantisation of the input.
        found: Quant,
    },
    /// Concatenated tensors must have equal sides but for one.
    #[error("input {input} is {found}, which cannot be put to the {first} of input 0")]
    ConcatShape {
        /// Which input, from 0.
        input: usize,
        /// Shape of input 0.
        first: Shape,
        /// Shape of the input.
        found: Shape,
    },
    /// TFLite has no such operator.
    #[error("int32 cannot be rescaled to int32")]
    WideRescale,
    /// Nothing to concatenate.
    #[error("there is nothing to concatenate")]
    ConcatEmpty,
    /// The mean of no elements.
    #[error("the mean of {shape} over rows and columns has no or too many elements")]
    MeanCount {
        /// Shape of the input.
        shape: Shape,
    },
}

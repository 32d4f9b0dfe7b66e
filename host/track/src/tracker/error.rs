//! Why a tracker could not start or go on.

use thiserror::Error;

use crate::boxes::BBox;
use crate::frame::GrayView;

/// A box that cannot be tracked.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum BoxError {
    /// No area, or a number that is not finite.
    #[error("a box at ({}, {}) of {} by {} pixels has no area", .0.x, .0.y, .0.w, .0.h)]
    Degenerate(BBox),
    /// Nothing of the box is in the frame.
    #[error(
        "a box at ({}, {}) of {} by {} pixels is outside the frame of {width}x{height}",
        bbox.x, bbox.y, bbox.w, bbox.h
    )]
    Outside {
        /// The box.
        bbox: BBox,
        /// Width of the frame, pixels.
        width: usize,
        /// Height of the frame, pixels.
        height: usize,
    },
}

/// A parameter out of bounds.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[error("parameter {name} is {value}, not in {low} to {high}")]
pub struct ParameterError {
    /// Field of the configuration.
    pub name: &'static str,
    /// Its value.
    pub value: f64,
    /// Smallest value allowed.
    pub low: f64,
    /// Largest value allowed.
    pub high: f64,
}

/// Why the tracker could not start or go on. `E` is the device's error.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum TrackerError<E> {
    /// The box cannot be tracked.
    #[error(transparent)]
    Box(#[from] BoxError),
    /// The configuration is not usable.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// The device answered with a tensor of another size.
    #[error("the device gave {got} bytes of {what}, expected {expected}")]
    Length {
        /// Name of the tensor.
        what: &'static str,
        /// Bytes of the tensor in this network.
        expected: usize,
        /// Bytes that came.
        got: usize,
    },
    /// The device failed. Its error is not a source here, so that it need not be a [`std::error::Error`].
    #[error("the device failed while tracking")]
    Device(E),
}

/// Refuses boxes without area and boxes that do not touch the frame.
pub(crate) fn check_box(bbox: &BBox, frame: &GrayView<'_>) -> Result<(), BoxError> {
    if !bbox.is_valid() {
        return Err(BoxError::Degenerate(*bbox));
    }
    let (width, height) = (frame.width(), frame.height());
    match bbox.clipped(width, height) {
        Some(_) => Ok(()),
        None => Err(BoxError::Outside { bbox: *bbox, width, height }),
    }
}

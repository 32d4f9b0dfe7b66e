//! A single-object tracker whose convolutions run on an accelerator.
//!
//! Each update looks once or twice: the host cuts a search patch around the expected place, the device turns it
//! into features and correlates them with templates, and the host reads the responses. With a
//! [`TrackerConfig::fine_search`] a second look, closer, starts from what the first one found.
//!
//! | step | where | numbers |
//! |---|---|---|
//! | patch: `search` times the box, each axis on its own, resampled and set to a fixed contrast | host | 64x64 int8 |
//! | [`FILTERS`], ReLU, average pool 4x4 | device, frozen | 16x16x8 int8, zero point [`FEATURE_ZERO_POINT`] |
//! | correlation with 8x8x8 templates, one in each lane | device, MAC array | 9x9x8 int8 |
//! | peak, sub-cell refinement, scale from three lanes | host | box |
//! | ridge regression over the features, quantised to the next templates | host | [`TemplateBank`] |
//!
//! The templates are discriminative correlation filters in the spatial domain: the weights whose responses come
//! nearest, in least squares, to a Gaussian around the target, over all 81 places of every patch learnt from
//! (Bolme et al., "Visual object tracking using adaptive correlation filters", CVPR 2010, without the Fourier
//! transform and so without its circular boundary). Templates for a target a step smaller, equal and a step
//! larger sit in three lanes. They are trained on the same patches with labels that fall off in scale too, so
//! the three responses at the peak are samples of one Gaussian and give the scale in closed form.
//!
//! # Numerics
//! The device computes int8 tensors with int32 accumulators and TensorFlow Lite requantisation. The front end
//! reads the patch with zero point 0 (SAME padding therefore has the patch's mean), uses [`FILTERS`] without
//! bias, and saturates: a feature before the pool is `clamp(sum, 0, 255)`. The host's part is in `f32` and
//! `f64`; the same build gives the same boxes, but exponentials may differ in the last bit between platforms.

mod config;
mod device;
mod error;
mod labels;
pub(crate) mod patch;
mod reading;
mod ridge;
mod stage;
mod templates;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod track;

pub use config::TrackerConfig;
pub use device::{
    CHANNELS, Correlator, FEATURE_ZERO_POINT, FEATURES, FILTERS, LANES, PATCH, PLACES, Response, TEMPLATE,
    TemplateBank,
};
pub use error::{BoxError, ParameterError, TrackerError};
pub use track::{TrackOutput, Tracker};

pub(crate) use config::check_range;
pub(crate) use error::check_box;
pub(crate) use reading::parabola;

//! Continuous vision: block matching, extrapolation, keyframe schedules, trackers and metrics.
//!
//! The crate is pure computation on frames in memory: it opens no files, prints nothing and knows no
//! device. The method is Euphrates (Zhu et al., ISCA 2018, arXiv 1803.11232): an expensive inference on
//! keyframes only, and between them boxes moved by the motion vectors of a block matcher.
//!
//! - [`boxes`], [`frame`]: boxes in pixels and luma frames, shared by everything else.
//! - [`motion`]: three-step and exhaustive block matching.
//! - [`extrapolate`]: boxes moved by motion vectors.
//! - [`schedule`]: which frames are keyframes, constant (EW-N) or adaptive.
//! - [`metrics`]: success, precision and area under the curve as OTB counts them.
//! - [`tracker`]: the keyframe tracker, whose convolutions run on an accelerator.
//! - [`ncc`]: its baseline, normalised cross-correlation of raw pixels.

pub mod boxes;
pub mod extrapolate;
pub mod frame;
pub mod metrics;
pub mod motion;
pub mod ncc;
pub mod schedule;
pub mod tracker;

pub use boxes::BBox;
pub use frame::{FrameError, GrayFrame, GrayView};

//! The Euphrates loop: frames, keyframe schedule, device and extrapolation become boxes.

mod outcome;

pub use outcome::{DeviceUse, Run, Score, Step};

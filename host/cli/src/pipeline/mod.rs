//! The Euphrates loop: frames, keyframe schedule, device and extrapolation become boxes.

mod engine;
mod job;
mod outcome;
mod run;
mod summary;
#[cfg(test)]
mod tests;

pub use job::{Found, Job, Look};
pub use outcome::{DeviceUse, Run, Step, window_name};
pub use run::run;
pub use summary::{RunSummary, table};

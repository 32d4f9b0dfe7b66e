//! The Euphrates loop: frames, keyframe schedule, device and extrapolation become boxes.

mod engine;
mod outcome;
mod run;
mod summary;
#[cfg(test)]
mod tests;

pub use engine::{Found, Look};
pub use outcome::{DeviceUse, Run, Step, window_name};
pub use run::{Job, run};
pub use summary::{RunSummary, table};

//! Which frames are keyframes, on which the network runs, and which are extrapolated.
//!
//! EW-N means **one inference every N frames**: EW-1 runs it on every frame, EW-4 on one of four. (The paper's
//! text defines the window as the frames *between* two inferences; its results count as here.)
//!
//! The adaptive window compares, at each keyframe, the box of the inference with the box that extrapolation
//! would have given: disagreement shrinks the window, a streak of agreement grows it.

#[cfg(test)]
mod tests;
mod window;

pub use window::{AdaptiveConfig, Window, WindowError};

use crate::boxes::BBox;

/// What to do with a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// A keyframe: run the network.
    Infer,
    /// Move the box of the previous frame.
    Extrapolate,
}

/// Decides frame by frame; the first frame is a keyframe.
///
/// Call [`next`](Scheduler::next) once per frame. After a keyframe (but the first, which has nothing to compare
/// with) report to [`feedback`](Scheduler::feedback); with a constant window that changes nothing.
#[derive(Clone, Debug)]
pub struct Scheduler {
    window: Window,
    /// Length of the window now, frames.
    length: u32,
    /// Frames to extrapolate before the next keyframe.
    left: u32,
    /// Agreements in a row since the window last changed.
    streak: u32,
    frames: u64,
    keyframes: u64,
}

impl Scheduler {
    /// A scheduler that has seen no frame.
    ///
    /// # Errors
    /// A window without frames, or constants that contradict each other.
    pub fn new(window: Window) -> Result<Self, WindowError> {
        window.check()?;
        let length = match &window {
            Window::Constant(length) => *length,
            Window::Adaptive(config) => config.start,
        };
        Ok(Self { window, length, left: 0, streak: 0, frames: 0, keyframes: 0 })
    }

    /// What to do with the next frame.
    #[expect(clippy::should_implement_trait, reason = "a decision is no item of a finite sequence")]
    pub fn next(&mut self) -> Decision {
        self.frames += 1;
        if self.left > 0 {
            self.left -= 1;
            return Decision::Extrapolate;
        }
        self.keyframes += 1;
        self.left = self.length - 1;
        Decision::Infer
    }

    /// Reports a keyframe: the box of the inference and the box that extrapolation gave for the same frame.
    ///
    /// They agree when their IoU is at least the threshold of the configuration. A target that was lost by
    /// either is reported as a box that is not valid: its IoU is 0, a disagreement.
    pub fn feedback(&mut self, inferred: &BBox, extrapolated: &BBox) {
        let Window::Adaptive(config) = &self.window else { return };
        let agree = inferred.iou(extrapolated) >= config.iou_threshold;
        self.streak = if agree { self.streak + 1 } else { 0 };
        let length = if !agree {
            self.length.saturating_sub(config.step).max(config.min)
        } else if self.streak >= config.streak {
            self.streak = 0;
            self.length.saturating_add(config.step).min(config.max)
        } else {
            self.length
        };
        self.resize(length);
    }

    /// Makes the next frame a keyframe whatever the window says, for a host that lost its target.
    pub fn interrupt(&mut self) {
        self.left = 0;
    }

    /// Sets the length of the window that runs now.
    fn resize(&mut self, length: u32) {
        let passed = self.length - 1 - self.left.min(self.length - 1);
        self.length = length;
        self.left = (length - 1).saturating_sub(passed);
    }

    /// The length of the window now, frames per inference.
    pub fn length(&self) -> u32 {
        self.length
    }

    /// Frames so far.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// Keyframes so far.
    pub fn keyframes(&self) -> u64 {
        self.keyframes
    }
}

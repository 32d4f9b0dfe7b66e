//! What is to be done, and who looks.

use frazil_track::schedule::Window;
use frazil_track::{BBox, GrayView};

use super::outcome::DeviceUse;
use crate::error::Result;
use crate::parameters::Parameters;

/// What to track, and how.
pub struct Job<'a> {
    /// The target in the first frame.
    pub start: BBox,
    /// The constants.
    pub parameters: &'a Parameters,
    /// When to look.
    pub window: Window,
    /// The true boxes, where they are known.
    pub truth: &'a [Option<BBox>],
    /// Frames after which to stop.
    pub limit: Option<usize>,
}

/// What a look at a keyframe found.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    /// Where the target is.
    pub bbox: BBox,
    /// How sure that is, 0 to 1.
    pub confidence: f64,
}

/// Something that finds a target in a frame.
pub trait Look {
    /// Learns the target in the first frame.
    fn start(&mut self, frame: &GrayView<'_>, bbox: &BBox) -> Result<()>;

    /// Finds it again, near where the motion says that it is; without motion, near where it would expect it itself.
    fn find(&mut self, frame: &GrayView<'_>, moved: Option<&BBox>) -> Result<Found>;

    /// What the device did so far.
    fn device(&self) -> DeviceUse;
}

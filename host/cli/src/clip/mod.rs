//! The demo clip: rendered in memory, the same bits on every machine, with exact ground truth.
//!
//! A striped target moves and changes its size before a textured, slowly panning background, among
//! distractors that look much like it. For a few frames the exposure is as long as the frame, so that
//! everything that moves is blurred. All arithmetic is on integers in 16.16 fixed point: no float library
//! function can make two machines differ.

mod fixed;
mod noise;
mod object;
mod scene;

use frazil_track::{BBox, GrayFrame};

use crate::frames::{Frame, Info};

/// Columns.
pub const WIDTH: u32 = 320;
/// Rows.
pub const HEIGHT: u32 = 240;
/// Frames of the whole clip.
pub const FRAMES: usize = 240;
/// Frames in a second.
const FPS: f64 = 30.0;

/// The rendered clip.
pub struct Clip {
    /// Its pictures.
    pub frames: Vec<Frame>,
    /// Where the target is, one box for each frame.
    pub truth: Vec<BBox>,
}

impl Clip {
    /// Renders the first `frames` frames; `progress` hears of each one.
    pub fn render(frames: usize, mut progress: impl FnMut()) -> Result<Self, frazil_track::FrameError> {
        let scene = scene::Scene::new();
        let mut clip = Self { frames: Vec::with_capacity(frames), truth: Vec::with_capacity(frames) };
        for at in 0..frames {
            let rgb = scene.picture(at);
            let luma = GrayFrame::from_rgb(&rgb, WIDTH as usize, HEIGHT as usize)?;
            clip.frames.push(Frame { name: format!("frame {at}"), luma, rgb: Some(rgb) });
            clip.truth.push(scene.truth(at));
            progress();
        }
        Ok(clip)
    }

    /// Name, size and rate.
    pub fn info(&self) -> Info {
        let frames = Some(self.frames.len());
        Info { name: "built-in demo clip".into(), width: WIDTH, height: HEIGHT, fps: FPS, frames }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FNV-1a, 64 bits.
    fn hash(bytes: impl Iterator<Item = u8>) -> u64 {
        bytes.fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3))
    }

    #[test]
    fn the_clip_is_the_same_everywhere() {
        let clip = Clip::render(FRAMES, || {}).unwrap();
        let bytes = clip.frames.iter().flat_map(|f| f.rgb.as_ref().unwrap().as_raw()).copied();
        assert_eq!(hash(bytes), 6_108_788_855_061_420_543, "the clip has changed");
        let edges = clip.truth.iter().flat_map(|b| [b.x, b.y, b.w, b.h]).flat_map(f64::to_le_bytes);
        assert_eq!(hash(edges), 10_874_479_915_481_737_406, "the ground truth has changed");
    }

    #[test]
    fn the_target_stays_in_the_frame_and_moves_within_reach_of_block_matching() {
        let scene = scene::Scene::new();
        let boxes: Vec<BBox> = (0..FRAMES).map(|at| scene.truth(at)).collect();
        for b in &boxes {
            assert!(b.x >= 0.0 && b.y >= 0.0, "{b:?}");
            assert!(b.right() <= f64::from(WIDTH) && b.bottom() <= f64::from(HEIGHT), "{b:?}");
        }
        let steps = boxes.windows(2).map(|p| p[0].centre_distance(&p[1]));
        let fastest = steps.fold(0.0, f64::max);
        assert!((3.0..7.0).contains(&fastest), "{fastest} pixels a frame");
        let widths = boxes.iter().map(|b| b.w);
        assert!(widths.clone().fold(f64::MAX, f64::min) * 1.5 < widths.fold(0.0, f64::max));
    }

    #[test]
    fn the_target_is_where_the_truth_says() {
        // Without its target a frame differs from the whole one inside the box and nowhere else.
        let scene = scene::Scene::new();
        for at in [0, 77, 150] {
            let (with, without) = (scene.picture(at), scene.without_target(at));
            let b = scene.truth(at);
            let mut changed = Vec::new();
            for (x, y, pixel) in with.enumerate_pixels() {
                if pixel != without.get_pixel(x, y) {
                    changed.push((f64::from(x), f64::from(y)));
                }
            }
            let (left, right) =
                changed.iter().fold((f64::MAX, 0f64), |(l, r), p| (l.min(p.0), r.max(p.0 + 1.0)));
            let (top, bottom) =
                changed.iter().fold((f64::MAX, 0f64), |(t, m), p| (t.min(p.1), m.max(p.1 + 1.0)));
            let painted = BBox::from_edges(left, top, right, bottom);
            assert!(painted.iou(&b) > 0.9, "{at}: {painted:?} is not {b:?}");
        }
    }
}

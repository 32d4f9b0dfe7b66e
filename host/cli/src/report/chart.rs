//! The curve of a run as SVG coordinates; the page draws it.

use serde::Serialize;

use crate::pipeline::{Run, Step};

/// Width of the drawing area.
pub const WIDTH: f64 = 1000.0;
/// Height of the drawing area: a value of 1.
pub const HEIGHT: f64 = 160.0;

/// Coordinates of one curve; y grows downwards as SVG has it.
#[derive(Debug, Serialize)]
pub struct Chart {
    /// What the curve shows.
    pub label: &'static str,
    /// Unbroken pieces of the curve, each `x,y x,y ...`.
    pub lines: Vec<String>,
    /// Keyframes.
    pub marks: Vec<Mark>,
    /// Frame numbers below the axis.
    pub ticks: Vec<Tick>,
}

/// A keyframe's point.
#[derive(Debug, Serialize)]
pub struct Mark {
    /// Column.
    pub x: f64,
    /// Row of its value, or of 0 where there is none.
    pub y: f64,
    /// Its frame.
    pub frame: usize,
}

/// A number below the axis.
#[derive(Debug, Serialize)]
pub struct Tick {
    /// Column.
    pub x: f64,
    /// Frame.
    pub frame: usize,
}

impl Chart {
    /// Overlap over time; confidence, where no truth is known.
    pub fn new(run: &Run) -> Self {
        let scored = run.steps.iter().any(|s| s.iou.is_some());
        let value = |s: &Step| if scored { s.iou } else { s.confidence };
        let count = run.steps.len();
        let x = |frame: usize| tenth(WIDTH * frame as f64 / count.saturating_sub(1).max(1) as f64);
        let points = run.steps.iter().map(|s| value(s).map(|v| (x(s.frame), row(v))));
        let marks = run.steps.iter().filter(|s| s.keyframe);
        Self {
            label: if scored { "overlap (IoU)" } else { "confidence on keyframes" },
            lines: pieces(points, scored),
            marks: marks
                .map(|s| Mark { x: x(s.frame), y: row(value(s).unwrap_or(0.0)), frame: s.frame })
                .collect(),
            ticks: ticks(count).map(|frame| Tick { x: x(frame), frame }).collect(),
        }
    }
}

fn row(value: f64) -> f64 {
    tenth(HEIGHT * (1.0 - value.clamp(0.0, 1.0)))
}

fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// A frame without truth breaks a curve of overlaps; a curve of confidences leads over such frames.
fn pieces(points: impl Iterator<Item = Option<(f64, f64)>>, breaks: bool) -> Vec<String> {
    let mut lines = vec![String::new()];
    for point in points {
        match point {
            Some((x, y)) => lines.iter_mut().last().into_iter().for_each(|l| *l += &format!("{x},{y} ")),
            None if breaks => lines.push(String::new()),
            None => {}
        }
    }
    lines.retain(|l| !l.is_empty());
    lines
}

/// About ten round numbers.
fn ticks(count: usize) -> impl Iterator<Item = usize> {
    let steps = [1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000];
    let step = steps.into_iter().find(|s| count / s <= 10).unwrap_or(count.div_ceil(10));
    (0..count).step_by(step.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_without_truth_breaks_the_curve() {
        let points = [Some((0.0, 1.0)), None, Some((2.0, 3.5)), Some((3.0, 4.0))];
        assert_eq!(pieces(points.into_iter(), true), ["0,1 ", "2,3.5 3,4 "]);
        assert_eq!(pieces(points.into_iter(), false), ["0,1 2,3.5 3,4 "]);
    }

    #[test]
    fn ticks_are_round_and_few() {
        assert_eq!(ticks(240).collect::<Vec<_>>(), [0, 25, 50, 75, 100, 125, 150, 175, 200, 225]);
        for count in [0, 1, 7, 11, 9999, 1_000_000] {
            assert!(ticks(count).count() <= 11, "{count}");
        }
    }
}

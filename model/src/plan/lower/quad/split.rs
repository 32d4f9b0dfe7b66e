//! Layers whose windows begin left of the input and whose output is wider than the input: no block may begin beyond
//! the input's last column and read within it, so that they are cut into columns.

use super::super::job::{Frame, Job, Work};

/// The layer as `build` makes it, in as few parts as are possible; empty if there is no way.
pub fn parts(frame: &Frame, build: &impl Fn(&Frame) -> Option<Job>) -> Vec<Job> {
    if let Some(job) = build(frame) {
        return vec![job];
    }
    let (columns, stride) = (frame.drain.size.1, frame.fetch.stride.1.max(1));
    let first = frame.fetch.size.1.div_ceil(stride);
    if first == 0 || first >= columns {
        return Vec::new();
    }
    let Some(left) = build(&part(frame, 0, first)) else { return Vec::new() };
    let rest = Frame { work: Work::default(), ..part(frame, first, columns - first) };
    let right = parts(&rest, build);
    match right.is_empty() {
        true => right,
        // The weights of a part cannot be exchanged alone.
        false => [left].into_iter().chain(right).map(|job| Job { taps: Vec::new(), ..job }).collect(),
    }
}

/// Some columns of a layer's output.
fn part(frame: &Frame, first: usize, columns: usize) -> Frame {
    let mut part = frame.clone();
    part.fetch.origin.1 += (first * frame.fetch.stride.1) as i64;
    part.drain.base += first * frame.drain.step.1;
    part.drain.size.1 = columns;
    part
}

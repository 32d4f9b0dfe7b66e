//! Ground truth as the tracking benchmarks publish it: one `x,y,w,h` a line, counted from 1.

use std::path::{Path, PathBuf};

use frazil_track::BBox;

use super::{FrameError, natural};

/// One box for each frame; `None` where the object is not in the picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Truth {
    path: PathBuf,
    boxes: Vec<Option<BBox>>,
}

impl Truth {
    /// Reads the first `groundtruth_rect*.txt` of a folder in natural order, if there is one.
    pub fn find(folder: &Path) -> Result<Option<Self>, FrameError> {
        let fail = |e| FrameError::open(folder, e);
        let mut names = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(fail)? {
            names.push(entry.map_err(fail)?.file_name().to_string_lossy().into_owned());
        }
        names.retain(|n| n.starts_with("groundtruth_rect") && n.ends_with(".txt"));
        names.sort_by(|a, b| natural::compare(a, b));
        names.first().map(|name| Self::read(&folder.join(name))).transpose()
    }

    /// Reads a file of boxes; commas, tabs and spaces separate, empty lines do not count.
    pub fn read(path: &Path) -> Result<Self, FrameError> {
        let text = std::fs::read_to_string(path).map_err(|e| FrameError::open(path, e))?;
        let boxes = text
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.trim().is_empty())
            .map(|(at, line)| {
                parse(line).ok_or_else(|| FrameError::Truth {
                    path: path.into(),
                    line: at + 1,
                    text: line.into(),
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { path: path.into(), boxes })
    }

    /// The boxes, with the first pixel at 0.
    pub fn boxes(&self) -> &[Option<BBox>] {
        &self.boxes
    }

    /// An error unless there is one box for each of `frames` images.
    pub fn expect_frames(&self, frames: usize) -> Result<(), FrameError> {
        if self.boxes.len() == frames {
            return Ok(());
        }
        Err(FrameError::TruthLength { path: self.path.clone(), boxes: self.boxes.len(), frames })
    }
}

/// A line's box; the outer `None` is a line that is no box.
fn parse(line: &str) -> Option<Option<BBox>> {
    let fields = line.split([',', '\t', ' ']).filter(|f| !f.trim().is_empty());
    let numbers = fields.map(|f| f.trim().parse::<f64>().ok()).collect::<Option<Vec<f64>>>()?;
    let [x, y, w, h] = numbers.try_into().ok()?;
    let there = [x, y, w, h].iter().all(|v| v.is_finite()) && w > 0.0 && h > 0.0;
    Some(there.then_some(BBox { x: x - 1.0, y: y - 1.0, w, h }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_separator_is_read_and_absence_is_none() {
        for line in ["11,21,30,40", "11\t21\t30\t40", " 11 21  30 40\r", "11.0, 21.0, 30, 40"] {
            let b = parse(line).unwrap().unwrap();
            assert_eq!((b.x, b.y, b.w, b.h), (10.0, 20.0, 30.0, 40.0), "{line}");
        }
        assert_eq!(parse("NaN,NaN,NaN,NaN"), Some(None));
        assert_eq!(parse("0,0,0,0"), Some(None));
        for line in ["1,2,3", "1,2,3,4,5", "a,b,c,d"] {
            assert_eq!(parse(line), None, "{line}");
        }
    }
}

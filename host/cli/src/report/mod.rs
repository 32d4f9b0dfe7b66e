//! The report of a run: `report.html` for people, `report.json` for programs, `annotated.gif` to look at.
//!
//! The JSON is the source; the page shows what it says and needs no network and no other file.

mod album;
mod canvas;
mod chart;
mod gif;
mod page;

use serde::Serialize;

use crate::frames::Info;
use crate::output::{OutputError, Stage};
use crate::parameters::Parameters;
use crate::pipeline::Run;

pub use album::Album;

/// Version of `report.json`: raised when a field changes its meaning or goes.
const FORMAT_VERSION: u32 = 1;

/// The video that was tracked.
#[derive(Clone, Debug, Serialize)]
pub struct Source {
    /// Its name.
    pub name: String,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Frames in a second.
    pub fps: f64,
    /// Frames tracked.
    pub frames: usize,
}

impl Source {
    /// A video of which `frames` frames were tracked.
    pub fn new(info: &Info, frames: usize) -> Self {
        Self { name: info.name.clone(), width: info.width, height: info.height, fps: info.fps, frames }
    }
}

/// The device that inferred.
#[derive(Clone, Debug, Serialize)]
pub struct Device {
    /// As on the command line: `sim`, `reference`, a port.
    pub kind: String,
    /// The board that it is or stands for.
    pub board: String,
    /// Its clock.
    pub clock_hz: f64,
    /// Hash of what is in the fabric; none on the reference.
    pub design_id: Option<String>,
}

/// Everything that the files say.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    format_version: u32,
    generator: String,
    /// The video.
    pub source: Source,
    /// The device.
    pub device: Device,
    /// The constants of tracking.
    pub parameters: Parameters,
    /// One for each window, in the order asked for.
    pub runs: Vec<Run>,
}

impl Report {
    /// A report by this version of the program.
    pub fn new(source: Source, device: Device, parameters: Parameters, runs: Vec<Run>) -> Self {
        let generator = concat!("frazil ", env!("CARGO_PKG_VERSION")).to_string();
        Self { format_version: FORMAT_VERSION, generator, source, device, parameters, runs }
    }

    /// Seconds that this many cycles take on the board; `None` without cycles.
    pub fn seconds(&self, cycles: u64) -> Option<f64> {
        (cycles > 0).then(|| cycles as f64 / self.device.clock_hz)
    }

    /// Writes the three files. The GIF shows the last run.
    pub fn write(&self, stage: &Stage, album: &Album) -> Result<(), OutputError> {
        let json = serde_json::to_vec_pretty(self).map_err(|e| OutputError::encode("report.json", e))?;
        stage.write("report.json", &json)?;
        stage.write("report.html", page::render(self, album)?.as_bytes())?;
        if let Some(run) = self.runs.last() {
            stage.write("annotated.gif", &gif::encode(album, run, &self.source)?)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use frazil_track::BBox;
    use frazil_track::metrics::Summary;

    use super::*;
    use crate::clip::Clip;
    use crate::pipeline::{DeviceUse, Step};

    /// A run whose box lags behind the truth, the more the longer the last keyframe is past.
    fn run(clip: &Clip, window: usize) -> Run {
        let step = |(frame, truth): (usize, &BBox)| {
            let bbox = truth.translated((frame % window) as f64 * 3.0, 1.0);
            Step {
                frame,
                name: format!("frame {frame}"),
                keyframe: frame.is_multiple_of(window),
                bbox,
                truth: Some(*truth),
                iou: Some(bbox.iou(truth)),
                confidence: None,
                cycles: 1000,
            }
        };
        let steps: Vec<Step> = clip.truth.iter().enumerate().map(step).collect();
        let score = Summary { success_50: 0.95, auc: 0.7, ..Summary::default() };
        let device = DeviceUse { runs: 10, cycles: 123_456, ..DeviceUse::default() };
        let keyframes = steps.iter().filter(|s| s.keyframe).count();
        Run { window: window.to_string(), keyframes, score: Some(score), device, host_seconds: 1.5, steps }
    }

    fn report(frames: usize) -> (Report, Album) {
        let clip = Clip::render(frames, || {}).unwrap();
        let mut album = Album::new();
        clip.frames.iter().enumerate().for_each(|(i, f)| album.offer(i, f));
        let device = Device {
            kind: "sim".into(),
            board: "icebreaker".into(),
            clock_hz: 24e6,
            design_id: Some("0123456789abcdef".into()),
        };
        let runs = vec![run(&clip, 1), run(&clip, 4)];
        let source = Source::new(&clip.info(), frames);
        (Report::new(source, device, Parameters::default(), runs), album)
    }

    #[test]
    fn the_page_is_whole_and_needs_nothing_else() {
        let (report, album) = report(30);
        let page = page::render(&report, &album).unwrap();
        assert!(page.contains("EW-4") && page.contains("95.0 %") && page.contains("123456"));
        assert_eq!(page.matches("data:image/jpeg;base64,").count(), album.pictures().items().len());
        assert_eq!(page.matches("<circle").count(), 30 + 8);
        assert!(!page.contains("http") && !page.contains("<script") && !page.contains("<link"));
        for tag in ["table", "svg", "figure", "div", "html"] {
            assert_eq!(page.matches(&format!("<{tag}")).count(), page.matches(&format!("</{tag}>")).count());
        }
    }

    #[test]
    fn the_gif_decodes_to_the_frames() {
        use image::AnimationDecoder;
        let (report, album) = report(8);
        let bytes = gif::encode(&album, &report.runs[1], &report.source).unwrap();
        let decoder = image::codecs::gif::GifDecoder::new(std::io::Cursor::new(bytes)).unwrap();
        let frames = decoder.into_frames().collect_frames().unwrap();
        assert_eq!(frames.len(), 8);
        // The corner is marked on keyframes only.
        let corner = |f: usize| frames[f].buffer().get_pixel(6, 6).0;
        assert_eq!(corner(0), [255, 150, 40, 255]);
        assert_eq!(corner(4), corner(0));
        assert_ne!(corner(1), corner(0));
    }

    #[test]
    fn the_json_has_a_version_and_every_frame() {
        let (report, _) = report(5);
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(json["format_version"], FORMAT_VERSION);
        assert_eq!(json["runs"][1]["steps"].as_array().unwrap().len(), 5);
        assert!(json["runs"][1]["steps"][0]["box"]["w"].as_f64().unwrap() > 1.0);
    }
}

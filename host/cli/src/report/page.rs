//! `report.html`: the template filled with a report.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use frazil_track::BBox;
use frazil_track::metrics::Summary;
use image::RgbImage;
use image::codecs::jpeg::JpegEncoder;
use minijinja::Environment;
use minijinja::value::Serde;
use serde::Serialize;

use super::album::Album;
use super::chart::{self, Chart};
use super::{Report, Source};
use crate::output::OutputError;
use crate::pipeline::Run;

const TEMPLATE: &str = include_str!("report.html");
/// JPEG quality of the pictures: boxes are drawn over them, so that they need no sharper edges.
const QUALITY: u8 = 82;

/// What the template is filled with.
#[derive(Serialize)]
struct Page<'a> {
    report: &'a Report,
    rows: Vec<Row>,
    pictures: Vec<Picture>,
    chart_width: f64,
    chart_height: f64,
}

/// One picture with the boxes of all runs.
#[derive(Serialize)]
struct Picture {
    frame: usize,
    name: String,
    data: String,
    width: u32,
    height: u32,
    truth: Option<BBox>,
    boxes: Vec<Found>,
}

/// A run's box in a picture.
#[derive(Serialize)]
struct Found {
    name: String,
    keyframe: bool,
    bbox: BBox,
    iou: Option<f64>,
}

/// A run as the page shows it.
#[derive(Serialize)]
struct Row {
    name: String,
    keyframes: usize,
    frames: usize,
    score: Option<Summary>,
    cycles: u64,
    device_ms: Option<f64>,
    keyframe_ms: Option<f64>,
    host_seconds: f64,
    chart: Chart,
}

/// The page's text.
pub fn render(report: &Report, album: &Album) -> Result<String, OutputError> {
    let fail = |e| OutputError::encode("report.html", format!("{e:#}"));
    let pictures = pictures(report, album)?;
    let mut environment = Environment::new();
    environment.add_template("report.html", TEMPLATE).map_err(fail)?;
    let template = environment.get_template("report.html").map_err(fail)?;
    let rows = report.runs.iter().map(|r| row(report, r)).collect();
    let page = Page { report, rows, pictures, chart_width: chart::WIDTH, chart_height: chart::HEIGHT };
    template.render(Serde(page)).map_err(fail)
}

fn row(report: &Report, run: &Run) -> Row {
    let device = report.seconds(run.device.cycles);
    Row {
        name: run.name(),
        keyframes: run.keyframes,
        frames: run.steps.len(),
        score: run.score,
        cycles: run.device.cycles,
        device_ms: device.map(|s| s * 1e3),
        keyframe_ms: device.map(|s| s * 1e3 / run.keyframes.max(1) as f64),
        host_seconds: run.host_seconds,
        chart: Chart::new(run),
    }
}

fn pictures(report: &Report, album: &Album) -> Result<Vec<Picture>, OutputError> {
    let items = album.pictures().items().iter();
    items.map(|(frame, image)| picture(&report.source, &report.runs, *frame, image)).collect()
}

fn picture(source: &Source, runs: &[Run], frame: usize, image: &RgbImage) -> Result<Picture, OutputError> {
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, QUALITY)
        .encode_image(image)
        .map_err(|e| OutputError::encode("a picture", e))?;
    let name = runs.iter().find_map(|run| Some(run.steps.get(frame)?.name.clone()));
    let steps = runs.iter().filter_map(|run| run.steps.get(frame).map(|step| (run, step)));
    let boxes = steps.map(|(run, step)| Found {
        name: run.name(),
        keyframe: step.keyframe,
        bbox: step.bbox,
        iou: step.iou,
    });
    Ok(Picture {
        frame,
        name: name.unwrap_or_default(),
        data: STANDARD.encode(&jpeg),
        // Boxes are in the video's pixels, whatever the size of the picture.
        width: source.width,
        height: source.height,
        truth: runs.iter().find_map(|run| run.steps.get(frame)?.truth),
        boxes: boxes.collect(),
    })
}

//! TEMPORARY
use frazil_boards::Board;
use frazil_track::{BBox, GrayView};
use super::correlation::{Correlation, Templates};
use super::target::Target;
use crate::args::DeviceArgs;
use crate::error::{Failure, Result};
use crate::pipeline::{DeviceUse, Found, Look};
use crate::report::Device;

pub struct Tracking { correlation: Correlation, device: Device, last: BBox }

fn patch(frame: &GrayView<'_>, b: &BBox) -> Vec<i8> {
    let (cx, cy) = b.centre();
    let (w, h) = (b.w * 2.0, b.h * 2.0);
    (0..64 * 64).map(|i| {
        let (x, y) = ((i % 64) as f64 + 0.5, (i / 64) as f64 + 0.5);
        let (sx, sy) = (cx + (x / 64.0 - 0.5) * w, cy + (y / 64.0 - 0.5) * h);
        (frame.pixel(sx.floor() as isize, sy.floor() as isize) ^ 0x80) as i8
    }).collect()
}

impl Tracking {
    pub fn open(args: &DeviceArgs) -> Result<Self> {
        let board = Board::load(&args.board.board).map_err(Failure::from)?;
        let mut t = Self::on(&Target::parse(&args.device)?, &board)?;
        t.device.kind = args.device.clone();
        Ok(t)
    }
    pub fn on(target: &Target, board: &Board) -> Result<Self> {
        let correlation = Correlation::open(target, board)?;
        let device = Device { kind: "x".into(), board: board.name.clone(), clock_hz: board.clock.target_hz.into(),
            design_id: correlation.design_id().map_or("none".into(), |d| format!("{d:016x}")) };
        Ok(Self { correlation, device, last: BBox::default() })
    }
    pub fn device(&self) -> Device { self.device.clone() }
}
impl Look for Tracking {
    fn start(&mut self, frame: &GrayView<'_>, bbox: &BBox) -> Result<()> {
        self.last = *bbox;
        let mut weights = Vec::new();
        for lane in 0..8 {
            let z = 1.0 + (lane as f64 - 3.5) * 0.03;
            let f = self.correlation.features(&patch(frame, &bbox.scaled(1.0 / z)))?;
            let t: Vec<f64> = (0..512).map(|i| { let (y, x, c) = (i / 64, i / 8 % 8, i % 8); f64::from(f[((y + 4) * 16 + x + 4) * 8 + c]) + 128.0 }).collect();
            let m = t.iter().sum::<f64>() / 512.0;
            let n = t.iter().map(|v| (v - m).powi(2)).sum::<f64>().sqrt().max(1.0);
            weights.extend(t.iter().map(|v| ((v - m) / n * 600.0).clamp(-127.0, 127.0).round() as i8));
        }
        self.correlation.load(&Templates { weights, bias: vec![0; 8], factors: vec![0.0006; 8] })
    }
    fn find(&mut self, frame: &GrayView<'_>, predicted: &BBox) -> Result<Found> {
        let r = self.correlation.correlate(&patch(frame, predicted))?;
        let (at, v) = r.responses.iter().enumerate().max_by_key(|(_, v)| **v).map_or((324, 0), |(i, v)| (i, *v));
        let (y, x, lane) = (at / 72, at / 8 % 9, at % 8);
        let (dx, dy) = ((x as f64 - 4.0) / 16.0 * predicted.w * 2.0, (y as f64 - 4.0) / 16.0 * predicted.h * 2.0);
        let z = 1.0 + (lane as f64 - 3.5) * 0.01;
        Ok(Found { bbox: predicted.translated(dx, dy).scaled(z), confidence: f64::from(v.max(0)) / 127.0 })
    }
    fn device(&self) -> DeviceUse { self.correlation.used() }
}
#[derive(Default)]
pub struct RawPixels;
impl Look for RawPixels {
    fn start(&mut self, _: &GrayView<'_>, _: &BBox) -> Result<()> { Ok(()) }
    fn find(&mut self, _: &GrayView<'_>, predicted: &BBox) -> Result<Found> { Ok(Found { bbox: *predicted, confidence: 1.0 }) }
    fn device(&self) -> DeviceUse { DeviceUse::default() }
}

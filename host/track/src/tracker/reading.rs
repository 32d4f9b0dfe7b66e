//! Reading a response map: where the target is, how large, how sure.

use super::config::TrackerConfig;
use super::device::{LANES, PLACES};
use super::labels::{MIDDLE, Pose, SCALES, lane_scale};

/// Smallest response, of a full one, that enters the logarithm of two lanes' ratio.
const FAINT: f64 = 0.02;
/// Places around the peak that are not counted as its surroundings, either way.
const PEAK_RADIUS: usize = 1;

/// What a response map says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Reading {
    /// Pose of the target in the patch; the change of scale is what was measured, not what the box follows.
    pub pose: Pose,
    /// Response at the peak over a full one.
    pub peak: f64,
    /// Peak to sidelobe ratio: the peak above the mean of the surroundings, in their standard deviations.
    pub sidelobe: f64,
}

/// The responses of the scales' lanes, as parts of a full one.
struct Map<'a> {
    responses: &'a [i8],
    first: usize,
    full: f64,
}

impl Map<'_> {
    fn at(&self, x: usize, y: usize, lane: usize) -> f64 {
        f64::from(self.responses[(y * PLACES + x) * LANES + self.first + lane]) / self.full
    }
}

impl Reading {
    /// No target anywhere.
    pub(super) const NOTHING: Self =
        Self { pose: Pose { dx: 0.0, dy: 0.0, zoom: 1.0 }, peak: 0.0, sidelobe: 0.0 };
}

/// Reads the three lanes from `first` on of a map of 9x9x8 responses.
pub(super) fn read(responses: &[i8], first: usize, config: &TrackerConfig) -> Reading {
    let map = Map { responses, first, full: config.full_response };
    let (x, y, lane) = find(&map, config);
    let line = |at: usize, value: &dyn Fn(usize) -> f64| match at {
        0 => 0.0,
        last if last + 1 == PLACES => 0.0,
        inner => parabola(value(inner - 1), value(inner), value(inner + 1)),
    };
    let dx = x as f64 - MIDDLE + line(x, &|k| map.at(k, y, lane));
    let dy = y as f64 - MIDDLE + line(y, &|k| map.at(x, k, lane));
    let (smaller, larger) = (map.at(x, y, 0), map.at(x, y, SCALES - 1));
    let pose = Pose { dx, dy, zoom: zoom(smaller, larger, config) };
    Reading { pose, peak: map.at(x, y, lane), sidelobe: sidelobe(&map, x, y, lane) }
}

/// Place and lane of the largest response, outer scales and large displacements held back.
fn find(map: &Map<'_>, config: &TrackerConfig) -> (usize, usize, usize) {
    let mut best = (f64::NEG_INFINITY, (0, 0, 0));
    for y in 0..PLACES {
        for x in 0..PLACES {
            for lane in 0..SCALES {
                let response = map.at(x, y, lane);
                let held_back =
                    if lane == SCALES / 2 { 0.0 } else { config.scale_penalty * response.max(0.0) };
                let near = hann(x) * hann(y);
                let score = (1.0 - config.window) * (response - held_back) + config.window * near;
                if score > best.0 {
                    best = (score, (x, y, lane));
                }
            }
        }
    }
    best.1
}

/// Cosine window over the places: 1 in the middle, 0 one place outside the map.
fn hann(place: usize) -> f64 {
    let angle = (place as f64 - MIDDLE) * std::f64::consts::PI / (MIDDLE + 1.0);
    0.5 + 0.5 * angle.cos()
}

/// Change of scale. The labels are a Gaussian in the logarithm `z` of scale, so two lanes at `-h` and `h` answer in
/// the ratio `exp(2 z h / sigma^2)`.
fn zoom(smaller: f64, larger: f64, config: &TrackerConfig) -> f64 {
    let step = lane_scale(config, SCALES - 1).ln();
    let ratio = larger.max(FAINT) / smaller.max(FAINT);
    let z = ratio.ln() * config.scale_sigma * config.scale_sigma / (2.0 * step);
    z.clamp(-step, step).exp()
}

/// Offset of the vertex of a parabola through three equidistant samples, of which the middle one is the largest;
/// 0 when they do not have one, never more than half a step.
pub(crate) fn parabola(before: f64, middle: f64, after: f64) -> f64 {
    let curvature = before - 2.0 * middle + after;
    if curvature < -1e-9 { ((before - after) / (2.0 * curvature)).clamp(-0.5, 0.5) } else { 0.0 }
}

fn sidelobe(map: &Map<'_>, x: usize, y: usize, lane: usize) -> f64 {
    let far = |place: &(usize, usize)| place.0.abs_diff(x) > PEAK_RADIUS || place.1.abs_diff(y) > PEAK_RADIUS;
    let places = (0..PLACES).flat_map(|y| (0..PLACES).map(move |x| (x, y)));
    let around: Vec<f64> = places.filter(far).map(|(x, y)| map.at(x, y, lane)).collect();
    let count = around.len() as f64;
    let mean = around.iter().sum::<f64>() / count;
    let variance = around.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / count;
    // Half a quantisation step keeps a map of equal values finite.
    (map.at(x, y, lane) - mean) / variance.sqrt().max(0.5 / map.full)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Responses of perfect templates to a target in a pose.
    fn perfect(pose: &Pose, config: &TrackerConfig) -> Vec<i8> {
        let places = super::super::labels::place_labels(config, pose);
        let scales = super::super::labels::scale_labels(config, pose);
        let mut map = vec![0i8; PLACES * PLACES * LANES];
        for (place, lanes) in places.iter().zip(map.chunks_exact_mut(LANES)) {
            for (lane, scale) in lanes.iter_mut().zip(scales) {
                *lane = (config.full_response as f32 * place * scale).round() as i8;
            }
        }
        map
    }

    #[test]
    fn perfect_responses_give_the_pose_back() {
        let config = TrackerConfig { label_sigma: 1.2, ..TrackerConfig::default() };
        for (dx, dy, zoom) in [(0.0, 0.0, 1.0), (1.3, -2.2, 1.0), (-2.0, 0.4, 1.05), (0.25, 0.25, 0.94)] {
            let reading = read(&perfect(&Pose { dx, dy, zoom }, &config), 0, &config);
            assert!((reading.pose.dx - dx).abs() < 0.12, "{reading:?} for {dx}");
            assert!((reading.pose.dy - dy).abs() < 0.12, "{reading:?} for {dy}");
            assert!((reading.pose.zoom - zoom).abs() < 0.01, "{reading:?} for {zoom}");
            assert!(reading.peak > 0.8 && reading.sidelobe > 3.0, "{reading:?}");
        }
    }

    #[test]
    fn silence_stays_in_the_middle() {
        let reading = read(&[0; PLACES * PLACES * LANES], 0, &TrackerConfig::default());
        assert_eq!(reading, Reading::NOTHING);
    }

    #[test]
    fn extremes_stay_finite() {
        for value in [i8::MIN, i8::MAX] {
            let reading = read(&[value; PLACES * PLACES * LANES], 0, &TrackerConfig::default());
            assert!(reading.pose.zoom.is_finite() && reading.sidelobe.is_finite());
        }
    }

    #[test]
    fn parabolas() {
        assert_eq!(parabola(1.0, 2.0, 1.0), 0.0);
        // 2 - (x - 0.25)^2
        let at = |x: f64| 2.0 - (x - 0.25) * (x - 0.25);
        assert!((parabola(at(-1.0), at(0.0), at(1.0)) - 0.25).abs() < 1e-12);
        assert_eq!(parabola(1.0, 1.0, 1.0), 0.0);
        assert_eq!(parabola(0.0, 1.0, 2.0), 0.0);
    }
}

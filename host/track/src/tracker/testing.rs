//! The device's arithmetic in software, as plain as it can be, for tests.

use std::convert::Infallible;

use super::device::{
    CHANNELS, Correlator, FEATURE_ZERO_POINT, FEATURES, FILTERS, LANES, PATCH, PLACES, Response, TEMPLATE,
    TEMPLATE_LEN, TemplateBank,
};

/// Rows and columns that one feature averages.
const POOL: usize = PATCH / FEATURES;

/// A device that never fails; counts what it was asked for.
#[derive(Clone, Debug)]
pub struct Software {
    bank: TemplateBank,
    /// Runs and loads so far.
    pub calls: usize,
}

impl Software {
    /// Without templates.
    pub fn new() -> Self {
        Self { bank: TemplateBank::silent(), calls: 0 }
    }
}

impl Correlator for Software {
    type Error = Infallible;

    fn features(&mut self, patch: &[i8]) -> Result<Vec<i8>, Infallible> {
        self.calls += 1;
        Ok(features(patch))
    }

    fn load(&mut self, templates: &TemplateBank) -> Result<(), Infallible> {
        self.calls += 1;
        self.bank = templates.clone();
        Ok(())
    }

    fn correlate(&mut self, patch: &[i8]) -> Result<Response, Infallible> {
        self.calls += 1;
        let features = features(patch);
        Ok(Response { map: responses(&self.bank, &features), features })
    }
}

fn features(patch: &[i8]) -> Vec<i8> {
    const WIDE: usize = PATCH + 2;
    let mut padded = vec![0i32; WIDE * WIDE];
    for (line, row) in padded.chunks_exact_mut(WIDE).skip(1).zip(patch.chunks_exact(PATCH)) {
        line[1..=PATCH].iter_mut().zip(row).for_each(|(p, v)| *p = i32::from(*v));
    }
    let mut out = vec![0; FEATURES * FEATURES * CHANNELS];
    for (channel, taps) in FILTERS.iter().enumerate() {
        let mut sums = [0i32; FEATURES * FEATURES];
        for y in 0..PATCH {
            for x in 0..PATCH {
                let tap = |k: usize| i32::from(taps[k]) * padded[(y + k / 3) * WIDE + x + k % 3];
                let rectified = ((0..9).map(tap).sum::<i32>() - 128).clamp(-128, 127);
                sums[y / POOL * FEATURES + x / POOL] += rectified;
            }
        }
        for (cell, sum) in sums.iter().enumerate() {
            let half = (POOL * POOL / 2) as i32 * sum.signum();
            out[cell * CHANNELS + channel] = ((sum + half) / (POOL * POOL) as i32) as i8;
        }
    }
    out
}

fn responses(bank: &TemplateBank, features: &[i8]) -> Vec<i8> {
    let levels: Vec<i32> = features.iter().map(|f| i32::from(*f) - i32::from(FEATURE_ZERO_POINT)).collect();
    let mut out = vec![0; PLACES * PLACES * LANES];
    for (at, response) in out.iter_mut().enumerate() {
        let (place, lane) = (at / LANES, at % LANES);
        let weights = &bank.weights[lane * TEMPLATE_LEN..(lane + 1) * TEMPLATE_LEN];
        let mut sum = bank.bias[lane];
        for (ky, weights) in weights.chunks_exact(TEMPLATE * CHANNELS).enumerate() {
            let start = ((place / PLACES + ky) * FEATURES + place % PLACES) * CHANNELS;
            sum += weights.iter().zip(&levels[start..]).map(|(w, l)| i32::from(*w) * l).sum::<i32>();
        }
        let (multiplier, shift) = bank.requantiser(lane);
        *response = requantise(sum, multiplier, shift).clamp(-128, 127) as i8;
    }
    out
}

/// Rounded doubling high product, then a right shift that rounds half away from zero.
fn requantise(sum: i32, multiplier: i32, shift: u8) -> i32 {
    let product = i64::from(sum) * i64::from(multiplier);
    let nudge = if product >= 0 { 1 << 30 } else { 1 - (1 << 30) };
    let high = (product + nudge) / (1 << 31);
    let half = if shift == 0 { 0 } else { 1i64 << (shift - 1) };
    let magnitude = (high.abs() + half) >> shift;
    (if high < 0 { -magnitude } else { magnitude }) as i32
}

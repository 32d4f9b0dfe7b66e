//! Quantisation of learnt templates to what the device takes.

use super::config::TrackerConfig;
use super::device::{TEMPLATE_LEN, TemplateBank};
use super::ridge::{BIAS_FEATURE, FEATURE_UNIT, UNKNOWNS};

/// Largest int8 weight: the range is symmetric, as TensorFlow Lite wants it.
const LARGEST: f32 = 127.0;

/// Puts the solutions of all scales into the lanes from `first` on.
pub(super) fn quantise(solutions: &[f32], first: usize, config: &TrackerConfig, bank: &mut TemplateBank) {
    let lanes = bank.weights.chunks_exact_mut(TEMPLATE_LEN).enumerate().skip(first);
    for ((lane, weights), solution) in lanes.zip(solutions.chunks_exact(UNKNOWNS)) {
        let (real, bias) = solution.split_at(TEMPLATE_LEN);
        let largest = real.iter().fold(0f32, |m, w| m.max(w.abs()));
        // A template of zeros, or one that went wrong, answers nothing.
        if !(largest.is_finite() && largest > 0.0) {
            continue;
        }
        let unit = LARGEST / largest;
        weights.iter_mut().zip(real).for_each(|(q, w)| *q = (w * unit).round() as i8);
        bank.bias[lane] = (bias[0] * BIAS_FEATURE * unit * FEATURE_UNIT).round() as i32;
        bank.factors[lane] = (config.full_response as f32 / (unit * FEATURE_UNIT)).min(0.999);
    }
}

#[cfg(test)]
mod tests {
    use super::super::labels::SCALES;
    use super::*;

    #[test]
    fn weights_use_the_range_and_factors_undo_it() {
        let mut solutions = vec![0.0; SCALES * UNKNOWNS];
        solutions[UNKNOWNS + 5] = -0.02;
        solutions[UNKNOWNS + 6] = 0.01;
        solutions[2 * UNKNOWNS - 1] = 0.1;
        let mut bank = TemplateBank::silent();
        quantise(&solutions, 0, &TrackerConfig::default(), &mut bank);
        assert_eq!(bank.weights[TEMPLATE_LEN + 5..TEMPLATE_LEN + 7], [-127, 64]);
        // 0.1 * 0.5 * 6350 * 64
        assert_eq!(bank.bias[1], 20320);
        assert!((bank.factors[1] - 80.0 / (6350.0 * 64.0)).abs() < 1e-9);
        // The other scales have no weights, the other lanes no scale.
        assert_eq!((bank.factors[0], bank.factors[7], bank.requantiser(7)), (0.0, 0.0, (0, 0)));
    }

    #[test]
    fn requantisers_are_normalised() {
        let mut bank = TemplateBank::silent();
        bank.factors = vec![0.5, 0.25, 3.0 / 4096.0, 0.999, 1.0, -0.5, f32::NAN, 1e-30];
        assert_eq!(bank.requantiser(0), (1 << 30, 0));
        assert_eq!(bank.requantiser(1), (1 << 30, 1));
        assert_eq!(bank.requantiser(2), (3 << 29, 10));
        assert_eq!(bank.requantiser(3).1, 0);
        for lane in 4..9 {
            assert_eq!(bank.requantiser(lane), (0, 0), "lane {lane}");
        }
    }
}

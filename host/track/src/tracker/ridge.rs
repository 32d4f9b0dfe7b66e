//! Ridge regression from features to labels, with exponential forgetting.
//!
//! The normal equations of all patches so far are kept, not the patches: a Gram matrix, and a right-hand side for
//! each lane. A patch has 81 rows, one for each place of the template, of 512 features and a constant.

use super::config::TrackerConfig;
use super::device::{CHANNELS, FEATURE_ZERO_POINT, FEATURES, PLACES, TEMPLATE, TEMPLATE_LEN};
use super::labels::{PLACE_COUNT, Pose, SCALES, place_labels, scale_labels};

/// Unknowns: a template's weights, then its bias.
pub(super) const UNKNOWNS: usize = TEMPLATE_LEN + 1;
/// Size of one unit in the regression, quantised features: it keeps the sums near 1.
pub(super) const FEATURE_UNIT: f32 = 64.0;
/// The constant feature that the bias multiplies, in units.
pub(super) const BIAS_FEATURE: f32 = 0.5;
/// The bias is hardly penalised: the level of the features is not the target's merit.
const BIAS_PENALTY: f32 = 0.01;
/// Rows added to the Gram matrix in one pass over it. 81 is a multiple.
const BLOCK: usize = 9;
/// Squared residual below which a solution is as good as `f32` can make it.
const SOLVED: f32 = 1e-12;

/// Normal equations: of the matrix only the upper triangle is kept up.
#[derive(Clone, Debug)]
pub(super) struct Equations {
    gram: Vec<f32>,
    rhs: Vec<f32>,
}

impl Equations {
    /// No patch yet.
    pub(super) fn new() -> Self {
        Self { gram: vec![0.0; UNKNOWNS * UNKNOWNS], rhs: vec![0.0; SCALES * UNKNOWNS] }
    }

    /// Adds a patch: its features (16x16x8) with the labels of the target's pose.
    pub(super) fn add(&mut self, features: &[i8], pose: &Pose, weight: f32, config: &TrackerConfig) {
        let rows = design(features);
        let (places, scales) = (place_labels(config, pose), scale_labels(config, pose));
        for (block, labels) in rows.chunks_exact(BLOCK * UNKNOWNS).zip(places.chunks_exact(BLOCK)) {
            self.add_block(block, weight);
            for (row, label) in block.chunks_exact(UNKNOWNS).zip(labels) {
                for (rhs, scale) in self.rhs.chunks_exact_mut(UNKNOWNS).zip(&scales) {
                    axpy(weight * label * scale, row, rhs);
                }
            }
        }
    }

    fn add_block(&mut self, block: &[f32], weight: f32) {
        let rows: [&[f32]; BLOCK] = std::array::from_fn(|k| &block[k * UNKNOWNS..(k + 1) * UNKNOWNS]);
        for (i, line) in self.gram.chunks_exact_mut(UNKNOWNS).enumerate() {
            let factors: [f32; BLOCK] = std::array::from_fn(|k| weight * rows[k][i]);
            let tails: [&[f32]; BLOCK] = std::array::from_fn(|k| &rows[k][i..]);
            add_outer(&mut line[i..], &factors, &tails);
        }
    }

    /// Moves towards `newer` by `rate`.
    pub(super) fn blend(&mut self, newer: &Self, rate: f32) {
        let mix =
            |old: &mut [f32], new: &[f32]| old.iter_mut().zip(new).for_each(|(o, n)| *o += rate * (n - *o));
        mix(&mut self.gram, &newer.gram);
        mix(&mut self.rhs, &newer.rhs);
    }

    /// Improves the solutions of all lanes by conjugate gradients, from where they are.
    pub(super) fn solve(&self, solutions: &mut [f32], ridge: &Ridge, iterations: usize) {
        let diagonal = (0..TEMPLATE_LEN).map(|i| self.gram[i * UNKNOWNS + i]);
        let unit = ridge.strength * diagonal.sum::<f32>() / TEMPLATE_LEN as f32;
        let system = System { gram: &self.gram, penalties: &ridge.penalties, unit };
        for (solution, rhs) in solutions.chunks_exact_mut(UNKNOWNS).zip(self.rhs.chunks_exact(UNKNOWNS)) {
            system.descend(solution, rhs, iterations);
        }
    }
}

/// `line += sum(factor * tail)`; the arrays have the block's size, so that the sums stay in registers.
fn add_outer(line: &mut [f32], factors: &[f32; BLOCK], tails: &[&[f32]; BLOCK]) {
    let length = line.len();
    let tails: [&[f32]; BLOCK] = std::array::from_fn(|k| &tails[k][..length]);
    for (j, sum) in line.iter_mut().enumerate() {
        let mut add = 0.0;
        for k in 0..BLOCK {
            add += factors[k] * tails[k][j];
        }
        *sum += add;
    }
}

/// The rows of a patch: for each place the features under the template, in the template's order, and the constant.
fn design(features: &[i8]) -> Vec<f32> {
    let level = |f: &i8| f32::from(i16::from(*f) - i16::from(FEATURE_ZERO_POINT)) / FEATURE_UNIT;
    let levels: Vec<f32> = features.iter().map(level).collect();
    let mut rows = Vec::with_capacity(PLACE_COUNT * UNKNOWNS);
    for place in 0..PLACE_COUNT {
        for ky in 0..TEMPLATE {
            let start = ((place / PLACES + ky) * FEATURES + place % PLACES) * CHANNELS;
            rows.extend_from_slice(&levels[start..start + TEMPLATE * CHANNELS]);
        }
        rows.push(BIAS_FEATURE);
    }
    rows
}

/// What keeps the weights small.
#[derive(Clone, Debug)]
pub(super) struct Ridge {
    strength: f32,
    penalties: Vec<f32>,
}

impl Ridge {
    /// Penalties for a target that fills `1 / search` of the patch: larger where the template sees background.
    pub(super) fn new(config: &TrackerConfig, search: f64) -> Self {
        /// Part of the target's half size over which the penalty rises.
        const RISE: f64 = 0.3;
        let half_target = (FEATURES / 2) as f64 / search;
        let middle = (TEMPLATE - 1) as f64 / 2.0;
        let penalty = |cell: usize| {
            let distance = |k: usize| (k as f64 - middle).abs() / half_target;
            let out = distance(cell % TEMPLATE).max(distance(cell / TEMPLATE)) - config.background_from;
            (1.0 + config.background_ridge * (out / RISE).clamp(0.0, 1.0)) as f32
        };
        let cells = (0..TEMPLATE * TEMPLATE).flat_map(|cell| [penalty(cell); CHANNELS]);
        Self { strength: config.ridge as f32, penalties: cells.chain([BIAS_PENALTY]).collect() }
    }
}

/// A symmetric positive system: the Gram matrix plus penalties on its diagonal.
struct System<'a> {
    gram: &'a [f32],
    penalties: &'a [f32],
    unit: f32,
}

impl System<'_> {
    fn apply(&self, v: &[f32]) -> Vec<f32> {
        let mut out: Vec<f32> = v.iter().zip(self.penalties).map(|(v, p)| self.unit * p * v).collect();
        for (i, line) in self.gram.chunks_exact(UNKNOWNS).enumerate() {
            // Each element above the diagonal stands for its mirror image too.
            out[i] += dot(&line[i..], &v[i..]);
            axpy(v[i], &line[i + 1..], &mut out[i + 1..]);
        }
        out
    }

    fn descend(&self, solution: &mut [f32], rhs: &[f32], iterations: usize) {
        let mut residual: Vec<f32> = rhs.iter().zip(self.apply(solution)).map(|(b, a)| b - a).collect();
        let mut direction = residual.clone();
        let mut energy = dot(&residual, &residual);
        for _ in 0..iterations {
            if energy <= SOLVED {
                return;
            }
            let image = self.apply(&direction);
            let step = energy / dot(&direction, &image);
            axpy(step, &direction, solution);
            axpy(-step, &image, &mut residual);
            let next = dot(&residual, &residual);
            direction.iter_mut().zip(&residual).for_each(|(d, r)| *d = r + next / energy * *d);
            energy = next;
        }
    }
}

/// `y += a * x`.
fn axpy(a: f32, x: &[f32], y: &mut [f32]) {
    y.iter_mut().zip(x).for_each(|(y, x)| *y += a * x);
}

/// Inner product; eight partial sums, because the compiler may not reorder one.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let (a, a_rest) = a.as_chunks::<8>();
    let (b, b_rest) = b.as_chunks::<8>();
    let mut sums = [0f32; 8];
    for (a, b) in a.iter().zip(b) {
        for k in 0..8 {
            sums[k] += a[k] * b[k];
        }
    }
    sums.iter().sum::<f32>() + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f32>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn features(seed: u32) -> Vec<i8> {
        let mut state = seed;
        let next = |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as i8
        };
        (0..FEATURES * FEATURES * CHANNELS).map(next).collect()
    }

    const POSE: Pose = Pose { dx: 0.5, dy: -1.0, zoom: 1.0 };

    #[test]
    fn the_equations_are_those_of_the_design_matrix() {
        let (config, features) = (TrackerConfig::default(), features(1));
        let mut equations = Equations::new();
        equations.add(&features, &POSE, 0.5, &config);
        let rows = design(&features);
        let labels = place_labels(&config, &POSE);
        for (i, j) in [(0, 0), (3, 77), (200, 511), (100, 512), (512, 512)] {
            let column = |k: usize| rows.iter().skip(k).step_by(UNKNOWNS);
            let product: f32 = column(i).zip(column(j)).map(|(a, b)| 0.5 * a * b).sum();
            assert!((equations.gram[i * UNKNOWNS + j] - product).abs() < 1e-3 * product.abs().max(1.0));
            let label: f32 = column(j).zip(&labels).map(|(a, y)| 0.5 * a * y).sum();
            assert!((equations.rhs[UNKNOWNS + j] - label).abs() < 1e-4);
        }
    }

    #[test]
    fn a_template_learns_its_labels() {
        let config = TrackerConfig { ridge: 1e-5, background_ridge: 0.0, ..TrackerConfig::default() };
        let features = features(2);
        let mut equations = Equations::new();
        equations.add(&features, &POSE, 1.0, &config);
        let mut solutions = vec![0.0; SCALES * UNKNOWNS];
        equations.solve(&mut solutions, &Ridge::new(&config, 3.0), 200);
        let labels = place_labels(&config, &POSE);
        for (row, label) in design(&features).chunks_exact(UNKNOWNS).zip(labels) {
            assert!((dot(row, &solutions[UNKNOWNS..2 * UNKNOWNS]) - label).abs() < 0.02);
        }
    }

    #[test]
    fn the_first_steps_lower_the_residual_and_a_solution_stays() {
        let config = TrackerConfig::default();
        let mut equations = Equations::new();
        equations.add(&features(3), &POSE, 1.0, &config);
        let ridge = Ridge::new(&config, 3.0);
        let mut solutions = vec![0.0; SCALES * UNKNOWNS];
        equations.solve(&mut solutions, &ridge, 300);
        let before = solutions.clone();
        equations.solve(&mut solutions, &ridge, 5);
        let moved = solutions.iter().zip(&before).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(moved < 1e-3, "a solution moved by {moved}");
    }

    #[test]
    fn background_is_penalised() {
        let ridge = Ridge::new(&TrackerConfig::default(), 3.0);
        assert_eq!(ridge.penalties.len(), UNKNOWNS);
        // Centre cell, corner cell.
        assert_eq!(ridge.penalties[(3 * TEMPLATE + 3) * CHANNELS], 1.0);
        assert_eq!(ridge.penalties[0], 11.0);
    }
}

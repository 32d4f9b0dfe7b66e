//! The tracker's network: a bank of oriented gradient filters and a correlation whose templates are set at run
//! time.

use ndarray::Array4;

use super::tensor;
use crate::graph::{
    Activation, Conv2d, Edge, FORMAT_VERSION, Graph, MeanRounding, Node, Op, Padding, Pool2d, Shape,
    WeightQuant,
};

/// Name of the input tensor: the search patch, brightness about its mean, so that padding reads the mean.
pub const PATCH: &str = "patch";
/// Name of the tensor of pooled features.
pub const FEATURES: &str = "features";
/// Name of the output tensor.
pub const RESPONSES: &str = "responses";
/// Name of the filter bank's node.
pub const GRADIENTS: &str = "gradients";
/// Name of the node whose weights are the templates.
pub const CORRELATION: &str = "correlation";

/// Filters of the bank.
const FILTERS: usize = 8;

/// Sizes and gains of the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrientedConfig {
    /// Rows and columns of the search patch.
    pub patch: usize,
    /// Rows and columns that are averaged to one feature.
    pub pool: usize,
    /// Rows and columns of a template, in features.
    pub template: usize,
    /// Templates that are correlated at once.
    pub templates: usize,
    /// A feature is the filter's sum divided by `2^gradient_shift`, rounded, at most 255.
    pub gradient_shift: u32,
    /// A response is the placeholder correlation divided by `2^response_shift`; templates bring their own scale.
    pub response_shift: u32,
}

impl Default for OrientedConfig {
    fn default() -> Self {
        Self { patch: 64, pool: 4, template: 8, templates: 8, gradient_shift: 0, response_shift: 12 }
    }
}

/// The filter bank, each filter in row order: horizontal, vertical and both diagonal gradients, then their
/// opposites, because the rectifier keeps one sign only.
///
/// The taps of each sum to 0, so that even brightness gives nothing, and their positive part to 4.
pub fn filters() -> [[i8; 9]; FILTERS] {
    let half: [[i8; 9]; FILTERS / 2] = [
        [-1, 0, 1, -2, 0, 2, -1, 0, 1],
        [0, 1, 2, -1, 0, 1, -2, -1, 0],
        [1, 2, 1, 0, 0, 0, -1, -2, -1],
        [2, 1, 0, 1, 0, -1, 0, -1, -2],
    ];
    std::array::from_fn(|filter| match half.get(filter) {
        Some(taps) => *taps,
        None => half[filter - FILTERS / 2].map(|tap| -tap),
    })
}

/// The network in its default size: 64x64 patch, 16x16x8 features, 9x9x8 responses.
pub fn oriented() -> Graph {
    oriented_with(&OrientedConfig::default(), &filters())
}

/// The network in another size or with other filters.
///
/// Sizes that do not fit each other give a graph that [`Graph::check`] refuses.
pub fn oriented_with(config: &OrientedConfig, filters: &[[i8; 9]]) -> Graph {
    let OrientedConfig { patch, pool, template, templates, .. } = *config;
    let channels = filters.len();
    let pooled = patch.checked_div(pool).unwrap_or(0);
    let places = (pooled + 1).saturating_sub(template);
    // Powers of two, so that requantisation is a shift.
    let feature_scale = 2f32.powi(config.gradient_shift as i32);
    let response_scale = feature_scale * 2f32.powi(config.response_shift as i32);
    Graph {
        format_version: FORMAT_VERSION,
        name: "oriented".into(),
        tensors: vec![
            tensor(PATCH, Shape::new(patch, patch, 1), 1.0, 0),
            tensor(GRADIENTS, Shape::new(patch, patch, channels), feature_scale, -128),
            tensor(FEATURES, Shape::new(pooled, pooled, channels), feature_scale, -128),
            tensor(RESPONSES, Shape::new(places, places, templates), response_scale, 0),
        ],
        nodes: vec![
            node(GRADIENTS, 0, Op::Conv2d(bank(filters))),
            node("pool", 1, Op::AveragePool2d(average(pool))),
            node(CORRELATION, 2, Op::Conv2d(correlation(template, channels, templates))),
        ],
        input: 0,
        further_inputs: vec![],
        outputs: vec![3],
        edge: Edge::default(),
    }
}

fn node(name: &str, input: usize, op: Op) -> Node {
    Node { name: name.into(), inputs: vec![input], output: input + 1, op }
}

fn bank(filters: &[[i8; 9]]) -> Conv2d {
    let weights = Array4::from_shape_fn((filters.len(), 3, 3, 1), |(f, y, x, _)| filters[f][3 * y + x]);
    Conv2d {
        stride: (1, 1),
        dilation: (1, 1),
        padding: Padding::Same,
        activation: Activation::Relu,
        weights,
        bias: vec![0; filters.len()],
        weight_quant: WeightQuant::PerChannel(vec![1.0]),
    }
}

fn average(pool: usize) -> Pool2d {
    Pool2d {
        kernel: (pool, pool),
        stride: (pool, pool),
        padding: Padding::Valid,
        activation: Activation::None,
        rounding: MeanRounding::AwayFromZero,
    }
}

fn correlation(template: usize, channels: usize, templates: usize) -> Conv2d {
    Conv2d {
        stride: (1, 1),
        dilation: (1, 1),
        padding: Padding::Valid,
        activation: Activation::None,
        weights: Array4::zeros((templates, template, template, channels)),
        bias: vec![0; templates],
        weight_quant: WeightQuant::PerChannel(vec![1.0]),
    }
}

//! The layers of a program: their clocks, how busy the array is, and what keeps it from being busier.

use frazil_model::plan::{LayerInfo, Plan};
use serde::Serialize;

use super::demand::{Demand, demands};

/// A share of clocks below which a part is not what limits a layer: the rest is starting and ending.
const BOUND: f64 = 0.85;
/// A share of products below which lanes or pixels without work are what limits a layer.
const FULL: f64 = 0.95;

/// A layer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Layer {
    /// Name of the node.
    pub name: String,
    /// Its operator.
    pub operator: String,
    /// Products of one inference, zero weights included.
    pub macs: u64,
    /// Weights, and those that are zero.
    pub weights: u64,
    /// Weights that are zero.
    pub zero_weights: u64,
    /// Clocks.
    pub clocks: u64,
    /// Products, a share of what the array can do in these clocks. Zero weights that are left out count as done, so
    /// that it may be more than 1.
    pub utilisation: f64,
    /// What limits it.
    pub limit: Limit,
}

/// What keeps the array from doing a layer faster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// All multipliers are busy.
    Multipliers,
    /// Channels or pixels that do not fill the array.
    Shape,
    /// Reading weights, parameters and lists from memory.
    Weights,
    /// Reading them from the board's flash.
    Flash,
    /// Reading operands and writing results.
    Tensors,
    /// Requantising results.
    Requantiser,
    /// Starting and ending: a short layer.
    FillAndDrain,
}

impl Limit {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Multipliers => "multipliers",
            Self::Shape => "shape: lanes or pixels without work",
            Self::Weights => "memory: weights",
            Self::Flash => "flash: weights",
            Self::Tensors => "memory: operands and results",
            Self::Requantiser => "requantiser",
            Self::FillAndDrain => "fill and drain",
        }
    }
}

/// The layers of a plan's program on the array; `clocks` are those of its descriptors.
pub fn layers(plan: &Plan, clocks: &[u64]) -> Vec<Layer> {
    let peak = (plan.capacity.lanes * plan.capacity.pixels) as u64;
    let demands = demands(plan);
    let layer = |info: &LayerInfo| {
        let mut demand = Demand::default();
        info.descriptors.iter().filter_map(|&at| demands.get(at)).for_each(|part| demand += *part);
        let clocks = info.descriptors.iter().filter_map(|&at| clocks.get(at)).sum();
        layer(&LayerInfo { clocks, ..info.clone() }, demand, peak)
    };
    plan.program.layers.iter().map(layer).collect()
}

fn layer(info: &LayerInfo, demand: Demand, peak: u64) -> Layer {
    Layer {
        name: info.name.clone(),
        operator: info.kind.clone(),
        macs: info.macs,
        weights: info.weights,
        zero_weights: info.zero_weights,
        clocks: info.clocks,
        utilisation: info.macs as f64 / (peak * info.clocks).max(1) as f64,
        limit: limit(info, demand, peak),
    }
}

/// The part that needs most clocks, if these are about the layer's.
fn limit(info: &LayerInfo, demand: Demand, peak: u64) -> Limit {
    let memory = if demand.stream > demand.tensors { Limit::Weights } else { Limit::Tensors };
    let parts = [
        (info.issue_clocks, Limit::Multipliers),
        (demand.requantise, Limit::Requantiser),
        (demand.stream + demand.tensors, memory),
        (demand.flash, Limit::Flash),
    ];
    // Of parts that need the same, the first.
    let most = parts.into_iter().rev().max_by_key(|(clocks, _)| *clocks);
    let (clocks, part) = most.unwrap_or((0, Limit::FillAndDrain));
    if (clocks as f64) < BOUND * info.clocks as f64 {
        return Limit::FillAndDrain;
    }
    // Products that were left out count as done; operators without weights have none.
    let full = info.macs == 0 || info.macs as f64 >= FULL * (peak * info.issue_clocks) as f64;
    if part == Limit::Multipliers && !full { Limit::Shape } else { part }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEAK: u64 = 16;

    fn info(macs: u64, issue_clocks: u64, clocks: u64) -> LayerInfo {
        LayerInfo { macs, issue_clocks, clocks, weights: 100, ..LayerInfo::default() }
    }

    fn limited(info: &LayerInfo, stream: u64, tensors: u64, requantise: u64) -> Limit {
        limit(info, Demand { stream, flash: 0, tensors, requantise }, PEAK)
    }

    #[test]
    fn the_part_that_needs_most_limits() {
        let dense = info(16_000, 1000, 1050);
        assert_eq!(limited(&dense, 10, 200, 300), Limit::Multipliers);
        assert_eq!(limited(&dense, 10, 200, 1040), Limit::Requantiser);
        assert_eq!(limited(&dense, 1000, 20, 300), Limit::Weights);
        assert_eq!(limited(&dense, 20, 1020, 300), Limit::Tensors);
        assert_eq!(limited(&info(16_000, 1000, 2000), 10, 200, 300), Limit::FillAndDrain);
        assert_eq!(limited(&info(8000, 1000, 1050), 10, 200, 300), Limit::Shape);
        let flash = Demand { stream: 10, flash: 1040, tensors: 200, requantise: 300 };
        assert_eq!(limit(&dense, flash, PEAK), Limit::Flash);
    }

    #[test]
    fn products_that_were_left_out_leave_no_lane_idle() {
        assert_eq!(limited(&info(16_000, 500, 520), 10, 20, 30), Limit::Multipliers);
        assert_eq!(limited(&info(0, 500, 520), 10, 20, 30), Limit::Multipliers);
    }

    #[test]
    fn a_layer_without_products_is_no_division_by_zero() {
        let layer = layer(&info(0, 0, 0), Demand::default(), PEAK);
        assert_eq!((layer.utilisation, layer.clocks), (0.0, 0));
    }
}

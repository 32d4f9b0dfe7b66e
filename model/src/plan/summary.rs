//! What a plan holds and costs, for people.

use serde::{Deserialize, Serialize};

use super::program::{LayerInfo, is_zero};
use super::{Capacity, FrozenLayer, Plan, Shape};
use crate::shift_add::{Cost, csd};

/// A plan in numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlanSummary {
    /// The network's name.
    pub graph_name: String,
    /// Identifies what is in the fabric, 16 hexadecimal digits.
    pub design_id: String,
    /// Layers in the fabric.
    pub frozen: Vec<FrozenSummary>,
    /// Layers on the array.
    pub layers: Vec<ArraySummary>,
    /// Memories.
    pub memory: Vec<MemoryUse>,
}

/// A frozen layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FrozenSummary {
    /// Name of the node.
    pub name: String,
    /// Input image.
    pub input: Shape,
    /// Image after convolution and pool.
    pub output: Shape,
    /// Multiply-accumulates of one image, zero weights included.
    pub macs: u64,
    /// Weights.
    pub weights: u64,
    /// Weights that are zero.
    pub zero_weights: u64,
    /// Cost of the datapath.
    pub datapath: Cost,
    /// Non-zero digits of all requantisers' multipliers; a multiplier of `n` digits takes `n - 1` adders.
    pub requant_digits: u32,
}

/// A node on the array.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ArraySummary {
    /// Name of the node.
    pub name: String,
    /// Its operator.
    pub kind: String,
    /// Multiply-accumulates of one image, padded taps included; 0 for operators without weights.
    pub macs: u64,
    /// Weights.
    pub weights: u64,
    /// Weights that are zero.
    pub zero_weights: u64,
    /// Groups of channels that are computed one after the other.
    pub groups: usize,
    /// Bytes of weights, parameters and lists that come from the flash in each run.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub streamed_bytes: usize,
    /// Clocks in which the array issues products: blocks times products.
    pub issue_cycles: u64,
    /// Clocks that it takes: an estimate.
    pub cycles: u64,
    /// Share of the array's products that the node's multiply-accumulates are in these clocks. Products that are left
    /// out because they are zero count as done, so that it may be more than 1.
    pub utilisation: f64,
}

/// A memory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoryUse {
    /// What is stored, with its unit.
    pub what: String,
    /// What the network needs.
    pub used: usize,
    /// What the device has.
    pub available: usize,
}

impl Plan {
    /// The plan in numbers.
    pub fn summary(&self) -> PlanSummary {
        PlanSummary {
            graph_name: self.graph_name.clone(),
            design_id: format!("{:016x}", self.design_id()),
            frozen: self.frozen.iter().map(frozen).collect(),
            layers: self.program.layers.iter().map(|layer| array(layer, &self.capacity)).collect(),
            memory: self.memory(),
        }
    }

    fn memory(&self) -> Vec<MemoryUse> {
        let (program, capacity) = (&self.program, &self.capacity);
        let row = |what: &str, used, available| MemoryUse { what: what.into(), used, available };
        let resident = |layer: &LayerInfo| layer.stream_words - layer.streamed_words.min(layer.stream_words);
        let words: usize = program.layers.iter().map(resident).sum();
        let weight_words = words * capacity.lanes;
        let flash = capacity.flash.filter(|_| !program.stream.is_empty());
        let ring = flash.map_or(0, |flash| flash.ring_words * capacity.lanes);
        let mut rows = vec![
            row(
                "memory bytes",
                (program.tensor_words * capacity.lanes) + program.image.len() + ring,
                capacity.memory_words * capacity.lanes,
            ),
            row(
                "tensor bytes",
                program.tensor_words * capacity.lanes,
                capacity.memory_words * capacity.lanes,
            ),
            row("weight, parameter and list bytes", weight_words, capacity.memory_words * capacity.lanes),
        ];
        rows.extend(
            flash.map(|flash| row("bytes streamed from the flash", program.stream.len(), flash.bytes)),
        );
        rows
    }
}

fn frozen(layer: &FrozenLayer) -> FrozenSummary {
    let matrix = layer.datapath.matrix();
    let weights: u64 = matrix.iter().map(|row| row.len() as u64).sum();
    let zeros = matrix.iter().flatten().filter(|&&w| w == 0).count();
    FrozenSummary {
        name: layer.name.clone(),
        input: layer.input,
        output: layer.output,
        macs: (layer.conv_output.h * layer.conv_output.w) as u64 * weights,
        weights,
        zero_weights: zeros as u64,
        datapath: layer.datapath.cost(),
        requant_digits: layer.requant.iter().map(|requant| csd::count(requant.m)).sum(),
    }
}

fn array(layer: &LayerInfo, capacity: &Capacity) -> ArraySummary {
    let slots = (layer.clocks * (capacity.lanes * capacity.pixels) as u64).max(1);
    ArraySummary {
        name: layer.name.clone(),
        kind: layer.kind.clone(),
        macs: layer.macs,
        weights: layer.weights,
        zero_weights: layer.zero_weights,
        groups: layer.groups,
        streamed_bytes: layer.streamed_words * capacity.lanes,
        issue_cycles: layer.issue_clocks,
        cycles: layer.clocks,
        utilisation: layer.macs as f64 / slots as f64,
    }
}

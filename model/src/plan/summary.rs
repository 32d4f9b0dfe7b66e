//! What a plan holds and costs, for people.

use serde::{Deserialize, Serialize};

use super::{FrozenLayer, Plan, Shape, WeightBlock};
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

/// A layer on the array.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ArraySummary {
    /// Name of the node.
    pub name: String,
    /// Multiply-accumulates of one image, padded taps included.
    pub macs: u64,
    /// Weights.
    pub weights: u64,
    /// Weights that are zero.
    pub zero_weights: u64,
    /// Clocks in which the array issues products.
    pub issue_cycles: u64,
    /// Share of the lanes that work in these clocks, 0 to 1.
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
            layers: self.program.weights.iter().map(|block| array(block, self.capacity.lanes)).collect(),
            memory: self.memory(),
        }
    }

    fn memory(&self) -> Vec<MemoryUse> {
        let (program, capacity) = (&self.program, &self.capacity);
        let row = |what: &str, used, available| MemoryUse { what: what.into(), used, available };
        vec![
            row("activation bytes", program.activation_bytes(), capacity.activation_bytes),
            row("weight bytes", program.weight_image.len(), capacity.weight_bytes),
            row("parameter channels", program.parameters.len(), capacity.parameter_channels),
            row("descriptors", program.descriptors.len(), capacity.descriptors),
        ]
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

fn array(block: &WeightBlock, lanes: usize) -> ArraySummary {
    let weights = (block.channels * block.taps) as u64;
    let macs = block.pixels as u64 * weights;
    let issue_cycles = block.pixels as u64 * block.words as u64;
    let slots = (issue_cycles * lanes as u64).max(1);
    ArraySummary {
        name: block.node.clone(),
        macs,
        weights,
        zero_weights: block.zero_weights as u64,
        issue_cycles,
        utilisation: macs as f64 / slots as f64,
    }
}

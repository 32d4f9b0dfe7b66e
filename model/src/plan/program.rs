//! The program: descriptors, where everything lies, and the images to upload.

use serde::{Deserialize, Serialize};

use super::Shape;
use super::descriptor::Descriptor;
use super::pack::{pack_parameters, pack_program};
use crate::requant::ChannelParameters;

/// Entry that evaluates the whole network.
pub const ENTRY_RUN: &str = "run";
/// Entry that evaluates the frozen front end only; there when anything is frozen.
pub const ENTRY_FEATURES: &str = "features";

/// What the sequencer runs, and what it runs on.
///
/// The input's region is never overwritten by a run, so that a run can be repeated after a lost reply; the frozen
/// front end's result and the network's outputs stay until the next run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// Descriptors of all entries.
    pub descriptors: Vec<Descriptor>,
    /// Where runs may begin.
    pub entries: Vec<Entry>,
    /// Tensors in activation memory.
    pub tensors: Vec<Placement>,
    /// The network's input: index in `tensors`.
    pub input: usize,
    /// The network's outputs: indices in `tensors`.
    pub outputs: Vec<usize>,
    /// The frozen front end's result: index in `tensors`.
    pub features: Option<usize>,
    /// Layers on the array and where their constants lie.
    pub weights: Vec<WeightBlock>,
    /// Weight memory from its first byte.
    pub weight_image: Vec<u8>,
    /// Parameters from the first channel of parameter memory.
    pub parameters: Vec<ChannelParameters>,
}

/// A place where a run may begin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// [`ENTRY_RUN`] or [`ENTRY_FEATURES`].
    pub name: String,
    /// Index of its first descriptor: the address of the run request.
    pub index: usize,
}

/// A tensor in activation memory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Placement {
    /// Name of the tensor.
    pub tensor: String,
    /// Rows, columns, channels.
    pub shape: Shape,
    /// First byte.
    pub address: usize,
    /// Bytes.
    pub len: usize,
}

/// A layer's constants in weight and parameter memory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeightBlock {
    /// Name of the node.
    pub node: String,
    /// First word of its weights; a word is one byte for each lane.
    pub address: usize,
    /// Words.
    pub words: usize,
    /// Its first channel in parameter memory.
    pub parameter_base: usize,
    /// Output channels.
    pub channels: usize,
    /// Weights of one output channel, padded taps included.
    pub taps: usize,
    /// Output rows times columns.
    pub pixels: usize,
    /// Weights that are zero.
    pub zero_weights: usize,
}

impl Program {
    /// Index of the first descriptor of an entry.
    pub fn entry(&self, name: &str) -> Option<usize> {
        self.entries.iter().find(|entry| entry.name == name).map(|entry| entry.index)
    }

    /// Where the network's input lies.
    pub fn input(&self) -> Option<&Placement> {
        self.tensors.get(self.input)
    }

    /// Where the network's first output lies.
    pub fn output(&self) -> Option<&Placement> {
        self.outputs().next()
    }

    /// Where the network's outputs lie.
    pub fn outputs(&self) -> impl Iterator<Item = &Placement> {
        self.outputs.iter().filter_map(|&output| self.tensors.get(output))
    }

    /// Where the frozen front end's result lies.
    pub fn features(&self) -> Option<&Placement> {
        self.tensors.get(self.features?)
    }

    /// A tensor that lies in activation memory, by name.
    pub fn tensor(&self, name: &str) -> Option<&Placement> {
        self.tensors.iter().find(|placement| placement.tensor == name)
    }

    /// A layer's constants, by the node's name.
    pub fn block(&self, node: &str) -> Option<&WeightBlock> {
        self.weights.iter().find(|block| block.node == node)
    }

    /// Bytes of program memory.
    pub fn image(&self) -> Vec<u8> {
        pack_program(&self.descriptors)
    }

    /// Bytes of parameter memory.
    pub fn parameter_image(&self) -> Vec<u8> {
        pack_parameters(&self.parameters)
    }

    /// Bytes of activation memory in use.
    pub fn activation_bytes(&self) -> usize {
        self.tensors
            .iter()
            .map(|placement| placement.address.saturating_add(placement.len))
            .max()
            .unwrap_or(0)
    }
}

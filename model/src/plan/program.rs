//! The program: one image of descriptors and streams, and where everything lies.

use serde::{Deserialize, Serialize};

use super::layout::Placement;

/// Entry that evaluates the whole network.
pub const ENTRY_RUN: &str = "run";
/// Entry that evaluates the frozen front end only; there when anything is frozen.
pub const ENTRY_FEATURES: &str = "features";

/// What the sequencer runs, and what it runs on.
///
/// A run may overwrite its input. The frozen front end's result and the network's outputs stay until the next run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// Descriptors of all entries, then the layers' streams: whole memory words.
    pub image: Vec<u8>,
    /// First word of the image.
    pub image_address: usize,
    /// What the flash holds, from the board's offset on: the streams of the layers that are not in memory, one after the
    /// other in the order in which they run; empty if all are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stream: Vec<u8>,
    /// Where runs may begin.
    pub entries: Vec<Entry>,
    /// Tensors that the host writes or reads.
    pub tensors: Vec<Placement>,
    /// The network's input: index in `tensors`.
    pub input: usize,
    /// The network's outputs: indices in `tensors`.
    pub outputs: Vec<usize>,
    /// The frozen front end's result: index in `tensors`.
    pub features: Option<usize>,
    /// The nodes that run on the array, in their order.
    pub layers: Vec<LayerInfo>,
    /// Words that tensors take.
    pub tensor_words: usize,
}

/// A place where a run may begin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// [`ENTRY_RUN`] or [`ENTRY_FEATURES`].
    pub name: String,
    /// Word address of its first descriptor: the address of the run request.
    pub address: usize,
}

/// A node on the array; it may be several layers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerInfo {
    /// Name of the node.
    pub name: String,
    /// Its operator.
    pub kind: String,
    /// Its descriptors: their places among the array's layers of a run.
    pub descriptors: Vec<usize>,
    /// Multiply-accumulates of one image, padded taps included; 0 for operators without weights.
    pub macs: u64,
    /// Weights of the network.
    pub weights: u64,
    /// Those that are zero.
    pub zero_weights: u64,
    /// Groups of channels that are computed one after the other.
    pub groups: usize,
    /// Words of its streams.
    pub stream_words: usize,
    /// Those of them that come from the flash.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub streamed_words: usize,
    /// Clocks in which products are issued.
    pub issue_clocks: u64,
    /// Clocks that it takes: an estimate.
    pub clocks: u64,
    /// How to exchange its weights, if that is possible.
    pub constants: Option<Constants>,
}

/// For serde: what is 0 is left out.
pub(super) fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// Where a dense layer's weights and parameters lie.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Constants {
    /// Word address of each stream, of one group or of several.
    pub streams: Vec<usize>,
    /// Groups of a stream: their parameters follow each other, and so do their words of each weight.
    pub groups: usize,
    /// Weights begin at a multiple of so many words from the stream's beginning.
    pub row: usize,
    /// Bytes of a word.
    pub lanes: usize,
    /// Output channels.
    pub channels: usize,
    /// For each weight word of a group the weight, counted in the order row, column, input channel. One that comes
    /// twice is multiplied twice.
    pub taps: Vec<u32>,
    /// Output zero point, smallest and largest result.
    pub finish: (i8, i8, i8),
    /// Bits of a sum of products, and of one with its bias.
    pub bits: (u32, u32),
}

impl Program {
    /// Word address of the first descriptor of an entry.
    pub fn entry(&self, name: &str) -> Option<usize> {
        self.entries.iter().find(|entry| entry.name == name).map(|entry| entry.address)
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

    /// A tensor that the host writes or reads, by name.
    pub fn tensor(&self, name: &str) -> Option<&Placement> {
        self.tensors.iter().find(|placement| placement.tensor == name)
    }

    /// A node on the array, by name.
    pub fn layer(&self, node: &str) -> Option<&LayerInfo> {
        self.layers.iter().find(|layer| layer.name == node)
    }

    /// First byte of the image.
    pub fn image_byte_address(&self) -> usize {
        let lanes = self.tensors.first().map_or(1, |placement| placement.lanes);
        self.image_address.saturating_mul(lanes)
    }

    /// Clocks of a run on the array, the frozen front end not included: an estimate.
    pub fn clocks(&self) -> u64 {
        self.layers.iter().map(|layer| layer.clocks).sum()
    }
}

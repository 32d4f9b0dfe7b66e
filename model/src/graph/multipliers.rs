//! Scales of a node as one factor for each channel.

use super::{Graph, Node};

impl Graph {
    /// Real multipliers of a node with weights, one for each output channel.
    pub fn real_multipliers(&self, node: &Node) -> Vec<f64> {
        let input = self.node_input(node).quant.scale;
        let output = f64::from(self.node_output(node).quant.scale);
        let Some((bias, quant)) = node.op.channels() else { return Vec::new() };
        let scales = quant.scales();
        let scale = |channel: usize| scales.get(channel).or(scales.first()).copied().unwrap_or(0.0);
        (0..bias.len()).map(|channel| quant.accumulator_scale(input, scale(channel)) / output).collect()
    }
}

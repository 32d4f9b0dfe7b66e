//! Scales of a node as one factor for each channel.

use super::{Graph, Node, WeightQuant};

impl Graph {
    /// Real multipliers of a node with weights, one for each output channel.
    ///
    /// Products are float64, but float32 for per-tensor weights, as in TFLite.
    pub fn real_multipliers(&self, node: &Node) -> Vec<f64> {
        let input = self.node_input(node).quant.scale;
        let output = f64::from(self.node_output(node).quant.scale);
        let Some((bias, quant)) = node.op.channels() else { return Vec::new() };
        let (scales, per_tensor) = (quant.scales(), matches!(quant, WeightQuant::PerTensor { .. }));
        let product = |scale: f32| match per_tensor {
            true => f64::from(input * scale),
            false => f64::from(input) * f64::from(scale),
        };
        let scale = |channel: usize| scales.get(channel).or(scales.first()).copied().unwrap_or(0.0);
        (0..bias.len()).map(|channel| product(scale(channel)) / output).collect()
    }
}

//! The channels of a layer with weights: what each tap is multiplied with, and exact parameters.

use super::exact::Exact;
use super::job::Work;
use super::{Lower, parts};
use crate::graph::Activation;
use crate::plan::PlanError;
use crate::requant::ChannelParameters;
use crate::requant::fit::{Requantiser, Target};

/// A layer's channels.
pub struct Channels {
    /// `[output channel][weight]`, as often as the channel's scale demands.
    pub values: Vec<Vec<i32>>,
    /// For each group one for each lane.
    pub parameters: Vec<Vec<Requantiser>>,
    pub finish: Target,
    /// Weights, and those of them that are zero.
    pub weights: u64,
    pub zero_weights: u64,
}

impl Channels {
    /// The work of so many output pixels.
    pub fn work(&self, pixels: usize) -> Work {
        let Self { weights, zero_weights, .. } = *self;
        Work { macs: pixels as u64 * weights, weights, zero_weights }
    }
}

impl Lower<'_> {
    /// The channels of a node, their zero points folded into the biases.
    pub fn channels(&self, index: usize, activation: Activation) -> Result<Channels, PlanError> {
        let node = &self.graph.nodes[index];
        let quant = self.graph.node_output(node).quant;
        let (lo, hi) = activation.range(quant);
        let finish = Target { zero_point: quant.zero_point as i8, lo, hi };
        let mut all = Channels { values: vec![], parameters: vec![], finish, weights: 0, zero_weights: 0 };
        let mut parameters = Vec::new();
        let bias = node.op.channels().map_or(&[][..], |(bias, _)| bias);
        for (channel, (&bias, real)) in bias.iter().zip(self.graph.real_multipliers(node)).enumerate() {
            let weights = node.op.channel_weights(channel);
            all.weights += weights.len() as u64;
            all.zero_weights += weights.iter().filter(|&&w| w == 0).count() as u64;
            let (requantiser, values) = self.channel(index, channel, bias, real, &weights, finish)?;
            parameters.push(requantiser);
            all.values.push(values);
        }
        all.parameters = self.grouped(parameters);
        Ok(all)
    }

    fn channel(
        &self,
        index: usize,
        channel: usize,
        bias: i32,
        real: f64,
        weights: &[i16],
        finish: Target,
    ) -> Result<(Requantiser, Vec<i32>), PlanError> {
        let node = &self.graph.nodes[index];
        let sum: i32 = weights.iter().map(|&w| i32::from(w)).sum();
        // The graph's check bounds accumulators to 32 bits.
        let folded = bias.wrapping_sub(self.graph.node_input(node).quant.zero_point.wrapping_mul(sum));
        let parameters = ChannelParameters::from_real(folded, real);
        let named = |source| PlanError::Requant { node: node.name.clone(), channel, source };
        let exact = Exact::new(&node.name, self.capacity);
        let fit = exact.channel(channel, &parameters.map_err(named)?, sums(weights), finish)?;
        let repeat = fit.repeat as i32;
        Ok((fit.requantiser, weights.iter().map(|&w| i32::from(w) * repeat).collect()))
    }

    /// Parameters by groups; lanes without a channel get none.
    pub fn grouped(&self, mut parameters: Vec<Requantiser>) -> Vec<Vec<Requantiser>> {
        let lanes = self.capacity.lanes;
        let none = Requantiser { bias: 0, multiplier: 0, shift: 0 };
        parameters.resize(parameters.len().next_multiple_of(lanes), none);
        parameters.chunks(lanes).map(<[_]>::to_vec).collect()
    }

    /// The words of a tap for each group, as many for each as the largest value needs.
    pub fn lane_words(&self, values: &[Vec<i32>], tap: usize) -> Vec<Vec<u8>> {
        let lanes = self.capacity.lanes;
        let copies = values.iter().map(|row| parts::count(row[tap])).max().unwrap_or(0).max(1);
        let lane = |channels: &[Vec<i32>], lane: usize, copy: usize| {
            channels.get(lane).map_or(0, |row| parts::part(row[tap], copy) as u8)
        };
        let group = |channels: &[Vec<i32>]| {
            (0..copies)
                .flat_map(|copy| (0..lanes).map(move |l| (copy, l)))
                .map(|(copy, l)| lane(channels, l, copy))
                .collect()
        };
        values.chunks(lanes).map(group).collect()
    }
}

/// Smallest and largest sum of products with int8 inputs.
pub(in crate::plan) fn sums(weights: &[i16]) -> (i64, i64) {
    weights.iter().fold((0, 0), |(lo, hi), &w| {
        let (a, b) = (-128 * i64::from(w), 127 * i64::from(w));
        (lo + a.min(b), hi + a.max(b))
    })
}

//! A layer with weights that takes over the product after it.
//!
//! A layer that requantises and a product that requantises again round once more than a layer alone. So they are one
//! layer only where both give the same for every accumulator that the weights can give; that is proved, channel by
//! channel, and nothing else is folded.

use crate::graph::{Activation, Op, Quant, WeightQuant};
use crate::requant::Multiplier;

/// Tried scales of the weights: steps of float32 from the product of the scales.
const STEPS: [i32; 5] = [0, 1, -1, 2, -2];

/// A constant that is multiplied with.
pub(super) struct Factors {
    /// Integers less their zero point: one, or one for each channel.
    pub values: Vec<i64>,
    /// Real value of one step.
    pub scale: f32,
}

/// A layer and the product of its results with a constant.
pub(super) struct Product<'a> {
    /// The layer.
    pub layer: &'a Op,
    /// Of the layer's input.
    pub input: Quant,
    /// Of the layer's output.
    pub middle: Quant,
    /// Of the product.
    pub output: Quant,
    /// The constant.
    pub factors: Factors,
    /// Fused activation of the product.
    pub activation: Activation,
}

/// One output channel.
struct Channel {
    /// Least and largest accumulator.
    accumulators: (i64, i64),
    layer: Stage,
    zero_point: i64,
    /// Above 0, so that results never fall.
    factor: i64,
    product: Stage,
}

/// A requantisation: an integer times a real number, plus a zero point, clamped.
struct Stage {
    multiplier: Multiplier,
    zero_point: i64,
    range: (i8, i8),
}

impl Product<'_> {
    /// The layer that gives the product's results; none if there is none.
    pub fn fold(&self) -> Option<Op> {
        if ![self.input, self.middle, self.output].iter().all(Quant::is_valid) {
            return None;
        }
        let (channels, quant) = (self.channels()?, self.weight_quant()?);
        let activations = [Activation::None, Activation::Relu, Activation::Relu6];
        let folded = |activation| Some((self.scales(&quant, &channels, activation)?, activation));
        let (scales, chosen) = activations.into_iter().find_map(folded)?;
        let mut op = self.layer.clone();
        let (weight_quant, activation) = requantisation(&mut op)?;
        *activation = chosen;
        *weight_quant = match quant {
            WeightQuant::PerChannel(_) => WeightQuant::PerChannel(scales),
            WeightQuant::PerTensor { zero_point, .. } => {
                WeightQuant::PerTensor { scale: *scales.first()?, zero_point }
            }
        };
        Some(op)
    }

    fn channels(&self) -> Option<Vec<Channel>> {
        let (bias, quant) = self.layer.channels()?;
        let activation = *requantisation(&mut self.layer.clone())?.1;
        let count = self.factors.values.len();
        if count != 1 && count != bias.len() {
            return None;
        }
        let channel = |(at, &bias): (usize, &i32)| {
            let scale = *quant.scales().get(at).or(quant.scales().first())?;
            let factor = *self.factors.values.get(at).or(self.factors.values.first())?;
            let accumulators = self.accumulators(at, bias);
            let real = quant.accumulator_scale(self.input.scale, scale) / f64::from(self.middle.scale);
            Some(Channel {
                accumulators,
                layer: Stage::new(real, magnitude(accumulators), self.middle, activation)?,
                zero_point: self.middle.zero_point.into(),
                factor: if factor > 0 { factor } else { return None },
                product: self.stage(factor)?,
            })
        };
        bias.iter().enumerate().map(channel).collect()
    }

    /// What follows the product of the integers; TFLite's multiplier is of the three scales in float64.
    fn stage(&self, factor: i64) -> Option<Stage> {
        let real =
            f64::from(self.middle.scale) * f64::from(self.factors.scale) / f64::from(self.output.scale);
        Stage::new(real, 255 * factor, self.output, self.activation)
    }

    /// Least and largest accumulator of a channel, bias included.
    fn accumulators(&self, channel: usize, bias: i32) -> (i64, i64) {
        let zero_point = i64::from(self.input.zero_point);
        let (lo, hi) = (i64::from(i8::MIN) - zero_point, i64::from(i8::MAX) - zero_point);
        let weights = self.layer.channel_weights(channel);
        weights.into_iter().map(i64::from).fold((bias.into(), bias.into()), |(least, most), weight| {
            let ends = (weight * lo, weight * hi);
            (least + ends.0.min(ends.1), most + ends.0.max(ends.1))
        })
    }

    /// Scales of the weights, still of the layer, as many as the product needs.
    fn weight_quant(&self) -> Option<WeightQuant> {
        let (bias, quant) = self.layer.channels()?;
        match quant.scales() {
            &[scale] if self.factors.values.len() > 1 => {
                (quant.zero_point() == 0).then(|| WeightQuant::PerChannel(vec![scale; bias.len()]))
            }
            _ => Some(quant.clone()),
        }
    }

    /// Scales with which a layer alone, with an activation, gives the same.
    fn scales(&self, quant: &WeightQuant, channels: &[Channel], activation: Activation) -> Option<Vec<f32>> {
        let is_shared = quant.scales().len() == 1;
        let scale = |(at, &scale): (usize, &f32)| {
            let of_scale = if is_shared { channels } else { channels.get(at..=at)? };
            let factor = of_scale.first()?.factor as f64;
            let nearest = (f64::from(scale) * f64::from(self.factors.scale) * factor) as f32;
            let near = STEPS.map(|step| f32::from_bits(nearest.to_bits().wrapping_add_signed(step)));
            near.into_iter().find(|&scale| self.suits(quant, scale, of_scale, activation))
        };
        quant.scales().iter().enumerate().map(scale).collect()
    }

    fn suits(&self, quant: &WeightQuant, scale: f32, channels: &[Channel], activation: Activation) -> bool {
        let real = quant.accumulator_scale(self.input.scale, scale) / f64::from(self.output.scale);
        let alone = |channel: &Channel| {
            Stage::new(real, magnitude(channel.accumulators), self.output, activation)
                .is_some_and(|stage| channel.equals(&stage))
        };
        scale.is_normal() && scale > 0.0 && channels.iter().all(alone)
    }
}

fn requantisation(op: &mut Op) -> Option<(&mut WeightQuant, &mut Activation)> {
    match op {
        Op::Conv2d(op) => Some((&mut op.weight_quant, &mut op.activation)),
        Op::DepthwiseConv2d(op) => Some((&mut op.weight_quant, &mut op.activation)),
        Op::FullyConnected(op) => Some((&mut op.weight_quant, &mut op.activation)),
        _ => None,
    }
}

fn magnitude((least, most): (i64, i64)) -> i64 {
    least.abs().max(most.abs())
}

impl Stage {
    /// None where it is not defined for integers up to a magnitude.
    fn new(real: f64, magnitude: i64, output: Quant, activation: Activation) -> Option<Self> {
        let multiplier = Multiplier::from_real(real).ok()?;
        multiplier.check(magnitude).ok()?;
        Some(Self { multiplier, zero_point: output.zero_point.into(), range: activation.range(output) })
    }

    fn result(&self, value: i64) -> i64 {
        // Within the magnitude, so within 32 bits.
        let scaled = i64::from(self.multiplier.apply(value as i32)) + self.zero_point;
        scaled.max(self.range.0.into()).min(self.range.1.into())
    }
}

impl Channel {
    fn result(&self, acc: i64) -> i64 {
        self.product.result((self.layer.result(acc) - self.zero_point) * self.factor)
    }

    /// Whether a stage gives the same for every accumulator. Neither ever falls, so that the ends of each run of equal
    /// results say all.
    fn equals(&self, other: &Stage) -> bool {
        let (mut acc, last) = self.accumulators;
        while acc <= last {
            let result = self.result(acc);
            let end = end_of_run(acc, last, |acc| self.result(acc) == result);
            if other.result(acc) != result || other.result(end) != result {
                return false;
            }
            acc = end + 1;
        }
        true
    }
}

/// The last integer, up to `last`, of a run that starts with `first`.
fn end_of_run(first: i64, last: i64, is_in: impl Fn(i64) -> bool) -> i64 {
    let (mut inside, mut outside) = (first, last + 1);
    while outside - inside > 1 {
        let middle = inside + (outside - inside) / 2;
        *(if is_in(middle) { &mut inside } else { &mut outside }) = middle;
    }
    inside
}

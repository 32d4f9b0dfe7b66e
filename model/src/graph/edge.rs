//! The network's edge: what its user gives and takes in the place of int8 tensors.

use serde::{Deserialize, Serialize};

use super::{Graph, Precision, Quant, TensorInfo};

/// What the network's user sees in the place of the network's integers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edge {
    /// Elements of the input, and of every further one.
    pub input: Element,
    /// Elements of the outputs.
    pub outputs: Element,
}

/// Elements at the network's edge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Element {
    /// As they are.
    #[default]
    Int8,
    /// 128 more.
    Uint8,
    /// 16 bits as they are.
    Int16,
    /// 32 bits as they are.
    Int32,
    /// Real numbers, by the tensor's scale and zero point.
    Float32,
}

/// A tensor's elements as the user sees them.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Values {
    /// Of [`Element::Int8`].
    Int8(Vec<i8>),
    /// Of [`Element::Uint8`].
    Uint8(Vec<u8>),
    /// Of [`Element::Int16`].
    Int16(Vec<i16>),
    /// Of [`Element::Int32`].
    Int32(Vec<i32>),
    /// Of [`Element::Float32`].
    Float32(Vec<f32>),
}

impl Element {
    /// Bytes of an element.
    pub fn bytes(self) -> usize {
        match self {
            Self::Int8 | Self::Uint8 => 1,
            Self::Int16 => 2,
            Self::Int32 | Self::Float32 => 4,
        }
    }
}

impl Graph {
    /// Bytes of the (first) input.
    pub fn input_bytes(&self) -> usize {
        self.tensor(self.input).shape.len().saturating_mul(self.edge.input.bytes())
    }

    /// The int8 input of a user's bytes: little endian, NHWC. None of another number than
    /// [`input_bytes`](Self::input_bytes), and none for an input that is wider than int8: see
    /// [`encode_wide_input`](Self::encode_wide_input).
    pub fn encode_input(&self, bytes: &[u8]) -> Option<Vec<i8>> {
        let TensorInfo { quant, precision, .. } = self.tensor(self.input);
        let real = |b: &[u8]| <[u8; 4]>::try_from(b).map_or(0, |b| quant.quantize(f32::from_le_bytes(b)));
        if bytes.len() != self.input_bytes() || !precision.is_int8() {
            return None;
        }
        match self.edge.input {
            Element::Int8 => Some(bytes.iter().map(|&b| b as i8).collect()),
            Element::Uint8 => Some(bytes.iter().map(|&b| (b ^ 0x80) as i8).collect()),
            Element::Float32 => Some(bytes.chunks_exact(4).map(real).collect()),
            Element::Int16 | Element::Int32 => None,
        }
    }

    /// An output as its user sees it; `tensor` is its index.
    pub fn decode_output(&self, tensor: usize, data: &[i8]) -> Values {
        let quant = self.tensor(tensor).quant;
        match self.edge.outputs {
            Element::Int8 => Values::Int8(data.to_vec()),
            Element::Uint8 => Values::Uint8(data.iter().map(|&q| q as u8 ^ 0x80).collect()),
            Element::Int16 => Values::Int16(data.iter().map(|&q| q.into()).collect()),
            Element::Int32 => Values::Int32(data.iter().map(|&q| q.into()).collect()),
            Element::Float32 => Values::Float32(data.iter().map(|&q| quant.dequantize(q)).collect()),
        }
    }
}

impl Quant {
    /// The nearest integer of a real number, halves away from zero, at the ends of int8 the end: TFLite's reference.
    pub fn quantize(&self, real: f32) -> i8 {
        self.nearest(real, Precision::Int8) as i8
    }

    /// The real number of an integer, rounded to float32: TFLite's reference.
    pub fn dequantize(&self, q: i8) -> f32 {
        // In float64 the product is exact.
        (f64::from(self.scale) * f64::from(i32::from(q) - self.zero_point)) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zoo;

    #[test]
    fn real_numbers_round_away_from_zero_and_saturate() {
        let quant = Quant { scale: 0.5, zero_point: -3 };
        for (real, q) in [(0.0, -3), (0.25, -2), (-0.25, -4), (0.24, -3), (1e9, 127), (-1e9, -128)] {
            assert_eq!(quant.quantize(real), q, "{real}");
        }
        assert_eq!(quant.quantize(f32::INFINITY), 127);
        assert_eq!(quant.quantize(f32::NAN), -3);
        assert!((-128..=127).all(|q| quant.quantize(quant.dequantize(q)) == q));
    }

    #[test]
    fn every_kind_of_edge_reads_and_writes() {
        let mut graph = zoo::tiny();
        let bytes: Vec<u8> = (0..64).map(|b| b * 4).collect();
        let int8 = graph.encode_input(&bytes).unwrap();
        assert_eq!(int8[33], (33 * 4) as u8 as i8);
        assert_eq!(graph.decode_output(0, &int8), Values::Int8(int8.clone()));
        graph.edge = Edge { input: Element::Uint8, outputs: Element::Uint8 };
        let shifted = graph.encode_input(&bytes).unwrap();
        assert_eq!((shifted[0], shifted[63]), (-128, 124));
        assert_eq!(graph.decode_output(0, &shifted), Values::Uint8(bytes.clone()));
        graph.edge = Edge { input: Element::Float32, outputs: Element::Float32 };
        assert_eq!(graph.encode_input(&bytes), None, "as many bytes as elements");
        let reals: Vec<u8> =
            int8.iter().flat_map(|&q| graph.tensors[0].quant.dequantize(q).to_le_bytes()).collect();
        assert_eq!(graph.encode_input(&reals).unwrap(), int8);
    }
}

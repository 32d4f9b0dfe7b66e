//! The edge of a network with tensors wider than int8.

use super::{Element, Graph, Precision, Quant, Values};

impl Element {
    /// Whether a tensor of a width can be given or taken as such elements.
    pub fn suits(self, precision: Precision) -> bool {
        match self {
            Self::Int8 | Self::Uint8 => precision == Precision::Int8,
            Self::Int16 => precision == Precision::Int16,
            Self::Int32 => precision == Precision::Int32,
            Self::Float32 => true,
        }
    }
}

impl Graph {
    /// The integers of input number `at`, from 0, of a user's bytes: little endian, NHWC. None of a wrong number of
    /// bytes, and for an input that there is not.
    pub fn encode_wide_input(&self, at: usize, bytes: &[u8]) -> Option<Vec<i32>> {
        let info = self.tensor(self.inputs().nth(at)?);
        let (element, width) = (self.edge.input, self.edge.input.bytes());
        let one = |b: &[u8]| integer(element, b, info.quant, info.precision);
        (bytes.len() == info.shape.len().saturating_mul(width))
            .then(|| bytes.chunks_exact(width).map(one).collect())
    }

    /// An output as its user sees it; `tensor` is its index. Integers beyond the element's range saturate.
    pub fn decode_wide_output(&self, tensor: usize, data: &[i32]) -> Values {
        let quant = self.tensor(tensor).quant;
        let clamp = |q: i32, precision: Precision| q.clamp(precision.range().0, precision.range().1);
        let int8 = |&q: &i32| clamp(q, Precision::Int8) as i8;
        match self.edge.outputs {
            Element::Int8 => Values::Int8(data.iter().map(int8).collect()),
            Element::Uint8 => Values::Uint8(data.iter().map(|q| int8(q) as u8 ^ 0x80).collect()),
            Element::Int16 => {
                Values::Int16(data.iter().map(|&q| clamp(q, Precision::Int16) as i16).collect())
            }
            Element::Int32 => Values::Int32(data.to_vec()),
            Element::Float32 => Values::Float32(data.iter().map(|&q| quant.real(q)).collect()),
        }
    }
}

/// One element's bytes as the tensor's integer.
fn integer(element: Element, bytes: &[u8], quant: Quant, precision: Precision) -> i32 {
    let word = || <[u8; 4]>::try_from(bytes).unwrap_or_default();
    match element {
        Element::Int8 => bytes.first().map_or(0, |&b| i32::from(b as i8)),
        Element::Uint8 => bytes.first().map_or(0, |&b| i32::from(b) - 128),
        Element::Int16 => <[u8; 2]>::try_from(bytes).map_or(0, |b| i16::from_le_bytes(b).into()),
        Element::Int32 => i32::from_le_bytes(word()),
        Element::Float32 => quant.nearest(f32::from_le_bytes(word()), precision),
    }
}

impl Quant {
    /// The nearest integer of a real number, halves away from zero, at the ends of the range the end.
    pub(super) fn nearest(&self, real: f32, precision: Precision) -> i32 {
        // Infinities saturate, and what is no number is 0.
        let steps = (real / self.scale).round() as i32;
        let (lo, hi) = precision.range();
        steps.saturating_add(self.zero_point).clamp(lo, hi)
    }

    /// The real number of an integer, rounded to float32.
    fn real(&self, q: i32) -> f32 {
        (f64::from(self.scale) * (f64::from(q) - f64::from(self.zero_point))) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::super::wide_sample::sum;
    use super::super::{Edge, GraphError};
    use super::*;

    #[test]
    fn two_bytes_are_one_integer_of_either_input() {
        let graph = sum();
        assert_eq!(graph.input_bytes(), 4);
        assert_eq!(graph.encode_wide_input(0, &[1, 2, 0xFF, 0xFF]), Some(vec![0x201, -1]));
        assert_eq!(graph.encode_wide_input(1, &[0, 0x80, 0, 0]), Some(vec![-32768, 0]));
        assert_eq!(graph.encode_wide_input(2, &[0; 4]), None, "there are two inputs");
        assert_eq!(graph.encode_wide_input(0, &[0; 3]), None);
        assert_eq!(graph.encode_input(&[0; 4]), None, "it is not int8");
        assert_eq!(graph.decode_wide_output(2, &[40_000, -5]), Values::Int16(vec![32_767, -5]));
        assert_eq!(graph.decode_output(2, &[7, -8]), Values::Int16(vec![7, -8]));
    }

    #[test]
    fn real_numbers_are_of_the_tensors_scale() {
        let graph = sum();
        let real = Element::Float32;
        let graph = Graph { edge: Edge { input: real, outputs: real }, ..graph };
        graph.check().unwrap();
        let bytes: Vec<u8> = [0.25f32, -1e9].iter().flat_map(|real| real.to_le_bytes()).collect();
        assert_eq!(graph.encode_wide_input(0, &bytes), Some(vec![1, -32768]), "halves away from zero");
        assert_eq!(graph.decode_wide_output(2, &[3, -1]), Values::Float32(vec![1.5, -0.5]));
    }

    #[test]
    fn elements_of_another_width_are_refused() {
        for element in [Element::Int8, Element::Uint8, Element::Int32] {
            let mut graph = sum();
            graph.edge.outputs = element;
            assert!(matches!(graph.check(), Err(GraphError::EdgeElement { .. })), "{element:?}");
        }
        let mut graph = crate::zoo::tiny();
        graph.edge.input = Element::Int16;
        assert!(matches!(graph.check(), Err(GraphError::EdgeElement { .. })));
    }
}

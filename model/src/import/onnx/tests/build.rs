//! Builds models; the fuzzers' first files too.

use prost::Message as _;

use crate::import::onnx::proto::{
    Attribute, Dimension, Graph, Model, Node, OperatorSet, Tensor, TensorShape, TensorType, Type, ValueInfo,
    attribute, element,
};

/// A model that grows.
pub struct Net {
    pub model: Model,
}

impl Net {
    /// With a float input `x`.
    pub fn new(dims: &[i64]) -> Self {
        Self::with_input(dims, element::FLOAT)
    }

    pub fn with_input(dims: &[i64], element: i32) -> Self {
        let opset_import = vec![OperatorSet { domain: String::new(), version: 13 }];
        let graph = Graph { input: vec![info("x", dims, element)], ..Graph::default() };
        Self { model: Model { graph: Some(graph), opset_import } }
    }

    /// With a float input `x`, quantised with scale 0.5 and zero point -128, and its real numbers `xd`.
    pub fn quantized(dims: &[i64]) -> Self {
        let mut net = Self::new(dims);
        net.quantize("x", "xq", 0.5, -128);
        net.dequantize("xq", "xd", 0.5, -128);
        net
    }

    pub fn graph(&mut self) -> &mut Graph {
        self.model.graph.as_mut().unwrap()
    }

    pub fn constant(&mut self, name: &str, tensor: Tensor) {
        self.graph().initializer.push(Tensor { name: name.into(), ..tensor });
    }

    pub fn real(&mut self, name: &str, dims: &[i64], values: &[f32]) {
        let tensor = Tensor {
            dims: dims.to_vec(),
            data_type: element::FLOAT,
            float_data: values.to_vec(),
            ..Tensor::default()
        };
        self.constant(name, tensor);
    }

    pub fn int64(&mut self, name: &str, values: &[i64]) {
        let raw_data = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        let dims = vec![values.len() as i64];
        self.constant(name, Tensor { dims, data_type: element::INT64, raw_data, ..Tensor::default() });
    }

    pub fn int8(&mut self, name: &str, dims: &[i64], values: &[i8]) {
        let raw_data = values.iter().map(|&value| value as u8).collect();
        let dims = dims.to_vec();
        self.constant(name, Tensor { dims, data_type: element::INT8, raw_data, ..Tensor::default() });
    }

    pub fn int32(&mut self, name: &str, dims: &[i64], values: &[i32]) {
        let (dims, int32_data) = (dims.to_vec(), values.to_vec());
        self.constant(name, Tensor { dims, data_type: element::INT32, int32_data, ..Tensor::default() });
    }

    /// Scale and zero point as constants, whose names are given.
    fn scale(&mut self, name: &str, scale: f32, zero_point: i8) -> [String; 2] {
        let names = [format!("{name}/scale"), format!("{name}/zero")];
        self.real(&names[0], &[], &[scale]);
        self.int8(&names[1], &[], &[zero_point]);
        names
    }

    pub fn quantize(&mut self, from: &str, to: &str, scale: f32, zero_point: i8) {
        let [s, z] = self.scale(to, scale, zero_point);
        self.node("QuantizeLinear", &[from, &s, &z], to);
    }

    pub fn dequantize(&mut self, from: &str, to: &str, scale: f32, zero_point: i8) {
        let [s, z] = self.scale(to, scale, zero_point);
        self.node("DequantizeLinear", &[from, &s, &z], to);
    }

    /// Int8 weights with one scale and their real numbers.
    pub fn weights(&mut self, name: &str, dims: &[i64], values: &[i8], scale: f32) {
        let integers = format!("{name}/int8");
        self.int8(&integers, dims, values);
        self.dequantize(&integers, name, scale, 0);
    }

    /// An int32 bias and its real numbers.
    pub fn bias(&mut self, name: &str, dims: &[i64], values: &[i32], scale: f32) {
        let (integers, scale_name) = (format!("{name}/int32"), format!("{name}/scale"));
        self.int32(&integers, dims, values);
        self.real(&scale_name, &[], &[scale]);
        self.node("DequantizeLinear", &[&integers, &scale_name], name);
    }

    pub fn node(&mut self, op_type: &str, inputs: &[&str], output: &str) -> &mut Node {
        let input = inputs.iter().map(|&name| name.into()).collect();
        let node = Node { input, output: vec![output.into()], op_type: op_type.into(), ..Node::default() };
        self.graph().node.push(node);
        self.graph().node.last_mut().unwrap()
    }

    /// Quantises a result with scale 1/4 and zero point -128, which is the network's output.
    pub fn finish(&mut self, result: &str) -> &mut Self {
        self.quantize(result, "out", 0.25, -128);
        self.output("out")
    }

    pub fn output(&mut self, name: &str) -> &mut Self {
        self.graph().output.push(info(name, &[], element::INT8));
        self
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.model.encode_to_vec()
    }
}

impl Node {
    pub fn named(&mut self, name: &str) -> &mut Self {
        self.name = name.into();
        self
    }

    pub fn domain(&mut self, domain: &str) -> &mut Self {
        self.domain = domain.into();
        self
    }

    pub fn ints(&mut self, name: &str, ints: &[i64]) -> &mut Self {
        self.with(Attribute {
            name: name.into(),
            ints: ints.to_vec(),
            kind: attribute::INTS,
            ..Attribute::default()
        })
    }

    pub fn int(&mut self, name: &str, i: i64) -> &mut Self {
        self.with(Attribute { name: name.into(), i, kind: attribute::INT, ..Attribute::default() })
    }

    pub fn text(&mut self, name: &str, text: &str) -> &mut Self {
        let s = text.as_bytes().to_vec();
        self.with(Attribute { name: name.into(), s, kind: attribute::STRING, ..Attribute::default() })
    }

    fn with(&mut self, attribute: Attribute) -> &mut Self {
        self.attribute.push(attribute);
        self
    }
}

fn info(name: &str, dims: &[i64], element: i32) -> ValueInfo {
    let dim = dims.iter().map(|&dim| Dimension { value: Some(dim) }).collect();
    let tensor = Some(TensorType { element, shape: Some(TensorShape { dim }) });
    ValueInfo { name: name.into(), r#type: Some(Type { tensor }) }
}

//! Networks of int16 for tests.

use ndarray::Array4;

use super::*;

/// A tensor of one row of two pixels with scale 1/2.
pub fn int16(name: &str, channels: usize) -> TensorInfo {
    let quant = Quant { scale: 0.5, zero_point: 0 };
    TensorInfo { name: name.into(), shape: Shape::new(1, 2, channels), quant, precision: Precision::Int16 }
}

/// One operator between tensors; the last is the output, the others are inputs.
pub fn single(op: Op, tensors: Vec<TensorInfo>) -> Graph {
    let (output, element) = (tensors.len() - 1, Element::Int16);
    Graph {
        format_version: FORMAT_VERSION,
        name: "wide".into(),
        tensors,
        nodes: vec![Node { name: "node".into(), inputs: (0..output).collect(), output, op }],
        input: 0,
        further_inputs: (1..output).collect(),
        outputs: vec![output],
        edge: Edge { input: element, outputs: element },
    }
}

/// The sum of two inputs.
pub fn sum() -> Graph {
    let op = Op::Add(AddOp { activation: Activation::None });
    single(op, vec![int16("a", 1), int16("b", 1), int16("sum", 1)])
}

/// A 1x1 convolution of one channel with weight 3, bias 2 and this weight scale.
pub fn conv(scale: f32) -> Graph {
    let op = Conv2d {
        stride: (1, 1),
        dilation: (1, 1),
        padding: Padding::Valid,
        activation: Activation::None,
        weights: Array4::from_elem((1, 1, 1, 1), 3),
        bias: vec![2],
        weight_quant: WeightQuant::PerChannel(vec![scale]),
    };
    single(Op::Conv2d(op), vec![int16("image", 1), int16("conv", 1)])
}

//! Networks for tests: appended operator by operator, with shapes that follow and arbitrary constants.

use ndarray::{Array2, Array4};

use super::*;

/// A linear congruential sequence.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    pub fn below(&mut self, end: u64) -> usize {
        (self.next() % end) as usize
    }

    pub fn int8(&mut self) -> i8 {
        match self.below(8) {
            0 => [-128, 127, 0, 0][self.below(4)],
            _ => (self.below(256) as i32 - 128) as i8,
        }
    }

    pub fn image(&mut self, shape: Shape) -> Vec<i8> {
        (0..shape.len()).map(|_| self.int8()).collect()
    }

    fn weight(&mut self) -> i8 {
        if self.below(5) == 0 { 0 } else { (self.below(255) as i32 - 127) as i8 }
    }
}

/// A network that grows.
pub struct Chain {
    pub graph: Graph,
    pub random: Random,
    /// Whether every layer is to have a rectifier.
    pub rectified: bool,
}

impl Chain {
    pub fn new(seed: u64, input: Shape) -> Self {
        let mut random = Random(seed);
        let zero_point = i32::from(random.int8());
        let info = TensorInfo {
            name: "t0".into(),
            shape: input,
            quant: Quant { scale: 1.0, zero_point },
            precision: Precision::Int8,
        };
        let (name, tensors) = ("random".into(), vec![info]);
        let graph = Graph {
            format_version: FORMAT_VERSION,
            name,
            tensors,
            nodes: vec![],
            input: 0,
            further_inputs: vec![],
            outputs: vec![0],
            edge: Edge::default(),
        };
        Self { graph, random, rectified: false }
    }

    pub fn last(&self) -> &TensorInfo {
        &self.graph.tensors[self.graph.output()]
    }

    /// Appends an operator that reads the last tensor and perhaps another; keeps the quantisation or picks one.
    pub fn push(&mut self, op: Op, shape: Shape, keep: bool, other: Option<usize>) -> usize {
        let (index, output) = (self.graph.nodes.len(), self.graph.tensors.len());
        let zero_point = i32::from(self.random.int8());
        let quant = if keep { self.last().quant } else { Quant { scale: 1.0, zero_point } };
        let inputs = [self.graph.output()].into_iter().chain(other).collect();
        self.graph.tensors.push(TensorInfo {
            name: format!("t{output}"),
            shape,
            quant,
            precision: Precision::Int8,
        });
        self.graph.nodes.push(Node { name: format!("n{index}"), inputs, output, op });
        self.graph.outputs = vec![output];
        output
    }

    fn constants(&mut self, channels: usize, taps: usize) -> (Vec<i32>, Vec<f32>) {
        let bias = (0..channels).map(|_| self.random.below(4000) as i32 - 2000).collect();
        // Gains at which sums of this many products mostly stay within int8.
        let gain = 2.0 / (60.0 * (taps as f32).sqrt());
        let scales = (0..channels).map(|_| gain * (0.3 + self.random.below(1000) as f32 / 700.0)).collect();
        (bias, scales)
    }

    fn activation(&mut self) -> Activation {
        let first = usize::from(self.rectified);
        [Activation::None, Activation::Relu, Activation::Relu6][first + self.random.below(3 - first as u64)]
    }

    pub fn conv(&mut self, window: Window, channels: usize) -> bool {
        let input = self.last().shape;
        let Window { kernel, stride, padding } = window;
        let Some(((h, w), _)) = window.slide(input.h, input.w) else { return false };
        let (bias, weight_scales) = self.constants(channels, kernel.0 * kernel.1 * input.c);
        let activation = self.activation();
        let shape = (channels, kernel.0, kernel.1, input.c);
        let weights = Array4::from_shape_simple_fn(shape, || self.random.weight());
        let weight_quant = WeightQuant::PerChannel(weight_scales);
        let op = Conv2d { stride, dilation: (1, 1), padding, activation, weights, bias, weight_quant };
        self.push(Op::Conv2d(op), Shape::new(h, w, channels), false, None);
        true
    }

    pub fn depthwise(&mut self, window: Window, depth_multiplier: usize) -> bool {
        let input = self.last().shape;
        let Window { kernel, stride, padding } = window;
        let Some(((h, w), _)) = window.slide(input.h, input.w) else { return false };
        let channels = input.c * depth_multiplier;
        let (bias, weight_scales) = self.constants(channels, kernel.0 * kernel.1);
        let activation = self.activation();
        let shape = (1, kernel.0, kernel.1, channels);
        let weights = Array4::from_shape_simple_fn(shape, || self.random.weight());
        let dilation = (1, 1);
        let op = DepthwiseConv2d {
            stride,
            dilation,
            padding,
            activation,
            depth_multiplier,
            weights,
            bias,
            weight_quant: WeightQuant::PerChannel(weight_scales),
        };
        self.push(Op::DepthwiseConv2d(op), Shape::new(h, w, channels), false, None);
        true
    }

    pub fn fully_connected(&mut self, channels: usize) {
        let taps = self.last().shape.len();
        let (bias, weight_scales) = self.constants(channels, taps);
        let weight_quant = match self.random.below(2) {
            0 => WeightQuant::PerTensor { scale: weight_scales[0], zero_point: 0 },
            _ => WeightQuant::PerChannel(weight_scales),
        };
        let activation = self.activation();
        let weights = Array2::from_shape_simple_fn((channels, taps), || self.random.weight());
        let op = FullyConnected { activation, weights, bias, weight_quant };
        self.push(Op::FullyConnected(op), Shape::new(1, 1, channels), false, None);
    }

    pub fn pool(&mut self, window: Window, max: bool) -> bool {
        let input = self.last().shape;
        let Window { kernel, stride, padding } = window;
        let Some(((h, w), _)) = window.slide(input.h, input.w) else { return false };
        let rounding = MeanRounding::AwayFromZero;
        let op = Pool2d { kernel, stride, padding, activation: Activation::None, rounding };
        let op = if max { Op::MaxPool2d(op) } else { Op::AveragePool2d(op) };
        self.push(op, Shape::new(h, w, input.c), true, None);
        true
    }

    pub fn window(&mut self, largest: u64) -> Window {
        let mut side = || self.random.below(largest) + 1;
        let kernel = (side(), side());
        let stride = (self.random.below(2) + 1, self.random.below(2) + 1);
        let padding = if self.random.below(2) == 0 { Padding::Same } else { Padding::Valid };
        Window { kernel, stride, padding }
    }
}

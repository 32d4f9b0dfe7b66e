//! Random networks: the interpreter on the program's bytes against the reference.

use proptest::prelude::*;

use super::{PLAIN, assert_reference, capacity, quads};
use crate::graph::random::Chain;
use crate::graph::{
    Activation, AddOp, Axis, ConcatOp, Graph, Op, Pad, PadOp, Padding, ResizeOp, Shape, TensorInfo,
    WeightQuant, Window,
};
use crate::plan::{Capacity, Plan, PlanError, PlanOptions, plan};

/// Appends an operator of a kind; whether it was possible.
fn append(chain: &mut Chain, kind: u8) -> bool {
    let shape = chain.last().shape;
    let last = chain.graph.output();
    match kind {
        0 | 1 => {
            let (window, channels) = (chain.window(4), chain.random.below(20) + 1);
            chain.conv(window, channels)
        }
        2 => {
            let window = chain.window(4);
            chain.depthwise(window, 1)
        }
        3 => {
            let (window, multiplier) = (chain.window(3), chain.random.below(2) + 2);
            shape.c * multiplier < 40 && chain.depthwise(window, multiplier)
        }
        4 | 5 => {
            let window = chain.window(3);
            chain.pool(window, kind == 4)
        }
        6 => {
            // With an earlier tensor of the same shape and scale, or with itself.
            let (name, scale) = (chain.last().name.clone(), chain.last().quant.scale);
            let other =
                |info: &TensorInfo| info.shape == shape && info.quant.scale == scale && info.name != name;
            let same = chain.graph.tensors.iter().rposition(other);
            let op = Op::Add(AddOp { activation: Activation::None });
            chain.push(op, shape, false, Some(same.unwrap_or(last)));
            true
        }
        7 => pad(chain, shape),
        8 => concat(chain, shape),
        9 => {
            let output = chain.push(Op::Rescale, shape, false, None);
            chain.graph.tensors[output].quant.scale = [0.61, 1.0, 1.7][chain.random.below(3)];
            true
        }
        10 => {
            let factor = chain.random.below(2) + 2;
            let larger = Shape::new(shape.h * factor, shape.w * 2, shape.c);
            larger.len() < 4000 && {
                chain.push(Op::ResizeNearest(ResizeOp::default()), larger, true, None);
                true
            }
        }
        _ => {
            chain.push(Op::Mean, Shape::new(1, 1, shape.c), false, None);
            true
        }
    }
}

fn pad(chain: &mut Chain, shape: Shape) -> bool {
    let mut side = || chain.random.below(3);
    let pad = Pad { top: side(), left: side(), bottom: side(), right: side() };
    let channels =
        if chain.random.below(3) == 0 { (chain.random.below(3), chain.random.below(6)) } else { (0, 0) };
    let c = shape.c + channels.0 + channels.1;
    let padded = Shape::new(shape.h + pad.top + pad.bottom, shape.w + pad.left + pad.right, c);
    chain.push(Op::Pad(PadOp { pad, channels }), padded, true, None);
    true
}

/// The last tensor beside its largest neighbours, in either order.
fn concat(chain: &mut Chain, shape: Shape) -> bool {
    let last = chain.graph.output();
    let window = Window { kernel: (2, 2), stride: (1, 1), padding: Padding::Same };
    let (axis, whole) = match chain.random.below(3) {
        0 => (Axis::Height, Shape { h: 2 * shape.h, ..shape }),
        1 => (Axis::Width, Shape { w: 2 * shape.w, ..shape }),
        _ => (Axis::Channels, Shape { c: 2 * shape.c, ..shape }),
    };
    if shape.c > 40 || !chain.pool(window, true) {
        return false;
    }
    chain.push(Op::Concat(ConcatOp { axis }), whole, true, Some(last));
    if chain.random.below(2) == 0 {
        chain.graph.nodes.last_mut().unwrap().inputs.reverse();
    }
    true
}

/// Makes a layer's gain more than 1 in some channels.
fn louder(chain: &mut Chain) {
    let node = chain.random.below(chain.graph.nodes.len() as u64);
    let scales = match &mut chain.graph.nodes[node].op {
        Op::Conv2d(op) => &mut op.weight_quant,
        Op::DepthwiseConv2d(op) => &mut op.weight_quant,
        _ => return,
    };
    if let WeightQuant::PerChannel(scales) = scales {
        scales.iter_mut().step_by(3).for_each(|scale| *scale = 2.3);
    }
}

/// The same with as little memory as is enough: other placements, layers interleaved.
fn tighter(graph: &Graph, plan: &Plan, image: &[i8], options: PlanOptions) {
    let mut words = plan.program.image_address + plan.program.image.len() / plan.capacity.lanes;
    for _ in 0..4 {
        let capacity = Capacity { memory_words: words - 1, ..plan.capacity.clone() };
        match crate::plan::plan(graph, 0, &capacity, options) {
            Ok(plan) => {
                assert_reference(graph, &plan, image);
                words = plan.program.image_address + plan.program.image.len() / plan.capacity.lanes;
            }
            Err(error) => {
                assert!(matches!(error, PlanError::Memory { .. }), "{error}");
                break;
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]
    #[test]
    fn executing_the_program_equals_the_reference(
        seed: u64, h in 1..10usize, w in 1..20usize, c in 1..40usize, sixteen: bool, pixels in 0..3u32, quad: bool,
        kinds in prop::collection::vec(0..12u8, 1..5), loud in 0..4u8, dense: bool, skip_zeros: bool,
        two in 0..4u8,
    ) {
        let mut chain = Chain::new(seed, Shape::new(h, w, c));
        for &kind in &kinds {
            prop_assume!(append(&mut chain, kind));
        }
        if loud == 0 {
            louder(&mut chain);
        }
        if dense {
            let shape = chain.last().shape;
            chain.push(Op::Reshape, Shape::new(1, 1, shape.len()), true, None);
            chain.fully_connected(11);
        }
        if two == 0 && chain.graph.nodes.len() > 1 {
            let earlier = chain.graph.nodes[0].output;
            chain.graph.outputs.push(earlier);
        }
        prop_assume!(chain.graph.check().is_ok());
        let capacity = if quad { quads() } else { capacity(if sixteen { 16 } else { 8 }, 1 << pixels) };
        let plan = match plan(&chain.graph, 0, &capacity, PlanOptions { skip_zeros }) {
            // Not every gain has exact parameters.
            Err(PlanError::Channel { .. } | PlanError::Fit { .. }) => return Err(TestCaseError::reject("no fit")),
            plan => plan.unwrap(),
        };
        let image = chain.random.image(Shape::new(h, w, c));
        assert_reference(&chain.graph, &plan, &image);
        tighter(&chain.graph, &plan, &image, PlanOptions { skip_zeros });
    }

    #[test]
    fn frozen_layers_feed_the_array(
        seed: u64, h in 1..9usize, w in 1..9usize, c in 1..4usize, frozen in 1..3usize, pool: bool, depthwise: bool,
    ) {
        let mut chain = Chain::new(seed, Shape::new(h, w, c));
        chain.rectified = true;
        for layer in 0..frozen {
            let (window, channels) = (chain.window(3), chain.random.below(10) + 1);
            let made = if depthwise && layer == 0 { chain.depthwise(window, 2) } else { chain.conv(window, channels) };
            prop_assume!(made);
        }
        if pool {
            let pool = Window { kernel: (2, 2), stride: (2, 2), padding: Padding::Valid };
            prop_assume!(chain.pool(pool, false));
        }
        let (window, channels) = (chain.window(4), chain.random.below(20) + 1);
        prop_assume!(chain.conv(window, channels));
        let plan = plan(&chain.graph, frozen, &capacity(8, 2), PLAIN).unwrap();
        let image = chain.random.image(Shape::new(h, w, c));
        assert_reference(&chain.graph, &plan, &image);
    }
}

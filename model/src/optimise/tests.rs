use std::fs;

use super::*;
use crate::graph::random::{Chain, Random};
use crate::graph::{
    Activation, AddOp, Axis, ConcatOp, Op, Pad, PadOp, Padding, Quant, ResizeOp, Shape, TensorInfo, Window,
};
use crate::import::from_tflite;
use crate::reference::{Evaluator, run};
use crate::test_data::data;

const LANES: usize = 8;

/// Checks that both networks give the same outputs.
fn assert_same(before: &Graph, after: &Graph, input: &[i8]) {
    let outputs = |graph: &Graph| -> Vec<_> {
        let tensors = run(graph, input).unwrap();
        graph.outputs.iter().map(|&output| tensors[output].clone()).collect()
    };
    assert_eq!(outputs(before), outputs(after));
}

fn channels(graph: &Graph) -> Vec<usize> {
    graph.tensors.iter().map(|info| info.shape.c).collect()
}

fn window(side: usize, padding: Padding) -> Window {
    Window { kernel: (side, side), stride: (1, 1), padding }
}

/// A pointwise, a depthwise and another pointwise layer; channel 3 of the first gives its bias only.
fn pointwise(padding: Padding, bias: i32) -> Graph {
    let mut chain = Chain::new(7, Shape::new(5, 5, 3));
    chain.rectified = true;
    assert!(chain.conv(window(1, Padding::Valid), 8));
    assert!(chain.depthwise(window(3, padding), 1));
    assert!(chain.conv(window(1, Padding::Valid), 8));
    silence(&mut chain.graph, 0, 3, bias);
    chain.graph
}

/// Makes the weights of a channel 0.
fn silence(graph: &mut Graph, node: usize, channel: usize, bias: i32) {
    let (weights, biases) = match &mut graph.nodes[node].op {
        Op::Conv2d(op) => (op.weights.index_axis_mut(ndarray::Axis(0), channel).into_dyn(), &mut op.bias),
        Op::DepthwiseConv2d(op) => {
            (op.weights.index_axis_mut(ndarray::Axis(3), channel).into_dyn(), &mut op.bias)
        }
        Op::FullyConnected(op) => {
            (op.weights.index_axis_mut(ndarray::Axis(0), channel).into_dyn(), &mut op.bias)
        }
        _ => return,
    };
    { weights }.fill(0);
    biases[channel] = bias;
}

#[test]
fn a_constant_goes_where_the_borders_have_it_too() {
    // The zero point, and the end of the range.
    for (padding, bias, kept) in [
        (Padding::Same, 0, 7),
        (Padding::Valid, 0, 7),
        (Padding::Valid, 10_000_000, 7),
        (Padding::Same, 10_000_000, 8),
    ] {
        let mut graph = pointwise(padding, bias);
        if let Op::DepthwiseConv2d(op) = &mut graph.nodes[1].op {
            // Small sums, so that the border can be seen.
            op.weights.fill(1);
            op.bias.fill(0);
        }
        let Optimised { graph: after, report } = optimise(&graph, LANES).unwrap();
        assert_eq!(channels(&after), [3, kept, kept, 8], "{padding:?} {bias}");
        assert_eq!((report.layers[2].before.inputs, report.layers[2].after.inputs), (8, kept));
        let mut random = Random(5);
        (0..20).for_each(|_| assert_same(&graph, &after, &random.image(Shape::new(5, 5, 3))));
    }
}

#[test]
fn what_nothing_reads_goes_with_what_makes_it() {
    let mut graph = pointwise(Padding::Same, 0);
    // A depthwise channel of zeros is a constant, so that nothing is left to read channel 5 of the first layer.
    silence(&mut graph, 1, 5, 0);
    assert_eq!(channels(&optimise(&graph, LANES).unwrap().graph), [3, 6, 6, 8]);
    // The last layer reads channels 0 and 1 only.
    if let Op::Conv2d(op) = &mut graph.nodes[2].op {
        (2..8).for_each(|channel| op.weights.index_axis_mut(ndarray::Axis(3), channel).fill(0));
    }
    assert_eq!(channels(&optimise(&graph, LANES).unwrap().graph), [3, 2, 2, 8]);
    let all_zero = || {
        (0..8).fold(graph.clone(), |mut graph, channel| {
            silence(&mut graph, 2, channel, 9);
            graph
        })
    };
    assert_eq!(
        channels(&optimise(&all_zero(), LANES).unwrap().graph),
        [3, 1, 1, 8],
        "no tensor becomes empty"
    );
}

#[test]
fn fixed_layers_and_their_tensors_stay() {
    let graph = pointwise(Padding::Same, 0);
    let name = |node: usize| &*graph.nodes[node].name;
    for node in 0..3 {
        let after = optimise_except(&graph, 2, &[name(node)]).unwrap().graph;
        assert_eq!(channels(&after), [3, 8, 8, 8], "{}", name(node));
        assert_eq!(after.nodes[node], graph.nodes[node]);
    }
}

#[test]
fn a_graph_that_is_not_valid_is_refused() {
    let mut graph = pointwise(Padding::Same, 0);
    graph.outputs.clear();
    assert_eq!(optimise(&graph, LANES), Err(GraphError::NoOutput));
}

/// Appends an operator without weights, or one with another tensor as a second input.
fn push_plain(chain: &mut Chain) {
    let (shape, last) = (chain.last().shape, chain.graph.output());
    let twin = chain.graph.tensors[..last].iter().position(|info| info.shape == shape);
    let small = Quant { scale: 0.9, zero_point: chain.random.below(256) as i32 - 128 };
    match chain.random.below(9) {
        0 => {
            let window = chain.window(3);
            chain.pool(window, true);
        }
        1 => {
            let window = chain.window(3);
            chain.pool(window, false);
        }
        2 | 3 if twin.is_some() => {
            chain.push(Op::Add(AddOp { activation: Activation::None }), shape, false, twin);
        }
        4 => {
            let channels = (chain.random.below(3), chain.random.below(2));
            let op = Op::Pad(PadOp { pad: Pad { top: 1, left: 0, bottom: 0, right: 2 }, channels });
            let wider = Shape::new(shape.h + 1, shape.w + 2, shape.c + channels.0 + channels.1);
            chain.push(op, wider, true, None);
        }
        5 => {
            let axis = [Axis::Height, Axis::Width, Axis::Channels][chain.random.below(3)];
            let twice = |side: usize, own: Axis| if axis == own { 2 * side } else { side };
            let wider = Shape::new(
                twice(shape.h, Axis::Height),
                twice(shape.w, Axis::Width),
                twice(shape.c, Axis::Channels),
            );
            chain.push(Op::Concat(ConcatOp { axis }), wider, true, Some(last));
        }
        6 => {
            let op = Op::ResizeNearest(ResizeOp { align_corners: false, half_pixel_centers: false });
            chain.push(op, Shape::new(shape.h + 1, 2 * shape.w, shape.c), true, None);
        }
        7 => {
            chain.push(Op::Rescale, shape, false, None);
            let last = chain.graph.output();
            chain.graph.tensors[last].quant = small;
        }
        _ => {
            let wider = match chain.random.below(3) {
                0 => Shape::new(1, shape.h, shape.w * shape.c),
                1 => Shape::new(1, 1, shape.len()),
                _ => Shape::new(shape.h * shape.w, shape.c, 1),
            };
            chain.push(Op::Reshape, wider, true, None);
        }
    }
}

/// A network of any operators, some channels of which do nothing.
fn random(seed: u64) -> Graph {
    let mut chain = Chain::new(seed, Shape::new(4 + seed as usize % 3, 5, 1 + seed as usize % 4));
    chain.rectified = seed.is_multiple_of(2);
    for _ in 0..7 {
        if chain.last().shape.len() > 1500 {
            break;
        }
        let window = chain.window(3);
        let filters = chain.random.below(12) + 1;
        match chain.random.below(5) {
            0 | 1 => {
                chain.conv(window, filters);
            }
            2 => {
                let multiplier = chain.random.below(2) + 1;
                chain.depthwise(window, multiplier);
            }
            _ => push_plain(&mut chain),
        }
    }
    if chain.random.below(3) == 0 {
        chain.push(Op::Mean, Shape::new(1, 1, chain.last().shape.c), false, None);
    }
    chain.fully_connected(5);
    for node in 0..chain.graph.nodes.len() {
        for channel in 0..chain.graph.node_output(&chain.graph.nodes[node]).shape.c {
            let bias = [0, 0, 1_000_000, -1_000_000, 700][chain.random.below(5)];
            if chain.random.below(3) == 0 {
                silence(&mut chain.graph, node, channel, bias);
            }
        }
    }
    if chain.random.below(3) == 0 {
        let middle = chain.graph.nodes[chain.graph.nodes.len() / 2].output;
        chain.graph.outputs.push(middle);
    }
    chain.graph
}

#[test]
fn random_networks_give_the_same() {
    let (mut smaller, mut before, mut after) = (0, 0, 0);
    for seed in 0..400 {
        let graph = random(seed);
        graph.check().unwrap_or_else(|e| panic!("{seed}: {e}"));
        let optimised = optimise(&graph, 1 + seed as usize % 5).unwrap();
        let mut random = Random(seed);
        for _ in 0..4 {
            assert_same(&graph, &optimised.graph, &random.image(graph.tensors[graph.input].shape));
        }
        let (all, left) = optimised.report.total();
        (before, after) = (before + all.groups, after + left.groups);
        smaller += usize::from(left.weights < all.weights);
        let shapes =
            |graph: &Graph| graph.outputs.iter().map(|&o| graph.tensors[o].clone()).collect::<Vec<_>>();
        assert_eq!(shapes(&graph), shapes(&optimised.graph));
    }
    println!("{smaller} networks smaller, {before} groups of weights became {after}");
    assert!(smaller > 150 && after * 10 < before * 8, "{smaller} {before} {after}");
}

/// Optimises a model and compares all stored inputs; gives the sums before and after.
fn model(test: &str, folder: &str, file: &str) -> Option<(LayerSize, LayerSize)> {
    let root = data(test)?;
    let graph = from_tflite(&fs::read(root.join(file)).unwrap(), test).unwrap();
    let Optimised { graph: after, report } = optimise(&graph, LANES).unwrap();
    let names = |graph: &Graph| -> Vec<String> {
        let tensors = graph.tensors.iter().map(|info: &TensorInfo| info.name.clone());
        tensors.chain(graph.nodes.iter().map(|node| node.name.clone())).collect()
    };
    assert_eq!(names(&graph), names(&after));
    let [old, new] = [&graph, &after].map(|graph| Evaluator::new(graph).unwrap());
    let inputs = fs::read(root.join("golden").join(folder).join("inputs.bin")).unwrap();
    for input in inputs.chunks_exact(graph.tensors[graph.input].shape.len()) {
        let input: Vec<i8> = input.iter().map(|&byte| byte as i8).collect();
        let [old, new] = [&old, &new].map(|evaluator| evaluator.run(&input).unwrap());
        graph.outputs.iter().for_each(|&output| assert_eq!(old[output], new[output], "{folder}"));
    }
    println!("{folder}: {:?} became {:?}", report.total().0, report.total().1);
    Some(report.total())
}

#[test]
fn visual_wake_words_shrinks_to_a_seventh() {
    let file = "models_mlperf_tiny/vww_96_int8.tflite";
    let test = "visual_wake_words_shrinks_to_a_seventh";
    let Some((before, after)) = model(test, "vww01_mobilenetv1_int8", file) else { return };
    assert_eq!((before.weights, before.macs), (208_112, 7_489_664));
    assert!(after.weights <= 29_066 && after.macs <= 3_727_313 && after.groups <= 3900, "{after:?}");
}

#[test]
fn other_models_give_the_same() {
    for (folder, file) in [
        ("kws01_dscnn_int8", "models_mlperf_tiny/kws_ref_model.tflite"),
        ("ic01_resnet8_int8", "models_mlperf_tiny/pretrainedResnet_quant.tflite"),
        ("ad01_fc_autoenc_int8", "models_mlperf_tiny/ad01_int8.tflite"),
        ("person_detect_int8", "models_tflm/person_detect.tflite"),
        ("deepfreeze_mobilenet_v1_025_224_uint8", "models_deepfreeze/mobilenet_v1_0.25_224_quant.tflite"),
        ("mcunet_person_detect_int8", "models_detect/tinyengine_detection.tflite"),
    ] {
        let Some((before, after)) = model("other_models_give_the_same", folder, file) else { return };
        assert!(after.weights <= before.weights && after.groups <= before.groups, "{folder}");
    }
}

//! What only the quad array has.

use super::*;
use crate::graph::{Conv2d, Pad, PadOp, WeightQuant};
use crate::plan::quad::{FLAG_SPREAD, Field as QuadField};

fn window(kernel: (usize, usize), stride: (usize, usize), padding: Padding) -> Window {
    Window { kernel, stride, padding }
}

/// The descriptor of an array's layer.
fn layer(plan: &Plan, index: usize) -> Descriptor {
    Descriptor::unpack(&plan.program.image[index * descriptor::BYTES..])
}

/// Plans a chain for quads and compares it with the reference.
fn compare(chain: &mut Chain, options: PlanOptions) -> Plan {
    let plan = plan(&chain.graph, 0, &quads(), options).unwrap();
    let image = chain.random.image(chain.graph.tensors[0].shape);
    assert_reference(&chain.graph, &plan, &image);
    plan
}

#[test]
fn a_small_map_is_spread_over_the_quads_and_its_weights_are_exchanged() {
    let mut chain = Chain::new(3, Shape::new(3, 3, 20));
    chain.push(Op::Rescale, Shape::new(3, 3, 20), false, None);
    assert!(chain.conv(window((2, 2), (1, 1), Padding::Same), 104));
    let made = compare(&mut chain, PLAIN);
    let spread = layer(&made, 1);
    assert_eq!(spread.get(QuadField::Flags) & FLAG_SPREAD, FLAG_SPREAD);
    assert_eq!((spread.get(QuadField::Passes), spread.get(QuadField::Groups)), (2, 7));
    let Op::Conv2d(Conv2d { weights, .. }) = &chain.graph.nodes[1].op else { panic!() };
    let other: Vec<i8> = (0..weights.len()).map(|_| chain.random.int8()).collect();
    let parameters: Vec<ChannelParameters> = (0..104)
        .map(|c| ChannelParameters::from_real(100 * c - 900, 0.0001 * f64::from(c + 1)).unwrap())
        .collect();
    let mut exchanged = made.clone();
    for (address, bytes) in made.program.rewrite("n1", &other, &parameters).unwrap() {
        let start = address - made.program.image_byte_address();
        exchanged.program.image[start..start + bytes.len()].copy_from_slice(&bytes);
    }
    let image = chain.random.image(Shape::new(3, 3, 20));
    let mut evaluator = reference::Evaluator::new(&chain.graph).unwrap();
    evaluator.load("n1", &other, &parameters).unwrap();
    let expected = evaluator.run(&image).unwrap();
    let memory = execute(&exchanged, ENTRY_RUN, &image, Writes::AtEnd);
    assert_eq!(read(&made, &memory, made.program.output().unwrap()), expected[chain.graph.output()].data);
}

#[test]
fn blocks_reach_into_the_next_line_and_down_the_next_lines() {
    let mut chain = Chain::new(4, Shape::new(9, 17, 20));
    assert!(chain.depthwise(window((3, 3), (1, 1), Padding::Same), 1));
    assert!(chain.conv(window((3, 3), (1, 1), Padding::Same), 20));
    let plan = compare(&mut chain, PLAIN);
    let lines = layer(&plan, 0);
    // 9 lines of 18 columns, the last without the padding.
    assert_eq!((lines.get(QuadField::Pitch), lines.get(QuadField::Blocks)), (18, 11));
    assert_eq!((lines.bytes(QuadField::Block), lines.bytes(QuadField::Last)), ([16, 1], [1, 1]));
    let mut chain = Chain::new(5, Shape::new(8, 4, 20));
    chain.push(Op::Rescale, Shape::new(8, 4, 20), false, None);
    assert!(chain.conv(window((3, 3), (1, 1), Padding::Same), 16));
    let plan = compare(&mut chain, PLAIN);
    assert_eq!(layer(&plan, 1).bytes(QuadField::Block), [4, 4]);
}

#[test]
fn wide_kernels_strides_and_paddings_are_exact() {
    let kernels = [(1, 7), (3, 9), (1, 21), (7, 2)];
    let strides = [(1, 1), (1, 3), (3, 5), (2, 4)];
    for (seed, (&kernel, stride)) in kernels.iter().flat_map(|k| strides.map(|s| (k, s))).enumerate() {
        for padding in [Padding::Same, Padding::Valid] {
            let mut chain = Chain::new(seed as u64, Shape::new(8, 23, 18));
            chain.push(Op::Rescale, Shape::new(8, 23, 18), false, None);
            let window = window(kernel, stride, padding);
            assert!(if seed % 2 == 0 { chain.conv(window, 40) } else { chain.depthwise(window, 1) });
            compare(&mut chain, SKIPPING);
        }
    }
}

#[test]
fn every_other_column_is_left_out_by_the_reader() {
    for (w, padding) in [(48, Padding::Same), (13, Padding::Valid), (31, Padding::Same)] {
        let mut chain = Chain::new(w as u64, Shape::new(10, w, 36));
        assert!(chain.depthwise(window((3, 3), (2, 2), padding), 1));
        assert!(chain.conv(window((1, 1), (1, 1), Padding::Same), 40));
        let plan = compare(&mut chain, PLAIN);
        assert_eq!(layer(&plan, 0).bytes(QuadField::Access), [4, 4], "{w}");
        assert_eq!(layer(&plan, 1).bytes(QuadField::Access), [2, 4], "{w}");
        // Nobody may leave out columns of the network's output.
        let outputs = chain.graph.nodes.iter().map(|node| node.output);
        chain.graph.outputs = outputs.collect();
        let plan = compare(&mut chain, PLAIN);
        assert_eq!(layer(&plan, 1).bytes(QuadField::Access), [4, 4], "{w}");
    }
}

#[test]
fn largest_values_are_gathered_before_they_are_compared() {
    for (kernel, stride) in [((2, 2), (2, 2)), ((3, 3), (2, 2)), ((3, 2), (1, 3)), ((1, 1), (2, 2))] {
        let mut chain = Chain::new(2, Shape::new(9, 20, 18));
        assert!(chain.conv(window((1, 1), (1, 1), Padding::Same), 33));
        assert!(chain.pool(window(kernel, stride, Padding::Same), true));
        let clocks = compare(&mut chain, PLAIN).program.clocks();
        assert!(clocks < 9000, "{clocks}");
    }
}

#[test]
fn paddings_wider_than_the_image_are_cut_into_columns() {
    for w in [1, 2, 5, 19] {
        let mut chain = Chain::new(6, Shape::new(3, w, 20));
        let pad = Pad { top: 1, left: 21, bottom: 2, right: 9 };
        chain.push(Op::Pad(PadOp { pad, channels: (0, 0) }), Shape::new(6, w + 30, 20), true, None);
        assert!(chain.conv(window((2, 3), (1, 1), Padding::Valid), 20));
        chain.push(Op::Pad(PadOp { pad, channels: (3, 0) }), Shape::new(8, w + 58, 23), true, None);
        compare(&mut chain, PLAIN);
    }
    let mut chain = Chain::new(6, Shape::new(3, 40, 4));
    let pad = Pad { left: 33, ..Pad::default() };
    chain.push(Op::Pad(PadOp { pad, channels: (0, 0) }), Shape::new(3, 73, 4), true, None);
    let refused = plan(&chain.graph, 0, &quads(), PLAIN);
    assert!(matches!(refused, Err(PlanError::Unsupported { kind: "pad", .. })), "{refused:?}");
}

#[test]
fn lines_are_as_long_as_columns_are_counted() {
    let mut chain = Chain::new(1, Shape::new(2, 985, 1));
    assert!(chain.depthwise(window((3, 3), (1, 1), Padding::Same), 1));
    compare(&mut chain, PLAIN);
    let mut chain = Chain::new(1, Shape::new(2, 1000, 1));
    assert!(chain.depthwise(window((3, 3), (1, 1), Padding::Same), 1));
    let refused = plan(&chain.graph, 0, &quads(), PLAIN);
    assert!(matches!(refused, Err(PlanError::Field { value: 1001, .. })), "{refused:?}");
    // Without padding there is nothing to count.
    let mut chain = Chain::new(1, Shape::new(2, 3000, 1));
    assert!(chain.depthwise(window((2, 3), (1, 2), Padding::Valid), 1));
    compare(&mut chain, PLAIN);
}

#[test]
fn loud_channels_take_their_weights_several_times() {
    let mut chain = Chain::new(8, Shape::new(5, 6, 33));
    assert!(chain.depthwise(window((3, 3), (1, 1), Padding::Same), 1));
    assert!(chain.conv(window((1, 1), (1, 1), Padding::Same), 70));
    for node in &mut chain.graph.nodes {
        let scales = match &mut node.op {
            Op::Conv2d(op) => &mut op.weight_quant,
            Op::DepthwiseConv2d(op) => &mut op.weight_quant,
            _ => panic!(),
        };
        let WeightQuant::PerChannel(scales) = scales else { panic!() };
        scales.iter_mut().step_by(3).for_each(|scale| *scale = 2.3);
    }
    for options in [PLAIN, SKIPPING] {
        compare(&mut chain, options);
    }
}

#[test]
fn the_quad_array_has_no_front_end_and_one_size() {
    assert_eq!(plan(&zoo::tiny(), 1, &quads(), PLAIN), Err(PlanError::NoFrontEnd));
    let wrong = [
        Capacity { pixels: 8, ..quads() },
        Capacity { lanes: 8, ..quads() },
        Capacity { requantisers: 8, ..quads() },
    ];
    for wrong in wrong {
        assert!(matches!(wrong.check(), Err(PlanError::Capacity { .. })), "{wrong:?}");
    }
    assert_eq!(quads().interval(), 16);
    for graph in [zoo::tiny(), zoo::oriented()] {
        let image = Random(7).image(graph.tensors[graph.input].shape);
        for options in [PLAIN, SKIPPING] {
            assert_reference(&graph, &plan(&graph, 0, &quads(), options).unwrap(), &image);
        }
    }
}

/// A program with passes of both kinds, with shared lists and with slides.
fn program() -> Plan {
    let mut chain = Chain::new(9, Shape::new(5, 6, 20));
    assert!(chain.depthwise(window((3, 3), (1, 1), Padding::Same), 1));
    assert!(chain.conv(window((2, 2), (2, 1), Padding::Same), 40));
    compare(&mut chain, PLAIN)
}

fn run(plan: &Plan) -> Result<(), InterpretError> {
    interpret::run(plan, &mut interpret::load(plan), plan.program.entry(ENTRY_RUN).unwrap())
}

#[test]
fn rules_of_memory_are_held() {
    let good = program();
    let with = |field: QuadField, value: u16| {
        let mut plan = good.clone();
        let bytes = layer(&plan, 0).set(field, value).pack();
        plan.program.image[..bytes.len()].copy_from_slice(&bytes);
        run(&plan)
    };
    assert_eq!(with(QuadField::Access, 4 | 4 << 8), Ok(()));
    let stream = layer(&good, 0).get(QuadField::Stream) + 2;
    assert_eq!(with(QuadField::Stream, stream), Err(InterpretError::Row { address: stream.into() }));
    // Lines of results whose first lies in the bank of the last of the line before, or in its place.
    let gap = layer(&good, 0).get(QuadField::OutGap);
    let same = with(QuadField::OutGap, gap + 1);
    assert!(matches!(same, Err(InterpretError::Bank { .. })), "{same:?}");
    let bank = with(QuadField::OutGap, gap.wrapping_sub(3));
    assert!(matches!(bank, Err(InterpretError::Bank { .. })), "{bank:?}");
    assert_eq!(with(QuadField::Access, 3), Err(InterpretError::Block));
    assert_eq!(with(QuadField::Block, 5 | 2 << 8), Err(InterpretError::Block));
    assert_eq!(with(QuadField::Passes, 1), Err(InterpretError::Block));
    let unaligned = interpret::run(&good, &mut interpret::load(&good), good.program.image_address + 1);
    assert!(matches!(unaligned, Err(InterpretError::Row { .. })), "{unaligned:?}");
}

#[test]
fn broken_programs_are_errors_and_not_panics() {
    let (good, mut random) = (program(), Random(6));
    let mut refused = 0;
    for _ in 0..1500 {
        let mut plan = good.clone();
        for _ in 0..=random.below(3) {
            let at = random.below(plan.program.image.len() as u64);
            plan.program.image[at] = random.int8() as u8;
        }
        // Counts that make it long are not what this is about.
        let long = |d: Descriptor| {
            d.get(QuadField::Op) == Code::Layer as u16
                && u32::from(d.get(QuadField::Blocks)) * u32::from(d.get(QuadField::Passes)) > 3_000
        };
        if (0..2).any(|index| long(layer(&plan, index))) {
            continue;
        }
        refused += usize::from(run(&plan).is_err());
    }
    assert!(refused > 20, "only {refused} were refused");
}

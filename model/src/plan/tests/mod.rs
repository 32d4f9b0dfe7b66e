mod flash;
mod quad;
mod quad_forms;
mod random;

use super::descriptor::{Descriptor, Field, Op as Code};
use super::interpret::{self, InterpretError, Writes};
use super::*;
use crate::graph::random::{Chain, Random};
use crate::graph::{Activation, AddOp, Graph, Node, Op, Padding, Quant, ResizeOp, TensorInfo, Window};
use crate::reference;
use crate::requant::ChannelParameters;
use crate::zoo;

const PLAIN: PlanOptions = PlanOptions { skip_zeros: false };
const SKIPPING: PlanOptions = PlanOptions { skip_zeros: true };

fn capacity(lanes: usize, pixels: usize) -> Capacity {
    Capacity {
        lanes,
        pixels,
        requantisers: 1,
        style: ArrayStyle::Block,
        memory_words: 1 << 16,
        weight_words: 16384,
        list_entries: 8192,
        sum_bits: 26,
        requant_bits: 30,
        flash: None,
    }
}

fn quads() -> Capacity {
    Capacity { requantisers: 16, style: ArrayStyle::Quad, ..capacity(16, 16) }
}

fn planned(graph: &Graph, frozen: usize) -> Plan {
    plan(graph, frozen, &capacity(8, 2), PLAIN).unwrap()
}

/// Runs an entry in software on memory that is not empty; gives the memory.
fn execute(plan: &Plan, entry: &str, image: &[i8], writes: Writes) -> Vec<u8> {
    let mut random = Random(99);
    let mut memory: Vec<u8> =
        interpret::load(plan).into_iter().map(|byte| byte ^ random.int8() as u8).collect();
    let start = plan.program.image_byte_address();
    memory[start..start + plan.program.image.len()].copy_from_slice(&plan.program.image);
    let input = plan.program.input().unwrap();
    let bytes = input.pack(image);
    memory[input.byte_address()..][..bytes.len()].copy_from_slice(&bytes);
    let entry = plan.program.entry(entry).unwrap();
    interpret::run_with((&plan.capacity, &plan.frozen), &plan.program.stream, &mut memory, entry, writes)
        .unwrap();
    memory
}

fn read(plan: &Plan, memory: &[u8], placement: &Placement) -> Vec<i8> {
    assert_eq!(placement.lanes, plan.capacity.lanes);
    placement.unpack(&memory[placement.byte_address()..])
}

/// Whether outputs and features are the reference's, whenever results are written.
fn assert_reference(graph: &Graph, plan: &Plan, image: &[i8]) {
    plan.check().unwrap();
    let tensors = reference::run(graph, image).unwrap();
    for writes in [Writes::AtOnce, Writes::AtEnd] {
        let memory = execute(plan, ENTRY_RUN, image, writes);
        for placement in plan.program.outputs().chain(plan.program.features()) {
            let index = graph.tensors.iter().position(|info| info.name == placement.tensor).unwrap();
            let found = read(plan, &memory, placement);
            assert_eq!(found, tensors[index].data, "{} {writes:?} {:?}", placement.tensor, plan.capacity);
        }
    }
}

#[test]
fn the_trackers_network_fits_the_smallest_board() {
    let graph = zoo::oriented();
    let small = Capacity {
        memory_words: 16384,
        weight_words: 1024,
        list_entries: 512,
        sum_bits: 24,
        requant_bits: 26,
        ..capacity(8, 2)
    };
    let plan = plan(&graph, 1, &small, PLAIN).unwrap();
    plan.check().unwrap();
    let layer = &plan.frozen[0];
    assert_eq!((layer.conv_output, layer.output), (Shape::new(64, 64, 8), Shape::new(16, 16, 8)));
    assert_eq!(plan.program.input().unwrap().layout, Layout::Raster);
    let features = plan.program.features().unwrap();
    assert_eq!((features.bytes(), features.layout), (2048, Layout::Planar));
    let codes = plan.program.image[..5 * descriptor::BYTES].chunks(descriptor::BYTES);
    let codes: Vec<u16> = codes.map(|bytes| Descriptor::unpack(bytes).get(Field::Op)).collect();
    assert_eq!(codes, [2, 1, 0, 2, 0]);
    let correlation = plan.program.layer(zoo::CORRELATION).unwrap();
    assert_eq!((correlation.macs, correlation.issue_clocks), (81 * 4096, 45 * 512));
    assert_eq!(plan.program.entry(ENTRY_FEATURES), Some(plan.program.image_address + 24));
    let image = Random(2).image(Shape::new(64, 64, 1));
    let memory = execute(&plan, ENTRY_FEATURES, &image, Writes::AtOnce);
    assert_eq!(read(&plan, &memory, features), interpret::frozen(&plan.frozen, &image));
}

#[test]
fn templates_are_exchanged_as_if_they_had_been_planned() {
    let (graph, mut random) = (zoo::oriented(), Random(2));
    let plan = planned(&graph, 1);
    let weights: Vec<i8> = (0..4096).map(|_| random.int8()).collect();
    let parameters: Vec<ChannelParameters> = (0..8)
        .map(|c| ChannelParameters::from_real(1000 * c - 900, 0.0002 * f64::from(c + 1)).unwrap())
        .collect();
    let mut exchanged = plan.clone();
    for (address, bytes) in plan.program.rewrite(zoo::CORRELATION, &weights, &parameters).unwrap() {
        let start = address - plan.program.image_byte_address();
        exchanged.program.image[start..start + bytes.len()].copy_from_slice(&bytes);
    }
    let image = random.image(Shape::new(64, 64, 1));
    let mut evaluator = reference::Evaluator::new(&graph).unwrap();
    evaluator.load(zoo::CORRELATION, &weights, &parameters).unwrap();
    let expected = evaluator.run(&image).unwrap();
    let memory = execute(&exchanged, ENTRY_RUN, &image, Writes::AtOnce);
    assert_eq!(read(&plan, &memory, plan.program.output().unwrap()), expected[graph.output()].data);
    let refused = plan.program.rewrite(zoo::CORRELATION, &weights[1..], &parameters);
    assert!(matches!(refused, Err(PlanError::Rewrite { .. })));
    assert!(matches!(plan.program.rewrite("pool", &[], &[]), Err(PlanError::Rewrite { .. })));
}

#[test]
fn the_tiny_network_runs_frozen_or_not() {
    let graph = zoo::tiny();
    let image = Random(7).image(Shape::new(8, 8, 1));
    for (frozen, lanes, pixels) in [(0, 8, 1), (0, 8, 2), (0, 16, 4), (1, 8, 4), (1, 16, 1), (2, 8, 2)] {
        for options in [PLAIN, SKIPPING] {
            assert_reference(
                &graph,
                &plan(&graph, frozen, &capacity(lanes, pixels), options).unwrap(),
                &image,
            );
        }
    }
    let refused = plan(&graph, 3, &capacity(8, 2), PLAIN);
    assert_eq!(refused, Err(PlanError::TooFewToFreeze { asked: 3, found: 2 }));
}

#[test]
fn a_plan_survives_json_and_refuses_tampering() {
    let plan = planned(&zoo::tiny(), 1);
    let text = plan.to_json().unwrap();
    assert_eq!(Plan::from_json(&text).unwrap(), plan);
    assert!(matches!(Plan::from_json(&text[..90]), Err(PlanError::Json { .. })));
    let broken = |change: fn(&mut Plan)| {
        let mut plan = plan.clone();
        change(&mut plan);
        Plan::from_json(&plan.to_json().unwrap()).unwrap_err()
    };
    assert_eq!(broken(|p| p.format_version = 99), PlanError::Version { found: 99 });
    assert!(matches!(broken(|p| p.frozen[0].digit_bits = 1), PlanError::DigitBits { digit_bits: 1, .. }));
    assert!(matches!(broken(|p| p.frozen[0].datapath.nodes[0].depth = 9), PlanError::Datapath { .. }));
    assert!(matches!(broken(|p| p.frozen[0].input.w = 9), PlanError::Inconsistent { .. }));
    assert!(matches!(broken(|p| p.frozen[0].requant.truncate(3)), PlanError::Inconsistent { .. }));
    assert!(matches!(broken(|p| p.program.outputs = vec![40]), PlanError::Inconsistent { .. }));
    assert!(matches!(broken(|p| p.program.entries[0].address = 40_000), PlanError::Inconsistent { .. }));
    assert!(matches!(broken(|p| p.program.tensors[0].shape.h = 4000), PlanError::Inconsistent { .. }));
    assert!(matches!(broken(|p| p.program.image.truncate(9)), PlanError::Inconsistent { .. }));
    assert!(matches!(broken(|p| p.capacity.memory_words = 10), PlanError::Memory { .. }));
    assert!(matches!(broken(|p| p.capacity.lanes = 0), PlanError::Capacity { value: 0, .. }));
}

#[test]
fn the_design_id_names_the_fabric_and_not_the_program() {
    let graph = zoo::oriented();
    let one = planned(&graph, 1);
    let mut templates = graph.clone();
    let Op::Conv2d(op) = &mut templates.nodes[2].op else { panic!() };
    op.weights.fill(3);
    assert_eq!(planned(&templates, 1).design_id(), one.design_id());
    let mut filters = graph.clone();
    let Op::Conv2d(op) = &mut filters.nodes[0].op else { panic!() };
    op.weights[[0, 0, 0, 0]] += 1;
    assert_ne!(planned(&filters, 1).design_id(), one.design_id());
    assert_ne!(plan(&graph, 1, &capacity(16, 2), PLAIN).unwrap().design_id(), one.design_id());
}

#[test]
fn what_does_not_fit_says_what_is_needed() {
    let graph = zoo::oriented();
    let refused = |change: fn(&mut Capacity)| {
        let mut small = capacity(8, 2);
        change(&mut small);
        plan(&graph, 1, &small, PLAIN).unwrap_err()
    };
    let memory = refused(|c| c.memory_words = 1000);
    assert!(matches!(memory, PlanError::Memory { tensors: 6144, available: 8000, .. }), "{memory}");
    let ring = refused(|c| c.weight_words = 511);
    assert!(matches!(ring, PlanError::Ring { needed: 512, available: 511, .. }), "{ring}");
    let list = refused(|c| c.list_entries = 63);
    assert!(matches!(list, PlanError::Ring { needed: 64, .. }), "{list}");
    assert!(matches!(refused(|c| c.lanes = 4), PlanError::Capacity { value: 4, .. }));
    assert!(matches!(refused(|c| c.pixels = 17), PlanError::Capacity { value: 17, .. }));
    assert!(matches!(refused(|c| c.requantisers = 3), PlanError::Capacity { .. }));
    let mut wide = graph.clone();
    let Op::Conv2d(op) = &mut wide.nodes[2].op else { panic!() };
    op.weights.fill(100);
    let narrow = plan(&wide, 1, &Capacity { sum_bits: 16, ..capacity(8, 2) }, PLAIN);
    assert!(matches!(narrow, Err(PlanError::Channel { channel: 0, .. })), "{narrow:?}");
}

fn frozen_error(shape: Shape, window: Window, channels: usize) -> FreezeProblem {
    let mut chain = Chain::new(1, shape);
    assert!(chain.conv(window, channels));
    match plan(&chain.graph, 1, &capacity(8, 2), PLAIN) {
        Err(PlanError::Freeze { problem, .. }) => problem,
        other => panic!("{other:?}"),
    }
}

#[test]
fn layers_beyond_the_fabrics_limits_are_refused() {
    let window = |kernel, stride| Window { kernel, stride, padding: Padding::Same };
    let wide = frozen_error(Shape::new(1, 1025, 1), window((1, 1), (1, 1)), 1);
    assert!(matches!(wide, FreezeProblem::Width { most: 1024, .. }));
    let deep = frozen_error(Shape::new(2, 2, 17), window((1, 1), (1, 1)), 1);
    assert!(matches!(deep, FreezeProblem::Channels { .. }));
    let large = frozen_error(Shape::new(4, 4, 10), window((4, 4), (1, 1)), 1);
    assert!(matches!(large, FreezeProblem::Window { bytes: 160, .. }));
    let fast = frozen_error(Shape::new(9, 9, 1), window((3, 3), (3, 1)), 1);
    assert_eq!(fast, FreezeProblem::Stride { stride: (3, 1) });
}

#[test]
fn a_streamed_tensor_must_not_be_read_elsewhere() {
    let mut chain = Chain::new(1, Shape::new(4, 4, 2));
    let window = Window { kernel: (1, 1), stride: (1, 1), padding: Padding::Same };
    assert!(chain.conv(window, 2) && chain.conv(window, 2));
    chain.push(Op::Add(AddOp { activation: Activation::None }), Shape::new(4, 4, 2), false, Some(1));
    let refused = plan(&chain.graph, 2, &capacity(8, 2), PLAIN).unwrap_err();
    assert!(matches!(refused, PlanError::Freeze { problem: FreezeProblem::Shared { .. }, .. }), "{refused}");
}

#[test]
fn what_the_array_does_not_compute_is_named_with_advice() {
    let refused = |chain: &Chain| match plan(&chain.graph, 0, &capacity(8, 2), PLAIN) {
        Err(PlanError::Unsupported { node, kind, advice }) => {
            assert_eq!(node, "n0");
            assert!(!advice.is_empty());
            kind
        }
        other => panic!("{other:?}"),
    };
    let mut chain = Chain::new(5, Shape::new(1, 1, 4));
    let probability = Quant { scale: 1.0 / 256.0, zero_point: -128 };
    chain.push(Op::Logistic, Shape::new(1, 1, 4), true, None);
    chain.graph.tensors[1].quant = probability;
    assert_eq!(refused(&chain), "logistic");
    let mut chain = Chain::new(5, Shape::new(2, 2, 4));
    chain.push(Op::ResizeNearest(ResizeOp::default()), Shape::new(3, 2, 4), true, None);
    assert_eq!(refused(&chain), "resize_nearest");
    // A padded window that entries do not reach.
    let mut chain = Chain::new(5, Shape::new(30, 30, 2));
    assert!(chain.conv(Window { kernel: (3, 9), stride: (1, 1), padding: Padding::Same }, 2));
    assert_eq!(refused_after_input(&chain), "conv2d");
}

/// The operator that is refused when another stands before it, so that the host does not lay out its input.
fn refused_after_input(chain: &Chain) -> &'static str {
    let mut graph = chain.graph.clone();
    let info = TensorInfo { name: "before".into(), ..graph.tensors[0].clone() };
    graph.tensors.push(info);
    let output = graph.tensors.len() - 1;
    graph.nodes[0].inputs = vec![output];
    graph.nodes.insert(0, Node { name: "copy".into(), inputs: vec![0], output, op: Op::Rescale });
    match plan(&graph, 0, &capacity(8, 2), PLAIN) {
        Err(PlanError::Unsupported { kind, .. }) => kind,
        other => panic!("{other:?}"),
    }
}

#[test]
fn broken_programs_are_errors_and_not_panics() {
    let good = planned(&zoo::tiny(), 1);
    let entry = good.program.entry(ENTRY_RUN).unwrap();
    let run = |plan: &Plan, entry| {
        let mut memory = interpret::load(plan);
        interpret::run(plan, &mut memory, entry)
    };
    assert!(run(&good, entry).is_ok());
    assert!(matches!(run(&good, usize::MAX), Err(InterpretError::Address { .. })));
    let mut random = Random(6);
    let mut refused = 0;
    for _ in 0..1500 {
        let mut plan = good.clone();
        for _ in 0..=random.below(3) {
            let at = random.below(plan.program.image.len() as u64);
            plan.program.image[at] = random.int8() as u8;
        }
        // Counts that make it long are not what this is about.
        let fields =
            plan.program.image[..4 * descriptor::BYTES].chunks(descriptor::BYTES).map(Descriptor::unpack);
        let long = |d: &Descriptor| {
            d.get(Field::Op) == Code::Layer as u16
                && u32::from(d.get(Field::Blocks)) * u32::from(d.get(Field::Groups)) > 10_000
        };
        if fields.into_iter().any(|d| long(&d)) {
            continue;
        }
        refused += usize::from(run(&plan, entry).is_err());
    }
    assert!(refused > 30, "only {refused} were refused");
}

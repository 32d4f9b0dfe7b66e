use proptest::prelude::*;

use super::descriptor::{Descriptor, Field, Op as Code};
use super::interpret::{self, InterpretError, Memories};
use super::*;
use crate::graph::random::{Chain, Random};
use crate::graph::{Activation, AddOp, Graph, Op, Padding, Window};
use crate::reference::{self, Tensor};
use crate::zoo;

fn capacity(lanes: usize) -> Capacity {
    Capacity {
        lanes,
        activation_bytes: 8192,
        weight_bytes: 128 * 1024,
        parameter_channels: 256,
        descriptors: 32,
    }
}

/// Runs an entry in software on the plan's own images; gives activation memory.
fn execute(plan: &Plan, entry: &str, image: &[i8]) -> Vec<i8> {
    let mut memories = Memories::load(plan);
    let input = plan.program.input().unwrap();
    for (slot, &value) in memories.activations[input.address..][..input.len].iter_mut().zip(image) {
        *slot = value as u8;
    }
    interpret::run(plan, &mut memories, plan.program.entry(entry).unwrap()).unwrap();
    memories.activations.iter().map(|&byte| byte as i8).collect()
}

/// Whether the kept tensors in memory are the reference's.
fn assert_reference(graph: &Graph, plan: &Plan, image: &[i8]) {
    let tensors = reference::run(graph, image).unwrap();
    let memory = execute(plan, ENTRY_RUN, image);
    let find = |name: &str| graph.tensors.iter().position(|info| info.name == name).unwrap();
    let kept = [plan.program.input(), plan.program.output(), plan.program.features()];
    for placement in kept.into_iter().flatten() {
        let expected: &Tensor = &tensors[find(&placement.tensor)];
        assert_eq!(memory[placement.address..][..placement.len], expected.data, "{}", placement.tensor);
    }
}

#[test]
fn the_trackers_network_fits_the_smallest_board() {
    let graph = zoo::oriented();
    let plan = plan(&graph, 1, &capacity(8)).unwrap();
    plan.check().unwrap();
    assert_eq!(plan.frozen.len(), 1);
    let layer = &plan.frozen[0];
    assert_eq!((layer.conv_output, layer.output), (Shape::new(64, 64, 8), Shape::new(16, 16, 8)));
    // Input and output have one scale: the requantiser only clamps.
    assert!(layer.requant.iter().all(|requant| requant.m == 1 && requant.s == 0));
    assert_eq!(plan.program.activation_bytes(), 4096 + 2048 + 648);
    assert_eq!(plan.program.block(zoo::CORRELATION).unwrap().words, 512);
    let codes: Vec<u16> = plan.program.descriptors.iter().map(|d| d.get(Field::Op)).collect();
    assert_eq!(codes, [2, 1, 0, 2, 0]);
    assert_eq!(plan.program.entry(ENTRY_FEATURES), Some(3));
}

#[test]
fn the_trackers_features_and_responses_are_the_references() {
    let mut graph = zoo::oriented();
    let mut random = Random(2);
    let Op::Conv2d(op) = &mut graph.nodes[2].op else { panic!() };
    op.weights.map_inplace(|weight| *weight = random.int8());
    let plan = plan(&graph, 1, &capacity(8)).unwrap();
    let image = random.image(Shape::new(64, 64, 1));
    assert_reference(&graph, &plan, &image);
    let features = plan.program.features().unwrap();
    let memory = execute(&plan, ENTRY_FEATURES, &image);
    assert_eq!(memory[features.address..][..features.len], interpret::frozen(&plan.frozen, &image));
}

#[test]
fn the_tiny_network_runs_frozen_or_not_on_any_number_of_lanes() {
    let graph = zoo::tiny();
    let image = Random(7).image(Shape::new(8, 8, 1));
    for lanes in [1, 3, 8, 16] {
        assert_reference(&graph, &plan(&graph, 1, &capacity(lanes)).unwrap(), &image);
    }
    let spread = reference::run(&graph, &image).unwrap();
    assert!(spread[4].data.iter().any(|&q| q != spread[4].data[0]), "the scores must differ");
    assert_reference(&graph, &plan(&graph, 2, &capacity(8)).unwrap(), &image);
    let refused = plan(&graph, 0, &capacity(8)).unwrap_err();
    assert!(matches!(&refused, PlanError::Unsupported { node, .. } if node == "pool1"), "{refused}");
    assert_eq!(plan(&graph, 3, &capacity(8)), Err(PlanError::TooFewToFreeze { asked: 3, found: 2 }));
}

#[test]
fn a_run_can_be_repeated() {
    let graph = zoo::tiny();
    let plan = plan(&graph, 1, &capacity(8)).unwrap();
    let image = Random(8).image(Shape::new(8, 8, 1));
    let mut memories = Memories::load(&plan);
    let input = plan.program.input().unwrap().clone();
    for (slot, &value) in memories.activations[input.address..][..input.len].iter_mut().zip(&image) {
        *slot = value as u8;
    }
    interpret::run(&plan, &mut memories, 0).unwrap();
    let once = memories.clone();
    interpret::run(&plan, &mut memories, 0).unwrap();
    assert_eq!(memories, once);
}

#[test]
fn a_plan_survives_json_and_refuses_tampering() {
    let plan = plan(&zoo::tiny(), 1, &capacity(8)).unwrap();
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
    assert!(matches!(broken(|p| p.program.entries[0].index = 40), PlanError::Inconsistent { .. }));
    assert!(matches!(broken(|p| p.capacity.weight_bytes = 10), PlanError::Budget { .. }));
    assert!(matches!(broken(|p| p.capacity.lanes = 0), PlanError::Lanes { lanes: 0 }));
}

#[test]
fn the_design_id_names_the_fabric_and_not_the_program() {
    let graph = zoo::oriented();
    let one = plan(&graph, 1, &capacity(8)).unwrap();
    let mut templates = graph.clone();
    let Op::Conv2d(op) = &mut templates.nodes[2].op else { panic!() };
    op.weights.fill(3);
    assert_eq!(plan(&templates, 1, &capacity(8)).unwrap().design_id(), one.design_id());
    let mut filters = graph.clone();
    let Op::Conv2d(op) = &mut filters.nodes[0].op else { panic!() };
    op.weights[[0, 0, 0, 0]] += 1;
    assert_ne!(plan(&filters, 1, &capacity(8)).unwrap().design_id(), one.design_id());
    assert_ne!(plan(&graph, 1, &capacity(16)).unwrap().design_id(), one.design_id());
}

#[test]
fn budgets_say_what_is_needed() {
    let graph = zoo::oriented();
    let refused = |change: fn(&mut Capacity)| {
        let mut small = capacity(8);
        change(&mut small);
        plan(&graph, 1, &small).unwrap_err()
    };
    let activations = refused(|c| c.activation_bytes = 6000);
    let needed = PlanError::Budget { what: "bytes of activation memory", needed: 6792, available: 6000 };
    assert_eq!(activations, needed);
    assert_eq!(
        activations.to_string(),
        "the network needs 6792 bytes of activation memory, the device has 6000"
    );
    assert!(matches!(refused(|c| c.weight_bytes = 4095), PlanError::Budget { needed: 4096, .. }));
    assert!(matches!(refused(|c| c.parameter_channels = 7), PlanError::Budget { needed: 8, .. }));
    assert!(matches!(refused(|c| c.descriptors = 4), PlanError::Budget { needed: 5, .. }));
    assert_eq!(refused(|c| c.lanes = 0), PlanError::Lanes { lanes: 0 });
}

fn frozen_error(shape: Shape, window: Window, channels: usize) -> FreezeProblem {
    let mut chain = Chain::new(1, shape);
    assert!(chain.conv(window, channels));
    match plan(&chain.graph, 1, &capacity(8)) {
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
    let many = frozen_error(Shape::new(2, 2, 1), window((1, 1), (1, 1)), 17);
    assert!(matches!(many, FreezeProblem::Channels { .. }));
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
    let mut last = chain.graph.clone();
    chain.push(Op::Add(AddOp { activation: Activation::None }), Shape::new(4, 4, 2), false, Some(1));
    let refused = plan(&chain.graph, 2, &capacity(8)).unwrap_err();
    assert!(matches!(refused, PlanError::Freeze { problem: FreezeProblem::Shared { .. }, .. }), "{refused}");
    let refused = plan(&chain.graph, 1, &capacity(8)).unwrap_err();
    assert!(matches!(&refused, PlanError::Unsupported { kind: "add", .. }), "{refused}");
    last.outputs = vec![1];
    assert!(matches!(plan(&last, 2, &capacity(8)), Err(PlanError::Freeze { .. })));
}

#[test]
fn every_unsupported_operator_is_named_with_advice() {
    let same = |kernel| Window { kernel, stride: (1, 1), padding: Padding::Same };
    type Append = fn(&mut Chain, Window) -> bool;
    let appends: [(&str, Append); 3] = [
        ("depthwise_conv2d", |c, w| c.depthwise(w, 1)),
        ("average_pool2d", |c, w| c.pool(w, false)),
        ("max_pool2d", |c, w| c.pool(w, true)),
    ];
    for (expected, append) in appends {
        let mut chain = Chain::new(5, Shape::new(4, 4, 2));
        assert!(append(&mut chain, same((3, 3))));
        match plan(&chain.graph, 0, &capacity(8)) {
            Err(PlanError::Unsupported { node, kind, advice }) => {
                assert_eq!((node.as_str(), kind), ("n0", expected));
                assert!(!advice.is_empty());
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_shape_that_overflows_a_field_is_refused() {
    let mut chain = Chain::new(5, Shape::new(3, 300, 300));
    assert!(chain.conv(Window { kernel: (1, 1), stride: (2, 2), padding: Padding::Valid }, 1));
    let large = Capacity { activation_bytes: 1 << 20, weight_bytes: 1 << 20, ..capacity(8) };
    assert!(matches!(plan(&chain.graph, 0, &large), Err(PlanError::Budget { available: 65536, .. })));
    let mut chain = Chain::new(5, Shape::new(2, 200, 100));
    assert!(chain.conv(Window { kernel: (1, 1), stride: (4, 4), padding: Padding::Valid }, 1));
    let refused = plan(&chain.graph, 0, &large).unwrap_err();
    assert!(matches!(refused, PlanError::Field { value: 80_000, most: 65_535, .. }), "{refused}");
}

#[test]
fn broken_descriptors_are_errors_and_not_panics() {
    let plan = plan(&zoo::tiny(), 1, &capacity(8)).unwrap();
    let mut memories = Memories::load(&plan);
    memories.program[0] = 9;
    assert_eq!(interpret::run(&plan, &mut memories, 0), Err(InterpretError::Operation { index: 0, code: 9 }));
    let beyond = interpret::run(&plan, &mut memories, usize::MAX);
    assert!(matches!(beyond, Err(InterpretError::Address { memory: "program", .. })));
    let empty = Descriptor::new(Code::Conv);
    assert_eq!(interpret::conv(&empty, 8, &mut [], &[], &[]), Err(InterpretError::Shape));
    let mut random = Random(6);
    for _ in 0..300 {
        let mut descriptor = Descriptor::new(Code::Conv);
        descriptor.0[1..].fill_with(|| random.below(40) as u16);
        // Whatever the fields say, it ends with a result or an error.
        let _ = interpret::conv(&descriptor, 8, &mut [0; 900], &[0; 9000], &[0; 900]);
    }
}

#[test]
fn the_summary_counts_cycles_and_utilisation() {
    let summary = plan(&zoo::oriented(), 1, &capacity(8)).unwrap().summary();
    let correlation = &summary.layers[0];
    assert_eq!((correlation.macs, correlation.issue_cycles), (81 * 4096, 81 * 512));
    assert!((correlation.utilisation - 1.0).abs() < 1e-12);
    assert_eq!((summary.frozen[0].weights, summary.frozen[0].zero_weights), (72, 24));
    assert_eq!(summary.memory[0].used, 6792);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, ..ProptestConfig::default() })]
    #[test]
    fn executing_the_plan_equals_the_reference(
        seed: u64, h in 1..9usize, w in 1..9usize, c in 1..4usize, lanes in 1..10usize,
        frozen in 0..3usize, dynamic in 0..3usize, pool in 0..3usize, depthwise: bool, dense: bool,
    ) {
        let mut chain = Chain::new(seed, Shape::new(h, w, c));
        chain.rectified = true;
        for layer in 0..frozen {
            let (window, channels) = (chain.window(3), chain.random.below(6) + 1);
            let made = if depthwise && layer == 0 { chain.depthwise(window, 2) } else { chain.conv(window, channels) };
            prop_assume!(made);
            if layer + 1 == pool {
                let pool = Window { kernel: (2, 2), stride: (2, 2), padding: Padding::Valid };
                prop_assume!(chain.pool(pool, false));
            }
        }
        chain.rectified = false;
        for _ in 0..dynamic {
            let (window, channels) = (chain.window(4), chain.random.below(20) + 1);
            prop_assume!(chain.conv(window, channels));
        }
        if dense {
            let shape = chain.last().shape;
            chain.push(Op::Reshape, Shape::new(1, 1, shape.len()), true, None);
            chain.fully_connected(7);
        }
        let plan = plan(&chain.graph, frozen, &capacity(lanes)).unwrap();
        plan.check().unwrap();
        let image = chain.random.image(Shape::new(h, w, c));
        assert_reference(&chain.graph, &plan, &image);
    }
}

//! Whole designs over their real bytes: cycle model, RustHDL and emitted Verilog agree on every bit and every
//! clock, and the bits are the reference's.

mod common;

use common::{Conversation, available, capacity, networks, quad_spec, spec};
use frazil_hdl::top::TopSpec;
use frazil_model::graph::Graph;
use frazil_model::plan::{ENTRY_RUN, Plan, PlanOptions, plan};
use frazil_model::{reference, zoo};
use frazil_sim::cycle::run_cycles;
use frazil_sim::{DeviceKind, open};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

/// A network with a frozen front end.
#[test]
fn tiny_network_agrees_everywhere() {
    let graph = zoo::tiny();
    let (spec, plan) = (spec(), planned(&graph, 1, &spec()));
    let mut devices = devices(&plan, &spec, "tiny");
    agree(&mut devices, &graph, &plan, &spec, 5);
}

/// One fabric without a front end runs any program: kernels, strides, padding and channel counts at random.
#[test]
fn random_programs_agree_everywhere() {
    random_programs(&spec(), 11, (12, 12), "random");
}

/// So does the quad array.
#[test]
fn random_programs_agree_on_the_quad_array() {
    random_programs(&quad_spec(), 12, (1, 100), "random on the quad array");
}

/// The first programs on all devices, the others without RustHDL's slow simulation.
fn random_programs(spec: &TopSpec, seed: u64, (first, count): (usize, usize), test: &str) {
    let mut rng = Pcg64::seed_from_u64(seed);
    let mut devices = devices(&planned(&networks::random(&mut rng), 0, spec), spec, test);
    for program in 0..count {
        if program == first {
            devices.retain(|(kind, _)| *kind != DeviceKind::Rtl);
        }
        let graph = networks::random(&mut rng);
        agree(&mut devices, &graph, &planned(&graph, 0, spec), spec, 1);
    }
}

/// The tracker's network, once.
#[test]
fn oriented_network_agrees_everywhere() {
    let graph = zoo::oriented();
    let (spec, plan) = (spec(), planned(&graph, 1, &spec()));
    let mut devices = devices(&plan, &spec, "oriented");
    agree(&mut devices, &graph, &plan, &spec, 1);
}

fn planned(graph: &Graph, frozen: usize, spec: &TopSpec) -> Plan {
    plan(graph, frozen, &capacity(spec), PlanOptions::default()).expect("the network fits")
}

type Devices = Vec<(DeviceKind, Conversation)>;

fn devices(plan: &Plan, spec: &TopSpec, test: &str) -> Devices {
    let kinds = DeviceKind::ALL.into_iter().filter(|k| available(*k, test));
    kinds.map(|k| (k, Conversation::new(open(k, plan, spec).expect("it opens")))).collect()
}

fn agree(devices: &mut Devices, graph: &Graph, plan: &Plan, spec: &TopSpec, inputs: usize) {
    let mut rng = Pcg64::seed_from_u64(9);
    devices.iter_mut().for_each(|(_, device)| device.load(plan));
    for _ in 0..inputs {
        let input: Vec<i8> = (0..graph.tensors[graph.input].shape.len()).map(|_| rng.random()).collect();
        let tensors = reference::run(graph, &input).expect("it evaluates");
        let expected = &tensors[graph.output()].data;
        let mut clocks = None;
        for (kind, device) in devices.iter_mut() {
            let (output, cycles) = device.infer(plan, &input);
            assert_eq!(&output, expected, "{kind}: bits");
            assert_eq!(cycles, *clocks.get_or_insert(cycles), "{kind}: clocks");
            assert_eq!(
                Some(u64::from(cycles)),
                run_cycles(plan, spec, ENTRY_RUN).map(|layers| layers.iter().map(|layer| layer.clocks).sum()),
                "{kind}: planned clocks"
            );
        }
    }
}

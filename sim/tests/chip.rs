//! Whole designs over their real bytes: cycle model, RustHDL and emitted Verilog agree on every bit and every
//! clock, and the bits are the reference's.

mod common;

use common::{Conversation, available, capacity, networks, quad_spec, spec};
use frazil_hdl::flash::FlashSpec;
use frazil_hdl::memory::MemoryStyle;
use frazil_hdl::top::TopSpec;
use frazil_model::graph::Graph;
use frazil_model::plan::{ArrayStyle, ENTRY_RUN, Plan, PlanOptions, plan};
use frazil_model::{reference, zoo};
use frazil_sim::cycle::run_cycles;
use frazil_sim::{DeviceKind, open};
use frazil_wire::Region;
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

/// Programs of which some layers come from the flash, others from memory; the ring holds the same at the end of a run.
#[test]
fn streamed_programs_agree_everywhere() {
    let spec = TopSpec {
        style: ArrayStyle::Line,
        memory_words: 512,
        memory: MemoryStyle::BlockRam,
        flash: Some(FlashSpec { ring_words: 16, offset: 0x12_3456 }),
        ..spec()
    };
    let mut rng = Pcg64::seed_from_u64(13);
    let mut programs = 0;
    while programs < 2 {
        let graph = networks::random(&mut rng);
        let planned = plan(&graph, 0, &capacity(&spec), PlanOptions::default());
        let Some(plan) = planned.ok().filter(|plan| !plan.program.stream.is_empty()) else { continue };
        let streamed = plan.program.layers.iter().filter(|layer| layer.streamed_words > 0).count();
        assert!(programs > 0 || streamed < plan.program.layers.len(), "both kinds");
        let mut devices = devices(&plan, &spec, "streamed");
        devices.iter_mut().for_each(|(kind, device)| probe(*kind, device, &plan));
        agree(&mut devices, &graph, &plan, &spec, 2);
        let mut rings = devices.iter_mut().map(|(_, device)| ring(device, &plan));
        let first = rings.next().expect("a device");
        assert!(first.iter().any(|byte| *byte != 0) && rings.all(|ring| ring == first));
        programs += 1;
    }
}

/// The host sees what the flash holds.
fn probe(kind: DeviceKind, device: &mut Conversation, plan: &Plan) {
    let probe = plan.flash_probe().expect("it streams");
    device.write(Region::Memory, 0, &probe.program);
    device.run(0);
    let word = device.read(Region::Memory, probe.address as u32, probe.expected.len());
    assert_eq!(word, probe.expected, "{kind}");
}

fn ring(device: &mut Conversation, plan: &Plan) -> Vec<u8> {
    let flash = plan.capacity.flash.expect("a flash");
    let lanes = plan.capacity.lanes;
    let address = (plan.capacity.memory_words - flash.ring_words) * lanes;
    device.read(Region::Memory, address as u32, flash.ring_words * lanes)
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

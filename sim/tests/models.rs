//! Whole MLPerf Tiny networks on the emitted Verilog: every output bit is the reference's, every clock the cycle
//! model's.

mod common;

use std::fs;
use std::path::PathBuf;

use common::{Conversation, available, capacity, quad_spec, spec};
use frazil_hdl::flash::FlashSpec;
use frazil_hdl::memory::MemoryStyle;
use frazil_hdl::top::TopSpec;
use frazil_model::import::from_tflite;
use frazil_model::optimise::optimise;
use frazil_model::plan::{ArrayStyle, ENTRY_RUN, PlanOptions, plan};
use frazil_model::reference::Evaluator;
use frazil_sim::cycle::run_cycles;
use frazil_sim::{DeviceKind, open};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

/// Inputs of each network: those that are stored, then noise. The quad array's chip is slow to simulate.
const INPUTS: usize = 10;
const QUAD_INPUTS: usize = 2;

fn data(test: &str) -> Option<PathBuf> {
    let fallback = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data");
    let root: PathBuf = std::env::var_os("FRAZIL_DATA").unwrap_or_else(|| fallback.into()).into();
    if root.is_dir() {
        return Some(root);
    }
    assert!(std::env::var_os("CI").is_none(), "{test}: no data");
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "SKIPPED {test}: no data");
    None
}

/// The array and the memory of the device: those of an iCEBreaker; blocks with as much memory as addresses reach;
/// quads with that of an ULX3S.
#[derive(Clone, Copy, PartialEq)]
enum Device {
    Icebreaker,
    /// With the board's flash.
    Streamed,
    Large,
    Quad,
}

fn device_spec(device: Device) -> TopSpec {
    match device {
        Device::Icebreaker => TopSpec { style: ArrayStyle::Line, ..spec() },
        Device::Streamed => TopSpec {
            style: ArrayStyle::Line,
            flash: Some(FlashSpec { ring_words: 128, offset: 0x10_0000 }),
            ..spec()
        },
        Device::Large => TopSpec { memory_words: 1 << 16, memory: MemoryStyle::BlockRam, ..spec() },
        Device::Quad => TopSpec { memory_words: 20_480, ..quad_spec() },
    }
}

/// Runs a network's inputs and compares; gives its clocks and the bytes that come from the flash in a run.
fn whole(name: &str, file: &str, golden: &str, device: Device, sparse: bool) -> Option<(u64, usize)> {
    let (Some(root), true) = (data(name), available(DeviceKind::Verilator, name)) else { return None };
    let bytes = fs::read(root.join("models_mlperf_tiny").join(file)).unwrap();
    let graph = from_tflite(&bytes, name).unwrap().split_tail().head;
    let spec = device_spec(device);
    let inputs = if device == Device::Quad { QUAD_INPUTS } else { INPUTS };
    let planned = if sparse { optimise(&graph, spec.lanes).unwrap().graph } else { graph.clone() };
    let options = PlanOptions { skip_zeros: sparse };
    let plan = plan(&planned, 0, &capacity(&spec), options).unwrap_or_else(|e| panic!("{name}: {e}"));
    let layers = run_cycles(&plan, &spec, ENTRY_RUN).expect("the program ends");
    let clocks: u64 = layers.iter().map(|layer| layer.clocks).sum();
    let mut device = Conversation::new(open(DeviceKind::Verilator, &plan, &spec).unwrap());
    device.load(&plan);
    let evaluator = Evaluator::new(&graph).unwrap();
    let length = graph.tensors[graph.input].shape.len();
    let stored = fs::read(root.join("golden").join(golden).join("inputs.bin")).unwrap();
    let mut rng = Pcg64::seed_from_u64(1);
    let noise = std::iter::repeat_with(|| (0..length).map(|_| rng.random()).collect::<Vec<u8>>());
    for input in stored.chunks(length).map(<[u8]>::to_vec).chain(noise).take(inputs) {
        let input: Vec<i8> = input.iter().map(|b| *b as i8).collect();
        let (output, cycles) = device.infer(&plan, &input);
        let expected = evaluator.run(&input).unwrap().swap_remove(graph.outputs[0]).data;
        assert_eq!(output, expected, "{name}");
        assert_eq!(u64::from(cycles), clocks, "{name}");
    }
    let macs: u64 = plan.program.layers.iter().map(|layer| layer.macs).sum();
    let peak = (spec.lanes * spec.datapath.pixels) as u64;
    println!("{name}: {clocks} clocks, {macs} MACs, {:.1} %", 100.0 * macs as f64 / (peak * clocks) as f64);
    Some((clocks, plan.program.stream.len()))
}

#[test]
fn ic01() {
    whole("ic01", "pretrainedResnet_quant.tflite", "ic01_resnet8_int8", Device::Icebreaker, false);
}

#[test]
fn kws01() {
    whole("kws01", "kws_ref_model.tflite", "kws01_dscnn_int8", Device::Icebreaker, false);
}

#[test]
fn vww01_without_its_zeros() {
    whole("vww01 sparse", "vww_96_int8.tflite", "vww01_mobilenetv1_int8", Device::Icebreaker, true);
}

#[test]
fn vww01() {
    whole("vww01", "vww_96_int8.tflite", "vww01_mobilenetv1_int8", Device::Large, false);
}

#[test]
fn ad01() {
    whole("ad01", "ad01_int8.tflite", "ad01_fc_autoenc_int8", Device::Large, false);
}

/// All weights but those of the last layers come from the flash, a byte in two clocks.
#[test]
fn ad01_from_the_flash() {
    let (file, golden) = ("ad01_int8.tflite", "ad01_fc_autoenc_int8");
    let Some((clocks, streamed)) = whole("ad01 streamed", file, golden, Device::Streamed, false) else {
        return;
    };
    assert!(streamed > 150_000, "{streamed} bytes");
    // What is in memory is computed between.
    let bound = 2 * streamed as u64;
    assert!((bound..bound * 108 / 100).contains(&clocks), "{clocks} clocks, at least {bound}");
}

/// What is streamed is computed meanwhile.
#[test]
fn vww01_from_the_flash() {
    let (file, golden) = ("vww_96_int8.tflite", "vww01_mobilenetv1_int8");
    let Some((clocks, streamed)) = whole("vww01 streamed", file, golden, Device::Streamed, false) else {
        return;
    };
    assert!(streamed > 80_000, "{streamed} bytes");
    // 85 % of the multipliers busy.
    assert!(clocks <= 550_900, "{clocks} clocks");
}

#[test]
fn ic01_on_quads() {
    whole("ic01 on quads", "pretrainedResnet_quant.tflite", "ic01_resnet8_int8", Device::Quad, false);
}

#[test]
fn kws01_on_quads() {
    whole("kws01 on quads", "kws_ref_model.tflite", "kws01_dscnn_int8", Device::Quad, false);
}

#[test]
fn ad01_on_quads() {
    whole("ad01 on quads", "ad01_int8.tflite", "ad01_fc_autoenc_int8", Device::Quad, false);
}

#[test]
fn vww01_on_quads() {
    whole("vww01 on quads", "vww_96_int8.tflite", "vww01_mobilenetv1_int8", Device::Quad, false);
}

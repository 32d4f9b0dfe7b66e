mod common;
use common::*;
use frazil_model::plan::{ENTRY_RUN, PlanOptions, interpret, plan};
use frazil_model::reference;
use frazil_sim::{DeviceKind, open};
use frazil_wire::Region;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;
#[test]
fn debug() {
    let spec = quad_spec();
    let seed: u64 = std::env::var("SEED").map_or(12, |s| s.parse().unwrap());
    let count: usize = std::env::var("COUNT").map_or(13, |s| s.parse().unwrap());
    let mut rng = Pcg64::seed_from_u64(seed);
    let mut dev: Option<Conversation> = None;
    for i in 0..count {
        let graph = networks::random(&mut rng);
        let plan = plan(&graph, 0, &capacity(&spec), PlanOptions::default()).unwrap();
        let device =
            dev.get_or_insert_with(|| Conversation::new(open(DeviceKind::Verilator, &plan, &spec).unwrap()));
        device.load(&plan);
        let mut r2 = Pcg64::seed_from_u64(9);
        let input: Vec<i8> = (0..graph.tensors[graph.input].shape.len()).map(|_| r2.random()).collect();
        let tensors = reference::run(&graph, &input).unwrap();
        let (out, cycles) = device.infer(&plan, &input);
        let layers = frazil_sim::cycle::run_cycles(&plan, &spec, ENTRY_RUN).unwrap();
        let sum: u64 = layers.iter().map(|l| l.clocks).sum();
        let bad = out != tensors[graph.output()].data;
        println!(
            "{i}: cycles {cycles} model {sum} bad {bad} {:?}",
            layers.iter().map(|l| (l.clocks, l.products)).collect::<Vec<_>>()
        );
        if bad || std::env::var("VERBOSE").is_ok() {
            let mut mem = interpret::load(&plan);
            let place = plan.program.input().unwrap();
            mem[place.byte_address()..][..place.bytes()].copy_from_slice(&place.pack(&input));
            interpret::run(&plan, &mut mem, plan.program.entry(ENTRY_RUN).unwrap()).unwrap();
            for a in (0..mem.len()).step_by(4096) {
                let got = device.read(Region::Memory, a as u32, 4096);
                for (k, (g, e)) in got.iter().zip(&mem[a..]).enumerate() {
                    if g != e {
                        println!(
                            "  {:#x} word {} byte {}: got {} want {}",
                            a + k,
                            (a + k) / 16,
                            (a + k) % 16,
                            *g as i8,
                            *e as i8
                        );
                    }
                }
            }
            println!("image at word {}, {} words", plan.program.image_address, plan.program.image.len() / 16);
            let at = plan.program.entry(ENTRY_RUN).unwrap() * 16;
            for l in 0..8 {
                let d: Vec<u16> =
                    mem[at + l * 64..][..64].chunks(2).map(|c| u16::from_le_bytes([c[0], c[1]])).collect();
                println!("{d:?}");
                if d[0] != 1 {
                    break;
                }
            }
            for n in &graph.nodes {
                println!("{:?} -> {:?}", graph.tensors[n.inputs[0]].shape, graph.tensors[n.output].shape);
            }
            if bad {
                break;
            }
        }
    }
}
#[test]
fn nets() {
    use frazil_model::import::from_tflite;
    let spec = frazil_hdl::top::TopSpec { memory_words: 20480, ..quad_spec() };
    for file in
        ["pretrainedResnet_quant.tflite", "kws_ref_model.tflite", "vww_96_int8.tflite", "ad01_int8.tflite"]
    {
        let bytes =
            std::fs::read(std::path::Path::new("/work/shared/data/models_mlperf_tiny").join(file)).unwrap();
        let graph = from_tflite(&bytes, file).unwrap().split_tail().head;
        let plan = match plan(&graph, 0, &capacity(&spec), PlanOptions::default()) {
            Ok(p) => p,
            Err(e) => {
                println!("{file}: {e}");
                continue;
            }
        };
        let t = std::time::Instant::now();
        let layers = frazil_sim::cycle::run_cycles(&plan, &spec, ENTRY_RUN).unwrap();
        let clocks: u64 = layers.iter().map(|l| l.clocks).sum();
        let macs: u64 = plan.program.layers.iter().map(|layer| layer.macs).sum();
        println!(
            "{file}: {clocks} clocks, {macs} MACs, {:.1} %, {} layers, {:?}",
            100.0 * macs as f64 / (256 * clocks) as f64,
            layers.len(),
            t.elapsed()
        );
        for (i, l) in layers.iter().enumerate() {
            println!(
                "  {i} {:?} macs% {:.0}",
                l,
                plan.program.layers.get(i).map_or(0.0, |p| p.macs as f64 / 2.56 / l.clocks as f64)
            );
        }
    }
}

//! Frozen layers against their weights, under stalls, frames back to back, with their latency.

use frazil_model::plan::{self, ArrayStyle, Capacity};
use frazil_model::shift_add::ShiftAdd;
use frazil_model::zoo;

use super::cases::{self, Built, CASES};
use super::*;
use crate::stream::{Hardware, Stage};
use crate::testbench::{STALLS, beats, run};

fn built() -> impl Iterator<Item = (usize, Built)> {
    CASES.iter().enumerate().map(|(i, case)| (i, cases::build(case, i as u64)))
}

#[test]
fn conv_gives_every_pixel_after_its_latency() {
    for (i, built) in built() {
        let windows = beats(100, built.layer.datapath.inputs, 5);
        let expected: Vec<_> = windows.iter().map(|window| cases::pixel(&built, window)).collect();
        for stalls in STALLS {
            let stage = FrozenConvStage::new(&built.layer).unwrap();
            let latency = stage.latency();
            let seen = run(Box::new(FrozenConv::of(stage.clone())), stage, &windows, 100, stalls);
            assert_eq!(seen.beats, expected, "case {i}, {stalls:?}");
            if stalls.output == 0 {
                let late = seen.taken.iter().zip(&seen.offered).find(|(t, o)| *t + latency != **o);
                assert_eq!(late, None, "case {i}: {latency} clocks");
            }
        }
    }
}

#[test]
fn latency_follows_from_the_depth() {
    let mut built = cases::build(&CASES[0], 0);
    // One product by a power of two, no offset, no limit within reach: wires and one register.
    let mut weights = vec![vec![0; 9]; 8];
    (0..8).for_each(|c| weights[c][c] = 1);
    built.layer.datapath = ShiftAdd::from_matrix(&weights, &[0; 8], (-128, 127));
    built.layer.requant.iter_mut().for_each(|r| (r.m, r.b, r.s, r.lo, r.hi) = (1, 0, 0, -128, 127));
    assert_eq!(FrozenConvStage::new(&built.layer).unwrap().latency(), 1);
    // The graph's levels, the offset's and the limits': a register behind every three.
    built.layer.datapath = ShiftAdd::from_matrix(&vec![vec![1; 9]; 8], &[0; 8], (-128, 127));
    built.layer.requant.iter_mut().for_each(|r| (r.m, r.b, r.s) = (1, 1, 0));
    let levels = built.layer.datapath.cost().depth + 2;
    assert_eq!(FrozenConvStage::new(&built.layer).unwrap().latency(), levels.div_ceil(3) as usize);
}

#[test]
fn layers_equal_their_definition() {
    for (i, built) in built() {
        let frame = built.layer.input.h * built.layer.input.w;
        let pixels = beats(2 * frame, built.layer.input.c, 9);
        let mut expected = cases::evaluate(&built, &pixels[..frame]);
        expected.extend(cases::evaluate(&built, &pixels[frame..]));
        for stalls in STALLS {
            let model = model_of(&built.layer);
            let seen =
                run(Box::new(Layer::new(&built.layer).unwrap()), model, &pixels, expected.len(), stalls);
            assert_eq!(seen.beats, expected, "case {i}, {stalls:?}");
        }
    }
}

/// The stages of a layer alone, without the byte converters.
fn model_of(layer: &frazil_model::plan::FrozenLayer) -> crate::stream::Chain {
    let stages = layer::Stages::of(layer).unwrap();
    let chain = crate::stream::Chain::new(stages.window).then(stages.conv);
    match stages.pool {
        Some(pool) => chain.then(pool),
        None => chain,
    }
}

/// Bytes of a tensor, one a beat.
fn bytes(pixels: &[Vec<i8>]) -> Vec<Vec<i8>> {
    pixels.concat().into_iter().map(|byte| vec![byte]).collect()
}

/// Three layers that fit each other.
fn three() -> Vec<Built> {
    let base = CASES[0];
    let first = cases::Case { input: (12, 10, 1), channels: 4, pool: None, same: true, ..base };
    let second =
        cases::Case { input: (12, 10, 4), channels: 3, stride: (2, 2), pool: Some(2), weight: 31, ..base };
    let third = cases::Case { input: (3, 2, 3), channels: 2, pool: None, weight: 5, ..base };
    [first, second, third].iter().enumerate().map(|(i, case)| cases::build(case, 40 + i as u64)).collect()
}

#[test]
fn front_ends_chain_layers() {
    for count in 0..=3 {
        let built = &three()[..count];
        let layers: Vec<_> = built.iter().map(|b| b.layer.clone()).collect();
        let pixels = beats(120, 1, 11);
        let mut expected = pixels.clone();
        for b in built {
            expected = cases::evaluate(b, &expected);
        }
        let two = |once: &[Vec<i8>]| [once, once].concat();
        for stalls in STALLS {
            let block = Box::new(FrozenFront::new(&layers).unwrap());
            let model = FrontModel::new(&layers).unwrap();
            let expected = two(&bytes(&expected));
            let seen = run(block, model, &two(&pixels), expected.len(), stalls);
            assert_eq!(seen.beats, expected, "{count} layers, {stalls:?}");
        }
    }
}

#[test]
fn a_reset_front_starts_over() {
    let layers: Vec<_> = three().iter().map(|b| b.layer.clone()).collect();
    let mut model = FrontModel::new(&layers).unwrap();
    let trace = |model: &mut FrontModel| -> Vec<(bool, Vec<i8>)> {
        let mut clock = |byte: i8| {
            model.clock(Some(&[byte]), true);
            (model.valid(), model.data().to_vec())
        };
        (0..100).map(&mut clock).collect()
    };
    let first = trace(&mut model);
    assert_ne!(trace(&mut model), first);
    model.reset();
    assert_eq!(trace(&mut model), first);
}

#[test]
fn a_frame_takes_the_same_clocks_whatever_came_before() {
    let layers: Vec<_> = three().iter().map(|b| b.layer.clone()).collect();
    let mut model = FrontModel::new(&layers).unwrap();
    let mut clocks = |idle: usize| {
        (0..idle).for_each(|_| model.clock(None, true));
        let (mut sent, mut seen, mut clocks) = (0, 0, 0);
        while seen < 12 {
            let offered = (sent < 120).then_some(&[3][..]);
            sent += usize::from(offered.is_some() && model.ready(true));
            seen += usize::from(model.valid());
            model.clock(offered, true);
            clocks += 1;
        }
        clocks
    };
    let first = clocks(0);
    assert!([1, 7, 100, 1000].iter().all(|idle| clocks(*idle) == first));
}

#[test]
fn idle_stages_do_not_toggle() {
    let built = cases::build(&CASES[0], 0);
    let stages = layer::Stages::of(&built.layer).unwrap();
    let (mut window, mut conv, mut pool) = (stages.window, stages.conv, stages.pool.unwrap());
    let state = |w: &_, c: &_, p: &_| -> String {
        let (w, c, p): (&crate::stream::WindowStage, &FrozenConvStage, &crate::stream::AveragePoolStage) =
            (w, c, p);
        format!("{w:?}{c:?}{p:?}")
    };
    let mut clock = |offered: Option<&[i8]>| {
        let (conv_ready, pool_ready) = (conv.ready(pool.ready(true)), pool.ready(true));
        pool.clock(conv.output(), true);
        conv.clock(window.output(), pool_ready);
        window.clock(offered, conv_ready);
        state(&window, &conv, &pool)
    };
    beats(100, 1, 1).iter().for_each(|pixel| drop(clock(Some(pixel))));
    let rested = (0..100).map(|_| clock(None)).last();
    assert!((0..100).all(|_| Some(clock(None)) == rested));
}

#[test]
fn the_trackers_front_end_equals_the_interpreter() {
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
    for graph in [zoo::oriented(), zoo::tiny()] {
        let layers = plan::plan(&graph, 1, &capacity, plan::PlanOptions::default()).unwrap().frozen;
        let input = layers[0].input;
        let frame = beats(1, input.h * input.w * input.c, 21).remove(0);
        let expected = bytes(&[plan::interpret::frozen(&layers, &frame)]);
        let block = Box::new(FrozenFront::new(&layers).unwrap());
        let seen = run(block, FrontModel::new(&layers).unwrap(), &bytes(&[frame]), expected.len(), STALLS[1]);
        assert_eq!(seen.beats, expected, "{}", graph.name);
    }
}

#[test]
fn impossible_layers_are_refused() {
    let good = cases::build(&CASES[4], 1).layer;
    let refused = |change: fn(&mut frazil_model::plan::FrozenLayer)| {
        let mut layer = good.clone();
        change(&mut layer);
        FrozenFront::new(std::slice::from_ref(&layer)).err().map(|e| e.cause)
    };
    assert_eq!(refused(|_| {}), None);
    assert_eq!(refused(|l| l.digit_bits = 1), Some(FrozenCause::DigitBits(1)));
    assert!(matches!(refused(|l| l.conv_output.h = 3), Some(FrozenCause::Size { .. })));
    assert!(matches!(refused(|l| l.output.w = 9), Some(FrozenCause::Size { .. })));
    assert!(matches!(refused(|l| l.kernel = (3, 4)), Some(FrozenCause::Size { .. })));
    assert!(matches!(refused(|l| l.stride = (4, 1)), Some(FrozenCause::Stream(_))));
    assert!(matches!(refused(|l| l.requant.truncate(1)), Some(FrozenCause::Size { .. })));
    assert!(matches!(refused(|l| l.requant[0].m = -1), Some(FrozenCause::Requantiser { channel: 0 })));
    assert!(matches!(refused(|l| l.requant[1].m = i64::MAX), Some(FrozenCause::Requantiser { channel: 1 })));
    assert!(matches!(refused(|l| l.requant[1].s = 64), Some(FrozenCause::Requantiser { channel: 1 })));
    assert!(matches!(
        refused(|l| (l.requant[1].lo, l.requant[1].hi) = (5, 4)),
        Some(FrozenCause::Requantiser { channel: 1 })
    ));
    assert!(matches!(refused(|l| l.datapath.input_range = (0, 255)), Some(FrozenCause::Activations(0, 255))));
    assert!(matches!(refused(|l| l.datapath.nodes[0].hi = 1), Some(FrozenCause::Datapath(_))));
    assert!(matches!(
        refused(|l| l.pool = Some(frazil_model::plan::AveragePool { size: 3 })),
        Some(FrozenCause::Stream(_))
    ));
    let pair = [good.clone(), good.clone()];
    assert!(matches!(FrontModel::new(&pair).err().map(|e| e.cause), Some(FrozenCause::Size { .. })));
}

#[test]
fn text_depends_on_the_layer_alone() {
    let texts: Vec<String> =
        built().map(|(_, built)| FrozenConvStage::new(&built.layer).unwrap().verilog()).collect();
    let again: Vec<String> =
        built().map(|(_, built)| FrozenConvStage::new(&built.layer).unwrap().verilog()).collect();
    assert_eq!(texts, again);
    assert!(texts.windows(2).all(|pair| pair[0] != pair[1]));
}

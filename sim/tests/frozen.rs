//! Frozen layers in RustHDL against their emitted Verilog, under random stalls.

#[path = "../../hdl/src/frozen/cases.rs"]
#[allow(dead_code)]
mod cases;
mod streams;

use cases::{CASES, Case};
use frazil_hdl::frozen::{FrozenConv, FrozenConvStage, FrozenFront};
use frazil_model::plan::FrozenLayer;
use frazil_sim::replay::Recorder;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;
use streams::{Bank, byte, replay};

#[test]
fn conv() {
    let layers = CASES.iter().enumerate().map(|(i, case)| cases::build(case, i as u64).layer);
    let stages = layers.map(|layer| FrozenConvStage::new(&layer).unwrap());
    Bank::of(stages.map(FrozenConv::of)).agrees("frozen conv", 3000);
}

fn front(name: &str, layers: &[FrozenLayer]) {
    let mut rng = Pcg64::seed_from_u64(5);
    let mut recorder = Recorder::new(Box::new(FrozenFront::new(layers).unwrap()), |b| &mut b.clock).unwrap();
    let (mut taken, mut left) = (true, 0);
    for cycle in 0..4000 {
        let stalls = [(0.0, 0.0), (0.5, 0.0), (0.0, 0.5), (0.7, 0.7)][cycle / 200 % 4];
        let moved = recorder.cycle(
            |b| {
                if taken || !b.x_valid.val() {
                    b.x.next = u64::from(byte(&mut rng) as u8).into();
                    b.x_valid.next = !rng.random_bool(stalls.0);
                }
                b.y_ready.next = !rng.random_bool(stalls.1);
            },
            |b| (b.x_valid.val() && b.x_ready.val(), b.y_valid.val() && b.y_ready.val()),
        );
        let (x, y) = moved.unwrap();
        taken = x;
        left += usize::from(y);
    }
    assert!(left > 50, "{name}: {left} bytes");
    replay(name, &recorder);
}

/// Layers that fit each other: no pool, a stride and a pool, one channel to the next.
fn layers(count: usize) -> Vec<FrozenLayer> {
    let base = CASES[0];
    let first = Case { input: (12, 10, 1), channels: 4, pool: None, ..base };
    let second = Case { input: (12, 10, 4), channels: 3, stride: (2, 2), pool: Some(2), weight: 31, ..base };
    let third = Case { input: (3, 2, 3), channels: 2, pool: None, weight: 5, ..base };
    let built = [first, second, third].into_iter().enumerate();
    built.take(count).map(|(i, case)| cases::build(&case, 40 + i as u64).layer).collect()
}

#[test]
fn front_without_layers() {
    front("front end without layers", &layers(0));
}

#[test]
fn front_with_a_pool() {
    front("front end with a pool", &[cases::build(&CASES[0], 0).layer]);
}

#[test]
fn front_of_three_layers() {
    front("front end of three layers", &layers(3));
}

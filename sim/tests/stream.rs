//! The stream blocks in RustHDL against their emitted Verilog, all shapes at once, under random stalls.

#[path = "../../hdl/src/frozen/cases.rs"]
#[allow(dead_code)]
mod cases;
mod streams;

use cases::CASES;
use frazil_hdl::stream::{
    AveragePool, AveragePoolStage, Pack, PackStage, Skid, SkidStage, Unpack, UnpackStage, Window,
    WindowShape, WindowStage,
};
use frazil_model::plan::Shape;
use streams::Bank;

#[test]
fn pack() {
    let stages = [1, 2, 3, 8, 16].map(|channels| PackStage::new(channels).unwrap());
    Bank::of(stages.map(Pack::of)).agrees("pack", 3000);
}

#[test]
fn skid() {
    Bank::of([Skid::of(SkidStage::default())]).agrees("skid", 3000);
}

#[test]
fn unpack() {
    let stages = [1, 2, 3, 8, 16].map(|channels| UnpackStage::new(channels).unwrap());
    Bank::of(stages.map(Unpack::of)).agrees("unpack", 3000);
}

#[test]
fn window() {
    let layers = CASES.iter().map(|case| cases::build(case, 1).layer);
    let stages = layers.map(|layer| WindowStage::new(WindowShape::of(&layer).unwrap()));
    Bank::of(stages.map(Window::of)).agrees("window", 3000);
}

#[test]
fn average_pool() {
    let shapes = [
        (4, 4, 1, 2),
        (5, 7, 3, 2),
        (8, 4, 2, 4),
        (9, 13, 16, 4),
        (8, 8, 1, 8),
        (17, 20, 2, 8),
        (6, 2, 2, 2),
    ];
    let stages = shapes.map(|(h, w, c, size)| AveragePoolStage::new(Shape { h, w, c }, size).unwrap());
    Bank::of(stages.map(AveragePool::of)).agrees("average pool", 6000);
}

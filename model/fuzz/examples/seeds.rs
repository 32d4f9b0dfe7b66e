//! Writes the first files of the corpora: models by hand, and the smallest built-in network.

#[allow(dead_code, reason = "tests use the rest")]
#[path = "../../src/import/flatbuffer/builder.rs"]
pub mod builder;

mod import {
    pub mod flatbuffer {
        pub use crate::builder;
    }
}

#[allow(dead_code, reason = "tests use the rest")]
#[path = "../../src/import/tflite/tests/sample.rs"]
mod sample;

use std::fs;
use std::path::Path;

use frazil_model::zoo;

fn main() -> std::io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let models = [
        ("convolution", sample::one_convolution()),
        ("tensors", sample::only_tensors(&sample::tensors())),
        ("softmax", sample::model(sample::code(25), sample::subgraph(&sample::tensors(), &[]))),
    ];
    fs::create_dir_all(root.join("tflite"))?;
    for (name, model) in models {
        fs::write(root.join("tflite").join(name), sample::tflite(&model))?;
    }
    fs::create_dir_all(root.join("graph"))?;
    let tiny = zoo::tiny().to_json().map_err(std::io::Error::other)?;
    fs::write(root.join("graph/tiny"), tiny)
}

//! Networks that come with the crate.

mod oriented;
mod tiny;

pub use oriented::{
    CORRELATION, FEATURES, GRADIENTS, OrientedConfig, PATCH, RESPONSES, filters, oriented, oriented_with,
};
pub use tiny::tiny;

use crate::graph::{Graph, Precision, Quant, Shape, TensorInfo};

/// A built-in network by name: `oriented` or `tiny`.
pub fn by_name(name: &str) -> Option<Graph> {
    match name {
        "oriented" => Some(oriented()),
        "tiny" => Some(tiny()),
        _ => None,
    }
}

fn tensor(name: &str, shape: Shape, scale: f32, zero_point: i32) -> TensorInfo {
    TensorInfo { name: name.into(), shape, quant: Quant { scale, zero_point }, precision: Precision::Int8 }
}

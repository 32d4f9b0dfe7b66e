//! TFLite files as plain values: [`read`].
//!
//! Everything that a file says about a network of the supported operators is here, as it says it; of other
//! operators the name. What it means, and whether it is supported, is decided when it is lowered to a graph.

mod budget;
mod decode;
mod decode_options;
mod decode_tensor;
mod error;
mod model;
mod names;
mod opcode;
mod options;
mod schema;
#[cfg(test)]
mod tests;

pub use decode::read;
pub use error::{Place, ReadError, ReadProblem};
pub use model::{ElementType, Model, Operator, Quantization, Subgraph, Tensor};
pub use opcode::OpCode;
pub use options::{
    Conv2dOptions, DepthwiseConv2dOptions, FullyConnectedOptions, FusedActivation, Options, Padding,
    Pool2dOptions, WeightsFormat,
};

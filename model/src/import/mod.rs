//! Networks from the files of others.
//!
//! Files are hostile: no offset, shape or count in them is trusted, and the memory that reading takes is bounded
//! by their size.

pub mod flatbuffer;
mod lower;
mod onnx;
pub mod tflite;

pub use lower::{ImportError, Problem, Unfolded, tflite as from_tflite};
pub use onnx::from_onnx;

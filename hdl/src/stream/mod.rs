//! Handshake streams of pixels, and the blocks that shape them.
//!
//! A stream is a valid/ready handshake: a beat moves in each clock in which both are high. One beat is one pixel,
//! its channels in the low bytes of a bus as wide as the largest pixel; unused bytes are 0 and synthesis removes
//! them. Widths are capacity, structure is data: the blocks are configured at run time from a plan.
//!
//! In every block `y` and `y_valid` are registers and `x_ready` is combinational from the block's state and, but for
//! [`Skid`], from `y_ready`, never from `x_valid`. So stages chain without bubbles, and any pattern of stalls gives the same bits.
//!
//! A block's behaviour is one plain Rust struct, a [`Stage`]; the RustHDL module [`Streamed`] runs it at each
//! clock edge and so does the cycle model, and its Verilog is printed from the same configuration.

mod chain;
mod error;
mod pack;
mod pool;
mod pool_text;
mod skid;
mod streamed;
#[cfg(test)]
mod tests;
mod text;
mod window;
mod window_shape;
mod window_text;

pub use chain::Chain;
pub use error::StreamError;
pub(crate) use error::channels as check_channels;
pub use pack::{Pack, PackStage, Unpack, UnpackStage};
pub use pool::{AveragePool, AveragePoolStage};
pub use skid::{Skid, SkidStage};
pub use streamed::{Hardware, Streamed};
pub use window::{Window, WindowStage};
pub use window_shape::WindowShape;

/// Channels of the largest pixel: bytes of a pixel beat.
pub const PIXEL: usize = 16;
/// Bytes of the largest window beat.
pub const WINDOW: usize = 144;
/// Largest number of rows or columns of an image, padding included.
pub const MAX_EXTENT: usize = 2048;

/// One registered step of a stream: what a block does, free of RustHDL types.
///
/// In each clock, first [`Stage::ready`] and [`Stage::output`] are read, then [`Stage::clock`] is called once.
pub trait Stage {
    /// Whether a beat offered in this clock is taken, given whether the beat at the output is.
    fn ready(&self, down_ready: bool) -> bool;

    /// Whether the output registers hold a beat.
    fn valid(&self) -> bool;

    /// The output registers; meaningful only when [`Stage::valid`], but equal to the hardware's in any case.
    fn data(&self) -> &[i8];

    /// One rising clock edge. `offered` is the beat at the input, taken if [`Stage::ready`].
    fn clock(&mut self, offered: Option<&[i8]>, down_ready: bool);

    /// Back to the state after power-up.
    fn reset(&mut self);

    /// The beat at the output.
    fn output(&self) -> Option<&[i8]> {
        self.valid().then(|| self.data())
    }
}

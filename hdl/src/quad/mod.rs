//! The quad array's memories: sixteen pixels by sixteen lanes, four words a clock.

mod fifo;
mod memory;

pub use fifo::QuadFifo;
pub use memory::QuadMemory;

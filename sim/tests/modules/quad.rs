//! The quad array's datapath, memory and FIFO: words against the reference, in their clocks.

mod datapath;
mod fifo;
mod memory;

//! Behaviour of the link's kernels, stepped directly.

mod device;
mod frames;
mod parts;
mod uart;

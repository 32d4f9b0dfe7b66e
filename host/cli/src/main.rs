//! The `frazil` command line.

mod clip;
mod frames;
mod output;
mod pipeline;
mod report;

fn main() {}

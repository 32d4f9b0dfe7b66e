//! The chip without its pins: memories, front end, MAC array, sequencer and registers behind the link's bus.

mod feeder;
mod registers;
mod sequencer;
mod whole;

pub use feeder::Feeder;
pub use registers::{Identity, Registers};
pub use sequencer::Sequencer;
pub use whole::{Chip, ChipSpec};

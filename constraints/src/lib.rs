//! Boards as data.
//!
//! A board is one TOML file: its identity, FPGA, capacity, clock, link to the host, lights, USB identity,
//! loader and the fabric that fits. Five files are built in; a user's own file has the same form.
//!
//! ```
//! let board = frazil_boards::Board::load("icebreaker")?;
//! assert_eq!(board.clock.pin, "35");
//! assert_eq!(board.clocks_per_bit(), 8);
//! # Ok::<(), frazil_boards::BoardError>(())
//! ```

mod catalog;
mod check;
mod error;
mod fabric;
mod schema;

pub use error::BoardError;
pub use fabric::{ArrayStyle, Fabric, Memory, Multiplier, Requantiser};
pub use schema::{
    Active, Board, Capacity, Clock, Device, Family, Flash, Led, Link, LinkKind, Loader, Note, PllInput,
    Sites, Usb,
};

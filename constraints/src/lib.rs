//! Boards as data.
//!
//! A board is one TOML file: its identity, FPGA, capacity, clock, link to the host, lights, USB identity,
//! loader and the fabric that fits. Two files are built in; a user's own file has the same form.
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
mod schema;

pub use error::BoardError;
pub use schema::{
    Active, Board, Capacity, Clock, Device, Fabric, Family, Led, Link, LinkKind, Loader, Memory, Multiplier,
    Note, Usb,
};

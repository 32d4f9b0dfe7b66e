//! The protocol between host and device: one source for both ends.
//!
//! The host sends a request frame and the device answers each one with a reply frame; the device never
//! sends unasked. A frame is a ten-byte header, and when its length is not zero a payload and a CRC-16:
//!
//! ```text
//!  byte   0      1     2     3           4..=6          7..=8        9       10..10+len   then 2
//!       magic  kind   seq  region/    address, 24 bit  len, 16 bit  CRC-8    payload      CRC-16
//!                          status     little endian    little end.  of 0..=8              little end.
//! ```
//!
//! The sequence number of a request follows that of the last request answered `Ok`, or repeats it: a number stands
//! for one request, and a repeat is answered like the first copy but changes nothing. A repeated write is checked
//! and not stored, because its bytes are there already and a damaged late copy must not overwrite them; a run that
//! repeats a run is not executed again, so that a program may overwrite its input. [`Kind::Sync`] may have any
//! number, and after power-up nothing else is in order, so that a restart never goes unnoticed.
//!
//! What is wrong first is answered: an unknown kind or region or an impossible length, then the number, then the
//! payload's CRC. Only a write has a payload that is waited for; it is stored as it arrives. A device that runs or
//! answers does not listen, a wrong header gets no answer, and silence in the middle of a frame ends it.
//!
//! The simulated device, the RustHDL link kernel and the host session all take their constants from here.

mod crc;
mod frame;
mod register;
mod transport;

pub use crc::{CRC8_POLY, CRC16_INIT, CRC16_POLY, crc8, crc8_step, crc16, crc16_step};
pub use frame::{
    Decoded, Decoder, HEADER_LEN, Header, Kind, MAGIC_REPLY, MAGIC_REQUEST, MAX_PAYLOAD, Region, Status,
    encode,
};
pub use register::{PROTOCOL_VERSION, REGISTER_BYTES, Register};
pub use transport::Transport;

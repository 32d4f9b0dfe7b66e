//! Finding boards, and sessions with them over any transport.
//!
//! [`Session`] is how everything above the wire talks to a device: it reads and writes the device's memories and
//! runs programs, over any [`frazil_wire::Transport`]. A [`SerialTransport`] is a real board; simulated devices
//! come from elsewhere. [`FaultyTransport`] damages the traffic of another transport for tests, [`Recorder`] and
//! [`Replay`] keep a conversation and repeat it.
//!
//! [`list_devices`] and [`select`] find the serial port of a board, [`flash`] configures its FPGA.

mod discover;
mod error;
mod faulty;
mod flash;
mod recorded;
mod serial;
mod session;

pub use discover::{Access, Found, KnownBoard, Selector, UsbMatch, list_devices, select};
pub use error::{LinkError, StateLoss};
pub use faulty::{FaultCounts, FaultRates, Faults, FaultyTransport};
pub use flash::{FlashStep, flash};
pub use recorded::{Conversation, Direction, Recorder, Replay};
pub use serial::SerialTransport;
pub use session::{DeviceInfo, LinkStats, Session, SessionConfig};

//! The link: serial line, checksums and the frame protocol, as kernels.
//!
//! ```text
//!          ┌─────────┐ byte  ┌────────────────────────────────┐ address, write strobe ┌──────────────┐
//!   rx ───>│ UartRx  │──────>│ Link                           │──────────────────────>│ registers,   │
//!          └─────────┘       │   HeaderRegister (CRC-8)       │<──────────────────────│ memories     │
//!          ┌─────────┐ byte  │   Judge, PayloadCrc (CRC-16)   │ read data             └──────────────┘
//!   tx <───│ UartTx  │<──────│                                │──── run_start, run_entry ──> sequencer
//!          └─────────┘ busy  └────────────────────────────────┘<─── run_busy
//! ```
//!
//! The protocol itself (layout, codes, polynomials) is `frazil_wire`; every constant here comes from there.

mod error;
mod header;
mod judge;
mod kernel;
mod payload_crc;
mod serial;
mod state;
mod uart_rx;
mod uart_tx;
mod xor_map;

#[cfg(test)]
mod bench;
#[cfg(test)]
mod tests;

pub use error::LinkError;
pub use header::HeaderRegister;
pub use judge::Judge;
pub use kernel::{Link, READ_LATENCY};
pub use payload_crc::PayloadCrc;
pub use serial::SerialLink;
pub use state::LinkState;
pub use uart_rx::UartRx;
pub use uart_tx::UartTx;
pub use xor_map::XorMap;

/// Bits of the clock divider of [`UartRx`] and [`UartTx`].
pub const DIVIDER_BITS: usize = 10;
/// Smallest and largest number of clocks a bit of the serial line may take.
pub const CLOCKS_PER_BIT: std::ops::RangeInclusive<u32> = 4..=(1 << DIVIDER_BITS) - 1;
/// Bits of the counter that measures silence on the line.
pub const QUIET_BITS: usize = 20;
/// Smallest and largest silence, in clocks, after which a begun frame is dropped.
pub const IDLE_CLOCKS: std::ops::RangeInclusive<u32> = 2..=(1 << QUIET_BITS) - 1;

/// The silence of `bytes` byte times (ten bits each), for [`Link::new`]; saturates at [`IDLE_CLOCKS`].
pub const fn idle_clocks(clocks_per_bit: u32, bytes: u32) -> u32 {
    let clocks = clocks_per_bit.saturating_mul(10).saturating_mul(bytes);
    let most = *IDLE_CLOCKS.end();
    if clocks > most { most } else { clocks }
}

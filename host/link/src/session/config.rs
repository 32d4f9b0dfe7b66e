//! How patient a session is.

use std::time::Duration;

/// Bits of one byte on a serial line: start, eight data bits, stop.
const BITS_PER_BYTE: u64 = 10;

/// Timeouts and bounds of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionConfig {
    /// Bits a second of the line; bytes on their way are given this much time.
    pub baud: u32,
    /// Waiting beyond the time on the wire: the operating system and the USB adapter.
    pub margin: Duration,
    /// Waiting for a program to end.
    pub run_timeout: Duration,
    /// Silence that ends a partial frame at both ends. Longer than the device's own idle gap and than an adapter
    /// holds back a byte.
    pub idle_gap: Duration,
    /// How often a request is tried in all, at least 1.
    pub attempts: u32,
}

impl Default for SessionConfig {
    /// 3 Mbaud; 250 ms margin; 10 s for a program; 30 ms of silence; 8 attempts.
    fn default() -> Self {
        Self {
            baud: 3_000_000,
            margin: Duration::from_millis(250),
            run_timeout: Duration::from_secs(10),
            idle_gap: Duration::from_millis(30),
            attempts: 8,
        }
    }
}

impl SessionConfig {
    /// Time that these bytes take on the wire.
    pub fn wire_time(&self, bytes: u64) -> Duration {
        let nanoseconds = bytes.saturating_mul(BITS_PER_BYTE * 1_000_000_000) / u64::from(self.baud.max(1));
        Duration::from_nanos(nanoseconds)
    }
}

//! What went over the line.

use std::time::Duration;

use serde::Serialize;

use super::SessionConfig;

/// Counters of a session since it was connected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct LinkStats {
    /// Bytes sent to the device.
    pub bytes_out: u64,
    /// Bytes received from the device.
    pub bytes_in: u64,
    /// Requests that were made; a long transfer is several.
    pub requests: u64,
    /// Requests that were sent again.
    pub retries: u64,
    /// Answers that came after another one to the same request had been taken, or after it was given up.
    pub late_replies: u64,
    /// Answers whose checksum or length was wrong.
    pub damaged_replies: u64,
    /// How often the session synchronised with the device; 1 on an undisturbed line.
    pub synchronisations: u64,
}

impl LinkStats {
    /// Time that all the bytes took on a line of this speed, without waiting.
    pub fn wire_time(&self, config: &SessionConfig) -> Duration {
        config.wire_time(self.bytes_out + self.bytes_in)
    }
}

//! Frames over a transport, with deadlines and counters.

use std::io;
use std::time::{Duration, Instant};

use frazil_wire::{Decoded, Decoder, HEADER_LEN, MAGIC_REPLY, MAX_PAYLOAD, Transport};

use super::LinkStats;

/// Bytes after which a line that never falls silent is given up: far more than an answer and the late ones before
/// it have.
const BABBLE: u64 = 16 * (HEADER_LEN + MAX_PAYLOAD + 2) as u64;

/// A transport and the decoder of its replies.
#[derive(Debug)]
pub(super) struct Line<T> {
    pub transport: T,
    pub stats: LinkStats,
    decoder: Decoder,
    gap: Duration,
}

impl<T: Transport> Line<T> {
    /// A line on which silence of `gap` is an idle gap.
    pub fn new(transport: T, gap: Duration) -> Self {
        Self { transport, stats: LinkStats::default(), decoder: Decoder::new(MAGIC_REPLY), gap }
    }

    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stats.bytes_out += bytes.len() as u64;
        self.transport.write_all(bytes)
    }

    /// The next reply, or `None` when the time is up.
    pub fn reply(&mut self, wait: &mut Wait) -> io::Result<Option<Decoded>> {
        loop {
            if let Some(decoded) = self.decoder.next_frame() {
                return Ok(Some(decoded));
            }
            if wait.is_over() || self.receive(wait)? == 0 {
                return Ok(None);
            }
            // A simulated device may be slower than real time: an answer that has begun is heard to its end.
            wait.extend(self.gap);
        }
    }

    /// Waits for an idle gap, which makes both ends forget a partial frame, and drops what comes until then.
    pub fn settle(&mut self) -> io::Result<()> {
        let mut wait = Wait::new(self.gap);
        loop {
            let n = self.receive(&mut wait)?;
            self.decoder.reset();
            if n == 0 || wait.bytes > BABBLE {
                return Ok(());
            }
            wait.extend(self.gap);
        }
    }

    fn receive(&mut self, wait: &mut Wait) -> io::Result<usize> {
        let mut buffer = [0; 1024];
        let n = self.transport.read(&mut buffer, wait.left())?;
        self.decoder.push(&buffer[..n]);
        self.stats.bytes_in += n as u64;
        wait.bytes += n as u64;
        Ok(n)
    }
}

/// Waiting for an answer.
#[derive(Debug)]
pub(super) struct Wait {
    deadline: Instant,
    /// Bytes that came meanwhile.
    pub bytes: u64,
}

impl Wait {
    pub fn new(time: Duration) -> Self {
        Self { deadline: Instant::now() + time, bytes: 0 }
    }

    /// At least this long from now.
    fn extend(&mut self, time: Duration) {
        self.deadline = self.deadline.max(Instant::now() + time);
    }

    fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    fn is_over(&self) -> bool {
        self.bytes > BABBLE
    }
}

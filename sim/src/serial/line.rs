//! The host's end of a serial line, clock by clock: 8 data bits, no parity, one stop bit.

use std::collections::VecDeque;

/// Sends queued bytes and collects received ones.
#[derive(Debug, Clone)]
pub struct Line {
    clocks_per_bit: u32,
    to_send: VecDeque<u8>,
    /// Bits of the byte being sent, lowest first, and how many are left.
    shift: (u16, u32),
    send_clocks: u32,
    /// Clocks to the next sample, bits sampled, the bits; none when idle.
    sampling: Option<(u32, u32, u8)>,
    received: VecDeque<u8>,
    idle: u32,
}

impl Line {
    /// An idle line.
    pub fn new(clocks_per_bit: u32) -> Self {
        Self {
            clocks_per_bit,
            to_send: VecDeque::new(),
            shift: (0, 0),
            send_clocks: 0,
            sampling: None,
            received: VecDeque::new(),
            idle: 0,
        }
    }

    /// Queues bytes.
    pub fn send(&mut self, bytes: &[u8]) {
        self.to_send.extend(bytes);
    }

    /// Bytes received, oldest first.
    pub fn received(&mut self) -> &mut VecDeque<u8> {
        &mut self.received
    }

    /// Clocks since anything last moved on either wire or a program ran.
    pub fn idle_clocks(&self) -> u32 {
        self.idle
    }

    /// The level for the device's input in the clock that begins.
    pub fn level(&mut self) -> bool {
        if self.shift.1 == 0
            && let Some(byte) = self.to_send.pop_front()
        {
            self.shift = (u16::from(byte) << 1 | 1 << 9, 10);
            self.send_clocks = self.clocks_per_bit;
        }
        self.shift.1 == 0 || self.shift.0 & 1 == 1
    }

    /// The clock has passed with this level at the device's output; `running` says whether a program runs.
    pub fn clock(&mut self, tx: bool, running: bool) {
        let moving = self.shift.1 > 0 || self.sampling.is_some() || !tx || running;
        self.idle = if moving { 0 } else { self.idle.saturating_add(1) };
        if self.shift.1 > 0 {
            self.send_clocks -= 1;
            if self.send_clocks == 0 {
                self.shift = (self.shift.0 >> 1, self.shift.1 - 1);
                self.send_clocks = self.clocks_per_bit;
            }
        }
        self.sample(tx);
    }

    fn sample(&mut self, tx: bool) {
        self.sampling = match self.sampling {
            // The first sample is the middle of bit 0, one and a half bits after the edge.
            None if !tx => Some((self.clocks_per_bit + self.clocks_per_bit / 2 - 1, 0, 0)),
            None => None,
            Some((0, 8, byte)) => {
                if tx {
                    self.received.push_back(byte);
                }
                None
            }
            Some((0, bit, byte)) => Some((self.clocks_per_bit - 1, bit + 1, byte | u8::from(tx) << bit)),
            Some((wait, bit, byte)) => Some((wait - 1, bit, byte)),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_hears_itself() {
        for clocks in [4, 8, 20] {
            let mut line = Line::new(clocks);
            let bytes: Vec<u8> = (0..=255).collect();
            line.send(&bytes);
            for _ in 0..clocks * 10 * 257 {
                let level = line.level();
                line.clock(level, false);
            }
            assert_eq!(line.received().iter().copied().collect::<Vec<u8>>(), bytes);
            assert!(line.idle_clocks() > 0);
        }
    }
}

//! A line that drops, flips, repeats and delays, for tests.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use frazil_wire::Transport;
use rand_pcg::Pcg64;
use rand_pcg::rand_core::{Rng, SeedableRng};

/// Chunks of the past that may turn up again. Far fewer than there are sequence numbers: no line holds a frame
/// back for two hundred others.
const MEMORY: usize = 16;

/// How often one direction of a line fails; probabilities from 0 to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct FaultRates {
    /// A byte is lost.
    pub drop: f64,
    /// One bit of a byte is inverted.
    pub flip: f64,
    /// A byte comes twice.
    pub duplicate: f64,
    /// Before a chunk (what one call writes or reads) one of the last 16 chunks comes again, as it was first sent.
    pub replay: f64,
}

/// How a line fails. The same seed and the same traffic give the same faults.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Faults {
    /// From host to device.
    pub to_device: FaultRates,
    /// From device to host.
    pub to_host: FaultRates,
    /// Seed of the random numbers.
    pub seed: u64,
}

/// How many faults there were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FaultCounts {
    /// Bytes lost.
    pub drops: u64,
    /// Bits inverted.
    pub flips: u64,
    /// Bytes doubled.
    pub duplicates: u64,
    /// Chunks that came again.
    pub replays: u64,
}

/// A transport that damages the traffic of another one.
#[derive(Debug)]
pub struct FaultyTransport<T> {
    inner: T,
    to_device: Channel,
    to_host: Channel,
    /// Bytes for the host that did not fit its buffer.
    pending: VecDeque<u8>,
}

impl<T: Transport> FaultyTransport<T> {
    /// Wraps a transport.
    pub fn new(inner: T, faults: Faults) -> Self {
        Self {
            inner,
            to_device: Channel::new(faults.to_device, faults.seed),
            to_host: Channel::new(faults.to_host, !faults.seed),
            pending: VecDeque::new(),
        }
    }

    /// Faults so far, both directions together.
    pub fn counts(&self) -> FaultCounts {
        let (a, b) = (self.to_device.counts, self.to_host.counts);
        FaultCounts {
            drops: a.drops + b.drops,
            flips: a.flips + b.flips,
            duplicates: a.duplicates + b.duplicates,
            replays: a.replays + b.replays,
        }
    }

    /// The transport below.
    pub fn inner(&self) -> &T {
        &self.inner
    }

    /// The transport below, to change it.
    pub fn inner_mut(&mut self) -> &mut T {
        &mut self.inner
    }
}

impl<T: Transport> Transport for FaultyTransport<T> {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Some(old) = self.to_device.replay() {
            self.inner.write_all(&old)?;
        }
        let damaged = self.to_device.pass(bytes);
        self.inner.write_all(&damaged)
    }

    fn read(&mut self, buffer: &mut [u8], timeout: Duration) -> io::Result<usize> {
        // A chunk that is lost entirely is not a silence of the device.
        while self.pending.is_empty() {
            let n = self.inner.read(buffer, timeout)?;
            if n == 0 {
                return Ok(0);
            }
            self.pending.extend(self.to_host.replay().unwrap_or_default());
            self.pending.extend(self.to_host.pass(&buffer[..n]));
        }
        let n = buffer.len().min(self.pending.len());
        buffer.iter_mut().zip(self.pending.drain(..n)).for_each(|(to, from)| *to = from);
        Ok(n)
    }
}

/// One direction.
#[derive(Debug)]
struct Channel {
    rates: FaultRates,
    random: Pcg64,
    past: VecDeque<Vec<u8>>,
    counts: FaultCounts,
}

impl Channel {
    fn new(rates: FaultRates, seed: u64) -> Self {
        let random = Pcg64::seed_from_u64(seed);
        Self { rates, random, past: VecDeque::new(), counts: FaultCounts::default() }
    }

    fn happens(&mut self, probability: f64) -> bool {
        // 53 random bits are a number from 0 to 1 that f64 holds exactly.
        let number = (self.random.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
        number < probability
    }

    fn replay(&mut self) -> Option<Vec<u8>> {
        if self.past.is_empty() || !self.happens(self.rates.replay) {
            return None;
        }
        self.counts.replays += 1;
        let index = self.random.next_u64() % self.past.len() as u64;
        self.past.get(index as usize).cloned()
    }

    /// What becomes of a chunk.
    fn pass(&mut self, bytes: &[u8]) -> Vec<u8> {
        if self.past.len() == MEMORY {
            self.past.pop_front();
        }
        self.past.push_back(bytes.to_vec());
        let mut damaged = Vec::with_capacity(bytes.len() + 8);
        for byte in bytes {
            self.pass_byte(*byte, &mut damaged);
        }
        damaged
    }

    fn pass_byte(&mut self, mut byte: u8, damaged: &mut Vec<u8>) {
        if self.happens(self.rates.drop) {
            self.counts.drops += 1;
            return;
        }
        if self.happens(self.rates.flip) {
            self.counts.flips += 1;
            byte ^= 1 << (self.random.next_u64() % 8);
        }
        damaged.push(byte);
        if self.happens(self.rates.duplicate) {
            self.counts.duplicates += 1;
            damaged.push(byte);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives back what it is sent.
    struct Echo(VecDeque<u8>);

    impl Transport for Echo {
        fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
            self.0.extend(bytes);
            Ok(())
        }

        fn read(&mut self, buffer: &mut [u8], _: Duration) -> io::Result<usize> {
            let n = buffer.len().min(self.0.len());
            buffer.iter_mut().zip(self.0.drain(..n)).for_each(|(to, from)| *to = from);
            Ok(n)
        }
    }

    fn through(faults: Faults, chunks: usize) -> (Vec<u8>, FaultCounts) {
        let mut line = FaultyTransport::new(Echo(VecDeque::new()), faults);
        let mut received = Vec::new();
        let mut buffer = [0; 64];
        for i in 0..chunks {
            line.write_all(&[i as u8; 100]).unwrap();
        }
        loop {
            match line.read(&mut buffer, Duration::ZERO).unwrap() {
                0 => return (received, line.counts()),
                n => received.extend_from_slice(&buffer[..n]),
            }
        }
    }

    #[test]
    fn a_line_without_faults_changes_nothing() {
        let (bytes, counts) = through(Faults::default(), 3);
        assert_eq!(bytes, [[0; 100], [1; 100], [2; 100]].concat());
        assert_eq!(counts, FaultCounts::default());
    }

    #[test]
    fn each_fault_happens_about_as_often_as_asked() {
        let rate = 0.01;
        let rates = FaultRates { drop: rate, flip: rate, duplicate: rate, replay: 0.0 };
        let (bytes, c) = through(Faults { to_device: rates, ..Faults::default() }, 1000);
        for count in [c.drops, c.flips, c.duplicates] {
            assert!((900..1100).contains(&count), "{c:?}");
        }
        assert_eq!(bytes.len() as u64, 100_000 - c.drops + c.duplicates);
    }

    #[test]
    fn old_chunks_come_again_whole() {
        let rates = FaultRates { replay: 0.5, ..FaultRates::default() };
        let (bytes, counts) = through(Faults { to_device: rates, ..Faults::default() }, 200);
        assert!((70..130).contains(&counts.replays));
        assert_eq!(bytes.len() as u64, 100 * (200 + counts.replays));
        assert!(bytes.chunks(100).all(|chunk| chunk.iter().all(|b| *b == chunk[0])));
    }

    #[test]
    fn the_same_seed_gives_the_same_faults() {
        let rates = FaultRates { drop: 0.1, flip: 0.1, duplicate: 0.1, replay: 0.1 };
        let faults = |seed| Faults { to_device: rates, to_host: rates, seed };
        assert_eq!(through(faults(1), 50), through(faults(1), 50));
        assert_ne!(through(faults(1), 50).0, through(faults(2), 50).0);
    }
}

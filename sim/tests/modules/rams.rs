//! The array's memories: one clock of latency, ports of different widths, byte masks.

use frazil_hdl::memory::{EntryRam, MainMemory, MemoryStyle, ParameterRam, SPRAM_WORDS, WordRam};
use frazil_hdl::num::Bus;
use frazil_sim::replay::Recorder;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

use super::{CYCLES, byte, replay};

/// Stimulus of a clock of a two-port memory: the address and word written, if any, and the address read.
struct Access<const N: usize> {
    write: Option<(u64, [i8; N])>,
    /// What a clock without a write offers, which must not matter.
    idle: (u64, [i8; N]),
    read: u64,
}

impl<const N: usize> Access<N> {
    fn random(rng: &mut Pcg64, words: u64, reads: u64) -> Self {
        let word = std::array::from_fn(|_| byte(rng));
        let write = (rng.random_range(0..words), word);
        let read = rng.random_range(0..reads);
        // Never the word that is being read.
        let free = write.0 != read / (reads / words);
        Self { write: (rng.random() && free).then_some(write), idle: write, read }
    }
}

/// Drives a memory that has these four ports.
macro_rules! drive {
    ($access:expr) => {
        |b| {
            let (address, word) = $access.write.unwrap_or($access.idle);
            b.wr_addr.next = address.into();
            b.wr_data.next = Bus(word);
            b.wr_en.next = $access.write.is_some();
            b.rd_addr.next = $access.read.into();
        }
    };
}

fn words<const N: usize>(name: &str, depth: usize) {
    let mut rng = Pcg64::seed_from_u64(11);
    let mut recorder = Recorder::new(Box::new(WordRam::<N>::new(depth)), |b| &mut b.clock).unwrap();
    let mut mirror = [[0i8; N]; 16];
    let mut expected = [0; N];
    for _ in 0..CYCLES {
        let access = Access::<N>::random(&mut rng, 16, 16);
        let seen = recorder.cycle(drive!(access), |b| b.rd_data.val().0).unwrap();
        assert_eq!(seen, expected, "{name}");
        expected = mirror[access.read as usize];
        access.write.iter().for_each(|(at, word)| mirror[*at as usize] = *word);
    }
    replay(name, &recorder);
}

fn parameters<const N: usize>(name: &str) {
    const SLOTS: usize = 2;
    let mut rng = Pcg64::seed_from_u64(12);
    let mut recorder = Recorder::new(Box::new(ParameterRam::<N>::new(SLOTS)), |b| &mut b.clock).unwrap();
    let mut mirror = [0i8; SLOTS * 16 * 8];
    let mut expected = [0i8; 8];
    for _ in 0..CYCLES {
        let mut access = Access::<N>::random(&mut rng, 8 * SLOTS as u64, (N * SLOTS) as u64);
        let channel = access.read as usize;
        access.read = (channel / N * 16 + channel % N) as u64;
        let seen = recorder.cycle(drive!(access), |b| b.rd_data.val().0).unwrap();
        assert_eq!(seen, expected, "{name}");
        expected.copy_from_slice(&mirror[8 * channel..][..8]);
        access.write.iter().for_each(|(at, word)| mirror[*at as usize * N..][..N].copy_from_slice(word));
    }
    replay(name, &recorder);
}

fn entries<const N: usize>(name: &str, entries: usize) {
    let mut rng = Pcg64::seed_from_u64(13);
    let mut recorder = Recorder::new(Box::new(EntryRam::<N>::new(entries)), |b| &mut b.clock).unwrap();
    let mut mirror = [0u64; 16];
    let mut expected = 0;
    let (x, y) = if N == 16 { (5, 5) } else { (3, 4) };
    for _ in 0..CYCLES {
        let access = Access::<N>::random(&mut rng, 8, 16);
        let fields = |b: &EntryRam<N>| {
            let (mask, offset) = (b.mask.val().to_u64(), b.offset.val().to_u64());
            mask | offset << N | b.dx.val().to_u64() << (N + 16) | b.dy.val().to_u64() << (N + 16 + x)
        };
        let seen = recorder.cycle(drive!(access), fields).unwrap();
        assert_eq!(seen, expected & ((1 << (N + 16 + x + y)) - 1), "{name}");
        expected = mirror[access.read as usize];
        if let Some((at, word)) = access.write {
            let entry = |half: &[i8]| half.iter().rev().fold(0, |bits, b| bits << 8 | u64::from(*b as u8));
            mirror[2 * at as usize] = entry(&word[..N / 2]);
            mirror[2 * at as usize + 1] = entry(&word[N / 2..]);
        }
    }
    replay(name, &recorder);
}

fn main_memory<const N: usize>(name: &str, depth: usize, style: MemoryStyle) {
    let mut rng = Pcg64::seed_from_u64(14);
    let mut recorder = Recorder::new(Box::new(MainMemory::<N>::new(depth, style)), |b| &mut b.clock).unwrap();
    // Words around both ends.
    let address = |i: usize| (i + depth - 8) % depth;
    let mut mirror = [[0i8; N]; 16];
    let mut expected = [0; N];
    for _ in 0..CYCLES {
        let (at, word): (usize, [i8; N]) = (rng.random_range(0..16), std::array::from_fn(|_| byte(&mut rng)));
        let mask = if rng.random() { 0 } else { rng.random_range(0..1u64 << N) };
        let seen = recorder
            .cycle(
                |b| {
                    b.addr.next = (address(at) as u64).into();
                    b.wr_data.next = Bus(word);
                    b.wr_mask.next = mask.into();
                },
                |b| b.rd_data.val().0,
            )
            .unwrap();
        assert_eq!(seen, expected, "{name}");
        if mask == 0 {
            expected = mirror[at];
        }
        (0..N).filter(|i| mask >> i & 1 == 1).for_each(|i| mirror[at][i] = word[i]);
    }
    replay(name, &recorder);
}

#[test]
fn words_are_written_whole() {
    words::<8>("word memory, 8 bytes", 1024);
    words::<16>("word memory, 16 bytes", 16);
}

#[test]
fn parameters_are_read_by_channel() {
    parameters::<8>("parameter memory, 8 bytes");
    parameters::<16>("parameter memory, 16 bytes");
}

#[test]
fn entries_are_read_as_fields() {
    entries::<8>("entry memory, 8 bytes", 512);
    entries::<16>("entry memory, 16 bytes", 16);
}

#[test]
fn main_memory_writes_any_bytes() {
    main_memory::<8>("main memory, SPRAM", SPRAM_WORDS, MemoryStyle::Spram);
    main_memory::<16>("main memory, block RAM", 1024, MemoryStyle::BlockRam);
    main_memory::<8>("main memory, block RAM, odd depth", 1536, MemoryStyle::BlockRam);
}

//! Memories: one clock of latency, byte writes.

use frazil_hdl::memory::{Memory, MemoryStyle};
use frazil_sim::replay::Recorder;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

use super::{CYCLES, byte, replay};

fn memory<const B: usize>(name: &str, depth: usize, style: MemoryStyle) {
    let mut rng = Pcg64::seed_from_u64(1);
    let mut recorder = Recorder::new(Box::new(Memory::<B>::new(depth, style)), |b| &mut b.clock).unwrap();
    let mut mirror = vec![[0i8; B]; depth];
    let mut expected: Option<[i8; B]> = None;
    for _ in 0..CYCLES {
        let (write, data) = (rng.random_bool(0.4), byte(&mut rng));
        let (at, read) = (rng.random_range(0..depth.min(16) * B), rng.random_range(0..depth.min(16)));
        let collision = write && at / B == read;
        let seen = recorder
            .cycle(
                |b| {
                    b.wr_addr.next = (at as u64).into();
                    b.wr_data.next = u64::from(data as u8).into();
                    b.wr_en.next = write && !collision;
                    b.rd_addr.next = (read as u64).into();
                },
                |b| b.rd_data.val().0,
            )
            .unwrap();
        assert_eq!(expected.unwrap_or(seen), seen, "{name}: one clock of latency");
        let reads = style == MemoryStyle::BlockRam || !write || collision;
        expected = if reads { Some(mirror[read]) } else { Some(seen) };
        if write && !collision {
            mirror[at / B][at % B] = data;
        }
    }
    replay(name, &recorder);
}

#[test]
fn block_ram_one_byte() {
    memory::<1>("memory, block RAM, 1 byte", 8192, MemoryStyle::BlockRam);
}

#[test]
fn block_ram_two_bytes() {
    memory::<2>("memory, block RAM, 2 bytes", 512, MemoryStyle::BlockRam);
}

#[test]
fn block_ram_eight_bytes() {
    memory::<8>("memory, block RAM, 8 bytes", 1024, MemoryStyle::BlockRam);
}

#[test]
fn spram_eight_bytes() {
    memory::<8>("memory, SPRAM, 8 bytes", 16384, MemoryStyle::Spram);
}

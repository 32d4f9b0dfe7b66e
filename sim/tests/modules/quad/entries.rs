//! The memory of list entries: one clock of latency.

use frazil_hdl::num::Bus;
use frazil_hdl::quad::QuadEntryRam;
use frazil_sim::replay::Recorder;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

use crate::{CYCLES, replay};

#[test]
fn quad_entries_are_read_as_fields() {
    let mut rng = Pcg64::seed_from_u64(21);
    let mut recorder = Recorder::new(Box::new(QuadEntryRam::new(512)), |b| &mut b.clock).unwrap();
    let (mut mirror, mut expected) = ([0u64; 512], 0);
    for _ in 0..CYCLES {
        let (at, read): (usize, usize) = (rng.random_range(0..512), rng.random_range(0..512));
        let (entry, writes): (u64, bool) = (rng.random(), rng.random_bool(0.6) && at != read);
        let seen = recorder
            .cycle(
                |b| {
                    b.wr_addr.next = (at as u64).into();
                    b.wr_data.next = Bus(entry.to_le_bytes().map(|byte| byte as i8));
                    b.wr_en.next = writes;
                    b.rd_addr.next = (read as u64).into();
                },
                |b| {
                    let low =
                        b.mask.val().to_u64() | b.offset.val().to_u64() << 16 | b.delta.val().to_u64() << 32;
                    let high = b.dx.val().to_u64() | b.accesses.val().to_u64() << 6;
                    low | high << 48 | u64::from(b.slide.val()) << 58
                },
            )
            .unwrap();
        assert_eq!(seen, expected & ((1 << 59) - 1));
        expected = mirror[read];
        if writes {
            mirror[at] = entry;
        }
    }
    replay("quad entry memory", &recorder);
}

//! What the device says of itself.

use frazil_hdl::chip::{Identity, Registers};
use frazil_sim::replay::Recorder;
use rand::{Rng, RngExt, SeedableRng};
use rand_pcg::Pcg64;

use super::replay;

#[test]
fn registers_read_back() {
    let identity = Identity {
        lanes: 8,
        pixels: 2,
        design_id: 0x0123_4567_89AB_CDEF,
        clock_hz: 24_000_000,
        memory_words: 16_384,
    };
    let mut rng = Pcg64::seed_from_u64(7);
    let mut recorder = Recorder::new(Box::new(Registers::new(identity)), |b| &mut b.clock).unwrap();
    let mut expected = None;
    for _ in 0..2500 {
        let (address, cycles) = (rng.random_range(0..32u64), rng.next_u32());
        let seen = recorder
            .cycle(
                |b| {
                    b.address.next = address.into();
                    b.cycles.next = u64::from(cycles).into()
                },
                |b| b.data.val().to_u8(),
            )
            .unwrap();
        assert_eq!(expected.unwrap_or(seen), seen);
        expected = Some(identity.bytes(cycles)[address as usize]);
    }
    replay("registers", &recorder);
}

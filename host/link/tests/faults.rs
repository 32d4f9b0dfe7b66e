//! Thousands of random requests over a line that fails: the result is right, or the error is typed.

mod common;

use common::{DEVICE, HALF, Mixer, config, device};
use frazil_link::{FaultCounts, FaultRates, Faults, FaultyTransport, LinkError, LinkStats, Session};
use frazil_sim::device::SimDevice;
use frazil_wire::{Region, Transport};
use rand::RngExt;
use rand_pcg::Pcg64;
use rand_pcg::rand_core::SeedableRng;

type Perfect = Session<SimDevice<Mixer>>;
type Faulty = Session<FaultyTransport<SimDevice<Mixer>>>;

/// One request.
#[derive(Debug, Clone)]
enum Request {
    Write(u32, Vec<u8>),
    Read(u32, usize),
    Run(u32),
}

fn random_request(random: &mut Pcg64, sizes: &Perfect) -> Request {
    let mut place = |region| {
        let size = sizes.info().region_bytes(region) as usize;
        let address = random.random_range(0..size);
        (address as u32, random.random_range(1..=(size - address).min(100)))
    };
    match place(Region::Registers).0 % 5 {
        0 | 1 => {
            let (address, len) = place(Region::Memory);
            Request::Write(address, (0..len).map(|_| random.random()).collect())
        }
        2 | 3 => {
            let (address, len) = place(Region::Memory);
            Request::Read(address, len)
        }
        _ => Request::Run(random.random_range(0..7)),
    }
}

fn apply<T: Transport>(session: &mut Session<T>, request: &Request) -> Result<Vec<u8>, LinkError> {
    match request {
        Request::Write(address, bytes) => session.write(*address, bytes).map(|()| Vec::new()),
        Request::Read(address, len) => session.read(Region::Memory, *address, *len),
        Request::Run(entry) => session.run(*entry).map(|cycles| cycles.to_le_bytes().to_vec()),
    }
}

/// Makes the memories behind the faulty line what they should be, as a user would after an error.
fn restore(faulty: &mut Faulty, perfect: &Perfect) {
    let memories = perfect.transport().memories();
    for _ in 0..100 {
        let result = faulty.resynchronise().and_then(|()| faulty.write(0, &memories.memory));
        match result {
            Ok(()) => return,
            Err(error) => assert!(error.leaves_doubt(), "{error}"),
        }
    }
    panic!("the line never carried a whole upload");
}

struct Outcome {
    errors: usize,
    stats: LinkStats,
    counts: FaultCounts,
}

/// Makes the same requests over a perfect and a faulty line. Every answer must be the same, and after every
/// request that succeeded so must be all memories, seen from inside the devices.
fn compare(faults: Faults, requests: usize) -> Outcome {
    let mut random = Pcg64::seed_from_u64(faults.seed ^ 0x5EED);
    let mut perfect = Session::connect(device(), config()).unwrap();
    let mut faulty = (0..100)
        .find_map(|i| {
            let seed = faults.seed + i;
            Session::connect(FaultyTransport::new(device(), Faults { seed, ..faults }), config()).ok()
        })
        .expect("a connection in a hundred attempts");
    assert_eq!(faulty.info(), perfect.info());
    let mut errors = 0;
    for i in 0..requests {
        let request = random_request(&mut random, &perfect);
        let expected = apply(&mut perfect, &request).unwrap();
        match apply(&mut faulty, &request) {
            Ok(answer) => assert_eq!(answer, expected, "request {i}: {request:?}"),
            Err(error) => {
                assert!(error.leaves_doubt(), "request {i}: {error}");
                errors += 1;
                restore(&mut faulty, &perfect);
                continue;
            }
        }
        let (is, should) = (faulty.transport().inner().memories(), perfect.transport().memories());
        assert_eq!(is.memory, should.memory, "request {i}: {request:?}");
    }
    Outcome { errors, stats: faulty.stats(), counts: faulty.transport().counts() }
}

fn both(rates: FaultRates, seed: u64) -> Faults {
    Faults { to_device: rates, to_host: rates, seed }
}

#[test]
fn nothing_goes_wrong_on_a_good_line() {
    let outcome = compare(Faults::default(), 1000);
    assert_eq!((outcome.errors, outcome.stats.retries, outcome.stats.late_replies), (0, 0, 0));
    assert_eq!(outcome.counts, FaultCounts::default());
}

#[test]
fn lost_bytes_never_change_a_result() {
    let rates = FaultRates { drop: 2e-3, ..FaultRates::default() };
    let outcome = compare(both(rates, 1), 3000);
    assert!(outcome.stats.retries > 300 && outcome.counts.drops > 300, "{:?}", outcome.stats);
}

#[test]
fn flipped_bits_never_change_a_result() {
    let rates = FaultRates { flip: 2e-3, ..FaultRates::default() };
    let outcome = compare(both(rates, 2), 3000);
    assert!(outcome.stats.retries > 300 && outcome.counts.flips > 300, "{:?}", outcome.stats);
}

#[test]
fn doubled_bytes_never_change_a_result() {
    let rates = FaultRates { duplicate: 2e-3, ..FaultRates::default() };
    let outcome = compare(both(rates, 3), 3000);
    assert!(outcome.stats.retries > 300 && outcome.counts.duplicates > 300, "{:?}", outcome.stats);
}

#[test]
fn late_copies_never_change_a_result() {
    let rates = FaultRates { replay: 0.1, ..FaultRates::default() };
    let outcome = compare(both(rates, 4), 3000);
    assert!(outcome.stats.late_replies > 300 && outcome.counts.replays > 500, "{:?}", outcome.stats);
}

#[test]
fn all_faults_together_never_change_a_result() {
    for seed in 5..10 {
        let rates = FaultRates { drop: 3e-4, flip: 3e-4, duplicate: 3e-4, replay: 0.02 };
        let outcome = compare(both(rates, seed), 2000);
        assert!(
            outcome.stats.retries > 100 && outcome.errors < 50,
            "{}: {:?}",
            outcome.errors,
            outcome.stats
        );
    }
}

#[test]
fn a_hopeless_line_gives_typed_errors() {
    let rates = FaultRates { drop: 0.5, flip: 0.2, ..FaultRates::default() };
    for seed in 0..20 {
        let error =
            Session::connect(FaultyTransport::new(device(), both(rates, seed)), config()).unwrap_err();
        let codes = ["frazil::link::no_answer", "frazil::link::garbage", "frazil::link::corrupted"];
        assert!(codes.contains(&error.code()), "{error}");
    }
}

#[test]
fn a_line_that_grows_hopeless_gives_typed_errors() {
    let mut session = Session::connect(FaultyTransport::new(device(), Faults::default()), config()).unwrap();
    *session.transport_mut() =
        FaultyTransport::new(device(), both(FaultRates { drop: 0.3, ..FaultRates::default() }, 1));
    let error = session.read(Region::Memory, 0, HALF).unwrap_err();
    assert!(error.leaves_doubt(), "{error}");
    assert_eq!(session.info().design_id, DEVICE.design_id);
}

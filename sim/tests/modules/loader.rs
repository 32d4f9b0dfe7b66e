//! A stream into the array's own memories.

use frazil_hdl::array::Loader;
use frazil_sim::replay::Recorder;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

use super::{CYCLES, begin, replay};

/// Words of the weight ring.
const RING: usize = 16;
/// First word of the flash's ring, of 32 words.
const FLASH_RING: usize = 0x3FE0;
/// Beyond all addresses.
const BEYOND: usize = 0x1_0000;

/// Random streams read under stalls, used up at random; each word goes where it belongs, nothing too early. Groups come
/// from memory or from the flash's ring, in which they begin anywhere.
#[test]
fn loader_loads_a_stream() {
    let mut rng = Pcg64::seed_from_u64(6);
    let mut recorder = Recorder::new(Box::new(Loader::new(RING, FLASH_RING)), |b| &mut b.clock).unwrap();
    let mut cycles = 0;
    while cycles < CYCLES {
        let stream = Stream::random(&mut rng);
        begin(&mut recorder, [(1, stream.at[0] as u64), (2, stream.groups.len() as u64)]);
        cycles += stream.run(&mut recorder, &mut rng);
    }
    replay("loader", &recorder);
}

struct Group {
    streamed: bool,
    parameters: bool,
    list: usize,
    entries: u16,
    weights: usize,
}

struct Stream {
    /// Where the parts in memory and those in the ring begin.
    at: [usize; 2],
    groups: Vec<Group>,
}

/// Where a word goes: 0 parameters, 1 list, 2 weights, at its place.
type Placed = (u8, u16, usize);

impl Stream {
    fn random(rng: &mut Pcg64) -> Self {
        let shared: [bool; 3] = rng.random();
        let mut group = |g: usize| {
            let has = |i: usize| g == 0 || !shared[i];
            Group {
                streamed: rng.random(),
                parameters: has(0),
                list: if has(1) { rng.random_range(1..5) } else { 0 },
                entries: rng.random(),
                weights: if has(2) { rng.random_range(1..=RING) } else { 0 },
            }
        };
        let groups = (0..5).map(&mut group).collect();
        Self { at: [rng.random_range(0..100), rng.random_range(0..32)], groups }
    }

    /// Where the parts in memory and those in the ring begin; words of the ring have numbers beyond memory.
    fn begins(&self) -> [usize; 2] {
        [self.at[0], BEYOND + self.at[1]]
    }

    /// The words behind each group's header, by address.
    fn placed(&self) -> Vec<Placed> {
        let mut placed = Vec::new();
        let mut next = [0u16; 3];
        for (group, header) in self.groups.iter().zip(self.headers()) {
            let mut at = header + 1;
            for (kind, count) in
                [(0, if group.parameters { 8 } else { 0 }), (1, group.list), (2, group.weights)]
            {
                for _ in 0..count {
                    placed.push((kind, next[usize::from(kind)], at));
                    next[usize::from(kind)] += 1;
                    at += 1;
                }
            }
        }
        placed
    }

    fn headers(&self) -> Vec<usize> {
        let words = |g: &Group| 1 + if g.parameters { 8 } else { 0 } + g.list + g.weights;
        let mut next = self.begins();
        let header = |g: &Group| {
            let at = &mut next[usize::from(g.streamed)];
            std::mem::replace(at, *at + words(g))
        };
        self.groups.iter().map(header).collect()
    }

    fn run(&self, recorder: &mut Recorder<Loader>, rng: &mut Pcg64) -> usize {
        let (expected, headers) = (self.placed(), self.headers());
        let (mut found, mut cycles, mut granted) = (Vec::new(), 0, None::<usize>);
        let (mut fetched, mut issued, mut written) = (0u8, 0u8, 0usize);
        let (mut next, mut streams) = (self.begins(), self.groups[0].streamed);
        while found.len() < expected.len() {
            // A group is fetched and issued some time after it has come.
            let came = |g: u8| found.len() >= self.words_until(g);
            if usize::from(fetched) < self.groups.len() && came(fetched + 1) && rng.random_bool(0.3) {
                fetched += 1;
            }
            if issued < fetched && rng.random_bool(0.2) {
                issued += 1;
            }
            let released: usize = self.groups[..issued.into()].iter().map(|g| g.weights).sum();
            let index = granted.and_then(|at| headers.iter().position(|h| *h == at));
            let header = index.map(|g| &self.groups[g]);
            let (free, filled) = (rng.random_bool(0.7), !streams || rng.random_bool(0.6));
            let place = next[1] & 0xFF;
            let follows = |index: usize| self.groups.get(index + 1).is_some_and(|g| g.streamed);
            let seen = recorder
                .cycle(
                    |b| {
                        b.start.next = false;
                        b.fetched.next = u64::from(fetched).into();
                        b.issued.next = u64::from(issued).into();
                        b.released.next = (released as u64).into();
                        b.free.next = free;
                        b.streams.next = streams;
                        b.place.next = (place as u64).into();
                        b.filled.next = filled;
                        b.header_list.next = header.map_or(7, |g| g.list as u64).into();
                        b.header_entries.next = header.map_or(7, |g| u64::from(g.entries)).into();
                        b.header_weights.next = header.map_or(7, |g| g.weights as u64).into();
                        let flags = index
                            .map_or(3, |g| u64::from(follows(g)) << 1 | u64::from(self.groups[g].parameters));
                        b.header_flags.next = flags.into();
                    },
                    |b| {
                        let writes = [
                            (b.write_parameter.val(), b.parameter_at.val().to_u16()),
                            (b.write_list.val(), b.list_at.val().to_u16()),
                            (b.write_weight.val(), b.weight.val().to_u16()),
                        ];
                        let placed = (0..).zip(writes).filter(|(_, (on, _))| *on).map(|(k, (_, at))| (k, at));
                        assert!(usize::from(b.weights.val().to_u16()) <= written);
                        let asked = (b.request.val() && free).then(|| usize::from(b.addr.val().to_u16()));
                        assert_eq!(b.taken.val(), asked.is_some());
                        assert!(filled || asked.is_none());
                        (placed.collect::<Vec<_>>(), asked, b.turn.val().then(|| b.turn_to_ring.val()))
                    },
                )
                .unwrap();
            for (kind, at) in seen.0 {
                found.push((
                    kind,
                    at,
                    granted.unwrap_or_else(|| panic!("clock {cycles}: {kind} {at} unasked")),
                ));
                written += usize::from(kind == 2);
                assert!(written <= released + RING, "the ring overflows");
            }
            granted = seen.1.map(|address| {
                assert_eq!(address, if streams { FLASH_RING | place } else { next[0] });
                let next = &mut next[usize::from(streams)];
                *next += 1;
                *next - 1
            });
            streams = seen.2.unwrap_or(streams);
            cycles += 1;
            assert!(cycles < 100_000, "{} of {}", found.len(), expected.len());
        }
        assert_eq!(found, expected);
        cycles
    }

    /// Words of the first groups, headers apart.
    fn words_until(&self, groups: u8) -> usize {
        self.groups[..groups.into()]
            .iter()
            .map(|g| if g.parameters { 8 } else { 0 } + g.list + g.weights)
            .sum()
    }
}

//! RustHDL against its emitted Verilog for the memories, the MAC array and the sequencer, and each one's
//! behaviour. Needs Verilator; `missing_tool` names a test that could not run.

use frazil_hdl::chip::{Feeder, Identity, Registers, Sequencer};
use frazil_hdl::mac::{Lanes, Requantiser, Walker};
use frazil_hdl::memory::{Memory, MemoryStyle};
use frazil_hdl::num::{Bus, S};
use frazil_hdl::vendor;
use frazil_sim::replay::{Recorder, ReplayError};
use frazil_sim::verilator::VerilatorError;
use rand::{Rng, RngExt, SeedableRng};
use rand_pcg::Pcg64;
use rust_hdl::prelude::*;

const CYCLES: usize = 4000;

/// Replays, and says by name when Verilator is absent; in CI absence is a failure.
fn replay<B: Block>(name: &str, recorder: &Recorder<B>) {
    match recorder.replay(name, vendor::MODELS) {
        Ok(agreement) => assert!(agreement.cycles >= 2000, "{name}: only {} cycles", agreement.cycles),
        Err(ReplayError::Verilator(VerilatorError::Missing { .. })) if std::env::var_os("CI").is_none() => {
            eprintln!("SKIPPED {name}: no Verilator");
        }
        Err(error) => panic!("{name}: {error}"),
    }
}

/// A byte that is a corner value half of the time.
fn byte(rng: &mut Pcg64) -> i8 {
    if rng.random() { rng.random() } else { [-128, -127, -1, 0, 1, 126, 127][rng.random_range(0..7)] }
}

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

/// Dot products with random gaps; sums stand ready exactly three clocks after their last operands.
#[test]
fn lanes_accumulate_capture_and_shift() {
    const N: usize = 4;
    let mut rng = Pcg64::seed_from_u64(2);
    let mut recorder = Recorder::new(Box::<Lanes<N>>::default(), |b| &mut b.clock).unwrap();
    let mut sums = [0i32; N];
    let mut due: Vec<(usize, [i32; N])> = Vec::new();
    let (mut left, mut first, mut wait) = (3u32, true, 0u32);
    let mut shifting: Option<(usize, [i32; N])> = None;
    for cycle in 0..CYCLES {
        let valid = wait == 0 && rng.random_bool(0.8);
        let (a, w): (i8, [i8; N]) = (byte(&mut rng), std::array::from_fn(|_| byte(&mut rng)));
        let last = valid && left == 1;
        let shift = shifting.is_some();
        let (captured, sum) = recorder
            .cycle(
                |b| {
                    b.act.next = u64::from(a as u8).into();
                    b.weights.next = Bus(w);
                    b.valid.next = valid;
                    b.first.next = first;
                    b.last.next = last;
                    b.shift.next = shift;
                },
                |b| (b.captured.val(), b.sum.val().get()),
            )
            .unwrap();
        let expected = due.iter().find(|(at, _)| *at == cycle).map(|(_, sums)| *sums);
        assert_eq!(captured, expected.is_some(), "cycle {cycle}");
        if let Some((lane, held)) = shifting {
            assert_eq!(sum, i64::from(held[lane]), "cycle {cycle}, lane {lane}");
        }
        shifting = match (expected, shifting) {
            (Some(held), _) => {
                assert_eq!(sum, i64::from(held[0]));
                // The first lane is seen twice: now, and in the first clock of shifting.
                Some((0, held))
            }
            (None, Some((lane, held))) if lane + 1 < N => Some((lane + 1, held)),
            _ => None,
        };
        wait = wait.saturating_sub(1);
        if valid {
            (0..N).for_each(|i| sums[i] = if first { 0 } else { sums[i] } + i32::from(a) * i32::from(w[i]));
            first = last;
            left -= 1;
            if last {
                due.push((cycle + 3, sums));
                left = rng.random_range(1..9);
                wait = 9;
            }
        }
    }
    assert!(due.len() > 100);
    replay("lanes", &recorder);
}

/// Random descriptors; the walk equals six nested loops, at one product a clock.
#[test]
fn walker_walks_a_convolution() {
    let mut rng = Pcg64::seed_from_u64(3);
    let mut recorder = Recorder::new(Box::<Walker>::default(), |b| &mut b.clock).unwrap();
    let mut cycles = 0;
    while cycles < CYCLES {
        let shape = Walk::random(&mut rng);
        for (field, word) in shape.words() {
            cycles += 1;
            recorder
                .cycle(
                    |b| {
                        b.field.next = field.into();
                        b.word.next = word.into();
                        b.load.next = true;
                        b.start.next = false;
                        b.hold.next = false;
                    },
                    |_| (),
                )
                .unwrap();
        }
        recorder
            .cycle(
                |b| {
                    b.load.next = false;
                    b.start.next = true
                },
                |b| assert!(!b.busy.val()),
            )
            .unwrap();
        let mut walk = shape.loops().into_iter();
        let mut next = walk.next();
        while let Some(step) = next {
            cycles += 1;
            let hold = rng.random_bool(0.3);
            let seen = recorder
                .cycle(
                    |b| {
                        b.start.next = false;
                        b.hold.next = hold
                    },
                    observe,
                )
                .unwrap();
            let issues = !(hold && step.last);
            assert_eq!(seen, Seen { issue: issues, ..step });
            if issues {
                next = walk.next();
            }
        }
        recorder.cycle(|_| (), |b| assert!(!b.busy.val() && !b.issue.val())).unwrap();
    }
    replay("walker", &recorder);
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    issue: bool,
    act: u16,
    weight: u16,
    first: bool,
    last: bool,
    last_group: bool,
    in_image: bool,
}

fn observe(b: &Walker) -> Seen {
    Seen {
        issue: b.issue.val(),
        act: b.act_addr.val().to_u16(),
        weight: b.weight_addr.val().to_u16(),
        first: b.first.val(),
        last: b.last.val(),
        last_group: b.last_group.val(),
        in_image: b.in_image.val(),
    }
}

struct Walk {
    base: u16,
    weight: u16,
    h: u16,
    w: u16,
    c: u16,
    kh: u16,
    kw: u16,
    groups: u16,
    stride: (u16, u16),
    pad: (u16, u16),
    out: (u16, u16),
}

impl Walk {
    fn random(rng: &mut Pcg64) -> Self {
        let (kh, kw) = (rng.random_range(1..4), rng.random_range(1..4));
        let (h, w) = (rng.random_range(kh..kh + 4), rng.random_range(kw..kw + 4));
        let stride = (rng.random_range(1..3), rng.random_range(1..3));
        let pad = (rng.random_range(0..kh), rng.random_range(0..kw));
        Self {
            base: rng.random_range(100..1000),
            weight: rng.random_range(0..100),
            h,
            w,
            c: rng.random_range(1..4),
            kh,
            kw,
            groups: rng.random_range(1..3),
            stride,
            pad,
            out: ((h + pad.0 - kh) / stride.0 + 1, (w + pad.1 - kw) / stride.1 + 1),
        }
    }

    /// Descriptor fields by their numbers.
    fn words(&self) -> Vec<(u64, u64)> {
        use frazil_model::plan::descriptor::Field::*;
        let origin = self.base.wrapping_sub((self.pad.0 * self.w + self.pad.1) * self.c);
        [
            (InBase, origin),
            (WeightBase, self.weight),
            (OutW, self.out.1),
            (OutH, self.out.0),
            (Channels, self.c),
            (KernelW, self.kw),
            (KernelH, self.kh),
            (Groups, self.groups),
            (StepX, self.stride.1 * self.c),
            (StepY, self.stride.0 * self.w * self.c),
            (RowSkip, (self.w - self.kw) * self.c),
            (Stride, self.stride.1 | self.stride.0 << 8),
            (Pad, self.pad.1 | self.pad.0 << 8),
            (InW, self.w),
            (InH, self.h),
        ]
        .map(|(f, v)| (f as u64, u64::from(v)))
        .to_vec()
    }

    fn loops(&self) -> Vec<Seen> {
        let mut steps = Vec::new();
        for (oy, ox) in (0..self.out.0).flat_map(|y| (0..self.out.1).map(move |x| (y, x))) {
            for g in 0..self.groups {
                let taps = self.kh * self.kw * self.c;
                for k in 0..taps {
                    let (ky, kx, c) = (k / self.c / self.kw, k / self.c % self.kw, k % self.c);
                    let y = (oy * self.stride.0 + ky) as i32 - i32::from(self.pad.0);
                    let x = (ox * self.stride.1 + kx) as i32 - i32::from(self.pad.1);
                    let at = (y * i32::from(self.w) + x) * i32::from(self.c) + i32::from(c);
                    steps.push(Seen {
                        issue: true,
                        act: (i32::from(self.base) + at) as u16,
                        weight: self.weight + g * taps + k,
                        first: k == 0,
                        last: k == taps - 1,
                        last_group: g == self.groups - 1,
                        in_image: (0..self.h.into()).contains(&y) && (0..self.w.into()).contains(&x),
                    });
                }
            }
        }
        steps
    }
}

/// Random sums and parameters, corner values included; results equal the reference in `42 + shifts` clocks each.
#[test]
fn requantiser_equals_the_reference() {
    const LANES: usize = 4;
    let mut rng = Pcg64::seed_from_u64(4);
    let mut recorder = Recorder::new(Box::new(Requantiser::new(LANES)), |b| &mut b.clock).unwrap();
    let mut total = 0;
    while total < 3 * CYCLES {
        total += layer(&mut recorder, &mut rng, LANES);
    }
    replay("requantiser", &recorder);
}

/// One layer of one pixel and two groups, the second not full.
fn layer(recorder: &mut Recorder<Requantiser>, rng: &mut Pcg64, lanes: usize) -> usize {
    use frazil_model::plan::ChannelParameters;
    use frazil_model::plan::descriptor::Field::*;
    let last_lanes = rng.random_range(1..=lanes);
    let channels = lanes + last_lanes;
    let (low, high): (i8, i8) = (rng.random_range(-128..=0), rng.random_range(0..=127));
    let zero_point = byte(rng);
    let base: u16 = rng.random_range(0..8);
    let parameters: Vec<ChannelParameters> = (0..channels)
        .map(|_| ChannelParameters {
            bias: rng.random_range(-100_000..100_000),
            multiplier: if rng.random_bool(0.1) { 0 } else { rng.random_range(1 << 30..=i32::MAX) },
            left_shift: if rng.random_bool(0.8) { 0 } else { rng.random_range(0..4) },
            right_shift: rng.random_range(0..16),
        })
        .collect();
    let sums: Vec<i32> = (0..channels)
        .map(|_| {
            if rng.random_bool(0.1) {
                [i32::MIN, i32::MAX, -1, 0, 1][rng.random_range(0..5)]
            } else {
                rng.random_range(-1_000_000..1_000_000)
            }
        })
        .collect();
    let memory = frazil_model::plan::pack_parameters(&parameters);
    let word = |at: usize| u64::from(u16::from_le_bytes([memory[2 * at], memory[2 * at + 1]]));
    let zp = (zero_point as u8 as u16) << 8;
    let clamp = u16::from(low as u8) | u16::from(high as u8) << 8;
    let fields = [
        (OutBase, 500u16),
        (ParameterBase, base),
        (Groups, 2),
        (LastLanes, last_lanes as u16),
        (ZeroPoints, zp),
        (Clamp, clamp),
    ];
    for (field, value) in fields {
        recorder
            .cycle(
                |b| {
                    b.field.next = (field as u64).into();
                    b.word.next = u64::from(value).into();
                    b.load.next = true;
                },
                |_| (),
            )
            .unwrap();
    }
    recorder
        .cycle(
            |b| {
                b.load.next = false;
                b.start.next = true
            },
            |_| (),
        )
        .unwrap();
    recorder.cycle(|b| b.start.next = false, |_| ()).unwrap();
    let (mut results, mut cycles, mut data) = (Vec::new(), 0, 0u64);
    for (first, count) in [(0, lanes), (lanes, last_lanes)] {
        recorder.cycle(|b| b.last_issued.next = true, |_| ()).unwrap();
        let (mut lane, mut spent) = (first, 0);
        let mut captured = true;
        loop {
            let sum = sums.get(lane).copied().unwrap_or(0);
            let seen = recorder
                .cycle(
                    |b| {
                        b.last_issued.next = false;
                        b.captured.next = captured;
                        b.sum.next = S::wrap(i64::from(sum));
                        b.param_data.next = data.into();
                    },
                    |b| {
                        (
                            b.occupied.val(),
                            b.shift.val(),
                            b.wr_en.val().then(|| (b.wr_addr.val().to_u16(), b.wr_data.val().to_u8() as i8)),
                            b.param_addr.val().to_u16(),
                        )
                    },
                )
                .unwrap();
            let (occupied, shift, write, address) = seen;
            if !occupied {
                break;
            }
            assert_eq!(shift, write.is_some());
            lane += usize::from(shift);
            results.extend(write);
            let at = (address as usize).wrapping_sub(8 * base as usize);
            data = if at < memory.len() / 2 { word(at) } else { 0 };
            spent += usize::from(!captured);
            captured = false;
        }
        let shifts = |p: &ChannelParameters| usize::from(p.left_shift) + usize::from(p.right_shift);
        let expected: usize = parameters[first..first + count].iter().map(|p| 42 + shifts(p)).sum();
        assert_eq!(spent, expected, "clocks of a group");
        cycles += spent;
    }
    let expected: Vec<(u16, i8)> = parameters
        .iter()
        .zip(&sums)
        .enumerate()
        .map(|(i, (p, sum))| {
            (500 + i as u16, p.requantize(sum.wrapping_add(p.bias), zero_point.into(), low, high))
        })
        .collect();
    assert_eq!(results, expected);
    cycles
}

/// A program of random ops; fields arrive in order, units are started once each, cycles are counted.
#[test]
fn sequencer_runs_a_program() {
    let mut rng = Pcg64::seed_from_u64(5);
    let mut recorder = Recorder::new(Box::<Sequencer>::default(), |b| &mut b.clock).unwrap();
    let mut total = 0;
    while total < CYCLES {
        total += program(&mut recorder, &mut rng);
    }
    replay("sequencer", &recorder);
}

fn program(recorder: &mut Recorder<Sequencer>, rng: &mut Pcg64) -> usize {
    use frazil_model::plan::descriptor::{USED_WORDS, WORDS};
    let ops: Vec<u16> = (0..rng.random_range(0..4)).map(|_| rng.random_range(1..3)).chain([0]).collect();
    let entry: usize = rng.random_range(0..4);
    let memory: Vec<u16> = (0..(entry + ops.len()) * WORDS)
        .map(|i| {
            if i % WORDS == 0 {
                *ops.get((i / WORDS).wrapping_sub(entry)).unwrap_or(&9)
            } else {
                rng.random()
            }
        })
        .collect();
    recorder
        .cycle(
            |b| {
                b.start.next = true;
                b.entry.next = (entry as u64).into()
            },
            |b| assert!(!b.busy.val()),
        )
        .unwrap();
    let (mut data, mut unit_left, mut cycles) = (0u16, 0u32, 0u64);
    let (mut loads, mut starts) = (Vec::new(), Vec::new());
    loop {
        let seen = recorder
            .cycle(
                |b| {
                    b.start.next = false;
                    b.program_data.next = u64::from(data).into();
                    b.unit_busy.next = unit_left > 0;
                },
                |b| {
                    let load = b.load.val().then(|| (b.field.val().to_u8(), b.word.val().to_u16()));
                    let start = match (b.start_conv.val(), b.start_frozen.val()) {
                        (false, false) => None,
                        (conv, frozen) => {
                            assert!(conv != frozen);
                            Some(if conv { 1 } else { 2 })
                        }
                    };
                    (
                        b.busy.val(),
                        b.program_addr.val().to_u16(),
                        load,
                        start,
                        b.cycles.val().to_u32(),
                        b.frozen.val(),
                    )
                },
            )
            .unwrap();
        let (busy, address, load, start, counter, frozen) = seen;
        if !busy {
            assert_eq!(u64::from(counter), cycles);
            break;
        }
        assert!(!frozen || starts.last() == Some(&2));
        cycles += 1;
        unit_left = unit_left.saturating_sub(1);
        if let Some(op) = start {
            starts.push(op);
            unit_left = rng.random_range(2..20);
        }
        loads.extend(load);
        data = memory.get(address as usize).copied().unwrap_or(0);
    }
    let expected: Vec<(u8, u16)> = (0..ops.len())
        .flat_map(|d| (0..USED_WORDS).map(move |w| (d, w)))
        .map(|(d, w)| (w as u8, memory[(entry + d) * WORDS + w]))
        .collect();
    assert_eq!(loads, expected);
    assert_eq!(starts, ops[..ops.len() - 1]);
    cycles as usize
}

/// Bytes go out in order under random stalls, results come back in order.
#[test]
fn feeder_streams_under_stalls() {
    use frazil_model::plan::descriptor::Field::*;
    let mut rng = Pcg64::seed_from_u64(6);
    let mut recorder = Recorder::new(Box::<Feeder>::default(), |b| &mut b.clock).unwrap();
    let mut total = 0;
    while total < CYCLES {
        let (input, output): (u16, u16) = (rng.random_range(1..200), rng.random_range(1..100));
        for (field, value) in [(InBase, 30), (OutBase, 700), (StepX, input), (StepY, output)] {
            recorder
                .cycle(
                    |b| {
                        b.field.next = (field as u64).into();
                        b.word.next = u64::from(value).into();
                        b.load.next = true
                    },
                    |_| (),
                )
                .unwrap();
        }
        recorder
            .cycle(
                |b| {
                    b.load.next = false;
                    b.start.next = true
                },
                |_| (),
            )
            .unwrap();
        let stall = if rng.random() { 0.0 } else { 0.5 };
        let (mut data, mut taken, mut stored, mut cycle) = (0u16, Vec::new(), Vec::new(), 0u32);
        loop {
            let (ready, valid) = (!rng.random_bool(stall), rng.random_bool(0.5) && cycle > 3);
            let seen = recorder
                .cycle(
                    |b| {
                        b.start.next = false;
                        b.x_ready.next = ready;
                        b.y_valid.next = valid
                    },
                    |b| {
                        (
                            b.busy.val(),
                            b.x_valid.val(),
                            b.rd_addr.val().to_u16(),
                            b.wr_en.val().then(|| b.wr_addr.val().to_u16()),
                        )
                    },
                )
                .unwrap();
            if !seen.0 {
                break;
            }
            cycle += 1;
            assert!(cycle != 2 || seen.1, "the first byte is offered two clocks after start");
            if seen.1 && ready {
                taken.push(data);
            }
            stored.extend(seen.3);
            data = seen.2;
            total += 1;
        }
        let expected: Vec<u16> = (30..30 + input).collect();
        assert!(expected.starts_with(&taken));
        assert!(stall > 0.0 || taken.len() as u32 == (cycle - 1).min(input.into()), "a byte a clock");
        assert_eq!(stored, (700..700 + output).collect::<Vec<u16>>());
    }
    replay("feeder", &recorder);
}

#[test]
fn registers_read_back() {
    let identity = Identity {
        lanes: 8,
        descriptors: 16,
        design_id: 0x0123_4567_89AB_CDEF,
        clock_hz: 24_000_000,
        activation_bytes: 8192,
        weight_bytes: 131_072,
        parameter_channels: 64,
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

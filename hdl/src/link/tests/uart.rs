//! The two halves of the serial line.

use rand::RngExt;

use crate::link::bench::{Bench, random};
use crate::link::{LinkError, UartRx, UartTx};

/// What a line does, as (level, clocks; fractions count).
type Line = Vec<(bool, f64)>;

/// A byte at `bit` clocks a bit.
fn byte(value: u8, bit: f64, stop: bool) -> Line {
    let mut line = vec![(false, bit)];
    line.extend((0..8).map(|i| ((value >> i) & 1 == 1, bit)));
    line.push((stop, bit));
    line
}

/// The bytes a receiver hears, with the clock in which each is valid; the line begins `phase` after clock 0.
fn hear(clocks: u32, line: &Line, phase: f64) -> Vec<(u8, u64)> {
    let mut bench = Bench::new(UartRx::new(clocks).unwrap());
    let mut edges = Vec::new();
    let mut time = phase;
    for (level, length) in line {
        edges.push((time, *level));
        time += length;
    }
    let mut heard = Vec::new();
    for clock in 0..(time as u64 + 12 * u64::from(clocks)) {
        // The level that the flip-flop samples at the end of this clock.
        let level = edges.iter().rev().find(|(t, _)| *t <= clock as f64).is_none_or(|(_, l)| *l);
        let last = clock as f64 >= time;
        let (valid, data) =
            bench.cycle(|b| b.rx.next = level || last, |b| (b.valid.val(), b.data.val().to_u64() as u8));
        if valid {
            heard.push((data, clock));
        }
    }
    heard
}

fn values(heard: &[(u8, u64)]) -> Vec<u8> {
    heard.iter().map(|(v, _)| *v).collect()
}

#[test]
fn every_byte_arrives_at_the_documented_clock() {
    for clocks in [4u32, 5, 8, 20, 521] {
        let step = if clocks > 100 { 51 } else { 1 };
        for value in (0..=255u8).step_by(step) {
            let heard = hear(clocks, &byte(value, clocks.into(), true), 3.0);
            let due = 3 + 3 + u64::from((clocks - 1) / 2 + 9 * clocks);
            assert_eq!(heard, [(value, due)], "{clocks} clocks a bit");
        }
    }
}

#[test]
fn back_to_back_bytes_at_deviating_rates() {
    let mut rng = random(1);
    for (clocks, deviation) in [(4, 0.02), (5, 0.03), (8, 0.03), (8, 0.04), (20, 0.03), (20, 0.045)] {
        for sign in [-1.0, 1.0] {
            let bytes: Vec<u8> = (0..200).map(|i| if i < 8 { 1u8 << i } else { rng.random() }).collect();
            let bit = f64::from(clocks) * (1.0 + sign * deviation);
            let line: Line = bytes.iter().flat_map(|b| byte(*b, bit, true)).collect();
            let heard = hear(clocks, &line, rng.random::<f64>());
            assert_eq!(values(&heard), bytes, "{clocks} clocks a bit, deviation {}", sign * deviation);
        }
    }
}

/// Control for the test above: it can see a rate that is too far off.
#[test]
fn a_rate_far_off_is_not_understood() {
    let line: Line = (0..100u8).flat_map(|b| byte(b, 8.0 * 1.08, true)).collect();
    assert_ne!(values(&hear(8, &line, 0.5)), (0..100).collect::<Vec<u8>>());
}

#[test]
fn a_framing_error_drops_the_byte_and_only_it() {
    let idle = vec![(true, 16.0)];
    for value in [0x00, 0x55, 0xFF] {
        let line =
            [byte(0x12, 8.0, true), byte(value, 8.0, false), idle.clone(), byte(0x34, 8.0, true)].concat();
        assert_eq!(values(&hear(8, &line, 1.0)), [0x12, 0x34]);
    }
}

#[test]
fn a_break_is_no_byte() {
    let line = [vec![(true, 4.0), (false, 1000.0), (true, 40.0)], byte(0xA7, 8.0, true)].concat();
    assert_eq!(values(&hear(8, &line, 0.0)), [0xA7]);
}

#[test]
fn a_glitch_is_no_start_bit() {
    for width in [1.0, 2.0, 3.0] {
        let line = [vec![(false, width), (true, 12.0)], byte(0x0F, 8.0, true)].concat();
        assert_eq!(values(&hear(8, &line, 5.0)), [0x0F], "glitch of {width} clocks");
    }
}

/// The clocks of a sender's line, given a byte to send whenever it is not busy.
fn say(clocks: u32, bytes: &[u8], pause: usize) -> Vec<bool> {
    let mut bench = Bench::new(UartTx::new(clocks).unwrap());
    let mut line = Vec::new();
    let (mut next, mut wait) = (0, 0);
    for _ in 0..(bytes.len() + 1) * (10 * clocks as usize + pause) + 3 {
        let offer = bytes.get(next).copied().filter(|_| wait == 0);
        let (tx, busy) = bench.cycle(
            |b| {
                b.start.next = offer.is_some();
                b.data.next = u64::from(offer.unwrap_or(0x99)).into();
            },
            |b| (b.tx.val(), b.busy.val()),
        );
        line.push(tx);
        if offer.is_some() && !busy {
            next += 1;
            wait = 10 * clocks as usize + pause;
        }
        wait = wait.saturating_sub(1);
    }
    line
}

#[test]
fn a_sender_keeps_exact_bit_times() {
    for clocks in [4u32, 8, 20] {
        for value in 0..=255u8 {
            let n = clocks as usize;
            let line = say(clocks, &[value, value], 0);
            let mut due = vec![true];
            for _ in 0..2 {
                let levels = byte(value, clocks.into(), true);
                due.extend(levels.iter().flat_map(|(l, _)| vec![*l; n]));
            }
            assert_eq!(line[..due.len()], due, "{clocks} clocks a bit, byte {value:#x}");
            assert!(line[due.len()..].iter().all(|l| *l));
        }
    }
}

#[test]
fn a_start_while_busy_is_ignored() {
    let mut bench = Bench::new(UartTx::new(4).unwrap());
    let mut line = Vec::new();
    for clock in 0..60u64 {
        let start = clock < 40;
        let value = if clock == 0 { 0xC3 } else { 0x3C };
        line.push(bench.cycle(
            |b| {
                b.start.next = start;
                b.data.next = value.into();
            },
            |b| b.tx.val(),
        ));
    }
    let due: Vec<bool> = byte(0xC3, 4.0, true).iter().flat_map(|(l, _)| [*l; 4]).collect();
    assert_eq!(line[1..41], due);
    assert!(line[41..].iter().all(|l| *l));
}

#[test]
fn sender_to_receiver() {
    let mut rng = random(2);
    for clocks in [4u32, 8, 20] {
        let bytes: Vec<u8> = (0..=255).chain((0..100).map(|_| rng.random())).collect();
        let line = say(clocks, &bytes, rng.random_range(0..3));
        let line: Line = line.into_iter().map(|l| (l, 1.0)).collect();
        assert_eq!(values(&hear(clocks, &line, 0.0)), bytes);
    }
}

#[test]
fn dividers_out_of_range_are_refused() {
    for clocks in [0, 3, 1024] {
        assert_eq!(UartRx::new(clocks).err(), Some(LinkError::ClocksPerBit { clocks }));
        assert_eq!(UartTx::new(clocks).err(), Some(LinkError::ClocksPerBit { clocks }));
    }
}

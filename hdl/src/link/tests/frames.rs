//! The frame protocol: requests in, replies out.

use frazil_wire::{Header, Kind, MAGIC_REQUEST, MAX_PAYLOAD, Region, Status, encode};
use rand::RngExt;

use super::device::{Device, IDLE, request};
use crate::link::bench::random;
use crate::link::{IDLE_CLOCKS, Link, LinkError, SerialLink, idle_clocks};

const OK: Option<Status> = Some(Status::Ok);

fn sync(seq: u8) -> Header {
    request(Kind::Sync, seq, Region::Registers, 0, 0)
}

/// A write of `len` counting bytes to memory.
fn write(seq: u8, address: u32, len: usize) -> (Header, Vec<u8>) {
    (request(Kind::Write, seq, Region::Memory, address, len), (0..len).map(|i| (i * 7 + 1) as u8).collect())
}

/// What memory holds.
fn stored(device: &Device, address: u32, len: usize) -> Vec<u8> {
    (0..len as u32).map(|i| device.at(Region::Memory as u8, (address + i) & 0xFF_FFFF)).collect()
}

#[test]
fn written_bytes_are_read_back() {
    let mut device = Device::new(1);
    (device.rx_slow, device.tx_slow) = (5, 4);
    for (seq, len) in [1, 2, 255, 256, 1000, MAX_PAYLOAD].into_iter().enumerate() {
        let (header, payload) = write(2 * seq as u8, 0x01_FF80, len);
        assert_eq!(device.status(&header, &payload), OK);
        assert_eq!(stored(&device, 0x01_FF80, len), payload);
        let read = request(Kind::Read, 2 * seq as u8 + 1, Region::Memory, 0x01_FF80, len);
        let (reply, data) = device.ask(&encode(&read, &[])).unwrap();
        assert_eq!((reply.region_or_status, reply.len, reply.address), (0, len as u16, 0x01_FF80));
        assert_eq!(data, payload);
    }
}

#[test]
fn every_region_has_its_own_bytes_and_addresses_wrap_at_24_bits() {
    let mut device = Device::new(2);
    for (seq, region) in [Region::Registers, Region::Memory].into_iter().enumerate() {
        let header = request(Kind::Write, seq as u8, region, 0xFF_FFFE, 4);
        assert_eq!(device.status(&header, &[1, 2, 3, seq as u8]), OK);
        let found = [0xFF_FFFE, 0xFF_FFFF, 0, 1].map(|a| device.at(region as u8, a));
        assert_eq!(found, [1, 2, 3, seq as u8]);
    }
    let read = request(Kind::Read, 2, Region::Registers, 0, 32);
    let due: Vec<u8> = (0..32).map(|a| device.at(0, a)).collect();
    assert_eq!(device.ask(&encode(&read, &[])).unwrap().1, due);
}

#[test]
fn a_reply_begins_at_the_documented_clock() {
    let mut device = Device::new(3);
    let (header, payload) = write(1, 0, 9);
    for (bytes, run_clocks, due) in [
        (encode(&sync(0), &[]), 0, 4),
        (encode(&header, &payload), 0, 3),
        (encode(&request(Kind::Run, 2, Region::Registers, 0x1234, 0), &[]), 50, 54),
    ] {
        (device.run_clocks, device.tx_slow) = (run_clocks, 0);
        device.sent.clear();
        let last = device.receive(&bytes);
        device.wait(run_clocks + 30);
        let clocks: Vec<u64> = device.sent.iter().map(|(_, c)| *c).collect();
        assert_eq!(clocks, (last + due..last + due + 10).collect::<Vec<u64>>());
    }
    let last = device.receive(&encode(&request(Kind::Read, 3, Region::Registers, 0, 3), &[]));
    device.wait(60);
    let clocks: Vec<u64> = device.sent[10..].iter().map(|(_, c)| *c - last - 4).collect();
    // Ten header bytes, three bytes that take two clocks each before they are offered, two of CRC.
    assert_eq!(clocks, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 18, 19, 20]);
}

#[test]
fn runs_are_started_once_and_waited_for() {
    let mut rng = random(4);
    let mut device = Device::new(4);
    for seq in 0..40u8 {
        device.run_clocks = rng.random_range(1..700);
        let start = device.clock;
        let header = request(Kind::Run, seq, Region::Memory, 0x7F_0000 + u32::from(seq) * 99, 0);
        assert_eq!(device.status(&header, &[]), OK);
        assert!(device.clock - start > device.run_clocks);
        assert_eq!(device.runs.pop(), Some(u16::from(seq) * 99));
        assert!(device.runs.is_empty());
    }
}

#[test]
fn the_sequence_rule() {
    let mut device = Device::new(5);
    let ask = |device: &mut Device, seq| {
        let (header, payload) = write(seq, u32::from(seq) * 16, 2);
        let before = device.writes;
        let status = device.status(&header, &payload);
        (status, device.writes - before)
    };
    let (done, repeated) = ((OK, 2), (OK, 0));
    let wrong = (Some(Status::BadSequence), 0);
    assert_eq!(ask(&mut device, 1), wrong);
    assert_eq!(ask(&mut device, 0), done);
    assert_eq!(ask(&mut device, 0), repeated, "a repeat is answered, not stored");
    assert_eq!(ask(&mut device, 2), wrong);
    assert_eq!(ask(&mut device, 1), done);
    assert_eq!(ask(&mut device, 0), wrong, "an old number is no repeat");
    assert_eq!(device.status(&sync(254), &[]), OK);
    assert_eq!(ask(&mut device, 0), wrong);
    assert_eq!(ask(&mut device, 255), done);
    assert_eq!(ask(&mut device, 0), done, "numbers wrap");
}

#[test]
fn a_repeated_run_is_answered_and_not_started() {
    let mut device = Device::new(14);
    device.run_clocks = 30;
    let run = |seq| request(Kind::Run, seq, Region::Registers, 5, 0);
    for seq in 0..3 {
        for copy in 0..3 {
            assert_eq!(device.status(&run(seq), &[]), OK, "copy {copy} of run {seq}");
            assert_eq!(device.runs.len(), usize::from(seq) + 1);
        }
    }
    // A run that has the number of another request is no repeat of a run.
    assert_eq!(device.status(&request(Kind::Read, 3, Region::Registers, 0, 0), &[]), OK);
    assert_eq!(device.status(&run(3), &[]), OK);
    assert_eq!(device.runs.len(), 4);
}

#[test]
fn nothing_but_a_sync_is_in_order_after_power_up() {
    let mut device = Device::unsynced(15);
    for seq in 0..=255 {
        let read = request(Kind::Read, seq, Region::Registers, 0, 0);
        assert_eq!(device.status(&read, &[]), Some(Status::BadSequence), "{seq}");
    }
    assert_eq!(device.status(&sync(77), &[]), OK);
    assert_eq!(device.status(&request(Kind::Run, 78, Region::Registers, 0, 0), &[]), OK);
}

#[test]
fn a_refused_run_or_read_does_nothing() {
    let mut device = Device::new(6);
    let run = |seq| request(Kind::Run, seq, Region::Registers, 0, 0);
    assert_eq!(device.status(&run(9), &[]), Some(Status::BadSequence));
    assert!(device.runs.is_empty());
    let read = request(Kind::Read, 9, Region::Registers, 0, 8);
    assert_eq!(device.ask(&encode(&read, &[])).map(|(h, p)| (h.len, p.len())), Some((0, 0)));
    assert_eq!(device.status(&run(0), &[]), OK);
    assert_eq!(device.runs.len(), 1);
}

#[test]
fn bad_requests_are_answered_and_their_payload_skipped() {
    let mut device = Device::new(7);
    let bad = Some(Status::BadRequest);
    let raw = |kind, region, len| Header {
        magic: MAGIC_REQUEST,
        kind,
        seq: 0,
        region_or_status: region,
        address: 5,
        len,
    };
    for kind in [0u8, 5, 0x42, 0xFF] {
        assert_eq!(device.status(&raw(kind, 1, 0), &[]), bad, "kind {kind}");
        // Only a write has a payload: the length of an unknown kind means nothing.
        assert_eq!(device.status(&raw(kind, 1, 77), &[]), bad, "kind {kind}");
    }
    for region in [2u8, 3, 8, 0x81, 0xFF] {
        assert_eq!(device.status(&raw(Kind::Read as u8, region, 4), &[]), bad, "read of region {region}");
    }
    for region in [2u8, 3, 8, 0x81, 0xFF] {
        assert_eq!(
            device.status(&raw(Kind::Write as u8, region, 3), &[1, 2, 3]),
            bad,
            "write of region {region}"
        );
    }
    for len in [4097u16, 5000] {
        assert_eq!(device.status(&raw(Kind::Read as u8, 1, len), &[]), bad);
        assert_eq!(device.status(&raw(Kind::Write as u8, 1, len), &vec![0x5A; len.into()]), bad);
    }
    assert_eq!(device.writes, 0);
    // None of them moved the sequence number, and the link is in step.
    let (header, payload) = write(0, 0, 3);
    assert_eq!(device.status(&header, &payload), OK);
    assert_eq!(device.status(&raw(Kind::Write as u8, 1, 0), &[]), OK, "an empty write");
    assert_eq!(device.status(&raw(Kind::Read as u8, 1, 0), &[]), OK, "an empty read");
}

#[test]
fn every_single_bit_error_of_a_header_is_dropped() {
    let mut device = Device::new(8);
    let frame = encode(&request(Kind::Run, 0, Region::Registers, 3, 0), &[]);
    for bit in 0..frame.len() * 8 {
        let mut bad = frame.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(device.ask(&bad), None, "bit {bit}");
        device.wait(u64::from(IDLE) + 10);
    }
    assert!(device.runs.is_empty());
    assert_eq!(device.ask(&frame).map(|(h, _)| h.region_or_status), Some(0));
}

#[test]
fn every_single_bit_error_of_a_payload_is_reported() {
    let mut device = Device::new(9);
    let (header, payload) = write(0, 64, 5);
    let frame = encode(&header, &payload);
    for bit in 80..frame.len() * 8 {
        let mut bad = frame.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        let (reply, _) = device.ask(&bad).unwrap();
        assert_eq!((reply.region_or_status, reply.len), (Status::BadCrc as u8, 0), "bit {bit}");
    }
    // The sequence number did not move: 1 is not due yet, 0 is.
    assert_eq!(device.status(&sync(0), &[]), OK);
    let (next, payload) = write(1, 64, 5);
    let mut bad = encode(&next, &payload);
    bad[12] ^= 1;
    assert_eq!(device.ask(&bad).unwrap().0.region_or_status, Status::BadCrc as u8);
    assert_eq!(device.status(&write(2, 64, 5).0, &payload), Some(Status::BadSequence));
    assert_eq!(device.status(&next, &payload), OK);
    assert_eq!(stored(&device, 64, 5), payload);
}

#[test]
fn an_earlier_verdict_outlives_a_wrong_payload() {
    let mut device = Device::new(10);
    for (seq, region, due) in [(9, 1, Status::BadSequence), (9, 200, Status::BadRequest)] {
        let header = Header { region_or_status: region, ..write(seq, 0, 4).0 };
        let mut frame = encode(&header, &[1, 2, 3, 4]);
        frame[11] ^= 0x10;
        assert_eq!(device.ask(&frame).unwrap().0.region_or_status, due as u8);
    }
}

#[test]
fn silence_drops_a_begun_frame_at_the_documented_clock() {
    let mut device = Device::new(11);
    let (header, payload) = write(0, 0, 6);
    let frame = encode(&header, &payload);
    for cut in 1..frame.len() {
        for (silence, whole) in [(IDLE - 1, true), (IDLE, false)] {
            device.receive(&frame[..cut - 1]);
            device.step(Some(frame[cut - 1]));
            device.wait(silence.into());
            let answer = device.ask(&frame[cut..]);
            assert_eq!(answer.is_some(), whole, "{silence} silent clocks after {cut} bytes");
            device.wait(u64::from(IDLE) + 5);
        }
    }
    // What was dropped left nothing behind.
    assert_eq!(device.status(&sync(0), &[]), OK);
}

#[test]
fn garbage_before_a_frame_is_skipped() {
    let mut rng = random(12);
    let mut device = Device::new(12);
    for seq in 0..30 {
        let garbage: Vec<u8> = (0..rng.random_range(0..60)).map(|_| rng.random()).collect();
        device.receive(&garbage.into_iter().filter(|b| *b != MAGIC_REQUEST).collect::<Vec<u8>>());
        assert_eq!(device.status(&sync(seq), &[]), OK);
        // With a magic byte in it, silence is needed.
        device.receive(&[1, MAGIC_REQUEST, 2, 3]);
        device.wait(u64::from(IDLE) + 1);
    }
}

#[test]
fn bytes_during_a_run_and_a_reply_are_lost() {
    let mut device = Device::new(13);
    device.run_clocks = 400;
    device.tx_slow = 20;
    let run = encode(&request(Kind::Run, 0, Region::Registers, 7, 0), &[]);
    device.receive(&run);
    device.receive(&encode(&sync(9), &[]));
    device.wait(390);
    device.receive(&encode(&sync(8), &[]));
    device.wait(400);
    assert_eq!(device.sent.len(), 10, "one reply only");
    assert_eq!(device.sent[1].0, Kind::Run as u8);
    assert_eq!(device.status(&request(Kind::Run, 1, Region::Registers, 7, 0), &[]), OK);
}

#[test]
fn silences_out_of_range_are_refused() {
    for clocks in [0, 1, 1 << 20] {
        assert_eq!(Link::new(clocks).err(), Some(LinkError::IdleClocks { clocks }));
    }
    assert_eq!(SerialLink::new(3, 64).err(), Some(LinkError::ClocksPerBit { clocks: 3 }));
    assert_eq!(idle_clocks(8, 64), 5120);
    assert_eq!(idle_clocks(u32::MAX, 64), *IDLE_CLOCKS.end());
}

//! The parts of the frame protocol on their own.

use frazil_wire::{CRC16_INIT, Header, Kind, MAGIC_REPLY, MAGIC_REQUEST, Region, Status, crc16};
use rand::RngExt;
use rust_hdl::prelude::*;

use crate::link::bench::{Bench, random};
use crate::link::{HeaderRegister, Judge, PayloadCrc};

#[test]
fn payload_crc_is_one_clock_behind() {
    let mut rng = random(3);
    let mut bench = Bench::new(PayloadCrc::default());
    let mut due: Option<Vec<u8>> = None;
    for _ in 0..5000 {
        let (data, take, restart): (u8, bool, bool) = (rng.random(), rng.random(), rng.random_ratio(1, 30));
        let crc = bench.cycle(
            |b| {
                b.data.next = u64::from(data).into();
                b.take.next = take;
                b.restart.next = restart;
            },
            |b| b.crc.val().to_u64() as u16,
        );
        if let Some(bytes) = &mut due {
            assert_eq!(crc, if bytes.is_empty() { CRC16_INIT } else { crc16(bytes) });
            if take {
                bytes.push(data);
            }
        }
        if restart {
            due = Some(Vec::new());
        }
    }
}

fn request(kind: u8, seq: u8, region: u8, address: u32, len: u16) -> Header {
    Header { magic: MAGIC_REQUEST, kind, seq, region_or_status: region, address, len }
}

#[test]
fn a_request_header_becomes_its_reply() {
    let mut rng = random(4);
    let mut bench = Bench::new(HeaderRegister::default());
    for round in 0..200 {
        let len = [0, 1, 4096, 4097, 0xFFFF][round % 5];
        let header = request(rng.random(), rng.random(), rng.random(), rng.random_range(0..1 << 24), len);
        let (status, keep_len): (u8, bool) = (rng.random_range(0..4), rng.random());
        bench.cycle(|b| b.fresh.next = true, |_| ());
        let bytes = header.to_bytes();
        for data in &bytes[1..9] {
            let drive = |b: &mut HeaderRegister| {
                b.fresh.next = false;
                b.push.next = true;
                b.data.next = u64::from(*data).into();
            };
            bench.cycle(drive, |_| ());
        }
        let seen = bench.cycle(
            |b| {
                b.push.next = false;
                b.answer.next = true;
                b.status.next = u64::from(status).into();
                b.keep_len.next = keep_len;
            },
            |b| {
                let fields = (b.kind.val().to_u64(), b.seq.val().to_u64(), b.region.val().to_u64());
                (fields, b.address.val().to_u64(), b.len.val().to_u64(), b.fits.val(), b.crc.val().to_u64())
            },
        );
        let fields = (header.kind.into(), header.seq.into(), header.region_or_status.into());
        assert_eq!(seen, (fields, header.address.into(), len.into(), len <= 4096, bytes[9].into()));
        let kept = if keep_len { len } else { 0 };
        let reply = Header { magic: MAGIC_REPLY, region_or_status: status, len: kept, ..header }.to_bytes();
        for due in &reply[1..9] {
            let drive = |b: &mut HeaderRegister| {
                b.answer.next = false;
                b.pop.next = true;
            };
            assert_eq!(bench.cycle(drive, |b| b.front.val().to_u64()), u64::from(*due));
        }
        assert_eq!(bench.cycle(|b| b.pop.next = false, |b| b.crc.val().to_u64()), u64::from(reply[9]));
    }
}

/// The verdict, by the words of the documentation; nothing is expected after power-up.
fn verdict(header: &Header, expected: Option<u8>) -> Status {
    let kind = Kind::from_code(header.kind);
    let region = Region::from_code(header.region_or_status);
    let good = match kind {
        None => false,
        Some(Kind::Sync | Kind::Run) => true,
        Some(Kind::Read | Kind::Write) => region.is_some() && header.len <= 4096,
    };
    let due = |expected: u8| [expected, expected.wrapping_sub(1)].contains(&header.seq);
    let ordered = expected.is_some_and(due) || kind == Some(Kind::Sync);
    match (good, ordered) {
        (false, _) => Status::BadRequest,
        (true, false) => Status::BadSequence,
        (true, true) => Status::Ok,
    }
}

fn judge_once(judge: &mut Judge, header: &Header, expected: Option<u8>) -> (u8, u64, bool, bool, bool) {
    judge.kind.next = u64::from(header.kind).into();
    judge.seq.next = u64::from(header.seq).into();
    judge.region.next = u64::from(header.region_or_status).into();
    judge.fits.next = header.len <= 4096;
    judge.expected.next = u64::from(expected.unwrap_or(header.seq)).into();
    judge.synced.next = expected.is_some();
    assert!(simulate(judge, 20));
    let kinds = (judge.is_read.val(), judge.is_write.val(), judge.is_run.val());
    (judge.status.val().to_u64() as u8, judge.next_seq.val().to_u64(), kinds.0, kinds.1, kinds.2)
}

#[test]
fn the_judge_knows_every_combination() {
    let mut judge = Judge::default();
    judge.connect_all();
    check_all(&judge).unwrap();
    let near = [0u8, 1, 2, 127, 254, 255];
    for kind in [0u8, 1, 2, 3, 4, 5, 0x82, 255] {
        for region in [0u8, 1, 2, 3, 4, 5, 0x81, 255] {
            let numbers = near.iter().flat_map(|s| near.map(|e| (4096, *s, Some(e))));
            for (len, seq, expected) in numbers.chain([(4097, 7, Some(7)), (4096, 7, None)]) {
                let header = request(kind, seq, region, 0, len);
                let is = |k: Kind| kind == k as u8;
                let due = (
                    verdict(&header, expected) as u8,
                    u64::from(seq.wrapping_add(1)),
                    is(Kind::Read),
                    is(Kind::Write),
                    is(Kind::Run),
                );
                assert_eq!(
                    judge_once(&mut judge, &header, expected),
                    due,
                    "{header:?}, expected {expected:?}"
                );
            }
        }
    }
}

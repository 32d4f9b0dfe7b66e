use frazil_wire::{Decoded, Decoder, MAGIC_REQUEST, PROTOCOL_VERSION};

use super::*;

const CONFIG: DeviceConfig = DeviceConfig {
    version: PROTOCOL_VERSION,
    lanes: 8,
    pixels: 2,
    design_id: 0x0123_4567_89AB_CDEF,
    clock_hz: 24_000_000,
    memory_words: 1024,
    baud: 3_000_000,
};

/// Adds 1 to each of the first 128 bytes; entry 9 never ends. 8,000 clocks are 100 byte times.
struct Increment;

impl Engine for Increment {
    fn run(&mut self, memories: &mut Memories, entry: u32) -> Option<u64> {
        memories.memory[..128].iter_mut().for_each(|byte| *byte = byte.wrapping_add(1));
        (entry != 9).then_some(8000)
    }
}

/// A device that expects number 0.
fn device() -> SimDevice<Increment> {
    let mut device = SimDevice::new(CONFIG, Increment);
    assert_eq!(send(&mut device, &simple(Kind::Sync, 255, 0)), OK);
    device
}

fn request(kind: Kind, seq: u8, region: Region, address: u32, len: usize) -> Header {
    Header {
        magic: MAGIC_REQUEST,
        kind: kind as u8,
        seq,
        region_or_status: region as u8,
        address,
        len: len as u16,
    }
}

fn all(device: &mut SimDevice<Increment>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 7];
    loop {
        match device.read(&mut buffer, Duration::ZERO).unwrap() {
            0 => return bytes,
            n => bytes.extend_from_slice(&buffer[..n]),
        }
    }
}

/// Sends bytes and returns the reply, if there is one.
fn send(device: &mut SimDevice<Increment>, bytes: &[u8]) -> Option<(Status, Vec<u8>)> {
    device.write_all(bytes).unwrap();
    let mut decoder = Decoder::new(MAGIC_REPLY);
    decoder.push(&all(device));
    let reply = decoder.next_frame().map(|d| match d {
        Decoded::Frame(h, payload) => (Status::from_code(h.region_or_status).unwrap(), payload),
        Decoded::BadPayload(h) => panic!("the device sent a bad payload: {h:?}"),
    });
    assert!(!decoder.is_partial() && decoder.next_frame().is_none(), "more than one reply");
    reply
}

fn write(seq: u8, address: u32, payload: &[u8]) -> Vec<u8> {
    encode(&request(Kind::Write, seq, Region::Memory, address, payload.len()), payload)
}

fn read(seq: u8, region: Region, address: u32, len: usize) -> Vec<u8> {
    encode(&request(Kind::Read, seq, region, address, len), &[])
}

fn simple(kind: Kind, seq: u8, address: u32) -> Vec<u8> {
    encode(&request(kind, seq, Region::Registers, address, 0), &[])
}

const OK: Option<(Status, Vec<u8>)> = Some((Status::Ok, Vec::new()));

fn failed(status: Status) -> Option<(Status, Vec<u8>)> {
    Some((status, Vec::new()))
}

#[test]
fn registers_say_what_the_device_is() {
    let (status, bytes) = send(&mut device(), &read(0, Region::Registers, 0, REGISTER_BYTES)).unwrap();
    assert_eq!(status, Status::Ok);
    let mut expected = vec![PROTOCOL_VERSION, 8, 2, 0, 0xEF, 0xCD, 0xAB, 0x89, 0x67, 0x45, 0x23, 0x01];
    for word in [24_000_000u32, 1024, 0, 0, 0] {
        expected.extend(word.to_le_bytes());
    }
    assert_eq!(bytes, expected);
}

#[test]
fn a_reply_repeats_kind_number_and_address() {
    let mut d = device();
    d.write_all(&simple(Kind::Sync, 77, 0x12_3456)).unwrap();
    assert_eq!(all(&mut d), simple_reply(Kind::Sync, 77, 0x12_3456));
}

fn simple_reply(kind: Kind, seq: u8, address: u32) -> Vec<u8> {
    encode(&Header { magic: MAGIC_REPLY, ..request(kind, seq, Region::Registers, address, 0) }, &[])
}

#[test]
fn writes_run_and_read_back() {
    let mut d = device();
    let data: Vec<u8> = (0..128).map(|i| (i * 37) as u8).collect();
    assert_eq!(send(&mut d, &write(0, 0, &data)), OK);
    assert_eq!(send(&mut d, &simple(Kind::Run, 1, 0)), OK);
    let expected = data.iter().map(|b| b.wrapping_add(1)).collect();
    assert_eq!(send(&mut d, &read(2, Region::Memory, 0, 128)), Some((Status::Ok, expected)));
    let cycles = Some((Status::Ok, 8000u32.to_le_bytes().to_vec()));
    assert_eq!(send(&mut d, &read(3, Region::Registers, Register::Cycles.address(), 4)), cycles);
}

#[test]
fn memory_is_written_and_registers_are_not() {
    let mut d = device();
    let data = [1, 2, 3, 4];
    for (seq, region) in [(0, Region::Registers), (1, Region::Memory)] {
        assert_eq!(send(&mut d, &encode(&request(Kind::Write, seq, region, 8, 4), &data)), OK);
    }
    let m = d.memories();
    assert_eq!((m.memory.len(), &m.memory[8..12]), (8192, &data[..]));
    assert_eq!(m.registers, Memories::new(&CONFIG).registers);
}

#[test]
fn a_repeated_run_is_answered_and_not_executed() {
    let mut d = device();
    for seq in 0..3 {
        for _ in 0..3 {
            assert_eq!(send(&mut d, &simple(Kind::Run, seq, 0)), OK);
            assert_eq!(d.memories().memory[0], seq + 1);
        }
    }
    // A run that has the number of another request is no repeat of a run.
    assert_eq!(send(&mut d, &simple(Kind::Sync, 3, 0)), OK);
    assert_eq!(send(&mut d, &simple(Kind::Run, 3, 0)), OK);
    assert_eq!(d.memories().memory[0], 4);
}

#[test]
fn nothing_but_a_sync_is_accepted_after_power_up() {
    let mut d = SimDevice::new(CONFIG, Increment);
    for seq in 0..=255 {
        assert_eq!(send(&mut d, &simple(Kind::Run, seq, 0)), failed(Status::BadSequence), "{seq}");
    }
    assert_eq!(send(&mut d, &simple(Kind::Sync, 7, 0)), OK);
    assert_eq!(send(&mut d, &simple(Kind::Run, 8, 0)), OK);
}

#[test]
fn only_the_next_number_and_a_repeat_are_accepted() {
    for distance in 0..=255u8 {
        let mut d = device();
        assert_eq!(send(&mut d, &simple(Kind::Sync, 200, 0)), OK);
        let expected = if distance <= 1 { Status::Ok } else { Status::BadSequence };
        let reply = send(&mut d, &write(200u8.wrapping_add(distance), 0, &[9]));
        assert_eq!(reply, failed(expected));
        assert_eq!(d.memories().memory[0] == 9, distance == 1, "only a new request is stored");
    }
}

#[test]
fn a_refused_request_does_not_move_the_number() {
    let mut d = device();
    assert_eq!(send(&mut d, &simple(Kind::Sync, 10, 0)), OK);
    assert_eq!(send(&mut d, &simple(Kind::Run, 40, 0)), failed(Status::BadSequence));
    assert_eq!(send(&mut d, &read(11, Region::Memory, 0, MAX_PAYLOAD + 1)), failed(Status::BadRequest));
    assert_eq!(send(&mut d, &simple(Kind::Run, 11, 0)), OK);
}

#[test]
fn requests_that_make_no_sense_are_refused_and_store_nothing() {
    let mut d = device();
    let unknown_kind = Header { kind: 9, ..request(Kind::Read, 0, Region::Memory, 0, 1) };
    assert_eq!(send(&mut d, &encode(&unknown_kind, &[])), failed(Status::BadRequest));
    for region in 2..=255 {
        let h = Header { region_or_status: region, ..request(Kind::Read, 0, Region::Memory, 0, 1) };
        assert_eq!(send(&mut d, &encode(&h, &[])), failed(Status::BadRequest), "region {region}");
    }
    let h = Header { region_or_status: 2, ..request(Kind::Write, 0, Region::Memory, 0, 3) };
    assert_eq!(send(&mut d, &encode(&h, &[1, 2, 3])), failed(Status::BadRequest));
    let reading = read(0, Region::Memory, 0, MAX_PAYLOAD + 1);
    assert_eq!(send(&mut d, &reading), failed(Status::BadRequest));
    assert_eq!(send(&mut d, &write(0, 0, &[7; MAX_PAYLOAD + 1])), failed(Status::BadRequest));
    assert_eq!(d.memories(), &Memories::new(&CONFIG));
}

#[test]
fn a_bad_header_is_dropped_and_a_bad_payload_is_reported() {
    let frame = write(0, 5, &[1, 2, 3]);
    for bit in 0..frame.len() * 8 {
        let mut bad = frame.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        let mut d = device();
        let expected = if bit < 80 { None } else { failed(Status::BadCrc) };
        assert_eq!(send(&mut d, &bad), expected, "bit {bit}");
        assert_eq!(send(&mut d, &frame), OK, "the same again, bit {bit}");
        assert_eq!(d.memories().memory[5..8], [1, 2, 3]);
    }
}

#[test]
fn an_idle_gap_forgets_a_partial_frame() {
    let frame = write(0, 0, &[1, 2, 3]);
    for cut in 1..frame.len() {
        let mut d = device();
        assert_eq!(send(&mut d, &frame[..cut]), None);
        assert_eq!(send(&mut d, &frame), OK, "cut at {cut}");
    }
}

#[test]
fn a_busy_device_does_not_listen() {
    let mut d = device();
    // 100 byte times of running and 10 of answering.
    d.write_all(&simple(Kind::Run, 0, 0)).unwrap();
    d.write_all(&[0; 101]).unwrap();
    d.write_all(&simple(Kind::Run, 1, 0)).unwrap();
    assert_eq!(all(&mut d).len(), 10, "the second request began one byte too early");
    d.write_all(&simple(Kind::Run, 1, 0)).unwrap();
    d.write_all(&[0; 110]).unwrap();
    d.write_all(&simple(Kind::Run, 2, 0)).unwrap();
    assert_eq!(all(&mut d).len(), 20);
}

#[test]
fn a_program_without_an_end_silences_the_device_until_power_is_cycled() {
    let mut d = device();
    assert_eq!(send(&mut d, &simple(Kind::Run, 0, 9)), None);
    assert_eq!(send(&mut d, &simple(Kind::Sync, 0, 0)), None);
    d.power_cycle();
    assert_eq!(d.memories(), &Memories::new(&CONFIG));
    assert_eq!(send(&mut d, &simple(Kind::Sync, 0, 0)), OK);
}

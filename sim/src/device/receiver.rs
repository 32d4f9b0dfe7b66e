//! From bytes to requests, byte by byte, as the hardware does it.
//!
//! Not [`frazil_wire::Decoder`]: that one keeps a frame until it is whole and searches on within a header that
//! proved wrong, for which hardware has neither the memory nor the time.

use frazil_wire::{CRC16_INIT, HEADER_LEN, Header, Kind, MAGIC_REQUEST, crc16_step};

/// Something that the device must act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Received {
    /// A write's header whose CRC holds: its payload follows.
    Header(Header),
    /// One byte of its payload.
    Payload { header: Header, offset: u32, byte: u8 },
    /// The end of the write, and whether the payload's CRC held.
    End { header: Header, good: bool },
    /// A request without a payload.
    Whole(Header),
}

#[derive(Debug, Clone, Copy)]
enum State {
    Search,
    Header { bytes: [u8; HEADER_LEN], count: usize },
    Payload { header: Header, offset: u32, crc: u16 },
    Crc { header: Header, crc: u16, low: Option<u8> },
}

/// The request parser.
#[derive(Debug)]
pub(super) struct Receiver {
    state: State,
}

impl Receiver {
    pub(super) fn new() -> Self {
        Self { state: State::Search }
    }

    /// An idle gap: the rest of a partial frame will not come.
    pub(super) fn idle_gap(&mut self) {
        self.state = State::Search;
    }

    pub(super) fn push(&mut self, byte: u8) -> Option<Received> {
        let (state, received) = step(self.state, byte);
        self.state = state;
        received
    }
}

fn step(state: State, byte: u8) -> (State, Option<Received>) {
    match state {
        State::Search if byte != MAGIC_REQUEST => (State::Search, None),
        State::Search => {
            let mut bytes = [0; HEADER_LEN];
            bytes[0] = byte;
            (State::Header { bytes, count: 1 }, None)
        }
        State::Header { bytes, count } => header_byte(bytes, count, byte),
        State::Payload { header, offset, crc } => payload_byte(header, offset, crc, byte),
        State::Crc { header, crc, low: None } => (State::Crc { header, crc, low: Some(byte) }, None),
        State::Crc { header, crc, low: Some(low) } => {
            let good = u16::from_le_bytes([low, byte]) == crc;
            (State::Search, Some(Received::End { header, good }))
        }
    }
}

fn header_byte(mut bytes: [u8; HEADER_LEN], count: usize, byte: u8) -> (State, Option<Received>) {
    bytes[count] = byte;
    if count + 1 < HEADER_LEN {
        return (State::Header { bytes, count: count + 1 }, None);
    }
    match Header::from_bytes(&bytes) {
        None => (State::Search, None),
        Some(header) if header.kind == Kind::Write as u8 && header.len > 0 => {
            (State::Payload { header, offset: 0, crc: CRC16_INIT }, Some(Received::Header(header)))
        }
        Some(header) => (State::Search, Some(Received::Whole(header))),
    }
}

fn payload_byte(header: Header, offset: u32, crc: u16, byte: u8) -> (State, Option<Received>) {
    let crc = crc16_step(crc, byte);
    let next = if offset + 1 == u32::from(header.len) {
        State::Crc { header, crc, low: None }
    } else {
        State::Payload { header, offset: offset + 1, crc }
    };
    (next, Some(Received::Payload { header, offset, byte }))
}

//! Frames: header layout, encoding, and the streaming decoder of both ends.

use crate::crc::{crc8, crc16};

/// First byte of every request.
pub const MAGIC_REQUEST: u8 = 0x5A;
/// First byte of every reply.
pub const MAGIC_REPLY: u8 = 0xA5;
/// Bytes of a header, its CRC-8 included.
pub const HEADER_LEN: usize = 10;
/// Largest payload of one frame in bytes.
pub const MAX_PAYLOAD: usize = 4096;

/// What a request asks for. A reply repeats the kind of its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// Accepted with any sequence number; the device expects `seq + 1` next. The first request after power-up. No
    /// payload.
    Sync = 0x01,
    /// The reply carries `len` bytes of `region` from `address`; the request itself has no payload although
    /// its `len` is not zero.
    Read = 0x02,
    /// The payload is stored in `region` from `address`.
    Write = 0x03,
    /// Runs the program whose first descriptor is at word `address` of memory; the reply comes when it has ended. Repeated, it is answered and not run
    /// again.
    Run = 0x04,
}

impl Kind {
    /// The kind with this code.
    pub fn from_code(code: u8) -> Option<Self> {
        [Kind::Sync, Kind::Read, Kind::Write, Kind::Run].into_iter().find(|k| *k as u8 == code)
    }
}

/// An address space of the device. All addresses count bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Region {
    /// Read-only registers, see [`crate::Register`].
    Registers = 0,
    /// The device's memory, read and write: tensors, weights, parameters and descriptors. Byte `lanes * w + lane`
    /// is lane `lane` of word `w`.
    Memory = 1,
}

impl Region {
    /// The region with this code.
    pub fn from_code(code: u8) -> Option<Self> {
        [Self::Registers, Self::Memory].into_iter().find(|r| *r as u8 == code)
    }
}

/// The outcome in a reply, in the header byte that is the region of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Status {
    /// Done.
    Ok = 0,
    /// The payload's CRC was wrong: nothing may be concluded about the region written. Send it again.
    BadCrc = 1,
    /// The sequence number was neither the expected one nor a repeat of the last: nothing was done.
    BadSequence = 2,
    /// Unknown kind or region, or a length above [`MAX_PAYLOAD`]: nothing was done.
    BadRequest = 3,
}

impl Status {
    /// The status with this code.
    pub fn from_code(code: u8) -> Option<Self> {
        [Self::Ok, Self::BadCrc, Self::BadSequence, Self::BadRequest].into_iter().find(|s| *s as u8 == code)
    }
}

/// A frame's header as raw fields: a decoder must also carry codes that it does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// [`MAGIC_REQUEST`] or [`MAGIC_REPLY`].
    pub magic: u8,
    /// Code of a [`Kind`].
    pub kind: u8,
    /// Sequence number.
    pub seq: u8,
    /// Code of a [`Region`] in a request, of a [`Status`] in a reply.
    pub region_or_status: u8,
    /// Byte address, or word address of [`Kind::Run`]; 24 bits. A reply repeats its request's.
    pub address: u32,
    /// Bytes of payload (asked for, in a read request; following, otherwise).
    pub len: u16,
}

impl Header {
    /// The ten bytes on the wire.
    pub fn to_bytes(&self) -> [u8; HEADER_LEN] {
        let a = self.address.to_le_bytes();
        let l = self.len.to_le_bytes();
        let mut b = [self.magic, self.kind, self.seq, self.region_or_status, a[0], a[1], a[2], l[0], l[1], 0];
        b[9] = crc8(&b[..9]);
        b
    }

    /// The header in these bytes, if its CRC holds.
    pub fn from_bytes(b: &[u8; HEADER_LEN]) -> Option<Self> {
        (crc8(&b[..9]) == b[9]).then(|| Self {
            magic: b[0],
            kind: b[1],
            seq: b[2],
            region_or_status: b[3],
            address: u32::from_le_bytes([b[4], b[5], b[6], 0]),
            len: u16::from_le_bytes([b[7], b[8]]),
        })
    }

    /// Bytes of payload that follow this header on the wire.
    fn following(&self) -> usize {
        if self.magic == MAGIC_REQUEST && self.kind == Kind::Read as u8 { 0 } else { self.len as usize }
    }
}

/// A whole frame. `header.len` must be the payload's length, except in a read request.
pub fn encode(header: &Header, payload: &[u8]) -> Vec<u8> {
    let mut out = header.to_bytes().to_vec();
    if !payload.is_empty() {
        out.extend_from_slice(payload);
        out.extend_from_slice(&crc16(payload).to_le_bytes());
    }
    out
}

/// What the decoder found in the bytes so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decoded {
    /// A frame whose checksums hold.
    Frame(Header, Vec<u8>),
    /// A frame whose header holds and whose payload does not.
    BadPayload(Header),
}

/// Finds frames in a byte stream, skipping what is not one.
///
/// It searches for the magic byte, checks the header's CRC-8 and then waits for the payload. A wrong header
/// drops one byte and searches on within the bytes it has, so that garbage never hides a frame behind it.
#[derive(Debug, Clone)]
pub struct Decoder {
    magic: u8,
    buffer: Vec<u8>,
}

impl Decoder {
    /// A decoder of requests ([`MAGIC_REQUEST`]) or replies ([`MAGIC_REPLY`]).
    pub fn new(magic: u8) -> Self {
        Self { magic, buffer: Vec::new() }
    }

    /// Adds bytes from the wire.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Forgets a partial frame: an idle gap on the wire means the rest will not come.
    pub fn reset(&mut self) {
        self.buffer.clear();
    }

    /// Whether a frame has begun and not ended.
    pub fn is_partial(&self) -> bool {
        !self.buffer.is_empty()
    }

    /// The next frame, if all of it has arrived.
    pub fn next_frame(&mut self) -> Option<Decoded> {
        loop {
            let start = self.buffer.iter().position(|b| *b == self.magic).unwrap_or(self.buffer.len());
            self.buffer.drain(..start);
            let head: &[u8; HEADER_LEN] = self.buffer.get(..HEADER_LEN)?.try_into().ok()?;
            let Some(header) = Header::from_bytes(head).filter(|h| h.following() <= MAX_PAYLOAD) else {
                self.buffer.drain(..1);
                continue;
            };
            return self.take_payload(header);
        }
    }

    fn take_payload(&mut self, header: Header) -> Option<Decoded> {
        let len = header.following();
        let end = HEADER_LEN + if len == 0 { 0 } else { len + 2 };
        if self.buffer.len() < end {
            return None;
        }
        let frame: Vec<u8> = self.buffer.drain(..end).collect();
        let payload = frame[HEADER_LEN..HEADER_LEN + len].to_vec();
        let good = len == 0 || frame[end - 2..] == crc16(&payload).to_le_bytes();
        Some(if good { Decoded::Frame(header, payload) } else { Decoded::BadPayload(header) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(seq: u8, payload: &[u8]) -> (Header, Vec<u8>) {
        let h = Header {
            magic: MAGIC_REQUEST,
            kind: Kind::Write as u8,
            seq,
            region_or_status: Region::Memory as u8,
            address: 0x01_2345,
            len: payload.len() as u16,
        };
        (h, encode(&h, payload))
    }

    #[test]
    fn a_frame_survives_garbage_and_arrives_byte_by_byte() {
        let payload: Vec<u8> = (0..=255).collect();
        let (header, frame) = write(7, &payload);
        let mut d = Decoder::new(MAGIC_REQUEST);
        d.push(&[0, MAGIC_REQUEST, 1, 2, MAGIC_REQUEST]);
        let mut found = None;
        for b in frame {
            assert_eq!(found, None);
            d.push(&[b]);
            found = d.next_frame();
        }
        assert_eq!(found, Some(Decoded::Frame(header, payload)));
    }

    #[test]
    fn every_single_bit_error_is_noticed() {
        let (header, frame) = write(1, &[1, 2, 3, 4, 5]);
        for bit in 0..frame.len() * 8 {
            let mut bad = frame.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            let mut d = Decoder::new(MAGIC_REQUEST);
            d.push(&bad);
            match d.next_frame() {
                None => {}
                Some(Decoded::BadPayload(h)) => assert_eq!(h, header),
                Some(Decoded::Frame(..)) => panic!("bit {bit} went unnoticed"),
            }
        }
    }

    #[test]
    fn a_read_request_has_no_payload() {
        let h = Header {
            magic: MAGIC_REQUEST,
            kind: Kind::Read as u8,
            seq: 0,
            region_or_status: Region::Registers as u8,
            address: 0,
            len: 32,
        };
        let mut d = Decoder::new(MAGIC_REQUEST);
        d.push(&encode(&h, &[]));
        assert_eq!(d.next_frame(), Some(Decoded::Frame(h, vec![])));
    }
}

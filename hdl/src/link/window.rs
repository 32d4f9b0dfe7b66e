//! The header of a frame: found in the byte stream, then turned into the header of the reply.

use frazil_wire::{HEADER_LEN, Kind, MAGIC_REPLY, MAGIC_REQUEST, MAX_PAYLOAD, crc8, crc8_step};
use rust_hdl::prelude::*;

use super::XorMap;

/// The last nine bytes of the line, with their CRC-8 kept up to date as they slide through.
///
/// Searching: `push` takes `data` in. `found` says, in the same clock, that `data` is the CRC that completes a
/// request header; the header is then on `kind` ... `len`, and stays until the next `push`, `pop` or `clear`. As the
/// CRC is linear, the byte that leaves is taken out of it by a constant map, so that every position of the stream is
/// tried and garbage never hides a frame behind it: exactly the search of `frazil_wire::Decoder`.
///
/// Answering: `answer` makes it a reply's header (magic, `status`, and `len` unless `keep_len` becomes 0). Then
/// `front` is the byte to send and `pop` passes on to the next one; after nine pops `crc` is the reply's CRC-8.
///
/// `clear` forgets everything; it wins over the others. All take effect in the next clock.
#[derive(LogicBlock)]
pub struct HeaderWindow {
    /// Clock.
    pub clock: Signal<In, Clock>,
    /// Byte from the line.
    pub data: Signal<In, Bits<8>>,
    /// Takes `data` in.
    pub push: Signal<In, Bit>,
    /// Forgets all bytes.
    pub clear: Signal<In, Bit>,
    /// Makes the request's header the reply's.
    pub answer: Signal<In, Bit>,
    /// Status of the reply.
    pub status: Signal<In, Bits<2>>,
    /// Whether the reply's `len` is the request's (or 0).
    pub keep_len: Signal<In, Bit>,
    /// Passes on to the next byte of the reply.
    pub pop: Signal<In, Bit>,
    /// `data` completes a header.
    pub found: Signal<Out, Bit>,
    /// Code of the kind.
    pub kind: Signal<Out, Bits<8>>,
    /// Sequence number.
    pub seq: Signal<Out, Bits<8>>,
    /// Code of the region.
    pub region: Signal<Out, Bits<8>>,
    /// Address.
    pub address: Signal<Out, Bits<24>>,
    /// Payload bytes.
    pub len: Signal<Out, Bits<16>>,
    /// `len` is at most `frazil_wire::MAX_PAYLOAD`.
    pub fits: Signal<Out, Bit>,
    /// The next byte of the reply's header.
    pub front: Signal<Out, Bits<8>>,
    /// CRC-8 of the nine bytes held (searching) or of those popped (answering).
    pub crc: Signal<Out, Bits<8>>,
    b0: DFF<Bits<8>>,
    b1: DFF<Bits<8>>,
    b2: DFF<Bits<8>>,
    b3: DFF<Bits<8>>,
    b456: DFF<Bits<24>>,
    b78: DFF<Bits<16>>,
    sum: DFF<Bits<8>>,
    map: XorMap<8>,
    leaving: XorMap<8>,
    stepped: Signal<Local, Bits<8>>,
    is_read: Signal<Local, Bit>,
    short_len: Signal<Local, Bit>,
    from_len: Signal<Local, Bits<24>>,
    request: Constant<Bits<8>>,
    reply: Constant<Bits<8>>,
    read: Constant<Bits<8>>,
    most: Constant<Bits<16>>,
}

impl Default for HeaderWindow {
    fn default() -> Self {
        Self {
            clock: Default::default(),
            data: Default::default(),
            push: Default::default(),
            clear: Default::default(),
            answer: Default::default(),
            status: Default::default(),
            keep_len: Default::default(),
            pop: Default::default(),
            found: Default::default(),
            kind: Default::default(),
            seq: Default::default(),
            region: Default::default(),
            address: Default::default(),
            len: Default::default(),
            fits: Default::default(),
            front: Default::default(),
            crc: Default::default(),
            b0: Default::default(),
            b1: Default::default(),
            b2: Default::default(),
            b3: Default::default(),
            b456: Default::default(),
            b78: Default::default(),
            sum: Default::default(),
            map: XorMap::new(|b| crc8_step(0, b).into()),
            leaving: XorMap::new(|b| crc8(&gone(b)).into()),
            stepped: Default::default(),
            is_read: Default::default(),
            short_len: Default::default(),
            from_len: Default::default(),
            request: Constant::new(u64::from(MAGIC_REQUEST).into()),
            reply: Constant::new(u64::from(MAGIC_REPLY).into()),
            read: Constant::new((Kind::Read as u64).into()),
            most: Constant::new((MAX_PAYLOAD as u64).into()),
        }
    }
}

/// A byte, and as many zeros as have been pushed when it leaves: its share in the CRC at that moment.
fn gone(byte: u8) -> [u8; HEADER_LEN] {
    let mut bytes = [0; HEADER_LEN];
    bytes[0] = byte;
    bytes
}

impl Logic for HeaderWindow {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, b0, b1, b2, b3, b456, b78, sum);
        self.is_read.next = self.b1.q.val() == self.read.val();
        self.short_len.next = self.b78.q.val() <= self.most.val();
        self.found.next = (self.b0.q.val() == self.request.val())
            & (self.sum.q.val() == self.data.val())
            & (self.is_read.val() | self.short_len.val());
        // The CRC takes in what comes (searching) or what is sent (answering).
        self.map.x.next = self.sum.q.val() ^ self.data.val();
        if self.pop.val() {
            self.map.x.next = self.sum.q.val() ^ self.b0.q.val();
        }
        self.leaving.x.next = self.b0.q.val();
        self.stepped.next = self.map.y.val();
        self.from_len.next = bit_cast::<24, 8>(self.b78.q.val().get_bits::<8>(0));
        if self.push.val() | self.pop.val() {
            self.b0.d.next = self.b1.q.val();
            self.b1.d.next = self.b2.q.val();
            self.b2.d.next = self.b3.q.val();
            self.b3.d.next = self.b456.q.val().get_bits::<8>(0);
            self.b456.d.next = (self.b456.q.val() >> 8) | (self.from_len.val() << 16);
            self.b78.d.next = (self.b78.q.val() >> 8) | (bit_cast::<16, 8>(self.data.val()) << 8);
            self.sum.d.next = self.stepped.val();
        }
        if self.push.val() {
            self.sum.d.next = self.stepped.val() ^ self.leaving.y.val();
        }
        if self.answer.val() {
            self.b0.d.next = self.reply.val();
            self.b3.d.next = bit_cast::<8, 2>(self.status.val());
            self.sum.d.next = 0.into();
            if !self.keep_len.val() {
                self.b78.d.next = 0.into();
            }
        }
        if self.clear.val() {
            self.b0.d.next = 0.into();
            self.b1.d.next = 0.into();
            self.b2.d.next = 0.into();
            self.b3.d.next = 0.into();
            self.b456.d.next = 0.into();
            self.b78.d.next = 0.into();
            self.sum.d.next = 0.into();
        }
        self.kind.next = self.b1.q.val();
        self.seq.next = self.b2.q.val();
        self.region.next = self.b3.q.val();
        self.address.next = self.b456.q.val();
        self.len.next = self.b78.q.val();
        self.fits.next = self.short_len.val();
        self.front.next = self.b0.q.val();
        self.crc.next = self.sum.q.val();
    }
}

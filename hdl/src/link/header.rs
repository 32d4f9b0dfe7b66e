//! The header of a frame: collected from the line, then turned into the header of the reply.

use frazil_wire::{MAGIC_REPLY, MAGIC_REQUEST, MAX_PAYLOAD, crc8, crc8_step};
use rust_hdl::prelude::*;

use super::XorMap;

/// The eight bytes of a header between its magic and its CRC-8, and that CRC.
///
/// Collecting: `fresh` sets `crc` to that of the request's magic; each `push` then takes `data` in. After eight, the
/// header is on `kind` ... `len`, and `crc` is what the next byte has to be.
///
/// Answering: `answer` makes it a reply's header (`status`, a `len` of 0 unless `keep_len`, `crc` of the reply's
/// magic). Then `front` is the byte to send and `pop` passes on to the next one; after eight, `crc` is the reply's.
///
/// All take effect in the next clock; at most one of the four is high, except that `fresh` wins over `push`.
#[derive(LogicBlock)]
pub struct HeaderRegister {
    /// Clock.
    pub clock: Signal<In, Clock>,
    /// Byte from the line.
    pub data: Signal<In, Bits<8>>,
    /// Starts a header.
    pub fresh: Signal<In, Bit>,
    /// Takes `data` in.
    pub push: Signal<In, Bit>,
    /// Makes the request's header the reply's.
    pub answer: Signal<In, Bit>,
    /// Status of the reply.
    pub status: Signal<In, Bits<2>>,
    /// Whether the reply's `len` is the request's.
    pub keep_len: Signal<In, Bit>,
    /// Passes on to the next byte of the reply.
    pub pop: Signal<In, Bit>,
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
    /// CRC-8 of the magic and the bytes pushed or popped so far.
    pub crc: Signal<Out, Bits<8>>,
    held_kind: DFF<Bits<8>>,
    held_seq: DFF<Bits<8>>,
    held_region: DFF<Bits<8>>,
    held_address: DFF<Bits<24>>,
    held_len: DFF<Bits<16>>,
    sum: DFF<Bits<8>>,
    map: XorMap<8>,
    from_len: Signal<Local, Bits<24>>,
    after_request: Constant<Bits<8>>,
    after_reply: Constant<Bits<8>>,
    most: Constant<Bits<16>>,
}

impl Default for HeaderRegister {
    fn default() -> Self {
        Self {
            clock: Default::default(),
            data: Default::default(),
            fresh: Default::default(),
            push: Default::default(),
            answer: Default::default(),
            status: Default::default(),
            keep_len: Default::default(),
            pop: Default::default(),
            kind: Default::default(),
            seq: Default::default(),
            region: Default::default(),
            address: Default::default(),
            len: Default::default(),
            fits: Default::default(),
            front: Default::default(),
            crc: Default::default(),
            held_kind: Default::default(),
            held_seq: Default::default(),
            held_region: Default::default(),
            held_address: Default::default(),
            held_len: Default::default(),
            sum: Default::default(),
            map: XorMap::new(|b| crc8_step(0, b).into()),
            from_len: Default::default(),
            after_request: Constant::new(u64::from(crc8(&[MAGIC_REQUEST])).into()),
            after_reply: Constant::new(u64::from(crc8(&[MAGIC_REPLY])).into()),
            most: Constant::new((MAX_PAYLOAD as u64).into()),
        }
    }
}

impl Logic for HeaderRegister {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, held_kind, held_seq, held_region, held_address, held_len, sum);
        // The CRC takes in what comes (collecting) or what is sent (answering).
        self.map.x.next = self.sum.q.val() ^ self.data.val();
        if self.pop.val() {
            self.map.x.next = self.sum.q.val() ^ self.held_kind.q.val();
        }
        self.from_len.next = 0.into();
        if self.push.val() | self.pop.val() {
            self.from_len.next = bit_cast::<24, 8>(self.held_len.q.val().get_bits::<8>(0));
            self.held_kind.d.next = self.held_seq.q.val();
            self.held_seq.d.next = self.held_region.q.val();
            self.held_region.d.next = self.held_address.q.val().get_bits::<8>(0);
            self.held_address.d.next = (self.held_address.q.val() >> 8) | (self.from_len.val() << 16);
            self.held_len.d.next = (self.held_len.q.val() >> 8) | (bit_cast::<16, 8>(self.data.val()) << 8);
            self.sum.d.next = self.map.y.val();
        }
        if self.fresh.val() {
            self.sum.d.next = self.after_request.val();
        }
        if self.answer.val() {
            self.held_region.d.next = bit_cast::<8, 2>(self.status.val());
            self.sum.d.next = self.after_reply.val();
            if !self.keep_len.val() {
                self.held_len.d.next = 0.into();
            }
        }
        self.kind.next = self.held_kind.q.val();
        self.seq.next = self.held_seq.q.val();
        self.region.next = self.held_region.q.val();
        self.address.next = self.held_address.q.val();
        self.len.next = self.held_len.q.val();
        self.fits.next = self.held_len.q.val() <= self.most.val();
        self.front.next = self.held_kind.q.val();
        self.crc.next = self.sum.q.val();
    }
}

//! What a request's header deserves.

use frazil_wire::{Kind, Region, Status};
use rust_hdl::prelude::*;

/// Kind, region and sequence number to the status of the reply. Combinational, no clock.
///
/// [`Status::BadRequest`] is an unknown kind, and for reads and writes an unknown region or a length that does not
/// fit. Otherwise [`Status::BadSequence`] is a sequence
/// number that is neither `expected` nor the one before, and any number before the first [`Kind::Sync`], which is
/// always in order.
#[derive(LogicBlock)]
pub struct Judge {
    /// Code of the kind.
    pub kind: Signal<In, Bits<8>>,
    /// Sequence number.
    pub seq: Signal<In, Bits<8>>,
    /// Sequence number that is due.
    pub expected: Signal<In, Bits<8>>,
    /// A request has been accepted since power-up.
    pub synced: Signal<In, Bit>,
    /// Code of the region.
    pub region: Signal<In, Bits<8>>,
    /// The length is at most `frazil_wire::MAX_PAYLOAD`.
    pub fits: Signal<In, Bit>,
    /// Status of the reply.
    pub status: Signal<Out, Bits<2>>,
    /// Sequence number plus 1.
    pub next_seq: Signal<Out, Bits<8>>,
    /// The kind is [`Kind::Read`].
    pub is_read: Signal<Out, Bit>,
    /// The kind is [`Kind::Write`].
    pub is_write: Signal<Out, Bit>,
    /// The kind is [`Kind::Run`].
    pub is_run: Signal<Out, Bit>,
    kind_sync: Signal<Local, Bit>,
    kind_read: Signal<Local, Bit>,
    kind_write: Signal<Local, Bit>,
    kind_run: Signal<Local, Bit>,
    after: Signal<Local, Bits<8>>,
    in_order: Signal<Local, Bit>,
    present: Signal<Local, Bit>,
    good: Signal<Local, Bit>,
    sync: Constant<Bits<8>>,
    read: Constant<Bits<8>>,
    write: Constant<Bits<8>>,
    run: Constant<Bits<8>>,
    last_region: Constant<Bits<8>>,
    status_ok: Constant<Bits<2>>,
    status_sequence: Constant<Bits<2>>,
    status_request: Constant<Bits<2>>,
}

impl Default for Judge {
    fn default() -> Self {
        Self {
            kind: Default::default(),
            seq: Default::default(),
            expected: Default::default(),
            synced: Default::default(),
            region: Default::default(),
            fits: Default::default(),
            status: Default::default(),
            next_seq: Default::default(),
            is_read: Default::default(),
            is_write: Default::default(),
            is_run: Default::default(),
            kind_sync: Default::default(),
            kind_read: Default::default(),
            kind_write: Default::default(),
            kind_run: Default::default(),
            after: Default::default(),
            in_order: Default::default(),
            present: Default::default(),
            good: Default::default(),
            sync: code(Kind::Sync as u8),
            read: code(Kind::Read as u8),
            write: code(Kind::Write as u8),
            run: code(Kind::Run as u8),
            last_region: code(Region::Memory as u8),
            status_ok: code(Status::Ok as u8),
            status_sequence: code(Status::BadSequence as u8),
            status_request: code(Status::BadRequest as u8),
        }
    }
}

/// A code of the protocol as a constant of the kernel.
pub(super) fn code<const N: usize>(code: u8) -> Constant<Bits<N>> {
    Constant::new(u64::from(code).into())
}

impl Logic for Judge {
    #[hdl_gen]
    fn update(&mut self) {
        self.kind_sync.next = self.kind.val() == self.sync.val();
        self.kind_read.next = self.kind.val() == self.read.val();
        self.kind_write.next = self.kind.val() == self.write.val();
        self.kind_run.next = self.kind.val() == self.run.val();
        self.after.next = self.seq.val() + 1;
        self.in_order.next = self.kind_sync.val()
            | (self.synced.val()
                & ((self.seq.val() == self.expected.val()) | (self.after.val() == self.expected.val())));
        self.present.next = self.region.val() <= self.last_region.val();
        self.good.next = self.kind_sync.val()
            | self.kind_run.val()
            | ((self.kind_read.val() | self.kind_write.val()) & (self.present.val() & self.fits.val()));
        self.status.next = self.status_ok.val();
        if !self.in_order.val() {
            self.status.next = self.status_sequence.val();
        }
        if !self.good.val() {
            self.status.next = self.status_request.val();
        }
        self.next_seq.next = self.after.val();
        self.is_read.next = self.kind_read.val();
        self.is_write.next = self.kind_write.val();
        self.is_run.next = self.kind_run.val();
    }
}

//! The sequence rule.

use frazil_wire::{Header, Kind};

/// The last request that was answered `Ok`; none after power-up. The next one has the following number, or the same
/// one when the host repeats it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sequence {
    last: Option<Last>,
}

#[derive(Debug, Clone, Copy)]
struct Last {
    seq: u8,
    run: bool,
}

impl Sequence {
    /// Whether the request comes in order.
    pub(super) fn accepts(&self, header: &Header) -> bool {
        header.kind == Kind::Sync as u8
            || self.last.is_some_and(|last| header.seq.wrapping_sub(last.seq) <= 1)
    }

    /// Whether the request is not a repeat of the last accepted one.
    pub(super) fn is_new(&self, header: &Header) -> bool {
        self.last.is_none_or(|last| header.seq != last.seq)
    }

    /// Whether the request has the number of a run that was accepted last.
    pub(super) fn repeats_run(&self, header: &Header) -> bool {
        self.last.is_some_and(|last| last.run && header.seq == last.seq)
    }

    /// Notes an accepted request.
    pub(super) fn accept(&mut self, header: &Header) {
        self.last = Some(Last { seq: header.seq, run: header.kind == Kind::Run as u8 });
    }
}

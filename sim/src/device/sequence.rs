//! The sequence rule.

use frazil_wire::{Header, Kind};

/// The number of the last request that was answered `Ok`. The next one has the following number, or the same one
/// when the host repeats it: every request may be done twice.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sequence {
    last: u8,
}

impl Sequence {
    /// After power-up number 0 is expected.
    pub(super) fn new() -> Self {
        Self { last: u8::MAX }
    }

    /// Whether the request comes in order.
    pub(super) fn accepts(&self, header: &Header) -> bool {
        header.kind == Kind::Sync as u8 || header.seq.wrapping_sub(self.last) <= 1
    }

    /// Whether the request is not a repeat of the last accepted one.
    pub(super) fn is_new(&self, header: &Header) -> bool {
        header.seq != self.last
    }

    /// Notes an accepted request.
    pub(super) fn accept(&mut self, header: &Header) {
        self.last = header.seq;
    }
}

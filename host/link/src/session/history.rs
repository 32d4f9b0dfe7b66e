//! Which answer belongs to which request.

use std::collections::VecDeque;

use frazil_wire::{Header, Kind, Status};

use crate::error::StateLoss;

/// Requests remembered. Fewer than there are sequence numbers, so that a number names one request.
const DEPTH: usize = 128;

/// What an answer and its request have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Name {
    kind: u8,
    seq: u8,
    address: u32,
}

impl Name {
    fn of(header: &Header) -> Self {
        Self { kind: header.kind, seq: header.seq, address: header.address }
    }
}

/// What to make of a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It answers the present request.
    Answer(Status),
    /// It answers an earlier copy or request.
    Late,
    /// It is no reply of a device at all, and its checksum holds by chance.
    Noise,
    /// It shows that the device has stored something it should not have.
    Alarm(StateLoss),
}

/// The requests sent of late.
#[derive(Debug, Default)]
pub(super) struct History {
    sent: VecDeque<Name>,
}

impl History {
    /// Notes a request before it is sent.
    pub fn sent(&mut self, request: &Header) {
        if self.sent.len() == DEPTH {
            self.sent.pop_front();
        }
        self.sent.push_back(Name::of(request));
    }

    /// Sorts a reply while waiting for the answer to `request`.
    pub fn judge(&self, request: &Header, reply: &Header) -> Verdict {
        let name = Name::of(reply);
        let Some(status) = Status::from_code(reply.region_or_status) else { return Verdict::Noise };
        if Kind::from_code(reply.kind).is_none() {
            return Verdict::Noise;
        }
        if name == Name::of(request) {
            return Verdict::Answer(status);
        }
        self.judge_other(name, status)
    }

    /// A reply to another request than the present one.
    fn judge_other(&self, name: Name, status: Status) -> Verdict {
        let stored = [Kind::Write as u8, Kind::Run as u8].contains(&name.kind)
            && matches!(status, Status::Ok | Status::BadCrc);
        match stored && !self.sent.contains(&name) {
            true => Verdict::Alarm(StateLoss::ForeignRequest),
            false => Verdict::Late,
        }
    }
}

#[cfg(test)]
mod tests {
    use frazil_wire::{MAGIC_REPLY, MAGIC_REQUEST, Region};

    use super::*;

    fn request(kind: Kind, seq: u8, address: u32) -> Header {
        let region_or_status = Region::Memory as u8;
        Header { magic: MAGIC_REQUEST, kind: kind as u8, seq, region_or_status, address, len: 0 }
    }

    fn reply(to: &Header, status: u8) -> Header {
        Header { magic: MAGIC_REPLY, region_or_status: status, ..*to }
    }

    /// A write was made, a read is under way.
    fn history() -> (History, Header, Header) {
        let mut history = History::default();
        let (write, read) = (request(Kind::Write, 5, 64), request(Kind::Read, 6, 0));
        history.sent(&write);
        history.sent(&read);
        (history, write, read)
    }

    #[test]
    fn the_answer_is_told_from_late_ones() {
        let (history, write, read) = history();
        assert_eq!(history.judge(&read, &reply(&read, 0)), Verdict::Answer(Status::Ok));
        assert_eq!(history.judge(&read, &reply(&write, 0)), Verdict::Late);
        assert_eq!(history.judge(&read, &reply(&write, 2)), Verdict::Late);
        // The device has not stored the damaged copy of a write that it had accepted.
        assert_eq!(history.judge(&read, &reply(&write, Status::BadCrc as u8)), Verdict::Late);
        let elsewhere = Header { address: 4, ..read };
        assert_eq!(history.judge(&read, &reply(&elsewhere, 0)), Verdict::Late);
    }

    #[test]
    fn signs_of_unwanted_stores_raise_the_alarm() {
        let (history, write, read) = history();
        for foreign in [Header { address: 0, ..write }, Header { seq: 7, ..write }] {
            let alarm = Verdict::Alarm(StateLoss::ForeignRequest);
            assert_eq!(history.judge(&read, &reply(&foreign, 0)), alarm);
            assert_eq!(history.judge(&read, &reply(&foreign, Status::BadCrc as u8)), alarm);
            assert_eq!(history.judge(&read, &reply(&foreign, Status::BadSequence as u8)), Verdict::Late);
        }
    }

    #[test]
    fn codes_that_do_not_exist_are_noise() {
        let (history, _, read) = history();
        assert_eq!(history.judge(&read, &reply(&read, 4)), Verdict::Noise);
        assert_eq!(history.judge(&read, &Header { kind: 0, ..reply(&read, 0) }), Verdict::Noise);
    }

    #[test]
    fn old_requests_are_forgotten_before_their_number_returns() {
        let (mut history, write, _) = history();
        for seq in 0..DEPTH as u8 {
            history.sent(&request(Kind::Read, seq, 9));
        }
        assert_eq!(history.sent.len(), DEPTH);
        assert!(!history.sent.contains(&Name::of(&write)));
    }
}

//! One request and its answer, in spite of the line.
//!
//! The device obeys a request whose number follows the last one it accepted. So each copy of a read or write that
//! is sent gets a number of its own, and between two copies stands a *barrier*: a read of one
//! register under the number of the failed copy. The line keeps the order of bytes, so when the barrier is
//! answered, all that was sent before it has been obeyed or dropped, and the device knows exactly that number:
//! an old copy that still turns up can change nothing, and a device that has restarted meanwhile is found out.
//!
//! So a read or write may be obeyed twice, with the same result. A run may not, because a program may overwrite
//! its input: all its copies have one number, and the device executes the first that arrives and answers each.

use std::time::Duration;

use frazil_wire::{
    Decoded, HEADER_LEN, Header, Kind, MAGIC_REQUEST, Region, Register, Status, Transport, encode,
};

use super::history::{History, Verdict};
use super::line::{Line, Wait};
use super::{LinkStats, SessionConfig};
use crate::error::{LinkError, StateLoss};

/// What is asked of the device.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ask<'a> {
    pub kind: Kind,
    pub region: Region,
    pub address: u32,
    /// Bytes to read.
    pub len: u16,
    /// Bytes to write.
    pub payload: &'a [u8],
}

impl Ask<'_> {
    /// Sync, or the base of other requests.
    pub fn new(kind: Kind) -> Ask<'static> {
        Ask { kind, region: Region::Registers, address: 0, len: 0, payload: &[] }
    }

    fn header(&self, seq: u8) -> Header {
        Header {
            magic: MAGIC_REQUEST,
            kind: self.kind as u8,
            seq,
            region_or_status: self.region as u8,
            address: self.address,
            len: if self.kind == Kind::Read { self.len } else { self.payload.len() as u16 },
        }
    }

    fn describe(&self) -> String {
        let len = usize::from(self.len).max(self.payload.len());
        match self.kind {
            Kind::Sync => "synchronise".into(),
            Kind::Run => format!("run from {}", self.address),
            Kind::Read => format!("read {len} bytes of {:?} at {}", self.region, self.address),
            Kind::Write => format!("write {len} bytes of {:?} at {}", self.region, self.address),
        }
    }
}

/// Why one attempt failed.
#[derive(Debug, Clone, Copy)]
enum Failure {
    /// No answer; this many bytes came instead.
    Unanswered(u64),
    /// The request or the answer was damaged.
    Damaged,
    Refused,
}

impl Failure {
    fn for_good(self, attempts: u32, ask: &Ask) -> LinkError {
        match self {
            Self::Unanswered(0) => LinkError::NoAnswer { attempts },
            Self::Unanswered(bytes) => LinkError::Garbage { attempts, bytes },
            Self::Damaged => LinkError::Corrupted { attempts },
            Self::Refused => LinkError::Refused { what: ask.describe() },
        }
    }
}

/// The payload of an answer, or why there is none. Outside of it: errors that trying again does not mend.
type Attempt = Result<Result<Vec<u8>, Failure>, LinkError>;

/// Requests over a line.
#[derive(Debug)]
pub(super) struct Exchange<T> {
    pub line: Line<T>,
    pub config: SessionConfig,
    /// Number of the last request sent. Whenever a new request is made, the device has accepted this number.
    seq: u8,
    history: History,
    lost: Option<StateLoss>,
}

impl<T: Transport> Exchange<T> {
    pub fn new(transport: T, mut config: SessionConfig) -> Self {
        config.attempts = config.attempts.max(1);
        let lost = Some(StateLoss::FailedBefore);
        let line = Line::new(transport, config.idle_gap);
        Self { line, config, seq: u8::MAX, history: History::default(), lost }
    }

    /// Agrees on a sequence number with the device, whatever happened before.
    pub fn synchronise(&mut self) -> Result<(), LinkError> {
        // Until then nothing about the device is known, so nothing that it says can come as a surprise.
        self.lost = Some(StateLoss::FailedBefore);
        self.line.stats.synchronisations += 1;
        let ask = Ask::new(Kind::Sync);
        let mut failure = Failure::Unanswered(0);
        for _ in 0..self.config.attempts {
            self.line.settle()?;
            match self.attempt_next(&ask)? {
                Ok(_) => {
                    self.lost = None;
                    return Ok(());
                }
                Err(f) => failure = f,
            }
        }
        Err(failure.for_good(self.config.attempts, &ask))
    }

    /// Makes a request and returns the payload of its answer.
    pub fn request(&mut self, ask: &Ask) -> Result<Vec<u8>, LinkError> {
        if self.lost.is_some() {
            return Err(LinkError::StateLost(StateLoss::FailedBefore));
        }
        let result = self.try_often(ask);
        if result.is_err() {
            self.lost = Some(StateLoss::FailedBefore);
        }
        result
    }

    /// What went over the line.
    pub fn stats(&self) -> LinkStats {
        self.line.stats
    }

    fn try_often(&mut self, ask: &Ask) -> Result<Vec<u8>, LinkError> {
        self.line.stats.requests += 1;
        let mut failure = match self.attempt_next(ask)? {
            Ok(payload) => return Ok(payload),
            Err(f) => f,
        };
        for _ in 1..self.config.attempts {
            self.line.stats.retries += 1;
            match self.attempt_again(ask)? {
                Ok(payload) => return Ok(payload),
                Err(f) => failure = f,
            }
        }
        Err(failure.for_good(self.config.attempts, ask))
    }

    /// Lets the line come to rest, then sends the barrier and the request, or a run's next copy.
    fn attempt_again(&mut self, ask: &Ask) -> Attempt {
        self.line.settle()?;
        if ask.kind == Kind::Run {
            return self.attempt(ask);
        }
        let barrier = Ask {
            address: Register::Version.address(),
            len: Register::Version.len(),
            ..Ask::new(Kind::Read)
        };
        match self.attempt(&barrier)? {
            Ok(_) => self.attempt_next(ask),
            Err(failure) => Ok(Err(failure)),
        }
    }

    fn attempt_next(&mut self, ask: &Ask) -> Attempt {
        self.seq = self.seq.wrapping_add(1);
        self.attempt(ask)
    }

    /// Sends a request under the present number and waits for its answer.
    fn attempt(&mut self, ask: &Ask) -> Attempt {
        let header = ask.header(self.seq);
        let bytes = encode(&header, ask.payload);
        self.history.sent(&header);
        self.line.send(&bytes)?;
        let mut wait = Wait::new(self.patience(ask, bytes.len()));
        while let Some(reply) = self.line.reply(&mut wait)? {
            if let Some(result) = self.consider(ask, &header, reply)? {
                return Ok(result);
            }
        }
        Ok(Err(Failure::Unanswered(wait.bytes)))
    }

    fn patience(&self, ask: &Ask, sent: usize) -> Duration {
        let answer = HEADER_LEN + usize::from(ask.len) + 2;
        let run = if ask.kind == Kind::Run { self.config.run_timeout } else { Duration::ZERO };
        self.config.wire_time((sent + answer) as u64) + self.config.margin + run
    }

    /// The outcome if this is the answer to the request; nothing if it is to be skipped.
    fn consider(
        &mut self,
        ask: &Ask,
        request: &Header,
        reply: Decoded,
    ) -> Result<Option<Result<Vec<u8>, Failure>>, LinkError> {
        let (header, payload) = match reply {
            Decoded::Frame(header, payload) => (header, Some(payload)),
            Decoded::BadPayload(header) => (header, None),
        };
        match self.history.judge(request, &header) {
            Verdict::Answer(status) => self.answer(ask, status, payload).map(Some),
            Verdict::Late => {
                self.line.stats.late_replies += 1;
                Ok(None)
            }
            Verdict::Noise => {
                self.line.stats.damaged_replies += 1;
                Ok(None)
            }
            Verdict::Alarm(_) if self.lost.is_some() => Ok(None),
            Verdict::Alarm(loss) => Err(LinkError::StateLost(loss)),
        }
    }

    fn answer(
        &mut self,
        ask: &Ask,
        status: Status,
        payload: Option<Vec<u8>>,
    ) -> Result<Result<Vec<u8>, Failure>, LinkError> {
        let wanted = if status == Status::Ok { usize::from(ask.len) } else { 0 };
        let Some(payload) = payload.filter(|p| p.len() == wanted) else {
            self.line.stats.damaged_replies += 1;
            return Ok(Err(Failure::Damaged));
        };
        match status {
            Status::Ok => Ok(Ok(payload)),
            Status::BadCrc => Ok(Err(Failure::Damaged)),
            Status::BadRequest => Ok(Err(Failure::Refused)),
            Status::BadSequence => Err(LinkError::StateLost(StateLoss::Restarted)),
        }
    }
}

//! The simulated device: real bytes in, real bytes out.
//!
//! [`SimDevice`] is the link kernel of the hardware at the level of bytes, with the same rules:
//!
//! - a header whose CRC-8 is wrong is dropped without an answer, and the search for a request begins again;
//! - a request that is not understood (unknown kind or region, more than `MAX_PAYLOAD` bytes) is answered `BadRequest`, and nothing is stored;
//! - a sequence number that neither follows the last accepted one nor repeats it is answered `BadSequence`, and
//!   nothing is stored; `Sync` is always accepted and sets the number, and comes first after power-up;
//! - the payload of a write is stored as it arrives, and answered `BadCrc` when its CRC-16 turns out wrong; that of
//!   a repeated write is checked but not stored: it is there already, and a damaged late copy must not overwrite it;
//! - a run that repeats a run is answered and not executed again, because it may have overwritten its input;
//! - an idle gap in the middle of a frame forgets the frame;
//! - bytes that arrive while the device runs or answers are ignored.
//!
//! Time is counted in the times of one byte on the wire: a byte that is sent takes one, and a run takes its clock
//! cycles. `read` with nothing to read *is* the idle gap. What a program computes is the business of an
//! [`Engine`].

mod config;
mod memories;
mod receiver;
mod sequence;

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use frazil_wire::{
    Header, Kind, MAGIC_REPLY, MAX_PAYLOAD, REGISTER_BYTES, Region, Register, Status, Transport, encode,
};

pub use config::DeviceConfig;
pub use memories::Memories;
use receiver::{Received, Receiver};
use sequence::Sequence;

/// What a program does to the memories, and for how long.
pub trait Engine {
    /// Runs the program whose first descriptor is at word `entry` to its end and returns the clock cycles, counted from accepting
    /// the request to the program's end. `None` is a program that never ends: the device falls silent.
    fn run(&mut self, memories: &mut Memories, entry: u32) -> Option<u64>;
}

impl<E: Engine + ?Sized> Engine for Box<E> {
    fn run(&mut self, memories: &mut Memories, entry: u32) -> Option<u64> {
        (**self).run(memories, entry)
    }
}

/// How long the device does not listen, in byte times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Busy {
    For(u64),
    Forever,
}

/// A device behind its wire, as a [`Transport`].
#[derive(Debug)]
pub struct SimDevice<E> {
    engine: E,
    config: DeviceConfig,
    memories: Memories,
    receiver: Receiver,
    sequence: Sequence,
    /// The request whose payload is arriving, and the answer if nothing goes wrong.
    verdict: Status,
    replies: VecDeque<u8>,
    busy: Busy,
    /// Clocks that the wire and the programs have taken.
    clocks: u64,
}

impl<E: Engine> SimDevice<E> {
    /// A device after power-up: memories zero, registers as configured.
    pub fn new(config: DeviceConfig, engine: E) -> Self {
        Self {
            engine,
            memories: Memories::new(&config),
            config,
            receiver: Receiver::new(),
            sequence: Sequence::default(),
            verdict: Status::Ok,
            replies: VecDeque::new(),
            busy: Busy::For(0),
            clocks: 0,
        }
    }

    /// The memories, as a probe inside the device would see them.
    pub fn memories(&self) -> &Memories {
        &self.memories
    }

    /// Power off and on: everything but the configuration is lost.
    pub fn power_cycle(&mut self) {
        self.memories = Memories::new(&self.config);
        self.receiver = Receiver::new();
        self.sequence = Sequence::default();
        self.replies.clear();
        self.busy = Busy::For(0);
    }

    fn listens(&mut self) -> bool {
        match &mut self.busy {
            Busy::For(0) => true,
            Busy::For(left) => {
                *left -= 1;
                false
            }
            Busy::Forever => false,
        }
    }

    fn receive(&mut self, byte: u8) {
        match self.receiver.push(byte) {
            None => {}
            Some(Received::Header(header)) => self.judge(&header),
            Some(Received::Payload { header, offset, byte }) => self.store(&header, offset, byte),
            Some(Received::End { header, good }) => self.finish(&header, good),
            Some(Received::Whole(header)) => {
                self.judge(&header);
                self.finish(&header, true);
            }
        }
    }

    /// Decides on a header.
    fn judge(&mut self, header: &Header) {
        self.verdict = match request_status(header) {
            Status::Ok if !self.sequence.accepts(header) => Status::BadSequence,
            status => status,
        };
    }

    fn store(&mut self, header: &Header, offset: u32, byte: u8) {
        if self.verdict == Status::Ok
            && self.sequence.is_new(header)
            && let Some(region) = Region::from_code(header.region_or_status)
        {
            self.memories.store(region, header.address.wrapping_add(offset) & 0xFF_FFFF, byte);
        }
    }

    fn finish(&mut self, header: &Header, good: bool) {
        if self.verdict == Status::Ok && !good {
            self.verdict = Status::BadCrc;
        }
        let payload = self.execute(header);
        if self.verdict == Status::Ok {
            self.sequence.accept(header);
        }
        if let Busy::For(time) = self.busy {
            let reply = encode(&reply_header(header, self.verdict, payload.len()), &payload);
            self.busy = Busy::For(time.saturating_add(reply.len() as u64));
            self.clocks += reply.len() as u64 * self.config.clocks_per_byte();
            self.replies.extend(reply);
        }
    }

    /// Does an accepted request and returns the payload of its reply.
    fn execute(&mut self, header: &Header) -> Vec<u8> {
        match (self.verdict, Kind::from_code(header.kind), Region::from_code(header.region_or_status)) {
            (Status::Ok, Some(Kind::Read), Some(region)) => {
                (0..u32::from(header.len)).map(|i| self.memories.load(region, header.address + i)).collect()
            }
            (Status::Ok, Some(Kind::Run), _) => {
                if !self.sequence.repeats_run(header) {
                    self.run(header.address);
                }
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn run(&mut self, entry: u32) {
        self.busy = match self.engine.run(&mut self.memories, entry) {
            Some(cycles) => {
                self.clocks += cycles;
                let register = u32::try_from(cycles).unwrap_or(u32::MAX);
                self.memories.set_register(Register::Cycles, &register.to_le_bytes());
                Busy::For(cycles / self.config.clocks_per_byte())
            }
            None => Busy::Forever,
        };
    }
}

/// What can be said of a request by its header alone, the sequence number apart.
fn request_status(header: &Header) -> Status {
    let understood = match Kind::from_code(header.kind) {
        Some(Kind::Sync | Kind::Run) => true,
        Some(Kind::Read | Kind::Write) => {
            usize::from(header.len) <= MAX_PAYLOAD && Region::from_code(header.region_or_status).is_some()
        }
        None => false,
    };
    if understood { Status::Ok } else { Status::BadRequest }
}

fn reply_header(request: &Header, status: Status, len: usize) -> Header {
    Header { magic: MAGIC_REPLY, region_or_status: status as u8, len: len as u16, ..*request }
}

impl<E: Engine> Transport for SimDevice<E> {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.clocks += bytes.len() as u64 * self.config.clocks_per_byte();
        for byte in bytes {
            if self.listens() {
                self.receive(*byte);
            }
        }
        Ok(())
    }

    /// Never waits: what the device has to say is known at once.
    fn read(&mut self, buffer: &mut [u8], _timeout: Duration) -> io::Result<usize> {
        if self.replies.is_empty() {
            self.receiver.idle_gap();
        }
        let n = buffer.len().min(self.replies.len());
        buffer.iter_mut().zip(self.replies.drain(..n)).for_each(|(to, from)| *to = from);
        if self.replies.is_empty() && self.busy != Busy::Forever {
            self.busy = Busy::For(0);
        }
        Ok(n)
    }
}

impl<E: Engine> crate::serial::Simulated for SimDevice<E> {
    fn cycles(&self) -> u64 {
        self.clocks
    }
}

const _: () =
    assert!(REGISTER_BYTES == Register::Cycles.address() as usize + Register::Cycles.len() as usize);

#[cfg(test)]
mod tests;

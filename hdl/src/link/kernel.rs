//! The frame protocol between the bytes of the line and the device's memories.

use frazil_wire::{MAGIC_REPLY, MAGIC_REQUEST, Status};
use rust_hdl::prelude::*;

use super::error::{LinkError, idle_clocks};
use super::judge::{Judge, code};
use super::{HeaderRegister, LinkState, PayloadCrc, QUIET_BITS};

/// Clocks from an address on the bus to its data: `bus_rdata` in clock `t + 2` is what `bus_addr` named in clock `t`.
///
/// Behind a serial line data may take longer: a byte leaves when the one before has gone, and the address stands all
/// that time.
pub const READ_LATENCY: usize = 2;

/// Answers each request frame with a reply frame.
///
/// - The search for a request's magic byte begins again, without an answer, after a header whose CRC-8 is wrong and
///   after silence within a frame.
/// - Only a write has a payload. Its bytes are stored as they arrive, before their CRC is known, if the
///   header's verdict is `Ok`; otherwise they are skipped.
/// - The verdict is [`Judge`]'s; an `Ok` becomes `BadCrc` when the payload's CRC-16 is wrong. Only a request
///   that is answered `Ok` moves the expected sequence number to its own plus 1; after power-up only a
///   [`frazil_wire::Kind::Sync`] is. A repeat of the last request is in order and changes nothing: a repeated write
///   stores nothing, because what it says is already there and a damaged late copy must not overwrite it, and a run
///   that repeats a run starts nothing, because the first may have overwritten its input.
/// - A reply has the request's kind, sequence number and address; its length is that of its payload, which only a
///   successful read has.
/// - Bytes that arrive between a request's last byte and its reply's last byte are lost.
///
/// Latency, in clocks from the one with `rx_valid` of a request's last byte: the first `tx_start` comes after 4 (a
/// write with a payload: 3), plus the clocks in which `run_busy` is high. A header or CRC byte is offered in each
/// clock with `tx_busy` low; a payload byte takes 2 clocks before that.
///
/// `tx_busy` must be high in the clock after `tx_start` unless the byte has gone. `run_busy` must rise in the clock
/// after `run_start`.
#[derive(LogicBlock)]
pub struct Link {
    /// Clock.
    pub clock: Signal<In, Clock>,
    /// Byte from the line.
    pub rx_data: Signal<In, Bits<8>>,
    /// `rx_data` has just arrived. Never in two clocks in a row.
    pub rx_valid: Signal<In, Bit>,
    /// Byte to the line.
    pub tx_data: Signal<Out, Bits<8>>,
    /// Sends `tx_data`.
    pub tx_start: Signal<Out, Bit>,
    /// The line cannot take a byte.
    pub tx_busy: Signal<In, Bit>,
    /// Region of the bus access: a code of `frazil_wire::Region`.
    pub bus_region: Signal<Out, Bits<3>>,
    /// Byte address of the bus access.
    pub bus_addr: Signal<Out, Bits<24>>,
    /// Byte to write.
    pub bus_wdata: Signal<Out, Bits<8>>,
    /// Writes `bus_wdata`, in this clock.
    pub bus_we: Signal<Out, Bit>,
    /// The byte at `bus_addr` two clocks before ([`READ_LATENCY`]).
    pub bus_rdata: Signal<In, Bits<8>>,
    /// Starts the program at `run_entry`; high for one clock.
    pub run_start: Signal<Out, Bit>,
    /// Where the program begins: the low 16 bits of the request's address.
    pub run_entry: Signal<Out, Bits<16>>,
    /// A program is running.
    pub run_busy: Signal<In, Bit>,
    header: HeaderRegister,
    payload: PayloadCrc,
    judge: Judge,
    state: DFF<LinkState>,
    expected: DFF<Bits<8>>,
    synced: DFF<Bit>,
    ran: DFF<Bit>,
    status: DFF<Bits<2>>,
    target: DFF<Bits<3>>,
    address: DFF<Bits<24>>,
    left: DFF<Bits<16>>,
    position: DFF<Bits<4>>,
    quiet: DFF<Bits<QUIET_BITS>>,
    reading: DFF<Bit>,
    is_ok: Signal<Local, Bit>,
    is_new: Signal<Local, Bit>,
    not_empty: Signal<Local, Bit>,
    crc_byte: Signal<Local, Bits<8>>,
    listening: Signal<Local, Bit>,
    sends: Signal<Local, Bit>,
    last: Signal<Local, Bit>,
    request: Constant<Bits<8>>,
    reply: Constant<Bits<8>>,
    status_ok: Constant<Bits<2>>,
    status_crc: Constant<Bits<2>>,
    idle: Constant<Bits<QUIET_BITS>>,
}

impl Link {
    /// A link that drops a begun frame when the next byte comes more than `clocks` clocks after the one before.
    ///
    /// # Errors
    /// `clocks` is outside [`super::IDLE_CLOCKS`].
    pub fn new(clocks: u32) -> Result<Self, LinkError> {
        let clocks = idle_clocks(clocks)?;
        Ok(Self {
            clock: Default::default(),
            rx_data: Default::default(),
            rx_valid: Default::default(),
            tx_data: Default::default(),
            tx_start: Default::default(),
            tx_busy: Default::default(),
            bus_region: Default::default(),
            bus_addr: Default::default(),
            bus_wdata: Default::default(),
            bus_we: Default::default(),
            bus_rdata: Default::default(),
            run_start: Default::default(),
            run_entry: Default::default(),
            run_busy: Default::default(),
            header: Default::default(),
            payload: Default::default(),
            judge: Default::default(),
            state: Default::default(),
            expected: Default::default(),
            synced: Default::default(),
            ran: Default::default(),
            status: Default::default(),
            target: Default::default(),
            address: Default::default(),
            left: Default::default(),
            position: Default::default(),
            quiet: Default::default(),
            reading: Default::default(),
            is_ok: Default::default(),
            is_new: Default::default(),
            not_empty: Default::default(),
            crc_byte: Default::default(),
            listening: Default::default(),
            sends: Default::default(),
            last: Default::default(),
            request: code(MAGIC_REQUEST),
            reply: code(MAGIC_REPLY),
            status_ok: code(Status::Ok as u8),
            status_crc: code(Status::BadCrc as u8),
            idle: Constant::new((clocks - 1).into()),
        })
    }
}

impl Logic for Link {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, state, expected, synced, ran, status, target, address, left, position);
        dff_setup!(self, clock, quiet, reading);
        clock!(self, clock, header, payload);
        // Wiring.
        self.header.data.next = self.rx_data.val();
        self.header.fresh.next = false;
        self.header.push.next = false;
        self.header.pop.next = false;
        self.header.answer.next = false;
        self.header.status.next = self.status.q.val();
        self.header.keep_len.next = self.reading.q.val();
        self.judge.kind.next = self.header.kind.val();
        self.judge.seq.next = self.header.seq.val();
        self.judge.region.next = self.header.region.val();
        self.judge.fits.next = self.header.fits.val();
        self.judge.expected.next = self.expected.q.val();
        self.judge.synced.next = self.synced.q.val();
        self.payload.data.next = self.rx_data.val();
        self.payload.take.next = false;
        self.payload.restart.next = false;
        self.bus_region.next = self.target.q.val();
        self.bus_addr.next = self.address.q.val();
        self.bus_wdata.next = self.rx_data.val();
        self.bus_we.next = false;
        self.run_start.next = false;
        self.run_entry.next = bit_cast::<16, 24>(self.address.q.val());
        self.tx_data.next = self.header.front.val();
        self.tx_start.next = false;
        // Conditions.
        self.is_ok.next = self.status.q.val() == self.status_ok.val();
        self.is_new.next = self.header.seq.val() == self.expected.q.val();
        self.not_empty.next = self.header.len.val() != 0;
        self.sends.next = !self.tx_busy.val();
        self.last.next = self.left.q.val() == 1;
        self.crc_byte.next = bit_cast::<8, 16>(self.payload.crc.val());
        self.listening.next = false;
        match self.state.q.val() {
            LinkState::Search => {
                self.header.fresh.next = true;
                self.position.d.next = 1.into();
                if self.rx_valid.val() & (self.rx_data.val() == self.request.val()) {
                    self.state.d.next = LinkState::Head;
                }
            }
            LinkState::Head => {
                self.listening.next = true;
                if self.rx_valid.val() {
                    self.position.d.next = self.position.q.val() + 1;
                    self.header.push.next = self.position.q.val() != 9;
                    if self.position.q.val() == 9 {
                        self.state.d.next = LinkState::Search;
                        if self.rx_data.val() == self.header.crc.val() {
                            self.state.d.next = LinkState::Check;
                        }
                    }
                }
            }
            LinkState::Check => {
                self.listening.next = true;
                self.status.d.next = self.judge.status.val();
                self.target.d.next = self.header.region.val().get_bits::<3>(0);
                self.address.d.next = self.header.address.val();
                self.left.d.next = self.header.len.val();
                self.reading.d.next = self.judge.is_read.val()
                    & (self.not_empty.val() & (self.judge.status.val() == self.status_ok.val()));
                self.payload.restart.next = true;
                self.state.d.next = LinkState::Accept;
                if self.not_empty.val() & self.judge.is_write.val() {
                    self.state.d.next = LinkState::Payload;
                }
            }
            LinkState::Payload => {
                self.listening.next = true;
                if self.rx_valid.val() {
                    self.payload.take.next = true;
                    self.bus_we.next = self.is_ok.val() & self.is_new.val();
                    self.address.d.next = self.address.q.val() + 1;
                    self.left.d.next = self.left.q.val() - 1;
                    if self.last.val() {
                        self.state.d.next = LinkState::CrcLow;
                    }
                }
            }
            LinkState::CrcLow => {
                self.listening.next = true;
                if self.rx_valid.val() {
                    if self.is_ok.val() & (self.rx_data.val() != self.crc_byte.val()) {
                        self.status.d.next = self.status_crc.val();
                    }
                    self.state.d.next = LinkState::CrcHigh;
                }
            }
            LinkState::CrcHigh => {
                self.listening.next = true;
                self.crc_byte.next = self.payload.crc.val().get_bits::<8>(8);
                if self.rx_valid.val() {
                    if self.is_ok.val() & (self.rx_data.val() != self.crc_byte.val()) {
                        self.status.d.next = self.status_crc.val();
                    }
                    self.state.d.next = LinkState::Accept;
                }
            }
            LinkState::Accept => {
                self.payload.restart.next = true;
                if self.is_ok.val() {
                    self.expected.d.next = self.judge.next_seq.val();
                    self.synced.d.next = true;
                    self.ran.d.next = self.judge.is_run.val();
                    self.run_start.next = self.judge.is_run.val() & (self.is_new.val() | !self.ran.q.val());
                }
                self.state.d.next = LinkState::Running;
            }
            LinkState::Running => {
                self.position.d.next = 0.into();
                if !self.run_busy.val() {
                    self.header.answer.next = true;
                    self.state.d.next = LinkState::Header;
                }
            }
            LinkState::Header => {
                self.tx_start.next = self.sends.val();
                if self.position.q.val() == 0 {
                    self.tx_data.next = self.reply.val();
                }
                if self.position.q.val() == 9 {
                    self.tx_data.next = self.header.crc.val();
                }
                if self.sends.val() {
                    self.position.d.next = self.position.q.val() + 1;
                    self.header.pop.next = self.position.q.val() != 0;
                    if self.position.q.val() == 9 {
                        self.state.d.next = LinkState::Fetch;
                        if !self.reading.q.val() {
                            self.state.d.next = LinkState::Search;
                        }
                    }
                }
            }
            LinkState::Fetch => {
                self.state.d.next = LinkState::Settle;
            }
            LinkState::Settle => {
                self.state.d.next = LinkState::Data;
            }
            LinkState::Data => {
                self.tx_data.next = self.bus_rdata.val();
                self.payload.data.next = self.bus_rdata.val();
                self.tx_start.next = self.sends.val();
                if self.sends.val() {
                    self.payload.take.next = true;
                    self.address.d.next = self.address.q.val() + 1;
                    self.left.d.next = self.left.q.val() - 1;
                    self.state.d.next = LinkState::Fetch;
                    if self.last.val() {
                        self.state.d.next = LinkState::TailLow;
                    }
                }
            }
            LinkState::TailLow => {
                self.tx_data.next = self.payload.crc.val().get_bits::<8>(0);
                self.tx_start.next = self.sends.val();
                if self.sends.val() {
                    self.state.d.next = LinkState::TailHigh;
                }
            }
            LinkState::TailHigh => {
                self.tx_data.next = self.payload.crc.val().get_bits::<8>(8);
                self.tx_start.next = self.sends.val();
                if self.sends.val() {
                    self.state.d.next = LinkState::Search;
                }
            }
        }
        // Silence drops a begun frame.
        self.quiet.d.next = self.quiet.q.val() + 1;
        if self.rx_valid.val() | !self.listening.val() {
            self.quiet.d.next = 0.into();
        } else if self.quiet.q.val() == self.idle.val() {
            self.quiet.d.next = 0.into();
            self.state.d.next = LinkState::Search;
        }
    }
}

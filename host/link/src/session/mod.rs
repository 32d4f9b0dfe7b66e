//! Sessions: reading, writing and running, safely, over a line that may fail.

mod config;
mod exchange;
mod history;
mod info;
mod line;
mod stats;

use frazil_wire::{Kind, MAX_PAYLOAD, PROTOCOL_VERSION, REGISTER_BYTES, Region, Register, Transport};

pub use config::SessionConfig;
use exchange::{Ask, Exchange};
pub use info::DeviceInfo;
pub use stats::LinkStats;

use crate::error::LinkError;

/// A conversation with one device.
///
/// Every request is answered, tried again within a bound, or ends in a typed error; a frame that is corrupt,
/// short, repeated, late or lost does not change a result. After an error that
/// [leaves doubt](LinkError::leaves_doubt) about the device's memories all requests fail until
/// [`Session::resynchronise`], because what was uploaded may be gone: upload it again then, or let
/// [`Session::restoring`] do both.
///
/// What no session can see: a header that lost a byte and whose CRC-8 holds by chance (1 in 256), whose length is
/// legal (about 1 in 16) and that lies about its address, stores bytes elsewhere; nothing tells if its answer is
/// lost as well.
#[derive(Debug)]
pub struct Session<T> {
    exchange: Exchange<T>,
    info: DeviceInfo,
}

impl<T: Transport> Session<T> {
    /// Synchronises with the device and reads what it is.
    ///
    /// # Errors
    /// [`LinkError::ProtocolVersion`] if it speaks another version; [`LinkError::NoAnswer`],
    /// [`LinkError::Garbage`] or [`LinkError::Corrupted`] if no conversation comes about.
    pub fn connect(transport: T, config: SessionConfig) -> Result<Self, LinkError> {
        let mut exchange = Exchange::new(transport, config);
        let info = identify(&mut exchange)?;
        Ok(Self { exchange, info })
    }

    /// What the device said about itself.
    pub fn info(&self) -> &DeviceInfo {
        &self.info
    }

    /// What went over the line so far.
    pub fn stats(&self) -> LinkStats {
        self.exchange.stats()
    }

    /// Timeouts and bounds.
    pub fn config(&self) -> &SessionConfig {
        &self.exchange.config
    }

    /// The transport below, for looking at it; traffic past the session confuses it.
    pub fn transport(&self) -> &T {
        &self.exchange.line.transport
    }

    /// As [`Session::transport`], to change it.
    pub fn transport_mut(&mut self) -> &mut T {
        &mut self.exchange.line.transport
    }

    /// Ends the session and gives the transport back.
    pub fn into_transport(self) -> T {
        self.exchange.line.transport
    }

    /// Refuses a device that was built from another plan.
    pub fn expect_design(&self, expected: u64) -> Result<(), LinkError> {
        let device = self.info.design_id;
        if device == expected { Ok(()) } else { Err(LinkError::DesignMismatch { device, expected }) }
    }

    /// Begins anew with the same device after an error. Its memories may hold anything now.
    ///
    /// # Errors
    /// [`LinkError::DeviceChanged`] if its registers say something else than before, and those of
    /// [`Session::connect`].
    pub fn resynchronise(&mut self) -> Result<(), LinkError> {
        let info = identify(&mut self.exchange)?;
        if info == self.info {
            return Ok(());
        }
        Err(LinkError::DeviceChanged { before: self.info.design_id, after: info.design_id })
    }

    /// Does something, and all of it again after [resynchronising](Session::resynchronise) if it fails with an
    /// error that leaves the device's memories in doubt, at most `times` in all.
    ///
    /// Only correct if `work` itself uploads everything that it relies on.
    pub fn restoring<R>(
        &mut self,
        times: u32,
        mut work: impl FnMut(&mut Self) -> Result<R, LinkError>,
    ) -> Result<R, LinkError> {
        for _ in 1..times {
            match work(self) {
                Err(error) if error.leaves_doubt() => self.resynchronise()?,
                other => return other,
            }
        }
        work(self)
    }

    /// Reads `len` bytes from byte `address` of a region.
    pub fn read(&mut self, region: Region, address: u32, len: usize) -> Result<Vec<u8>, LinkError> {
        self.check_range(region, address, len)?;
        let mut bytes = Vec::with_capacity(len);
        while bytes.len() < len {
            let part = (len - bytes.len()).min(MAX_PAYLOAD) as u16;
            let at = address + bytes.len() as u32;
            bytes.extend(self.exchange.request(&Ask {
                region,
                address: at,
                len: part,
                ..Ask::new(Kind::Read)
            })?);
        }
        Ok(bytes)
    }

    /// Writes bytes from byte `address` of memory.
    ///
    /// After an error memory holds any mixture of old and new bytes.
    pub fn write(&mut self, address: u32, bytes: &[u8]) -> Result<(), LinkError> {
        let region = Region::Memory;
        self.check_range(region, address, bytes.len())?;
        for (i, payload) in bytes.chunks(MAX_PAYLOAD).enumerate() {
            let address = address + (i * MAX_PAYLOAD) as u32;
            self.exchange.request(&Ask { region, address, payload, ..Ask::new(Kind::Write) })?;
        }
        Ok(())
    }

    /// Runs the program whose first descriptor is at word `entry` to its end and returns its clock cycles.
    ///
    /// The device runs it once, however bad the line is: a program may overwrite its input.
    pub fn run(&mut self, entry: u32) -> Result<u64, LinkError> {
        let word = u32::from(self.info.lanes);
        self.check_range(Region::Memory, entry.saturating_mul(word), word as usize)?;
        self.exchange.request(&Ask { address: entry, ..Ask::new(Kind::Run) })?;
        let (address, len) = (Register::Cycles.address(), usize::from(Register::Cycles.len()));
        let bytes = self.read(Region::Registers, address, len)?;
        Ok(bytes.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte)))
    }

    fn check_range(&self, region: Region, address: u32, len: usize) -> Result<(), LinkError> {
        let size = self.info.region_bytes(region);
        if u64::from(address).saturating_add(len as u64) <= size {
            return Ok(());
        }
        Err(LinkError::OutOfRange { region, address, len, size })
    }
}

/// Synchronises and reads the registers, from the beginning again if the device loses count in between.
fn identify<T: Transport>(exchange: &mut Exchange<T>) -> Result<DeviceInfo, LinkError> {
    let ask = Ask { len: REGISTER_BYTES as u16, ..Ask::new(Kind::Read) };
    let mut attempt = 1;
    let registers = loop {
        exchange.synchronise()?;
        match exchange.request(&ask) {
            Err(LinkError::StateLost(_)) if attempt < exchange.config.attempts => attempt += 1,
            other => break other?,
        }
    };
    let info = DeviceInfo::from_registers(&registers);
    if info.version == PROTOCOL_VERSION {
        return Ok(info);
    }
    Err(LinkError::ProtocolVersion { device: info.version, host: PROTOCOL_VERSION })
}

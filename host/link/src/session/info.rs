//! What a device says about itself.

use frazil_wire::{REGISTER_BYTES, Region, Register};
use serde::Serialize;

/// The read-only registers of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct DeviceInfo {
    /// Version of the protocol.
    pub version: u8,
    /// Lanes of the MAC array, which are the bytes of a memory word.
    pub lanes: u8,
    /// Pixels that the MAC array computes at once.
    pub pixels: u8,
    /// Hash of the plan that the device was built from.
    pub design_id: u64,
    /// Clock in Hz.
    pub clock_hz: u32,
    /// Words of memory.
    pub memory_words: u32,
}

impl DeviceInfo {
    /// Decodes the register region, which has [`REGISTER_BYTES`] bytes.
    pub(super) fn from_registers(bytes: &[u8]) -> Self {
        let value = |register| register_value(bytes, register);
        let word = |register| value(register) as u32;
        Self {
            version: value(Register::Version) as u8,
            lanes: value(Register::Lanes) as u8,
            pixels: value(Register::Pixels) as u8,
            design_id: value(Register::DesignId),
            clock_hz: word(Register::ClockHz),
            memory_words: word(Register::MemoryWords),
        }
    }

    /// Bytes of a region.
    pub fn region_bytes(&self, region: Region) -> u64 {
        match region {
            Region::Registers => REGISTER_BYTES as u64,
            Region::Memory => u64::from(self.memory_words) * u64::from(self.lanes),
        }
    }
}

/// A little-endian register out of the bytes of the region.
fn register_value(bytes: &[u8], register: Register) -> u64 {
    let bytes = bytes.iter().skip(register.address() as usize).take(usize::from(register.len()));
    bytes.rev().fold(0, |value, byte| value << 8 | u64::from(*byte))
}

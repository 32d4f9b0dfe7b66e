//! What a device says about itself, and the sizes of its memories.

use frazil_wire::Register;

/// Bits of one byte on the wire: start, eight data bits, stop.
const BITS_PER_BYTE: u64 = 10;

/// The constants of a device: contents of the read-only registers and the line's speed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceConfig {
    /// Version of the protocol that the device claims to speak; [`frazil_wire::PROTOCOL_VERSION`] in earnest.
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
    /// Bits a second of the serial line.
    pub baud: u32,
}

impl DeviceConfig {
    /// The read-only registers and their little-endian contents.
    pub(super) fn registers(&self) -> [(Register, Vec<u8>); 6] {
        [
            (Register::Version, vec![self.version]),
            (Register::Lanes, vec![self.lanes]),
            (Register::Pixels, vec![self.pixels]),
            (Register::DesignId, self.design_id.to_le_bytes().to_vec()),
            (Register::ClockHz, self.clock_hz.to_le_bytes().to_vec()),
            (Register::MemoryWords, self.memory_words.to_le_bytes().to_vec()),
        ]
    }

    /// Bytes of memory.
    pub(super) fn memory_bytes(&self) -> usize {
        self.memory_words as usize * usize::from(self.lanes)
    }

    /// Clock cycles that one byte takes on the wire, at least 1.
    pub(super) fn clocks_per_byte(&self) -> u64 {
        (u64::from(self.clock_hz) * BITS_PER_BYTE / u64::from(self.baud.max(1))).max(1)
    }
}

//! What a device says about itself, and the sizes of its memories.

use frazil_wire::Register;

/// Bits of one byte on the wire: start, eight data bits, stop.
const BITS_PER_BYTE: u64 = 10;

/// The constants of a device: contents of the read-only registers and the line's speed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceConfig {
    /// Version of the protocol that the device claims to speak; [`frazil_wire::PROTOCOL_VERSION`] in earnest.
    pub version: u8,
    /// Lanes of the MAC array: weight `k` of a lane is byte `k * lanes + lane` of weight memory.
    pub lanes: u8,
    /// Descriptors in program memory, 64 bytes each.
    pub descriptors: u16,
    /// Hash of the plan that the device was built from.
    pub design_id: u64,
    /// Clock in Hz.
    pub clock_hz: u32,
    /// Activation memory in bytes.
    pub activation_bytes: u32,
    /// Weight memory in bytes, all lanes together.
    pub weight_bytes: u32,
    /// Channels in parameter memory, 16 bytes each.
    pub parameter_channels: u32,
    /// Bits a second of the serial line.
    pub baud: u32,
}

impl DeviceConfig {
    /// The read-only registers and their little-endian contents.
    pub(super) fn registers(&self) -> [(Register, Vec<u8>); 8] {
        [
            (Register::Version, vec![self.version]),
            (Register::Lanes, vec![self.lanes]),
            (Register::Descriptors, self.descriptors.to_le_bytes().to_vec()),
            (Register::DesignId, self.design_id.to_le_bytes().to_vec()),
            (Register::ClockHz, self.clock_hz.to_le_bytes().to_vec()),
            (Register::ActivationBytes, self.activation_bytes.to_le_bytes().to_vec()),
            (Register::WeightBytes, self.weight_bytes.to_le_bytes().to_vec()),
            (Register::ParameterChannels, self.parameter_channels.to_le_bytes().to_vec()),
        ]
    }

    /// Clock cycles that one byte takes on the wire, at least 1.
    pub(super) fn clocks_per_byte(&self) -> u64 {
        (u64::from(self.clock_hz) * BITS_PER_BYTE / u64::from(self.baud.max(1))).max(1)
    }
}

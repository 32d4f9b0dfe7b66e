//! What a device says about itself.

use frazil_wire::{DESCRIPTOR_BYTES, PARAMETER_BYTES, REGISTER_BYTES, Region, Register};
use serde::Serialize;

/// The read-only registers of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct DeviceInfo {
    /// Version of the protocol.
    pub version: u8,
    /// Lanes of the MAC array.
    pub lanes: u8,
    /// Descriptors that the program memory holds.
    pub descriptors: u16,
    /// Hash of the plan that the device was built from.
    pub design_id: u64,
    /// Clock in Hz.
    pub clock_hz: u32,
    /// Activation memory in bytes.
    pub activation_bytes: u32,
    /// Weight memory in bytes, all lanes together.
    pub weight_bytes: u32,
    /// Channels that the parameter memory holds.
    pub parameter_channels: u32,
}

impl DeviceInfo {
    /// Decodes the register region, which has [`REGISTER_BYTES`] bytes.
    pub(super) fn from_registers(bytes: &[u8]) -> Self {
        let value = |register| register_value(bytes, register);
        let word = |register| value(register) as u32;
        Self {
            version: value(Register::Version) as u8,
            lanes: value(Register::Lanes) as u8,
            descriptors: value(Register::Descriptors) as u16,
            design_id: value(Register::DesignId),
            clock_hz: word(Register::ClockHz),
            activation_bytes: word(Register::ActivationBytes),
            weight_bytes: word(Register::WeightBytes),
            parameter_channels: word(Register::ParameterChannels),
        }
    }

    /// Bytes of a region.
    pub fn region_bytes(&self, region: Region) -> u64 {
        match region {
            Region::Registers => REGISTER_BYTES as u64,
            Region::Activations => u64::from(self.activation_bytes),
            Region::Weights => u64::from(self.weight_bytes),
            Region::Parameters => u64::from(self.parameter_channels) * PARAMETER_BYTES as u64,
            Region::Program => u64::from(self.descriptors) * DESCRIPTOR_BYTES as u64,
        }
    }
}

/// A little-endian register out of the bytes of the region.
fn register_value(bytes: &[u8], register: Register) -> u64 {
    let bytes = bytes.iter().skip(register.address() as usize).take(usize::from(register.len()));
    bytes.rev().fold(0, |value, byte| value << 8 | u64::from(*byte))
}

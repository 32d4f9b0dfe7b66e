//! The register file: what a device says about itself.

/// Version of this protocol.
pub const PROTOCOL_VERSION: u8 = 1;
/// Bytes of the register region.
pub const REGISTER_BYTES: usize = 32;
/// Bytes of one descriptor in [`crate::Region::Program`].
pub const DESCRIPTOR_BYTES: usize = 64;
/// Bytes of one channel in [`crate::Region::Parameters`].
pub const PARAMETER_BYTES: usize = 16;

/// A register of [`crate::Region::Registers`], little endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Register {
    /// One byte: [`PROTOCOL_VERSION`].
    Version,
    /// One byte: lanes of the MAC array.
    Lanes,
    /// Two bytes: descriptors that the program memory holds.
    Descriptors,
    /// Eight bytes: hash of the plan that the device was built from.
    DesignId,
    /// Four bytes: clock in Hz.
    ClockHz,
    /// Four bytes: activation memory in bytes.
    ActivationBytes,
    /// Four bytes: weight memory in bytes.
    WeightBytes,
    /// Four bytes: channels that the parameter memory holds.
    ParameterChannels,
    /// Four bytes: clock cycles of the last run, from accepting the request to the program's end.
    Cycles,
}

impl Register {
    /// Byte address in the region.
    pub const fn address(self) -> u32 {
        match self {
            Self::Version => 0,
            Self::Lanes => 1,
            Self::Descriptors => 2,
            Self::DesignId => 4,
            Self::ClockHz => 12,
            Self::ActivationBytes => 16,
            Self::WeightBytes => 20,
            Self::ParameterChannels => 24,
            Self::Cycles => 28,
        }
    }

    /// Bytes.
    #[allow(clippy::len_without_is_empty)] // a register is never empty
    pub const fn len(self) -> u16 {
        match self {
            Self::Version | Self::Lanes => 1,
            Self::Descriptors => 2,
            Self::DesignId => 8,
            _ => 4,
        }
    }
}

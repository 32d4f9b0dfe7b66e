//! The register file: what a device says about itself.

/// Version of this protocol.
pub const PROTOCOL_VERSION: u8 = 2;
/// Bytes of the register region.
pub const REGISTER_BYTES: usize = 32;

/// A register of [`crate::Region::Registers`], little endian. Bytes of the region that no register has are 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Register {
    /// One byte: [`PROTOCOL_VERSION`].
    Version,
    /// One byte: lanes of the MAC array, which are the bytes of a memory word.
    Lanes,
    /// One byte: pixels that the MAC array computes at once.
    Pixels,
    /// Eight bytes: hash of the plan that the device was built from.
    DesignId,
    /// Four bytes: clock in Hz.
    ClockHz,
    /// Four bytes: words of memory.
    MemoryWords,
    /// Four bytes: clock cycles of the last run, from accepting the request to the program's end.
    Cycles,
}

impl Register {
    /// Byte address in the region.
    pub const fn address(self) -> u32 {
        match self {
            Self::Version => 0,
            Self::Lanes => 1,
            Self::Pixels => 2,
            Self::DesignId => 4,
            Self::ClockHz => 12,
            Self::MemoryWords => 16,
            Self::Cycles => 28,
        }
    }

    /// Bytes.
    #[allow(clippy::len_without_is_empty)] // a register is never empty
    pub const fn len(self) -> u16 {
        match self {
            Self::Version | Self::Lanes | Self::Pixels => 1,
            Self::DesignId => 8,
            _ => 4,
        }
    }
}

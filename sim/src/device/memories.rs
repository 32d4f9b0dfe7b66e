//! The memories behind the wire, as flat bytes.

use frazil_wire::{REGISTER_BYTES, Region, Register};

use super::DeviceConfig;

/// Registers and memory of a device. Addresses count bytes.
///
/// Beyond a region's end a load gives 0 and a store is lost. Hardware may wrap instead, so a host checks addresses
/// before it sends them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memories {
    pub(super) registers: [u8; REGISTER_BYTES],
    /// Tensors, streams and descriptors: byte `lanes * w + lane` is lane `lane` of word `w`.
    pub memory: Vec<u8>,
}

impl Memories {
    /// Memories of a device after power-up: zero but for the registers.
    pub(crate) fn new(config: &DeviceConfig) -> Self {
        let memory = vec![0; config.memory_bytes()];
        let mut memories = Self { registers: [0; REGISTER_BYTES], memory };
        for (register, bytes) in config.registers() {
            memories.set_register(register, &bytes);
        }
        memories
    }

    pub(super) fn set_register(&mut self, register: Register, bytes: &[u8]) {
        let start = register.address() as usize;
        self.registers[start..start + bytes.len()].copy_from_slice(bytes);
    }

    pub(super) fn load(&self, region: Region, address: u32) -> u8 {
        let memory: &[u8] = match region {
            Region::Registers => &self.registers,
            Region::Memory => &self.memory,
        };
        memory.get(address as usize).copied().unwrap_or(0)
    }

    pub(super) fn store(&mut self, region: Region, address: u32, byte: u8) {
        // The fabric drives the registers.
        if let (Region::Memory, Some(cell)) = (region, self.memory.get_mut(address as usize)) {
            *cell = byte;
        }
    }
}

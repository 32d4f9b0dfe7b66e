//! The memories behind the wire, as flat bytes.

use frazil_wire::{DESCRIPTOR_BYTES, PARAMETER_BYTES, REGISTER_BYTES, Region, Register};

use super::DeviceConfig;

/// All memories of a device. Addresses count bytes.
///
/// Beyond a memory's end a load gives 0 and a store is lost. Hardware may wrap instead, so a host checks addresses
/// before it sends them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memories {
    pub(super) registers: [u8; REGISTER_BYTES],
    /// Int8 tensors, NHWC, as raw bytes.
    pub activations: Vec<u8>,
    /// Byte `k * lanes + lane` is weight `k` of a lane.
    pub weights: Vec<u8>,
    /// Requantisation parameters: [`PARAMETER_BYTES`] a channel, little-endian 16-bit words.
    pub parameters: Vec<u8>,
    /// Descriptors: [`DESCRIPTOR_BYTES`] each, little-endian 16-bit words.
    pub program: Vec<u8>,
}

impl Memories {
    /// Memories of a device after power-up: zero but for the registers.
    pub(crate) fn new(config: &DeviceConfig) -> Self {
        let mut memories = Self {
            registers: [0; REGISTER_BYTES],
            activations: vec![0; config.activation_bytes as usize],
            weights: vec![0; config.weight_bytes as usize],
            parameters: vec![0; config.parameter_channels as usize * PARAMETER_BYTES],
            program: vec![0; usize::from(config.descriptors) * DESCRIPTOR_BYTES],
        };
        for (register, bytes) in config.registers() {
            memories.set_register(register, &bytes);
        }
        memories
    }

    /// The 16-bit words of a descriptor; zeros beyond the memory's end.
    pub fn descriptor(&self, index: u32) -> [u16; DESCRIPTOR_BYTES / 2] {
        words(&self.program, index)
    }

    /// The 16-bit words of a channel's requantisation parameters; zeros beyond the memory's end.
    pub fn parameter(&self, channel: u32) -> [u16; PARAMETER_BYTES / 2] {
        words(&self.parameters, channel)
    }

    pub(super) fn set_register(&mut self, register: Register, bytes: &[u8]) {
        let start = register.address() as usize;
        self.registers[start..start + bytes.len()].copy_from_slice(bytes);
    }

    pub(super) fn load(&self, region: Region, address: u32) -> u8 {
        let memory: &[u8] = match region {
            Region::Registers => &self.registers,
            Region::Activations => &self.activations,
            Region::Weights | Region::Parameters | Region::Program => &[],
        };
        memory.get(address as usize).copied().unwrap_or(0)
    }

    pub(super) fn store(&mut self, region: Region, address: u32, byte: u8) {
        let memory: &mut [u8] = match region {
            Region::Registers => return, // the fabric drives them
            Region::Activations => &mut self.activations,
            Region::Weights => &mut self.weights,
            Region::Parameters => &mut self.parameters,
            Region::Program => &mut self.program,
        };
        if let Some(cell) = memory.get_mut(address as usize) {
            *cell = byte;
        }
    }
}

/// The `index`-th group of `N` little-endian words.
fn words<const N: usize>(memory: &[u8], index: u32) -> [u16; N] {
    let group = memory.chunks_exact(2 * N).nth(index as usize).unwrap_or(&[]);
    let mut words = [0; N];
    for (word, pair) in words.iter_mut().zip(group.chunks_exact(2)) {
        *word = u16::from_le_bytes([pair[0], pair[1]]);
    }
    words
}

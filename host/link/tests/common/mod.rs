//! A small device to talk to.

use std::time::Duration;

use frazil_link::SessionConfig;
use frazil_sim::device::{DeviceConfig, Engine, Memories, SimDevice};
use frazil_wire::PROTOCOL_VERSION;

/// Half of activation memory: inputs below, results above.
pub const HALF: usize = 256;

/// A device with little of everything.
pub const DEVICE: DeviceConfig = DeviceConfig {
    version: PROTOCOL_VERSION,
    lanes: 8,
    descriptors: 8,
    design_id: 0xFEED_0123_4567_89AB,
    clock_hz: 24_000_000,
    activation_bytes: 2 * HALF as u32,
    weight_bytes: 200,
    parameter_channels: 9,
    baud: 3_000_000,
};

/// Mixes all memories into the upper half of activation memory, each result from all kinds of inputs. Entry 7
/// never ends.
#[derive(Debug)]
pub struct Mixer;

impl Engine for Mixer {
    fn run(&mut self, memories: &mut Memories, entry: u32) -> Option<u64> {
        let program = memories.descriptor(entry);
        for i in 0..HALF {
            let weight = memories.weights[i % memories.weights.len()];
            let parameter = memories.parameter(i as u32 % 9)[i % 8];
            let word = program[i % 32].wrapping_add(parameter).rotate_left(i as u32 % 16);
            let mixed = memories.activations[i].wrapping_mul(weight | 1) ^ word as u8;
            memories.activations[HALF + i] = mixed.wrapping_add((word >> 8) as u8);
        }
        (entry != 7).then_some(1000 + 10 * u64::from(entry))
    }
}

/// The device.
pub fn device() -> SimDevice<Mixer> {
    SimDevice::new(DEVICE, Mixer)
}

/// A session that never waits, for a device that never makes it wait.
pub fn config() -> SessionConfig {
    SessionConfig { idle_gap: Duration::from_millis(1), ..SessionConfig::default() }
}

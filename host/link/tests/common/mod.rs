//! A small device to talk to.

use std::time::Duration;

use frazil_link::SessionConfig;
use frazil_sim::device::{DeviceConfig, Engine, Memories, SimDevice};
use frazil_wire::PROTOCOL_VERSION;

/// Bytes of inputs from byte 0, and of results after them; behind these are constants.
pub const HALF: usize = 256;
/// Bytes of memory.
pub const MEMORY: u32 = 800;

/// A device with little of everything.
pub const DEVICE: DeviceConfig = DeviceConfig {
    version: PROTOCOL_VERSION,
    lanes: 8,
    pixels: 2,
    design_id: 0xFEED_0123_4567_89AB,
    clock_hz: 24_000_000,
    memory_words: MEMORY / 8,
    baud: 3_000_000,
};

/// Mixes inputs and constants into the results, each also from what was there before, so that a run does not give
/// the same twice. Entry 7 never ends.
#[derive(Debug)]
pub struct Mixer;

impl Engine for Mixer {
    fn run(&mut self, memories: &mut Memories, entry: u32) -> Option<u64> {
        let (inputs, rest) = memories.memory.split_at_mut(HALF);
        let (results, constants) = rest.split_at_mut(HALF);
        for (i, (input, result)) in inputs.iter().zip(results).enumerate() {
            let constant = |at: usize| constants[at % constants.len()];
            let mixed = input.wrapping_mul(constant(i) | 1) ^ constant(i + 31 * entry as usize);
            *result = result.wrapping_add(mixed);
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

//! Layers whose streams come from the flash: which, and what the flash holds.

mod choose;
mod timeline;

use serde::{Deserialize, Serialize};

use super::descriptor::{Descriptor, Field, Op, STREAMED};
use super::stream::put_check;
use super::{Capacity, Plan, PlanError};
pub(super) use choose::choose;

/// What a device reads of its board's flash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlashCapacity {
    /// Words at the end of memory through which streams come, a power of two; they hold nothing else if any layer is
    /// streamed.
    pub ring_words: usize,
    /// Bytes of the flash from the first that is read on.
    pub bytes: usize,
}

/// Ring sizes that a reader can have.
const RING_WORDS: std::ops::RangeInclusive<usize> = 16..=256;

impl FlashCapacity {
    /// Clocks of a byte of the flash, at least: four bits a clock.
    pub const BYTE_CLOCKS: u64 = 2;
    /// Clocks of the flash before its first half byte: command, address, the bus's turn, and the pads' registers.
    pub const LATENCY: usize = 41;

    /// Whether there is such a reader on such a device.
    pub(super) fn check(&self, capacity: &Capacity) -> Result<(), PlanError> {
        let Capacity { memory_words, weight_words, list_entries, .. } = *capacity;
        let holds = |holds: bool, what, value, supported| match holds {
            true => Ok(()),
            false => Err(PlanError::Capacity { what, value, supported }),
        };
        let ring = self.ring_words.is_power_of_two() && RING_WORDS.contains(&self.ring_words);
        holds(ring, "words of the flash's ring", self.ring_words, "a power of two of 16 to 256")?;
        let power = memory_words.is_power_of_two() && memory_words > self.ring_words;
        holds(power, "words of memory", memory_words, "a power of two beside a reader of the flash")?;
        // Headers in the flash have spare bits.
        holds(weight_words < 4096, "weight words", weight_words, "up to 4095 beside a reader of the flash")?;
        holds(list_entries < 1024, "list entries", list_entries, "up to 1023 beside a reader of the flash")
    }
}

/// How a host sees what the flash holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlashProbe {
    /// A program for word 0 of memory that computes nothing, and takes as long as the flash's first word to come.
    pub program: Vec<u8>,
    /// Byte of memory where that word lies after a run.
    pub address: usize,
    /// What it should be.
    pub expected: Vec<u8>,
}

/// Clocks of the flash while a descriptor is run that does nothing, at least.
const IDLE_CLOCKS: usize = 3;

impl Plan {
    /// The probe of the flash; `None` if nothing is streamed, or where there can be none: in a memory that is too small
    /// for it, and with a frozen front end, which would take part.
    pub fn flash_probe(&self) -> Option<FlashProbe> {
        let Capacity { lanes, memory_words, flash, .. } = self.capacity;
        let expected = self.program.stream.get(..lanes).filter(|_| self.frozen.is_empty())?.to_vec();
        let count = (FlashCapacity::LATENCY + 2 * lanes).div_ceil(IDLE_CLOCKS) + 1;
        // Without a front end its descriptors do nothing.
        let idle = Descriptor::new(Op::Frozen).set(Field::Groups, STREAMED);
        let descriptors = std::iter::repeat_n(idle, count).chain([Descriptor::new(Op::End)]);
        let program: Vec<u8> = descriptors.flat_map(|descriptor| descriptor.pack()).collect();
        let address = memory_words.checked_sub(flash?.ring_words)? * lanes;
        (program.len() <= address).then_some(FlashProbe { program, address, expected })
    }
}

/// Puts a check value of the whole stream into spare bits of its first header, so that a host sees by the first word
/// whether the flash holds this stream.
pub(super) fn seal(stream: &mut [u8], lanes: usize) {
    let check = check_value(stream);
    if let Some(word) = stream.get_mut(..lanes) {
        put_check(word, check);
    }
}

/// 24 bits of a hash: FNV-1a of 64 bits, folded.
fn check_value(bytes: &[u8]) -> u32 {
    let hash = bytes.iter().fold(0xCBF2_9CE4_8422_2325_u64, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    ((hash ^ hash >> 24 ^ hash >> 48) & 0xFF_FFFF) as u32
}

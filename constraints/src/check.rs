//! Checks that the types cannot make: each failure names the field.

use std::collections::HashMap;

use crate::{Board, BoardError, Capacity, Fabric, Family, Memory, Multiplier};

/// A field and what is wrong with it.
type Fault = (String, String);

/// Bits of one channel's requantisation parameters and of one layer descriptor in their memories.
const PARAMETER_BITS: usize = 8 * 16;
const DESCRIPTOR_BITS: usize = 32 * 16;
/// The receiver samples in the middle of a bit and needs this many clocks to find it.
const MIN_CLOCKS_PER_BIT: u32 = 4;
/// Permitted difference between the wanted and the real baud rate.
const MAX_BAUD_ERROR: f64 = 0.02;

/// The first fault of the board, as an error.
pub(crate) fn check(board: &Board, origin: &str) -> Result<(), BoardError> {
    let checks = [text, pins, capacity, clock, sizes, memories, multiplier];
    checks.iter().try_for_each(|check| check(board)).map_err(|(field, reason)| BoardError::Invalid {
        origin: origin.into(),
        field,
        reason,
    })
}

fn fault(field: &str, reason: impl Into<String>) -> Result<(), Fault> {
    Err((field.into(), reason.into()))
}

fn text(board: &Board) -> Result<(), Fault> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if board.name.is_empty() || !board.name.chars().all(plain) {
        return fault("name", "must be lower-case letters, digits and hyphens");
    }
    let word = |s: &str| !s.is_empty() && s.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    let device = &board.device;
    let words = [
        ("device.part", &device.part),
        ("device.variant", &device.variant),
        ("device.package", &device.package),
        ("device.io_standard", &device.io_standard),
        ("loader.id", &board.loader.id),
    ];
    match words.iter().find(|(_, value)| !word(value) || value.starts_with('-')) {
        Some((field, _)) => fault(field, "must be one word of letters, digits, hyphens and underscores"),
        None => Ok(()),
    }
}

fn pins(board: &Board) -> Result<(), Fault> {
    let mut seen: HashMap<&str, String> = HashMap::new();
    for (field, pin) in board.pins() {
        if pin.is_empty() || !pin.chars().all(|c| c.is_ascii_alphanumeric()) {
            return fault(&field, "must be a pin's name, such as \"35\" or \"G2\"");
        }
        if let Some(other) = seen.get(pin) {
            return fault(&field, format!("is pin {pin}, which {other} has already"));
        }
        seen.insert(pin, field);
    }
    Ok(())
}

fn capacity(board: &Board) -> Result<(), Fault> {
    let capacity = &board.capacity;
    let counts = [
        ("capacity.logic_cells", capacity.logic_cells),
        ("capacity.flip_flops", capacity.flip_flops),
        ("capacity.block_rams", capacity.block_rams),
        ("capacity.block_ram_bits", capacity.block_ram_bits),
    ];
    match counts.iter().find(|(_, value)| *value == 0) {
        Some((field, _)) => fault(field, "must be more than 0"),
        None => Ok(()),
    }
}

fn clock(board: &Board) -> Result<(), Fault> {
    for (field, value) in
        [("clock.crystal_hz", board.clock.crystal_hz), ("clock.target_hz", board.clock.target_hz)]
    {
        if value == 0 {
            return fault(field, "must be more than 0");
        }
    }
    if board.link.baud == 0 {
        return fault("link.baud", "must be more than 0");
    }
    let clocks = board.clocks_per_bit();
    if clocks < MIN_CLOCKS_PER_BIT {
        return fault("link.baud", format!("leaves {clocks} clocks a bit; at least 4 are needed"));
    }
    let real = f64::from(board.clock.target_hz) / f64::from(clocks);
    if (real / f64::from(board.link.baud) - 1.0).abs() > MAX_BAUD_ERROR {
        return fault("link.baud", format!("cannot be made from clock.target_hz: the nearest is {real:.0}"));
    }
    Ok(())
}

fn sizes(board: &Board) -> Result<(), Fault> {
    let fabric = &board.fabric;
    let sizes = [
        ("fabric.lanes", fabric.lanes),
        ("fabric.activation_bytes", fabric.activation_bytes),
        ("fabric.parameter_channels", fabric.parameter_channels),
        ("fabric.descriptors", fabric.descriptors),
    ];
    if let Some((field, _)) = sizes.iter().find(|(_, value)| !value.is_power_of_two()) {
        return fault(field, "must be a power of two");
    }
    let per_lane = fabric.weight_bytes / fabric.lanes;
    if !fabric.weight_bytes.is_multiple_of(fabric.lanes) || !per_lane.is_power_of_two() {
        return fault("fabric.weight_bytes", "must be a power of two for each lane");
    }
    Ok(())
}

fn memories(board: &Board) -> Result<(), Fault> {
    let (fabric, capacity) = (&board.fabric, &board.capacity);
    for (field, memory) in [
        ("fabric.activation_memory", fabric.activation_memory),
        ("fabric.weight_memory", fabric.weight_memory),
    ] {
        if memory == Memory::Spram && capacity.sprams == 0 {
            return fault(field, "is spram, but capacity.sprams is 0");
        }
    }
    for memory in [Memory::Spram, Memory::BlockRam] {
        let (used, available) = (bits_used(fabric, memory), bits_available(capacity, memory));
        if used > available {
            let name = if memory == Memory::Spram { "SPRAM" } else { "block RAM" };
            return fault("fabric", format!("needs {used} bits of {name}; there are {available}"));
        }
    }
    Ok(())
}

fn bits_used(fabric: &Fabric, memory: Memory) -> usize {
    let activations = if fabric.activation_memory == memory { fabric.activation_bytes } else { 0 };
    let weights = if fabric.weight_memory == memory { fabric.weight_bytes } else { 0 };
    let tables = fabric
        .parameter_channels
        .saturating_mul(PARAMETER_BITS)
        .saturating_add(fabric.descriptors.saturating_mul(DESCRIPTOR_BITS));
    let tables = if memory == Memory::BlockRam { tables } else { 0 };
    activations.saturating_add(weights).saturating_mul(8).saturating_add(tables)
}

fn bits_available(capacity: &Capacity, memory: Memory) -> usize {
    match memory {
        Memory::BlockRam => capacity.block_rams as usize * capacity.block_ram_bits as usize,
        Memory::Spram => capacity.sprams as usize * capacity.spram_bits as usize,
    }
}

fn multiplier(board: &Board) -> Result<(), Fault> {
    let family = match board.fabric.multiplier {
        Multiplier::SbMac16 => Family::Ice40,
        Multiplier::Mult18x18d => Family::Ecp5,
        Multiplier::Lut => return Ok(()),
    };
    if family != board.device.family {
        return fault("fabric.multiplier", "does not exist in this device.family");
    }
    if board.capacity.multipliers == 0 {
        return fault("fabric.multiplier", "is a DSP, but capacity.multipliers is 0");
    }
    Ok(())
}

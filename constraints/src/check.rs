//! Checks that the types cannot make: each failure names the field.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use crate::{ArrayStyle, Board, BoardError, Capacity, Fabric, Family, Memory, Multiplier};

/// A field and what is wrong with it.
type Fault = (String, String);

/// The receiver samples in the middle of a bit and needs this many clocks to find it.
const MIN_CLOCKS_PER_BIT: u32 = 4;
/// Bytes of the flash that are erased together.
const SECTOR_BYTES: u32 = 1 << 16;
/// Words of a ring for weights from the flash, a power of two.
const RING_WORDS: RangeInclusive<usize> = 16..=256;
/// Permitted difference between the wanted and the real baud rate.
const MAX_BAUD_ERROR: f64 = 0.02;

/// The first fault of the board, as an error.
pub(crate) fn check(board: &Board, origin: &str) -> Result<(), BoardError> {
    let checks = [text, pins, capacity, sites, clock, flash, accelerators];
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

fn sites(board: &Board) -> Result<(), Fault> {
    let Some(sites) = &board.device.sites else { return Ok(()) };
    let Capacity { block_rams, multipliers, .. } = board.capacity;
    if board.device.family != Family::Ecp5 {
        return fault("device.sites", "is known of ECP5 only");
    }
    let rises = |list: &[u32]| list.windows(2).all(|pair| pair[0] < pair[1]);
    if ![&sites.columns, &sites.multiplier_rows, &sites.block_ram_rows].into_iter().all(|list| rises(list)) {
        return fault("device.sites", "must be lists that rise");
    }
    match sites.counts() == (block_rams as usize, multipliers as usize) {
        true => Ok(()),
        false => {
            fault("device.sites", format!("must be {block_rams} block RAMs and {multipliers} multipliers"))
        }
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

/// A read of the flash has an address of 24 bits; a sector is what can be erased.
fn flash(board: &Board) -> Result<(), Fault> {
    let Some(flash) = &board.flash else { return Ok(()) };
    if !flash.bytes.is_power_of_two() || !(1 << 16..=1 << 24).contains(&flash.bytes) {
        return fault("flash.bytes", "must be a power of two of 64 KiB to 16 MiB");
    }
    if flash.offset >= flash.bytes || !flash.offset.is_multiple_of(SECTOR_BYTES) {
        return fault("flash.offset", "must be a multiple of 64 KiB within the flash");
    }
    Ok(())
}

/// The accelerators of the board, with the keys of their tables.
fn fabrics(board: &Board) -> impl Iterator<Item = (&'static str, &Fabric)> {
    let with_front = board.fabric_with_front.as_ref().map(|fabric| ("fabric_with_front", fabric));
    [("fabric", &board.fabric)].into_iter().chain(with_front)
}

fn accelerators(board: &Board) -> Result<(), Fault> {
    fabrics(board).try_for_each(|(table, fabric)| {
        let named = |(key, reason): (&str, String)| {
            (if key.is_empty() { table.to_owned() } else { format!("{table}.{key}") }, reason)
        };
        sizes(fabric)
            .and_then(|()| cells(board, fabric))
            .and_then(|()| room(board, fabric))
            .and_then(|()| ring(board, fabric))
            .map_err(named)
    })
}

/// A key of an accelerator's table and what is wrong with it; no key for the table as a whole.
type KeyFault = (&'static str, String);

fn sizes(fabric: &Fabric) -> Result<(), KeyFault> {
    if ![8, 16].contains(&fabric.lanes) {
        return Err(("lanes", "must be 8 or 16".into()));
    }
    let ranges: [(_, usize, RangeInclusive<usize>); 7] = [
        ("pixels", fabric.pixels, 1..=255),
        ("requantisers", fabric.requantisers, 1..=fabric.pixels),
        ("sum_bits", fabric.sum_bits, 16..=32),
        ("requant_bits", fabric.requant_bits, fabric.sum_bits..=31),
        ("memory_words", fabric.memory_words, 256..=65536),
        ("weight_words", fabric.weight_words, 64..=65536),
        ("list_entries", fabric.list_entries, 64..=65536),
    ];
    if let Some((key, _, range)) = ranges.iter().find(|(_, size, range)| !range.contains(size)) {
        return Err((key, format!("must be {} to {}", range.start(), range.end())));
    }
    if !fabric.pixels.is_multiple_of(fabric.requantisers) {
        return Err(("requantisers", "must be a divisor of pixels".into()));
    }
    // Read and write positions in a ring wrap by themselves.
    let rings = [("weight_words", fabric.weight_words), ("list_entries", fabric.list_entries)];
    match rings.iter().find(|(_, size)| !size.is_power_of_two()) {
        Some((key, _)) => Err((key, "must be a power of two".into())),
        None => Ok(()),
    }
}

/// Cells that the family or the FPGA does not have.
fn cells(board: &Board, fabric: &Fabric) -> Result<(), KeyFault> {
    let family = match fabric.multiplier {
        Multiplier::SbMac16 => Some(Family::Ice40),
        Multiplier::Mult18Pair => Some(Family::Ecp5),
        Multiplier::Lut => None,
    };
    if family.is_some_and(|family| family != board.device.family) {
        return Err(("multiplier", "does not exist in this device.family".into()));
    }
    if fabric.multiplier == Multiplier::Mult18Pair && !fabric.pixels.is_multiple_of(2) {
        return Err(("pixels", "must be even for mult18_pair: two pixels share a multiplier".into()));
    }
    if fabric.memory == Memory::Spram && board.capacity.sprams == 0 {
        return Err(("memory", "is spram, but capacity.sprams is 0".into()));
    }
    Ok(())
}

/// The ring for weights from the flash.
fn ring(board: &Board, fabric: &Fabric) -> Result<(), KeyFault> {
    let words = fabric.stream_words;
    let reason = match words {
        0 => return Ok(()),
        _ if board.flash.is_none() => "needs the table flash",
        _ if board.device.family != Family::Ice40 => "is possible in device.family ice40 only",
        _ if fabric.style == ArrayStyle::Quad => "must be 0 in the quad style",
        _ if !words.is_power_of_two() || !RING_WORDS.contains(&words) => {
            "must be a power of two of 16 to 256"
        }
        _ if !fabric.memory_words.is_power_of_two() => "needs memory_words that are a power of two",
        _ => return Ok(()),
    };
    Err(("stream_words", reason.into()))
}

/// What the accelerator takes of what the FPGA holds.
fn room(board: &Board, fabric: &Fabric) -> Result<(), KeyFault> {
    let capacity = &board.capacity;
    let needs = [
        ("hardware multipliers", fabric.multipliers(), capacity.multipliers),
        ("SPRAMs", fabric.sprams(), capacity.sprams),
        ("block RAMs", fabric.block_rams(board.device.family), capacity.block_rams),
    ];
    match needs.iter().find(|(_, need, there)| *need > *there as usize) {
        Some((name, need, there)) => Err(("", format!("needs {need} {name}; there are {there}"))),
        None => Ok(()),
    }
}

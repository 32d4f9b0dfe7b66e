//! From a plan and a specification to Verilog.

use frazil_model::plan::{ArrayStyle, Plan};
use rust_hdl::prelude::*;
use serde::Serialize;

use crate::chip::{ChipSpec, Identity};
use crate::datapath::RequantiserStyle;
use crate::flash::{FlashChip, FlashSpec, RING_WORDS};
use crate::frozen::FrozenFront;
use crate::memory::MemoryStyle;
use crate::quad::{Anchor, ROW_WORDS, anchors, array_spec};
use crate::top::constraints::constrain;
use crate::top::{HdlError, LANES, QuadTop, StreamTop, Top, TopBlock, TopSpec, UseTop};

/// A design as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Design {
    /// Verilog 2005; the top module is `top`.
    pub verilog: String,
    /// Pin constraints; empty without pins.
    pub constraints: String,
    /// Hash of what is in the fabric, as the device reports it.
    pub design_id: u64,
    /// Cells with a place.
    pub anchors: Vec<Anchor>,
}

/// The design of a plan on a board.
///
/// # Errors
/// The plan or the specification does not fit the hardware.
pub fn assemble(plan: &Plan, spec: &TopSpec) -> Result<Design, HdlError> {
    struct Emit<'a>(&'a TopSpec);
    impl UseTop for Emit<'_> {
        type Output = (String, String);
        fn call<T: TopBlock + 'static>(self, mut top: Box<T>) -> Self::Output {
            let constraints =
                self.0.pins.as_ref().map(|pins| constrain(top.as_mut(), pins)).unwrap_or_default();
            top.connect_all();
            (generate_verilog(top.as_ref()), constraints)
        }
    }
    let (verilog, constraints) = with_top(plan, spec, Emit(spec))?;
    Ok(Design { verilog, constraints, design_id: plan.design_id(), anchors: places(spec) })
}

/// Places for the hard blocks of a quad array.
fn places(spec: &TopSpec) -> Vec<Anchor> {
    let sites = spec.sites.as_ref().filter(|_| spec.style == ArrayStyle::Quad);
    let place = |sites| {
        let weight_rows = spec.weight_words / ROW_WORDS;
        anchors("chip", &array_spec(&spec.datapath), spec.memory_words, weight_rows, sites)
    };
    sites.map(place).unwrap_or_default()
}

/// Builds the top block with the specification's array and hands it on.
///
/// # Errors
/// The plan or the specification does not fit the hardware.
pub fn with_top<U: UseTop>(plan: &Plan, spec: &TopSpec, user: U) -> Result<U::Output, HdlError> {
    check(spec)?;
    let chip = ChipSpec {
        identity: identity(plan, spec),
        memory: spec.memory,
        weight_words: spec.weight_words,
        list_entries: spec.list_entries,
        style: spec.style,
        datapath: spec.datapath,
        flash: spec.flash,
    };
    if spec.style == ArrayStyle::Quad {
        if !plan.frozen.is_empty() {
            return Err(HdlError::Quad("has no frozen front end before it"));
        }
        return Ok(user.call(Box::new(QuadTop::new(spec, &chip)?)));
    }
    let front = FrozenFront::new(&plan.frozen)?;
    if let Some(flash) = spec.flash {
        let flash = FlashChip::new(flash.offset, plan.program.stream.clone());
        return Ok(match spec.lanes {
            8 => user.call(Box::new(StreamTop::<8>::new(spec, &chip, front, flash)?)),
            16 => user.call(Box::new(StreamTop::<16>::new(spec, &chip, front, flash)?)),
            lanes => return Err(HdlError::Lanes(lanes)),
        });
    }
    Ok(match spec.lanes {
        8 => user.call(Box::new(Top::<8>::new(spec, &chip, front)?)),
        16 => user.call(Box::new(Top::<16>::new(spec, &chip, front)?)),
        lanes => return Err(HdlError::Lanes(lanes)),
    })
}

/// What the device says about itself.
pub fn identity(plan: &Plan, spec: &TopSpec) -> Identity {
    Identity {
        lanes: spec.lanes as u8,
        pixels: spec.datapath.pixels as u8,
        design_id: plan.design_id(),
        clock_hz: spec.clock_hz,
        memory_words: spec.memory_words as u32,
    }
}

fn check(spec: &TopSpec) -> Result<(), HdlError> {
    if !LANES.contains(&spec.lanes) {
        return Err(HdlError::Lanes(spec.lanes));
    }
    let spram = spec.memory == MemoryStyle::Spram;
    let power = |size: usize, most: usize| size.is_power_of_two() && (16..=most).contains(&size);
    let rules = [
        ("main", spec.memory_words, (64..=1 << 16).contains(&spec.memory_words), "64 to 65536 words"),
        (
            "main",
            spec.memory_words,
            !spram || (spec.memory_words == 1 << 14 && spec.lanes == 8),
            "four SPRAM make 16384 words of 8 bytes",
        ),
        (
            "weight",
            spec.weight_words,
            power(spec.weight_words, 1 << 11),
            "a power of two of 16 to 2048 words",
        ),
        ("list", spec.list_entries, power(spec.list_entries, 1 << 9), "a power of two of 16 to 512 entries"),
    ];
    match rules.into_iter().chain(flash_rules(spec)).find(|(_, _, holds, _)| !holds) {
        Some((memory, size, _, rule)) => Err(HdlError::Memory { memory, size, rule }),
        None if spec.style == ArrayStyle::Quad => check_quad(spec),
        None => Ok(spec.datapath.check(spec.lanes)?),
    }
}

/// A rule about a memory: its name, its size, whether the rule holds, and the rule.
type Rule = (&'static str, usize, bool, &'static str);

fn flash_rules(spec: &TopSpec) -> impl Iterator<Item = Rule> {
    let memory = spec.memory_words;
    spec.flash.into_iter().flat_map(move |FlashSpec { ring_words, offset }| {
        let power = ring_words.is_power_of_two() && (RING_WORDS[0]..=RING_WORDS[1]).contains(&ring_words);
        [
            ("flash ring", ring_words, power, "a power of two of 16 to 256 words"),
            ("main", memory, memory.is_power_of_two(), "a power of two with a flash ring at its end"),
            ("flash", offset as usize, offset < 1 << 24, "streams begin below 16 MiB"),
        ]
    })
}

fn check_quad(spec: &TopSpec) -> Result<(), HdlError> {
    let array = &spec.datapath;
    let rules = [
        (spec.lanes == 16, "has 16 lanes"),
        (array.pixels == 16 && array.requantisers == 16, "has 16 pixels, each with its requantiser"),
        (matches!(array.requantiser, RequantiserStyle::Pipelined { .. }), "has pipelined requantisers"),
        (spec.memory == MemoryStyle::BlockRam, "has its memory in block RAM"),
        (spec.flash.is_none(), "does not read the flash"),
        (spec.memory_words.is_multiple_of(4), "has a memory of rows of 4 words"),
    ];
    match rules.into_iter().find(|(holds, _)| !holds) {
        Some((_, rule)) => Err(HdlError::Quad(rule)),
        None => Ok(array_spec(array).check()?),
    }
}

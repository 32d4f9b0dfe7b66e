//! From a plan and a specification to Verilog.

use frazil_model::plan::Plan;
use rust_hdl::prelude::*;
use serde::Serialize;

use crate::chip::{ChipSpec, Identity};
use crate::frozen::FrozenFront;
use crate::memory::MemoryStyle;
use crate::top::constraints::constrain;
use crate::top::{HdlError, LANES, Top, TopSpec, UseTop};

/// A design as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Design {
    /// Verilog 2005; the top module is `top`.
    pub verilog: String,
    /// Pin constraints; empty without pins.
    pub constraints: String,
    /// Hash of what is in the fabric, as the device reports it.
    pub design_id: u64,
}

/// The design of a plan on a board.
///
/// # Errors
/// The plan or the specification does not fit the hardware.
pub fn assemble(plan: &Plan, spec: &TopSpec) -> Result<Design, HdlError> {
    struct Emit<'a>(&'a TopSpec);
    impl UseTop for Emit<'_> {
        type Output = (String, String);
        fn call<const N: usize>(self, mut top: Box<Top<N>>) -> Self::Output {
            let constraints = self.0.pins.as_ref().map(|pins| constrain(&mut top, pins)).unwrap_or_default();
            top.connect_all();
            (generate_verilog(top.as_ref()), constraints)
        }
    }
    let (verilog, constraints) = with_top(plan, spec, Emit(spec))?;
    Ok(Design { verilog, constraints, design_id: plan.design_id() })
}

/// Builds the top block with the specification's lane count and hands it on.
///
/// # Errors
/// The plan or the specification does not fit the hardware.
pub fn with_top<U: UseTop>(plan: &Plan, spec: &TopSpec, user: U) -> Result<U::Output, HdlError> {
    check(spec)?;
    let chip = ChipSpec { identity: identity(plan, spec), weights: spec.weight_memory };
    let front = FrozenFront::new(&plan.frozen)?;
    Ok(match spec.lanes {
        4 => user.call(Box::new(Top::<4>::new(spec, &chip, front)?)),
        8 => user.call(Box::new(Top::<8>::new(spec, &chip, front)?)),
        16 => user.call(Box::new(Top::<16>::new(spec, &chip, front)?)),
        32 => user.call(Box::new(Top::<32>::new(spec, &chip, front)?)),
        lanes => return Err(HdlError::Lanes(lanes)),
    })
}

/// What the device says about itself.
pub fn identity(plan: &Plan, spec: &TopSpec) -> Identity {
    Identity {
        lanes: spec.lanes as u8,
        descriptors: spec.descriptors as u16,
        design_id: plan.design_id(),
        clock_hz: spec.clock_hz,
        activation_bytes: spec.activation_bytes as u32,
        weight_bytes: spec.weight_bytes as u32,
        parameter_channels: spec.parameter_channels as u32,
    }
}

fn check(spec: &TopSpec) -> Result<(), HdlError> {
    if !LANES.contains(&spec.lanes) {
        return Err(HdlError::Lanes(spec.lanes));
    }
    let words = spec.weight_bytes / spec.lanes;
    let spram = spec.weight_memory == MemoryStyle::Spram;
    let rules = [
        (
            "activation",
            spec.activation_bytes,
            (1..=1 << 16).contains(&spec.activation_bytes),
            "1 to 65536 bytes",
        ),
        (
            "weight",
            spec.weight_bytes,
            (1..=1 << 16).contains(&words),
            "1 to 65536 words of a byte for each lane",
        ),
        (
            "weight",
            spec.weight_bytes,
            !spram || (words == 1 << 14 && spec.lanes == 8),
            "four SPRAM make 131072 bytes for 8 lanes",
        ),
        (
            "parameter",
            spec.parameter_channels,
            (1..=1 << 13).contains(&spec.parameter_channels),
            "1 to 8192 channels",
        ),
        ("program", spec.descriptors, (1..=1 << 11).contains(&spec.descriptors), "1 to 2048 descriptors"),
    ];
    match rules.into_iter().find(|(_, _, holds, _)| !holds) {
        Some((memory, size, _, rule)) => Err(HdlError::Memory { memory, size, rule }),
        None => Ok(()),
    }
}

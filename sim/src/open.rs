//! One door to all simulated devices.

use std::fmt;
use std::str::FromStr;

use frazil_hdl::top::{HdlError, TopSpec, assemble};
use frazil_model::plan::Plan;
use frazil_wire::PROTOCOL_VERSION;

use crate::cycle::CycleEngine;
use crate::device::{DeviceConfig, SimDevice};
use crate::serial::{RtlDevice, Simulated, VerilatedDevice};
use crate::verilator::VerilatorError;

/// A kind of simulated device. All speak the bytes of the real one and count the same clock cycles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceKind {
    /// The cycle model: fastest.
    Sim,
    /// The RustHDL top block, stepped clock by clock.
    Rtl,
    /// The emitted Verilog of the top block, Verilated.
    Verilator,
}

impl DeviceKind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Sim, Self::Rtl, Self::Verilator];

    /// Name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sim => "sim",
            Self::Rtl => "rtl",
            Self::Verilator => "verilator",
        }
    }
}

impl fmt::Display for DeviceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for DeviceKind {
    type Err = SimError;

    fn from_str(name: &str) -> Result<Self, SimError> {
        Self::ALL
            .into_iter()
            .find(|k| k.name() == name)
            .ok_or_else(|| SimError::UnknownKind(name.to_string()))
    }
}

/// Why a simulated device cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SimError {
    /// No kind has this name.
    #[error("there is no simulated device `{0}`: the kinds are sim, rtl and verilator")]
    UnknownKind(String),
    /// The plan does not fit the hardware.
    #[error(transparent)]
    Hdl(#[from] HdlError),
    /// The emitted Verilog could not be compiled.
    #[error(transparent)]
    Verilator(#[from] VerilatorError),
}

/// Opens a simulated device of a plan on a board, with the plan's stream in its flash.
///
/// # Errors
/// The plan does not fit the hardware, or a tool is missing.
pub fn open(kind: DeviceKind, plan: &Plan, spec: &TopSpec) -> Result<Box<dyn Simulated>, SimError> {
    Ok(match kind {
        DeviceKind::Sim => Box::new(SimDevice::new(device_config(plan, spec), CycleEngine::new(plan, spec))),
        DeviceKind::Rtl => Box::new(RtlDevice::new(plan, spec)?),
        DeviceKind::Verilator => {
            let verilog = assemble(plan, spec)?.verilog;
            Box::new(VerilatedDevice::new(&verilog, spec, &plan.program.stream)?)
        }
    })
}

/// What the device of a plan on a board says about itself.
pub fn device_config(plan: &Plan, spec: &TopSpec) -> DeviceConfig {
    let identity = frazil_hdl::top::identity(plan, spec);
    DeviceConfig {
        version: PROTOCOL_VERSION,
        lanes: identity.lanes,
        pixels: identity.pixels,
        design_id: identity.design_id,
        clock_hz: identity.clock_hz,
        memory_words: identity.memory_words,
        baud: spec.clock_hz / spec.clocks_per_bit.max(1),
    }
}

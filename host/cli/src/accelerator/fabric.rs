//! From a board's data to what the model and the hardware are told of it.

use frazil_boards::{Active, Board, Fabric, Family, Memory};
use frazil_flow::Work;
use frazil_hdl::memory::MemoryStyle;
use frazil_hdl::top::{ConstraintFormat, Pins, TopSpec};
use frazil_hdl::vendor::PllStyle;
use frazil_model::plan::{Capacity, ENTRY_RUN, Plan};
use frazil_sim::cycle::run_cycles;

use super::layout;
use crate::error::{Failure, Result, UsageError};

/// What the accelerator on a board offers to a plan.
pub fn capacity(fabric: &Fabric) -> Capacity {
    Capacity {
        lanes: fabric.lanes,
        activation_bytes: fabric.activation_bytes,
        weight_bytes: fabric.weight_bytes,
        parameter_channels: fabric.parameter_channels,
        descriptors: fabric.descriptors,
    }
}

/// What one run of a plan takes on a board.
pub fn work(plan: &Plan, board: &Board) -> Result<Work> {
    let cycles = run_cycles(plan, &top_spec(board)?, ENTRY_RUN);
    let cycles = cycles.ok_or_else(|| Failure::from(layout::lacks("an end")))?;
    let array_macs = plan.summary().layers.iter().map(|layer| layer.macs).sum();
    Ok(Work { cycles, array_macs, lanes: board.fabric.lanes as u64 })
}

/// What the top block is told of a board.
pub fn top_spec(board: &Board) -> Result<TopSpec> {
    let fabric = &board.fabric;
    Ok(TopSpec {
        lanes: fabric.lanes,
        descriptors: fabric.descriptors,
        activation_bytes: fabric.activation_bytes,
        weight_bytes: fabric.weight_bytes,
        weight_memory: memory_style(fabric.weight_memory),
        parameter_channels: fabric.parameter_channels,
        clock_hz: board.clock.target_hz,
        clocks_per_bit: board.clocks_per_bit(),
        pll: pll(board)?,
        pins: pins(board),
    })
}

fn memory_style(memory: Memory) -> MemoryStyle {
    match memory {
        Memory::BlockRam => MemoryStyle::BlockRam,
        Memory::Spram => MemoryStyle::Spram,
    }
}

fn pll(board: &Board) -> Result<PllStyle> {
    let (from, to) = (board.clock.crystal_hz, board.clock.target_hz);
    let style = match board.device.family {
        _ if from == to => Some(PllStyle::None),
        Family::Ice40 => PllStyle::ice40(from, to),
        Family::Ecp5 => PllStyle::ecp5(from, to),
    };
    style.ok_or_else(|| UsageError::Clock { board: board.name.clone(), from, to }.into())
}

/// Without a LED the design can be simulated and not placed.
fn pins(board: &Board) -> Option<Pins> {
    let led = board.leds.first()?;
    let format = match board.device.family {
        Family::Ice40 => ConstraintFormat::Pcf,
        Family::Ecp5 => ConstraintFormat::Lpf,
    };
    Some(Pins {
        format,
        clock: board.clock.pin.clone(),
        rx: board.link.rx.clone(),
        tx: board.link.tx.clone(),
        led: led.pin.clone(),
        led_active_low: led.active == Active::Low,
        clock_hz: board.clock.crystal_hz,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_board_has_a_top() {
        for board in Board::all().unwrap() {
            let spec = top_spec(&board).unwrap();
            assert!(spec.pins.is_some(), "{}", board.name);
            assert!(spec.pll != PllStyle::None, "{}", board.name);
            assert_eq!(spec.clock_hz / spec.clocks_per_bit, board.link.baud, "{}", board.name);
        }
    }
}

//! From a board's data to what the model and the hardware are told of it.

use frazil_boards::{Active, Board, Fabric, Family, Flash, Memory, Multiplier, PllInput, Requantiser};
use frazil_flow::Work;
use frazil_hdl::datapath::{DatapathSpec, MultiplierStyle, RequantiserStyle};
use frazil_hdl::flash::FlashSpec;
use frazil_hdl::memory::MemoryStyle;
use frazil_hdl::quad::{Anchor, Sites};
use frazil_hdl::top::{ConstraintFormat, FlashPins, Pins, TopSpec};
use frazil_hdl::vendor::PllStyle;
use frazil_model::plan::{ArrayStyle, Capacity, ENTRY_RUN, FlashCapacity, Plan};
use frazil_sim::cycle::run_cycles;

use super::layout;
use crate::error::{Failure, Result, UsageError};

/// Name of the top module.
pub const TOP: &str = "top";
/// Rows of a pipelined requantiser between registers, and of an iterative one in hardware.
const REQUANTISER_ROWS: (usize, usize) = (3, 4);

/// What the accelerator on a board offers to a plan, with or without a frozen front end.
pub fn capacity(board: &Board, with_front: bool) -> Capacity {
    let fabric = board.fabric(with_front);
    Capacity {
        lanes: fabric.lanes,
        pixels: fabric.pixels,
        requantisers: fabric.requantisers,
        style: array_style(fabric.style),
        memory_words: fabric.memory_words,
        weight_words: fabric.weight_words,
        list_entries: fabric.list_entries,
        sum_bits: fabric.sum_bits as u32,
        requant_bits: fabric.requant_bits as u32,
        flash: flash(board, fabric).map(|(flash, ring_words)| FlashCapacity {
            ring_words,
            bytes: flash.bytes.saturating_sub(flash.offset) as usize,
        }),
    }
}

/// What one run of a plan takes on a board.
pub fn work(plan: &Plan, board: &Board) -> Result<Work> {
    let cycles = layer_clocks(plan, board)?.iter().sum();
    let array_macs = plan.summary().layers.iter().map(|layer| layer.macs).sum();
    let Capacity { lanes, pixels, .. } = plan.capacity;
    Ok(Work { cycles, array_macs, peak: (lanes * pixels) as u64 })
}

/// Clock cycles of one run of a plan on a board, descriptor by descriptor, that of the end last.
pub fn layer_clocks(plan: &Plan, board: &Board) -> Result<Vec<u64>> {
    let layers = run_cycles(plan, &top_spec(board, !plan.frozen.is_empty())?, ENTRY_RUN);
    let layers = layers.ok_or_else(|| Failure::from(layout::lacks("an end")))?;
    Ok(layers.iter().map(|layer| layer.clocks).collect())
}

/// What the top block is told of a board, with or without a frozen front end in it.
pub fn top_spec(board: &Board, with_front: bool) -> Result<TopSpec> {
    let fabric = board.fabric(with_front);
    Ok(TopSpec {
        lanes: fabric.lanes,
        style: array_style(fabric.style),
        datapath: datapath(fabric),
        memory_words: fabric.memory_words,
        weight_words: fabric.weight_words,
        list_entries: fabric.list_entries,
        memory: memory_style(fabric.memory),
        clock_hz: board.clock.target_hz,
        clocks_per_bit: board.clocks_per_bit(),
        pll: pll(board)?,
        flash: flash(board, fabric).map(|(flash, ring_words)| FlashSpec { ring_words, offset: flash.offset }),
        pins: pins(board, fabric),
        sites: sites(board),
    })
}

fn datapath(fabric: &Fabric) -> DatapathSpec {
    DatapathSpec {
        pixels: fabric.pixels,
        requantisers: fabric.requantisers,
        sum_bits: fabric.sum_bits,
        requant_bits: fabric.requant_bits,
        multiplier: match fabric.multiplier {
            Multiplier::SbMac16 => MultiplierStyle::SbMac16,
            Multiplier::Mult18Pair => MultiplierStyle::Mult18Pair,
            Multiplier::Lut => MultiplierStyle::Infer,
        },
        requantiser: match fabric.requantiser {
            Requantiser::Pipelined => RequantiserStyle::Pipelined { rows_per_stage: REQUANTISER_ROWS.0 },
            Requantiser::Iterative => RequantiserStyle::Iterative { rows_per_clock: REQUANTISER_ROWS.1 },
        },
    }
}

/// A design's anchors, cell and site, as a build takes them.
pub fn anchors(anchors: Vec<Anchor>) -> Vec<(String, String)> {
    anchors.into_iter().map(|Anchor { cell, site }| (cell, site)).collect()
}

fn sites(board: &Board) -> Option<Sites> {
    let frazil_boards::Sites { columns, multiplier_rows, block_ram_rows } = board.device.sites.clone()?;
    Some(Sites { columns, multiplier_rows, block_ram_rows })
}

fn array_style(style: frazil_boards::ArrayStyle) -> ArrayStyle {
    match style {
        frazil_boards::ArrayStyle::Line => ArrayStyle::Line,
        frazil_boards::ArrayStyle::Block => ArrayStyle::Block,
        frazil_boards::ArrayStyle::Quad => ArrayStyle::Quad,
    }
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
        Family::Ice40 => PllStyle::ice40(from, to, board.clock.pll == PllInput::Pad),
        Family::Ecp5 => PllStyle::ecp5(from, to),
    };
    style.ok_or_else(|| UsageError::Clock { board: board.name.clone(), from, to }.into())
}

/// Without a LED the design can be simulated and not placed.
fn pins(board: &Board, fabric: &Fabric) -> Option<Pins> {
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
        flash: flash(board, fabric).map(|(flash, _)| flash_pins(flash)),
    })
}

/// The flash and the words of its ring, if the accelerator reads it.
fn flash<'a>(board: &'a Board, fabric: &Fabric) -> Option<(&'a Flash, usize)> {
    Some((board.flash.as_ref()?, fabric.stream_words)).filter(|(_, words)| *words > 0)
}

fn flash_pins(flash: &Flash) -> FlashPins {
    FlashPins { sck: flash.sck.clone(), cs: flash.cs.clone(), io: flash.io.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_board_has_a_top() {
        for board in Board::all().unwrap() {
            let spec = top_spec(&board, false).unwrap();
            assert!(spec.pins.is_some(), "{}", board.name);
            assert!(spec.pll != PllStyle::None, "{}", board.name);
            assert_eq!(spec.clock_hz / spec.clocks_per_bit, board.link.baud, "{}", board.name);
        }
    }
}

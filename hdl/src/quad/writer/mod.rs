//! The writer: where results go.

mod kernel;

use rust_hdl::prelude::*;

use super::{QuadAdvance, QuadColumn};
use crate::num::Bus;

/// Gives each quad of results its four addresses, in the order in which they leave the requantisers: passes, blocks,
/// quads; and says which of its pixels are in the image.
///
/// Addresses are computed ahead, in two stages that move on with each `result`: the place of the quad, turned into the
/// next row where it lies beyond the end of this one; those of its pixels.
///
/// A layer may be given and started while the results of the one before are still coming: it waits for them. `busy` is
/// high from the clock after `start` to the clock of the last result; a layer's first may come four clocks after its
/// `start` and the last result before it.
#[derive(LogicBlock, Default)]
pub struct QuadWriter {
    /// Clock.
    pub clock: Signal<In, Clock>,
    /// Descriptor.
    pub descriptor: Signal<In, Bus<64>>,
    /// Stores the descriptor.
    pub load: Signal<In, Bit>,
    /// Begins a layer.
    pub start: Signal<In, Bit>,
    /// The results of a quad stand.
    pub result: Signal<In, Bit>,
    /// Those of its pixels that are to be written.
    pub write: Signal<Out, Bits<4>>,
    /// Address of pixel 0.
    pub addr_0: Signal<Out, Bits<16>>,
    /// Address of pixel 1.
    pub addr_1: Signal<Out, Bits<16>>,
    /// Address of pixel 2.
    pub addr_2: Signal<Out, Bits<16>>,
    /// Address of pixel 3.
    pub addr_3: Signal<Out, Bits<16>>,
    /// Results are still to come.
    pub busy: Signal<Out, Bit>,
    /// A layer waits for the results of the one before.
    pub waits: Signal<Out, Bit>,
    /// Zero point of the results, int8.
    pub zero_point: Signal<Out, Bits<8>>,
    /// Smallest result, int8.
    pub low: Signal<Out, Bits<8>>,
    /// Largest result, int8.
    pub high: Signal<Out, Bits<8>>,
    given: DFF<Bus<64>>,
    pending: DFF<Bit>,
    begins: DFF<Bit>,
    zero: DFF<Bits<8>>,
    least: DFF<Bits<8>>,
    most: DFF<Bits<8>>,
    turns: Signal<Local, Bit>,
    passes: DFF<Bits<9>>,
    spread: DFF<Bit>,
    blocks_x: DFF<Bits<12>>,
    blocks_y: DFF<Bits<9>>,
    pitch: DFF<Bits<10>>,
    columns: DFF<Bits<5>>,
    rows: DFF<Bits<5>>,
    groups: DFF<Bits<11>>,
    out_base: DFF<Bits<16>>,
    group_step: DFF<Bits<16>>,
    block_step: DFF<Bits<16>>,
    row_step: DFF<Bits<16>>,
    run_step: DFF<Bits<16>>,
    gap: DFF<Bits<16>>,
    last_x: DFF<Bits<5>>,
    last_y: DFF<Bits<5>>,
    width: DFF<Bits<10>>,
    x_block: DFF<Bits<10>>,
    running: DFF<Bit>,
    filling: DFF<Bit>,
    passes_left: DFF<Bits<9>>,
    groups_left: DFF<Bits<11>>,
    end_x: DFF<Bit>,
    end_y: DFF<Bit>,
    x_left: DFF<Bits<12>>,
    y_left: DFF<Bits<9>>,
    plane: DFF<Bits<16>>,
    line: DFF<Bits<16>>,
    block_x: DFF<Bits<11>>,
    block: DFF<Bits<16>>,
    quad: DFF<Bits<2>>,
    column: DFF<Bits<5>>,
    run: DFF<Bits<3>>,
    run_at: DFF<Bits<16>>,
    quad_x: DFF<Bits<11>>,
    quad_at: DFF<Bits<16>>,
    pixel_in: DFF<Bits<4>>,
    pixel_final: DFF<Bit>,
    next_block: QuadAdvance,
    next_quad: QuadAdvance,
    pixel: [QuadColumn; 4],
    moves: Signal<Local, Bit>,
    end_pass: Signal<Local, Bit>,
    end_block: Signal<Local, Bit>,
    end_run: Signal<Local, Bit>,
    limit_x: Signal<Local, Bits<5>>,
    limit_y: Signal<Local, Bits<5>>,
    left_x: Signal<Local, Bits<5>>,
    next_column: Signal<Local, Bits<5>>,
    next_run_at: Signal<Local, Bits<16>>,
    next_line: Signal<Local, Bits<16>>,
    next_plane: Signal<Local, Bits<16>>,
    pass_step: Signal<Local, Bits<16>>,
    groups_after: Signal<Local, Bits<11>>,
    inside: Signal<Local, Bits<4>>,
    in_image: Signal<Local, Bit>,
    beside: [Signal<Local, Bits<4>>; 4],
}

//! The issuer: from fetched words to products, a clock each.

mod kernel;

use rust_hdl::prelude::*;

use crate::num::Bus;

/// Takes accesses from the FIFO into the window buffer; the one that completes it makes it the operands as soon as
/// the lanes are free. It goes through the entry's mask, the lowest bit first, one product of every lane a clock, or,
/// for a bit that is not set in vector mode, a clock without; weights advance with the products and begin anew for
/// each block.
///
/// A product waits for its weights. The last of a block also waits until `interval` clocks have passed since that of
/// the block before, which keeps the hold registers free.
///
/// What goes to the datapath stands one clock after it was decided: then the weights that are read at `weight` stand,
/// and the words that were popped, in a register of their own.
#[derive(LogicBlock)]
pub struct QuadIssuer {
    /// Clock.
    pub clock: Signal<In, Clock>,
    /// Descriptor.
    pub descriptor: Signal<In, Bus<64>>,
    /// Stores the descriptor.
    pub load: Signal<In, Bit>,
    /// Begins a layer.
    pub start: Signal<In, Bit>,
    /// Parameter slot of the layer's first pass, with `start`.
    pub first_slot: Signal<In, Bits<5>>,
    /// Products are still to come.
    pub busy: Signal<Out, Bit>,
    /// The weights of the step at hand have not come.
    pub starved: Signal<Out, Bit>,
    /// An access stands at the FIFO's output.
    pub access: Signal<In, Bit>,
    /// Its entry's mask.
    pub mask: Signal<In, Bits<16>>,
    /// It is its entry's last.
    pub complete: Signal<In, Bit>,
    /// Its entry is the last of the list.
    pub last_entry: Signal<In, Bit>,
    /// Its entry's products move over the pixels.
    pub slides: Signal<In, Bit>,
    /// Takes it.
    pub pop: Signal<Out, Bit>,
    /// The access that was taken enters the window buffer.
    pub enter: Signal<Out, Bit>,
    /// The buffer becomes the operands.
    pub take: Signal<Out, Bit>,
    /// The operands move by a pixel.
    pub slide: Signal<Out, Bit>,
    /// Byte that dense mode broadcasts.
    pub sel: Signal<Out, Bits<4>>,
    /// Vector mode.
    pub vector_mode: Signal<Out, Bit>,
    /// Each quad has a group of its own.
    pub spread: Signal<Out, Bit>,
    /// Products are issued.
    pub valid: Signal<Out, Bit>,
    /// They begin a block's sums.
    pub first: Signal<Out, Bit>,
    /// They end them.
    pub last: Signal<Out, Bit>,
    /// Parameter slot of the pass.
    pub slot: Signal<Out, Bits<5>>,
    /// Word of the row of weights.
    pub weight_word: Signal<Out, Bits<2>>,
    /// Row of weights to read.
    pub weight: Signal<Out, Bits<10>>,
    /// Rows of weights below this can be read.
    pub weights: Signal<In, Bits<10>>,
    /// Rows of weights below this are done with: those of passes before, and of a pass of one block those that it has
    /// used.
    pub released: Signal<Out, Bits<10>>,
    /// Passes done, modulo 256.
    pub pass: Signal<Out, Bits<8>>,
    is_vector: DFF<Bit>,
    is_spread: DFF<Bit>,
    weights_shared: DFF<Bit>,
    parameters_shared: DFF<Bit>,
    used_once: DFF<Bit>,
    released_q: DFF<Bits<10>>,
    blocks: DFF<Bits<13>>,
    passes: DFF<Bits<9>>,
    running: DFF<Bit>,
    passes_left: DFF<Bits<9>>,
    full: DFF<Bit>,
    full_mask: DFF<Bits<16>>,
    full_last: DFF<Bit>,
    full_slides: DFF<Bit>,
    rest: DFF<Bits<16>>,
    rest_last: DFF<Bit>,
    active: DFF<Bit>,
    weighted: DFF<Bit>,
    moves: DFF<Bit>,
    one: DFF<Bit>,
    ends: DFF<Bit>,
    choice: DFF<Bits<4>>,
    fresh: DFF<Bit>,
    gap: DFF<Bits<5>>,
    row: DFF<Bits<10>>,
    word: DFF<Bits<2>>,
    base: DFF<Bits<10>>,
    available: DFF<Bit>,
    blocks_left: DFF<Bits<13>>,
    done: DFF<Bits<8>>,
    present_slot: DFF<Bits<5>>,
    enter_q: DFF<Bit>,
    take_q: DFF<Bit>,
    slide_q: DFF<Bit>,
    sel_q: DFF<Bits<4>>,
    valid_q: DFF<Bit>,
    first_q: DFF<Bit>,
    last_q: DFF<Bit>,
    slot_q: DFF<Bits<5>>,
    word_q: DFF<Bits<2>>,
    go: Signal<Local, Bit>,
    free: Signal<Local, Bit>,
    takes: Signal<Local, Bit>,
    pops: Signal<Local, Bit>,
    source: Signal<Local, Bits<16>>,
    source_last: Signal<Local, Bit>,
    less: Signal<Local, Bits<16>>,
    lowest: Signal<Local, Bits<16>>,
    others: Signal<Local, Bits<16>>,
    chosen: Signal<Local, Bits<4>>,
    refills: Signal<Local, Bit>,
    no_others: Signal<Local, Bit>,
    is_last_block: Signal<Local, Bit>,
    advances: Signal<Local, Bit>,
    row_after: Signal<Local, Bits<10>>,
    stays_available: Signal<Local, Bit>,
    after_available: Signal<Local, Bit>,
    interval: Constant<Bits<5>>,
}

impl QuadIssuer {
    /// An issuer that leaves this many clocks, 1 to 32, between the ends of two blocks.
    pub fn new(interval: usize) -> Self {
        Self {
            clock: Default::default(),
            descriptor: Default::default(),
            load: Default::default(),
            start: Default::default(),
            access: Default::default(),
            mask: Default::default(),
            complete: Default::default(),
            last_entry: Default::default(),
            slides: Default::default(),
            pop: Default::default(),
            enter: Default::default(),
            take: Default::default(),
            slide: Default::default(),
            sel: Default::default(),
            vector_mode: Default::default(),
            spread: Default::default(),
            valid: Default::default(),
            first: Default::default(),
            last: Default::default(),
            slot: Default::default(),
            weight_word: Default::default(),
            weight: Default::default(),
            weights: Default::default(),
            released: Default::default(),
            pass: Default::default(),
            is_vector: Default::default(),
            is_spread: Default::default(),
            weights_shared: Default::default(),
            parameters_shared: Default::default(),
            used_once: Default::default(),
            released_q: Default::default(),
            first_slot: Default::default(),
            busy: Default::default(),
            starved: Default::default(),
            blocks: Default::default(),
            passes: Default::default(),
            running: Default::default(),
            passes_left: Default::default(),
            full: Default::default(),
            full_mask: Default::default(),
            full_last: Default::default(),
            full_slides: Default::default(),
            rest: Default::default(),
            rest_last: Default::default(),
            active: Default::default(),
            weighted: Default::default(),
            moves: Default::default(),
            one: Default::default(),
            ends: Default::default(),
            choice: Default::default(),
            fresh: Default::default(),
            gap: Default::default(),
            row: Default::default(),
            word: Default::default(),
            base: Default::default(),
            available: Default::default(),
            blocks_left: Default::default(),
            done: Default::default(),
            present_slot: Default::default(),
            enter_q: Default::default(),
            take_q: Default::default(),
            slide_q: Default::default(),
            sel_q: Default::default(),
            valid_q: Default::default(),
            first_q: Default::default(),
            last_q: Default::default(),
            slot_q: Default::default(),
            word_q: Default::default(),
            go: Default::default(),
            free: Default::default(),
            takes: Default::default(),
            pops: Default::default(),
            source: Default::default(),
            source_last: Default::default(),
            less: Default::default(),
            lowest: Default::default(),
            others: Default::default(),
            chosen: Default::default(),
            refills: Default::default(),
            no_others: Default::default(),
            is_last_block: Default::default(),
            advances: Default::default(),
            row_after: Default::default(),
            stays_available: Default::default(),
            after_available: Default::default(),
            interval: Constant::new((interval.clamp(1, 32) as u64 - 1).into()),
        }
    }
}

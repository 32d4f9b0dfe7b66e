//! The issuer: from fetched words to products, a clock each.

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

impl Logic for QuadIssuer {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(
            self,
            clock,
            is_vector,
            is_spread,
            weights_shared,
            parameters_shared,
            blocks,
            full,
            full_mask
        );
        dff_setup!(self, clock, full_last, full_slides, rest, rest_last, active, weighted, moves, one, ends);
        dff_setup!(
            self,
            clock,
            choice,
            fresh,
            gap,
            row,
            word,
            base,
            available,
            blocks_left,
            done,
            present_slot
        );
        dff_setup!(self, clock, enter_q, take_q, slide_q, sel_q, valid_q, first_q, last_q, slot_q, word_q);
        dff_setup!(self, clock, passes, running, passes_left, used_once, released_q);
        if self.load.val() {
            self.passes.d.next = bit_cast::<9, 16>(self.descriptor.val().get_bits::<16>(32));
            self.is_vector.d.next = self.descriptor.val().get_bits::<8>(48).get_bit(0);
            self.weights_shared.d.next = self.descriptor.val().get_bits::<8>(48).get_bit(2);
            self.parameters_shared.d.next = self.descriptor.val().get_bits::<8>(48).get_bit(3);
            self.is_spread.d.next = self.descriptor.val().get_bits::<8>(48).get_bit(4);
            self.blocks.d.next = bit_cast::<13, 16>(self.descriptor.val().get_bits::<16>(480));
            self.used_once.d.next = (self.descriptor.val().get_bits::<16>(480) == 1)
                & !self.descriptor.val().get_bits::<8>(48).get_bit(2);
        }
        // The step at hand, and whether the buffer becomes the operands after it.
        self.go.next =
            self.active.q.val() & self.available.q.val() & (!self.ends.q.val() | (self.gap.q.val() == 0));
        self.free.next = !self.active.q.val() | (self.go.val() & self.one.q.val());
        self.takes.next = self.full.q.val() & self.free.val();
        self.pops.next = self.access.val() & (!self.full.q.val() | self.takes.val());
        self.pop.next = self.pops.val();
        if self.takes.val() {
            self.full.d.next = false;
        }
        if self.pops.val() & self.complete.val() {
            self.full.d.next = true;
        }
        if self.pops.val() {
            self.full_mask.d.next = self.mask.val();
            self.full_last.d.next = self.last_entry.val();
            self.full_slides.d.next = self.slides.val();
        }
        // The step after it.
        self.source.next = self.rest.q.val();
        self.source_last.next = self.rest_last.q.val();
        if self.full.q.val() & (!self.active.q.val() | self.one.q.val()) {
            self.source.next = self.full_mask.q.val();
            self.source_last.next = self.full_last.q.val();
        }
        self.less.next = self.source.val() - 1;
        self.lowest.next = self.source.val() & !self.less.val();
        self.others.next = self.source.val() & self.less.val();
        if self.is_vector.q.val() {
            self.others.next = self.source.val() >> 1;
        }
        self.chosen.next = 0.into();
        for i in 0..16 {
            if self.lowest.val().get_bit(i) {
                self.chosen.next = i.to_bits::<4>();
            }
        }
        self.no_others.next = self.others.val() == 0;
        self.refills.next = self.takes.val() | (self.go.val() & !self.one.q.val());
        if self.go.val() {
            self.active.d.next = false;
        }
        if self.refills.val() {
            self.active.d.next = true;
            self.rest.d.next = self.others.val();
            self.rest_last.d.next = self.source_last.val();
            self.choice.d.next = self.chosen.val();
            self.one.d.next = self.no_others.val();
            self.ends.d.next = self.no_others.val() & self.source_last.val();
            self.weighted.d.next = self.source.val().get_bit(0) | !self.is_vector.q.val();
        }
        if self.takes.val() {
            self.moves.d.next = self.full_slides.q.val();
        }
        // What the datapath sees of it in the next clock.
        self.enter_q.d.next = self.pops.val();
        self.take_q.d.next = self.takes.val();
        self.slide_q.d.next = self.go.val() & self.moves.q.val() & !self.one.q.val();
        self.sel_q.d.next = self.choice.q.val();
        self.valid_q.d.next = self.go.val() & self.weighted.q.val();
        self.first_q.d.next = self.fresh.q.val();
        self.last_q.d.next = self.ends.q.val();
        self.slot_q.d.next = self.present_slot.q.val();
        self.word_q.d.next = self.word.q.val();
        self.enter.next = self.enter_q.q.val();
        self.take.next = self.take_q.q.val();
        self.slide.next = self.slide_q.q.val();
        self.sel.next = self.sel_q.q.val();
        self.vector_mode.next = self.is_vector.q.val();
        self.spread.next = self.is_spread.q.val();
        self.valid.next = self.valid_q.q.val();
        self.first.next = self.first_q.q.val();
        self.last.next = self.last_q.q.val();
        self.slot.next = self.slot_q.q.val();
        self.weight_word.next = self.word_q.q.val();
        // The weights, and where a block and a pass end.
        self.is_last_block.next = self.blocks_left.q.val() == 1;
        self.row_after.next = self.row.q.val() + 1;
        self.stays_available.next = self.row.q.val() != self.weights.val();
        self.after_available.next = self.row_after.val() != self.weights.val();
        self.advances.next = self.weighted.q.val() & (self.is_spread.q.val() | (self.word.q.val() == 3));
        self.available.d.next = self.stays_available.val();
        if self.gap.q.val() != 0 {
            self.gap.d.next = self.gap.q.val() - 1;
        }
        if self.go.val() {
            if self.weighted.q.val() {
                self.fresh.d.next = self.ends.q.val();
                self.word.d.next = self.word.q.val() + 1;
            }
            if self.advances.val() {
                self.row.d.next = self.row_after.val();
                self.available.d.next = self.after_available.val();
            }
            if self.ends.q.val() {
                self.gap.d.next = self.interval.val();
                self.word.d.next = 0.into();
                self.row.d.next = self.base.q.val();
                self.available.d.next = true;
                self.blocks_left.d.next = self.blocks_left.q.val() - 1;
                if self.is_last_block.val() {
                    self.blocks_left.d.next = self.blocks.q.val();
                    self.done.d.next = self.done.q.val() + 1;
                    self.passes_left.d.next = self.passes_left.q.val() - 1;
                    if self.passes_left.q.val() == 1 {
                        self.running.d.next = false;
                    }
                    if !self.weights_shared.q.val() {
                        self.base.d.next = self.row_after.val();
                        self.row.d.next = self.row_after.val();
                        self.available.d.next = self.after_available.val();
                    }
                    if !self.parameters_shared.q.val() {
                        self.present_slot.d.next = self.present_slot.q.val() + 1;
                    }
                }
            }
        }
        self.weight.next = self.row.q.val();
        self.released_q.d.next = self.base.q.val();
        if self.used_once.q.val() {
            self.released_q.d.next = self.row.q.val();
        }
        self.released.next = self.released_q.q.val();
        self.pass.next = self.done.q.val();
        self.busy.next = self.running.q.val();
        self.starved.next = !self.available.q.val();
        if self.start.val() {
            self.active.d.next = false;
            self.full.d.next = false;
            self.fresh.d.next = true;
            self.gap.d.next = 0.into();
            self.row.d.next = 0.into();
            self.word.d.next = 0.into();
            self.base.d.next = 0.into();
            self.released_q.d.next = 0.into();
            self.available.d.next = false;
            self.blocks_left.d.next = self.blocks.q.val();
            self.done.d.next = 0.into();
            self.running.d.next = true;
            self.passes_left.d.next = self.passes.q.val();
            self.present_slot.d.next = self.first_slot.val();
        }
    }
}

//! What the issuer does in each clock.

use rust_hdl::prelude::*;

use super::QuadIssuer;

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

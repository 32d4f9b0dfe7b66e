//! The issuer: from fetched words to products, a clock each.

use rust_hdl::prelude::*;

/// Takes words from the FIFO into the operand chain; with the word that completes them, operands go to the lanes as
/// soon as these are free. It goes through the operands' mask, the lowest set bit first, one product of every lane a
/// clock; weights advance with it and begin anew for each block.
///
/// A product waits for its weight. The last product of a block also waits until `interval` clocks have passed since
/// that of the block before, which keeps the hold registers free.
#[derive(LogicBlock)]
pub struct Issuer {
    /// Clock.
    pub clock: Signal<In, Clock>,
    /// Descriptor field number.
    pub field: Signal<In, Bits<5>>,
    /// Descriptor word.
    pub word: Signal<In, Bits<16>>,
    /// Stores `word` as `field`.
    pub load: Signal<In, Bit>,
    /// Begins a layer.
    pub start: Signal<In, Bit>,
    /// A fetched word stands at the FIFO's output.
    pub word_valid: Signal<In, Bit>,
    /// Its entry's mask.
    pub mask: Signal<In, Bits<16>>,
    /// It completes its entry's operands.
    pub complete: Signal<In, Bit>,
    /// Its entry is the last of the list.
    pub last_entry: Signal<In, Bit>,
    /// Takes it into the chain.
    pub pop: Signal<Out, Bit>,
    /// The chain becomes the present operands.
    pub take: Signal<Out, Bit>,
    /// Byte that dense mode broadcasts.
    pub sel: Signal<Out, Bits<4>>,
    /// Vector mode.
    pub vector_mode: Signal<Out, Bit>,
    /// Products are issued.
    pub valid: Signal<Out, Bit>,
    /// They begin a block's sums.
    pub first: Signal<Out, Bit>,
    /// They end them.
    pub last: Signal<Out, Bit>,
    /// Parameter slot of the group.
    pub slot: Signal<Out, Bits<5>>,
    /// Weights below this can be read.
    pub weights: Signal<In, Bits<12>>,
    /// Weight to read: that of the next clock.
    pub weight: Signal<Out, Bits<12>>,
    /// Weights below this are done with.
    pub released: Signal<Out, Bits<12>>,
    /// Groups done, modulo 256.
    pub group: Signal<Out, Bits<8>>,
    is_vector: DFF<Bit>,
    weights_shared: DFF<Bit>,
    parameters_shared: DFF<Bit>,
    blocks: DFF<Bits<13>>,
    rest: DFF<Bits<16>>,
    lowest: DFF<Bits<16>>,
    chosen: DFF<Bits<4>>,
    rest_last: DFF<Bit>,
    fresh: DFF<Bit>,
    gap: DFF<Bits<9>>,
    at: DFF<Bits<12>>,
    base: DFF<Bits<12>>,
    blocks_left: DFF<Bits<13>>,
    done: DFF<Bits<8>>,
    present_slot: DFF<Bits<5>>,
    others: Signal<Local, Bits<16>>,
    coming: Signal<Local, Bits<16>>,
    others_lowest: Signal<Local, Bits<16>>,
    others_chosen: Signal<Local, Bits<4>>,
    mask_lowest: Signal<Local, Bits<16>>,
    mask_chosen: Signal<Local, Bits<4>>,
    busy: Signal<Local, Bit>,
    one: Signal<Local, Bit>,
    ends: Signal<Local, Bit>,
    go: Signal<Local, Bit>,
    free: Signal<Local, Bit>,
    takes: Signal<Local, Bit>,
    pops: Signal<Local, Bit>,
    next_weight: Signal<Local, Bits<12>>,
    after: Signal<Local, Bits<12>>,
    interval: Constant<Bits<9>>,
}

impl Issuer {
    /// An issuer that leaves this many clocks between the ends of two blocks.
    pub fn new(interval: usize) -> Self {
        Self {
            clock: Default::default(),
            field: Default::default(),
            word: Default::default(),
            load: Default::default(),
            start: Default::default(),
            word_valid: Default::default(),
            mask: Default::default(),
            complete: Default::default(),
            last_entry: Default::default(),
            pop: Default::default(),
            take: Default::default(),
            sel: Default::default(),
            vector_mode: Default::default(),
            valid: Default::default(),
            first: Default::default(),
            last: Default::default(),
            slot: Default::default(),
            weights: Default::default(),
            weight: Default::default(),
            released: Default::default(),
            group: Default::default(),
            is_vector: Default::default(),
            weights_shared: Default::default(),
            parameters_shared: Default::default(),
            blocks: Default::default(),
            rest: Default::default(),
            lowest: Default::default(),
            chosen: Default::default(),
            rest_last: Default::default(),
            fresh: Default::default(),
            gap: Default::default(),
            at: Default::default(),
            base: Default::default(),
            blocks_left: Default::default(),
            done: Default::default(),
            present_slot: Default::default(),
            others: Default::default(),
            coming: Default::default(),
            others_lowest: Default::default(),
            others_chosen: Default::default(),
            mask_lowest: Default::default(),
            mask_chosen: Default::default(),
            busy: Default::default(),
            one: Default::default(),
            ends: Default::default(),
            go: Default::default(),
            free: Default::default(),
            takes: Default::default(),
            pops: Default::default(),
            next_weight: Default::default(),
            after: Default::default(),
            interval: Constant::new((interval.saturating_sub(1) as u64).into()),
        }
    }
}

impl Logic for Issuer {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, is_vector, weights_shared, parameters_shared, blocks);
        dff_setup!(self, clock, rest, rest_last, fresh, gap, at, base, blocks_left, done);
        dff_setup!(self, clock, present_slot, lowest, chosen);
        if self.load.val() {
            if self.field.val() == 3 {
                self.is_vector.d.next = self.word.val().get_bit(0);
                self.weights_shared.d.next = self.word.val().get_bit(2);
                self.parameters_shared.d.next = self.word.val().get_bit(3);
            }
            if self.field.val() == 30 {
                self.blocks.d.next = self.word.val().get_bits::<13>(0);
            }
        }
        // The product at hand.
        self.others.next = self.rest.q.val() & !self.lowest.q.val();
        self.busy.next = self.rest.q.val() != 0;
        self.one.next = self.others.val() == 0;
        self.ends.next = self.rest_last.q.val() & self.one.val();
        self.go.next = self.busy.val()
            & (self.at.q.val() != self.weights.val())
            & (!self.ends.val() | (self.gap.q.val() == 0));
        self.sel.next = self.chosen.q.val();
        self.vector_mode.next = self.is_vector.q.val();
        self.valid.next = self.go.val();
        self.first.next = self.fresh.q.val();
        self.last.next = self.ends.val();
        self.slot.next = self.present_slot.q.val();
        // The operands.
        self.free.next = !self.busy.val() | (self.go.val() & self.one.val());
        self.takes.next = self.word_valid.val() & self.complete.val() & self.free.val();
        self.pops.next = self.word_valid.val() & (!self.complete.val() | self.free.val());
        self.take.next = self.takes.val();
        self.pop.next = self.pops.val();
        self.coming.next = self.rest.q.val();
        if self.go.val() {
            self.coming.next = self.others.val();
            self.fresh.d.next = self.ends.val();
        }
        if self.takes.val() {
            self.coming.next = self.mask.val();
            self.rest_last.d.next = self.last_entry.val();
        }
        self.rest.d.next = self.coming.val();
        // The product of the next clock: the choice of the byte is the way to every multiplier. Both that may come are
        // prepared, because it is known late which one does.
        self.others_lowest.next = self.others.val() & !(self.others.val() - 1);
        self.mask_lowest.next = self.mask.val() & !(self.mask.val() - 1);
        self.others_chosen.next = 0.into();
        self.mask_chosen.next = 0.into();
        for i in 0..16 {
            if self.others_lowest.val().get_bit(i) {
                self.others_chosen.next = i.to_bits::<4>();
            }
            if self.mask_lowest.val().get_bit(i) {
                self.mask_chosen.next = i.to_bits::<4>();
            }
        }
        if self.go.val() {
            self.lowest.d.next = self.others_lowest.val();
            self.chosen.d.next = self.others_chosen.val();
        }
        if self.takes.val() {
            self.lowest.d.next = self.mask_lowest.val();
            self.chosen.d.next = self.mask_chosen.val();
        }
        // The weights, and where a block and a group end.
        self.after.next = self.at.q.val() + 1;
        self.next_weight.next = self.at.q.val();
        if self.gap.q.val() != 0 {
            self.gap.d.next = self.gap.q.val() - 1;
        }
        if self.go.val() {
            self.next_weight.next = self.after.val();
            if self.ends.val() {
                self.gap.d.next = self.interval.val();
                self.next_weight.next = self.base.q.val();
                self.blocks_left.d.next = self.blocks_left.q.val() - 1;
                if self.blocks_left.q.val() == 1 {
                    self.blocks_left.d.next = self.blocks.q.val();
                    self.done.d.next = self.done.q.val() + 1;
                    if !self.weights_shared.q.val() {
                        self.base.d.next = self.after.val();
                        self.next_weight.next = self.after.val();
                    }
                    if !self.parameters_shared.q.val() {
                        self.present_slot.d.next = self.present_slot.q.val() + 1;
                    }
                }
            }
        }
        self.at.d.next = self.next_weight.val();
        self.weight.next = self.next_weight.val();
        self.released.next = self.base.q.val();
        self.group.next = self.done.q.val();
        if self.start.val() {
            self.rest.d.next = 0.into();
            self.fresh.d.next = true;
            self.gap.d.next = 0.into();
            self.at.d.next = 0.into();
            self.base.d.next = 0.into();
            self.blocks_left.d.next = self.blocks.q.val();
            self.done.d.next = 0.into();
            self.present_slot.d.next = 0.into();
        }
    }
}

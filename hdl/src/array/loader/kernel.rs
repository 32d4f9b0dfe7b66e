//! What the loader does in each clock.

use rust_hdl::prelude::*;

use super::Loader;

impl Logic for Loader {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(
            self,
            clock,
            stream,
            groups,
            state,
            at,
            count,
            weights_left,
            list_left,
            groups_left,
            group
        );
        dff_setup!(
            self,
            clock,
            arriving,
            arriving_last,
            parameter_word,
            list_word,
            weight_word,
            readable,
            lists
        );
        dff_setup!(self, clock, even, odd, slot, allowed, room, brings_parameters, next_streams);
        if self.load.val() {
            if self.field.val() == 1 {
                self.stream.d.next = self.word.val();
            }
            if self.field.val() == 2 {
                self.groups.d.next = self.word.val().get_bits::<9>(0);
            }
        }
        // States: 0 idle, 6 look, 1 ask for the header, 2 keep it, 7 go by it, 3 parameters, 4 list, 5 weights.
        // A group may begin when the fetcher has done all but one of those before it. What a request waits for is
        // looked at a clock before, so that the way to the memory's address is short.
        self.ahead.next = self.group.q.val() - self.fetched.val();
        self.lag.next = self.group.q.val() - self.issued.val();
        self.allowed.d.next = (self.ahead.val().get_bit(7) | (self.ahead.val() < 2)) & (self.lag.val() < 28);
        self.wants.next = (self.state.q.val() == 3) | (self.state.q.val() == 4);
        if self.state.q.val() == 1 {
            self.wants.next = self.allowed.q.val();
        }
        if self.state.q.val() == 5 {
            self.wants.next = self.room.q.val();
        }
        if !self.filled.val() {
            self.wants.next = false;
        }
        self.request.next = self.wants.val();
        self.addr.next = self.at.q.val();
        if self.streams.val() {
            self.addr.next = bit_cast::<16, 8>(self.place.val()) | self.flash_ring.val();
        }
        self.granted.next = self.wants.val() & self.free.val();
        self.taken.next = self.granted.val();
        // The weight on its way and the one asked for are not counted yet.
        self.held.next = self.weight_word.q.val() - self.released.val();
        self.counted.next = self.held.val();
        if self.arriving.q.val() == 5 {
            self.counted.next = self.held.val() + 1;
        }
        self.used.next = self.counted.val();
        if self.granted.val() & (self.state.q.val() == 5) {
            self.used.next = self.counted.val() + 1;
        }
        self.room.d.next = self.used.val() < self.ring.val();
        self.last.next = self.count.q.val() == 1;
        self.arriving.d.next = 0.into();
        self.arriving_last.d.next = self.last.val();
        self.after.next = self.state.q.val();
        self.finished.next = false;
        self.has_weights.next = self.weights_left.q.val() != 0;
        if self.granted.val() {
            self.arriving.d.next = self.state.q.val();
            if !self.streams.val() {
                self.at.d.next = self.at.q.val() + 1;
            }
            self.count.d.next = self.count.q.val() - 1;
            if self.state.q.val() == 1 {
                self.after.next = 2.into();
            }
            if (self.state.q.val() == 3) & self.last.val() {
                self.after.next = 4.into();
                self.count.d.next = bit_cast::<12, 10>(self.list_left.q.val());
                if self.list_left.q.val() == 0 {
                    self.after.next = 5.into();
                    self.count.d.next = self.weights_left.q.val();
                    self.finished.next = !self.has_weights.val();
                }
            }
            if (self.state.q.val() == 4) & self.last.val() {
                self.after.next = 5.into();
                self.count.d.next = self.weights_left.q.val();
                self.finished.next = !self.has_weights.val();
            }
            if (self.state.q.val() == 5) & self.last.val() {
                self.finished.next = true;
            }
        }
        // The header stands. It is looked at a clock later: the memory's output is late.
        if self.state.q.val() == 2 {
            self.list_left.d.next = self.header_list.val().get_bits::<10>(0);
            self.weights_left.d.next = self.header_weights.val().get_bits::<12>(0);
            self.brings_parameters.d.next = self.header_flags.val().get_bit(0);
            self.next_streams.d.next = self.header_flags.val().get_bit(1);
            if self.group.q.val().get_bit(0) {
                self.odd.d.next = self.header_entries.val().get_bits::<10>(0);
            } else {
                self.even.d.next = self.header_entries.val().get_bits::<10>(0);
            }
            self.after.next = 7.into();
        }
        if self.state.q.val() == 7 {
            self.count.d.next = 8.into();
            self.after.next = 3.into();
            if !self.brings_parameters.q.val() {
                self.count.d.next = bit_cast::<12, 10>(self.list_left.q.val());
                self.after.next = 4.into();
                if self.list_left.q.val() == 0 {
                    self.count.d.next = self.weights_left.q.val();
                    self.after.next = 5.into();
                    self.finished.next = !self.has_weights.val();
                }
            }
        }
        if self.state.q.val() == 6 {
            self.after.next = 1.into();
        }
        self.turn.next = self.finished.val();
        self.turn_to_ring.next = self.next_streams.q.val();
        if self.finished.val() {
            self.after.next = 6.into();
            self.group.d.next = self.group.q.val() + 1;
            self.groups_left.d.next = self.groups_left.q.val() - 1;
            if self.groups_left.q.val() == 1 {
                self.after.next = 0.into();
            }
        }
        self.state.d.next = self.after.val();
        // Words that arrive.
        self.write_parameter.next = self.arriving.q.val() == 3;
        self.write_list.next = self.arriving.q.val() == 4;
        self.write_weight.next = self.arriving.q.val() == 5;
        self.parameter_at.next =
            (bit_cast::<8, 5>(self.slot.q.val()) << 3) | bit_cast::<8, 3>(self.parameter_word.q.val());
        self.list_at.next = self.list_word.q.val();
        self.weight.next = self.weight_word.q.val();
        self.readable.d.next = self.weight_word.q.val();
        self.weights.next = self.readable.q.val();
        self.listed.next = self.lists.q.val();
        self.entries_even.next = self.even.q.val();
        self.entries_odd.next = self.odd.q.val();
        if self.arriving.q.val() == 3 {
            self.parameter_word.d.next = self.parameter_word.q.val() + 1;
            if self.arriving_last.q.val() {
                self.slot.d.next = self.slot.q.val() + 1;
            }
        }
        if self.arriving.q.val() == 4 {
            self.list_word.d.next = self.list_word.q.val() + 1;
            if self.arriving_last.q.val() {
                self.lists.d.next = self.lists.q.val() + 1;
            }
        }
        if self.arriving.q.val() == 5 {
            self.weight_word.d.next = self.weight_word.q.val() + 1;
        }
        if self.start.val() {
            self.state.d.next = 6.into();
            self.arriving.d.next = 0.into();
            self.at.d.next = self.stream.q.val();
            self.groups_left.d.next = self.groups.q.val();
            self.group.d.next = 0.into();
            self.parameter_word.d.next = 0.into();
            self.list_word.d.next = 0.into();
            self.weight_word.d.next = 0.into();
            self.readable.d.next = 0.into();
            self.lists.d.next = 0.into();
            self.slot.d.next = 0.into();
        }
    }
}

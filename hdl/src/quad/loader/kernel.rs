//! What the loader does in each clock.

use rust_hdl::prelude::*;

use super::QuadLoader;

impl Logic for QuadLoader {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, stream, passes, spread, state, at, head, list_end, count, passes_left, begun);
        dff_setup!(
            self,
            clock,
            allowed,
            room,
            asked,
            known,
            settled,
            pause,
            next_list,
            next_entries,
            next_rows
        );
        dff_setup!(self, clock, next_parameters, rows, has_parameters, parameters_at, lists_at, weights_at);
        dff_setup!(self, clock, next_at, parameter_word, list_entry, weight_row, lists, even, odd, slot);
        self.flags.next = 0.into();
        if self.load.val() {
            self.stream.d.next = self.descriptor.val().get_bits::<16>(16);
            self.passes.d.next = bit_cast::<9, 16>(self.descriptor.val().get_bits::<16>(32));
            self.spread.d.next = self.descriptor.val().get_bits::<8>(48).get_bit(4);
            self.flags.next = self.descriptor.val().get_bits::<8>(48) & 14;
            if self.flags.val() == 14 {
                // All passes share everything: the others' headers say nothing new.
                self.passes.d.next = 1.into();
            }
        }
        dff_setup!(self, clock, list_asked, list_second, list_ends);
        // States: 0 idle, 1 ask for the first header, 2 wait for a header, 3 pause, 4 list, 5 parameters, 6 ask for
        // the next header, 7 weights. A pass may begin when the fetcher has done all but one of those before it.
        // What a request waits for is looked at a clock before, so that the way to the memory's address is short.
        self.ahead.next = self.begun.q.val() - self.fetched.val();
        self.lag.next = self.begun.q.val() - self.issued.val();
        self.allowed.d.next = (self.ahead.val().get_bit(7) | (self.ahead.val() < 2)) & (self.lag.val() < 28);
        self.wants.next = (self.state.q.val() == 1)
            | ((self.state.q.val() == 4) & !self.list_asked.q.val())
            | (self.state.q.val() == 5)
            | (self.state.q.val() == 6)
            | ((self.state.q.val() == 7) & self.room.q.val());
        self.request.next = self.wants.val();
        self.row.next = self.state.q.val() == 7;
        self.addr.next = self.at.q.val();
        self.granted.next = self.wants.val() & self.free.val();
        self.held.next = self.asked.q.val() - self.released.val();
        self.held_after.next = self.held.val() + 1;
        self.room.d.next = self.held.val() < self.ring.val();
        if self.granted.val() & (self.state.q.val() == 7) {
            self.asked.d.next = self.asked.q.val() + 1;
            self.room.d.next = self.held_after.val() < self.ring.val();
        }
        // Where the parts of the pass stand: each a clock after what it follows from.
        self.ahead_words.next = 1.into();
        if self.next_parameters.q.val() {
            self.ahead_words.next = 9.into();
            if self.spread.q.val() {
                self.ahead_words.next = 33.into();
            }
        }
        self.lists_at.d.next = self.head.q.val() + self.ahead_words.val();
        self.parameters_at.d.next = self.head.q.val() + 1;
        self.rounding.next = self.list_end.q.val() + 3;
        self.rounded.next = self.rounding.val() & 0xFFFC;
        self.weights_at.d.next = self.rounded.val();
        self.weight_words.next = bit_cast::<16, 10>(self.rows.q.val()) << 2;
        self.next_at.d.next = self.weights_at.q.val() + self.weight_words.val();
        // The next request.
        self.parameter_count.next = 8.into();
        self.parameters_end.next = 7.into();
        if self.spread.q.val() {
            self.parameter_count.next = 32.into();
            self.parameters_end.next = 31.into();
        }
        self.last.next = self.count.q.val() == 1;
        self.more.next = self.passes_left.q.val() != 0;
        self.leaves.next = ((self.state.q.val() == 3) & (self.pause.q.val() == 2))
            | ((self.state.q.val() == 5) & self.granted.val() & self.last.val());
        self.settled.d.next = self.known.q.val();
        self.begins.next =
            (self.state.q.val() == 2) & self.known.q.val() & self.settled.q.val() & self.allowed.q.val();
        self.tag.next = 0.into();
        self.list_asked.d.next = self.granted.val() & (self.state.q.val() == 4);
        self.pause.d.next = self.pause.q.val() + 1;
        if self.granted.val() {
            self.count.d.next = self.count.q.val() - 1;
            self.at.d.next = self.at.q.val() + 1;
            if self.state.q.val() == 1 {
                self.tag.next = 1.into();
                self.state.d.next = 2.into();
            }
            if self.state.q.val() == 4 {
                self.tag.next = 2.into();
                self.list_end.d.next = self.list_end.q.val() + 1;
                if self.last.val() {
                    self.tag.next = 3.into();
                    self.state.d.next = 3.into();
                    self.pause.d.next = 0.into();
                    if self.has_parameters.q.val() {
                        self.state.d.next = 5.into();
                        self.at.d.next = self.parameters_at.q.val();
                        self.count.d.next = self.parameter_count.val();
                    }
                }
            }
            if self.state.q.val() == 5 {
                self.tag.next = 4.into();
            }
            if self.state.q.val() == 6 {
                self.tag.next = 1.into();
                self.head.d.next = self.at.q.val();
                self.state.d.next = 7.into();
                self.at.d.next = self.weights_at.q.val();
                self.count.d.next = self.rows.q.val();
                if self.rows.q.val() == 0 {
                    self.state.d.next = 2.into();
                }
            }
            if self.state.q.val() == 7 {
                self.tag.next = 5.into();
                self.at.d.next = self.at.q.val() + 4;
                if self.last.val() {
                    self.state.d.next = 0.into();
                    if self.more.val() {
                        self.state.d.next = 2.into();
                    }
                }
            }
        }
        if self.leaves.val() {
            self.state.d.next = 6.into();
            self.at.d.next = self.next_at.q.val();
            if !self.more.val() {
                self.state.d.next = 7.into();
                self.at.d.next = self.weights_at.q.val();
                self.count.d.next = self.rows.q.val();
                if self.rows.q.val() == 0 {
                    self.state.d.next = 0.into();
                }
            }
        }
        if self.begins.val() {
            self.known.d.next = false;
            self.begun.d.next = self.begun.q.val() + 1;
            self.passes_left.d.next = self.passes_left.q.val() - 1;
            self.rows.d.next = self.next_rows.q.val();
            self.has_parameters.d.next = self.next_parameters.q.val();
            if self.begun.q.val().get_bit(0) {
                self.odd.d.next = self.next_entries.q.val();
            } else {
                self.even.d.next = self.next_entries.q.val();
            }
            self.list_end.d.next = self.lists_at.q.val();
            self.at.d.next = self.lists_at.q.val();
            self.count.d.next = bit_cast::<10, 9>(self.next_list.q.val());
            self.pause.d.next = 0.into();
            self.state.d.next = 4.into();
            if self.next_list.q.val() == 0 {
                self.state.d.next = 3.into();
                if self.next_parameters.q.val() {
                    self.state.d.next = 5.into();
                    self.at.d.next = self.parameters_at.q.val();
                    self.count.d.next = self.parameter_count.val();
                }
            }
        }
        // What was asked for arrives: 1 a header, 2 a list's word, 3 its last, 4 parameters, 5 weights.
        self.tags[0].clock.next = self.clock.val();
        self.tags[0].d.next = self.tag.val();
        for i in 1..4 {
            self.tags[i].clock.next = self.clock.val();
            self.tags[i].d.next = self.tags[i - 1].q.val();
        }
        self.arrived.next = self.tags[3].q.val();
        self.header_weights.next = self.header.val().get_bits::<16>(32);
        if self.arrived.val() == 1 {
            self.known.d.next = true;
            self.next_list.d.next = bit_cast::<9, 16>(self.header.val().get_bits::<16>(0));
            self.next_entries.d.next = bit_cast::<9, 16>(self.header.val().get_bits::<16>(16));
            self.next_rows.d.next = self.header_weights.val().get_bits::<10>(2);
            self.next_parameters.d.next = self.header.val().get_bits::<8>(48) != 0;
        }
        self.list_arrives.next = (self.arrived.val() == 2) | (self.arrived.val() == 3);
        self.list_second.d.next = self.list_arrives.val();
        self.list_ends.d.next = self.arrived.val() == 3;
        self.write_list.next = self.list_arrives.val() | self.list_second.q.val();
        self.list_at.next = self.list_entry.q.val();
        if self.list_arrives.val() | self.list_second.q.val() {
            self.list_entry.d.next = self.list_entry.q.val() + 1;
        }
        if self.list_ends.q.val() {
            self.lists.d.next = self.lists.q.val() + 1;
        }
        self.write_parameter.next = 0.into();
        self.bank.next = self.parameter_word.q.val().get_bits::<2>(3);
        self.slot_bits.next = bit_cast::<8, 5>(self.slot.q.val()) << 3;
        self.parameter_at.next =
            self.slot_bits.val() | bit_cast::<8, 3>(self.parameter_word.q.val().get_bits::<3>(0));
        if self.arrived.val() == 4 {
            self.write_parameter.next = 15.into();
            if self.spread.q.val() {
                self.write_parameter.next = 1.into();
                if self.bank.val() == 1 {
                    self.write_parameter.next = 2.into();
                }
                if self.bank.val() == 2 {
                    self.write_parameter.next = 4.into();
                }
                if self.bank.val() == 3 {
                    self.write_parameter.next = 8.into();
                }
            }
            self.parameter_word.d.next = self.parameter_word.q.val() + 1;
            if self.parameter_word.q.val() == self.parameters_end.val() {
                self.parameter_word.d.next = 0.into();
                self.slot.d.next = self.slot.q.val() + 1;
            }
        }
        self.write_weight.next = self.arrived.val() == 5;
        self.weight.next = self.weight_row.q.val();
        if self.arrived.val() == 5 {
            self.weight_row.d.next = self.weight_row.q.val() + 1;
        }
        self.weights.next = self.weight_row.q.val();
        self.listed.next = self.lists.q.val();
        self.next_slot.next = self.slot.q.val();
        self.entries_even.next = self.even.q.val();
        self.entries_odd.next = self.odd.q.val();
        if self.start.val() {
            self.state.d.next = 1.into();
            self.at.d.next = self.stream.q.val();
            self.head.d.next = self.stream.q.val();
            self.passes_left.d.next = self.passes.q.val();
            self.begun.d.next = 0.into();
            self.asked.d.next = 0.into();
            self.known.d.next = false;
            self.parameter_word.d.next = 0.into();
            self.list_entry.d.next = 0.into();
            self.weight_row.d.next = 0.into();
            self.lists.d.next = 0.into();
        }
    }
}

//! The loader: a layer's stream from memory into the array's own memories, ahead of their use.

use rust_hdl::prelude::*;

use crate::num::Bus;

/// Reads, for each pass, its header, entry list, parameters and weights, whenever the memory is free.
///
/// Weights are read by rows of four words, the rest by words; those of the list, which are two entries, every other
/// clock at most. The list comes before the parameters, which only a
/// block's end needs; the next pass's header is asked for before this one's weights. It begins a pass when the
/// fetcher is at the pass before it (the list memory holds two lists) and the parameter slot is free, and asks for a
/// row of weights when the ring has room. Where passes share their weights, they must share parameters too; where they
/// share all, only the first is read. So it has asked for everything before the layer's last product.
///
/// A word that was asked for stands four clocks later, with the `write_*` of its kind and where it goes. `listed`
/// counts the passes whose list stands in its memory; rows below `weights` can be read. The first word of a layer is
/// asked for in the clock after `start`, the first of a pass's list six clocks after its header.
#[derive(LogicBlock)]
pub struct QuadLoader {
    /// Clock.
    pub clock: Signal<In, Clock>,
    /// Descriptor.
    pub descriptor: Signal<In, Bus<64>>,
    /// Stores the descriptor.
    pub load: Signal<In, Bit>,
    /// Begins a layer.
    pub start: Signal<In, Bit>,
    /// Passes whose list the fetcher has done with, modulo 256.
    pub fetched: Signal<In, Bits<8>>,
    /// Passes that the issuer has done, modulo 256.
    pub issued: Signal<In, Bits<8>>,
    /// Rows of weights below this are done with.
    pub released: Signal<In, Bits<10>>,
    /// Asks for a word or a row.
    pub request: Signal<Out, Bit>,
    /// For a row.
    pub row: Signal<Out, Bit>,
    /// Its address.
    pub addr: Signal<Out, Bits<16>>,
    /// The memory takes the request in this clock.
    pub free: Signal<In, Bit>,
    /// The header: list words, entries, weight words, whether parameters follow, each in two bytes.
    pub header: Signal<In, Bus<8>>,
    /// The memory's word goes into these banks of parameter memory at `parameter_at`.
    pub write_parameter: Signal<Out, Bits<4>>,
    /// Parameter word: slot and word.
    pub parameter_at: Signal<Out, Bits<8>>,
    /// Slot of the next parameters. A layer's slots follow those of the layer before, whose results may still be on
    /// their way.
    pub next_slot: Signal<Out, Bits<5>>,
    /// An entry goes into list memory at `list_at`: the first of the memory's word, in the next clock the second.
    pub write_list: Signal<Out, Bit>,
    /// Its number, modulo the memory's size; odd for the second of a word.
    pub list_at: Signal<Out, Bits<9>>,
    /// The memory's row goes into the weight ring at `weight`.
    pub write_weight: Signal<Out, Bit>,
    /// Row of weights, modulo twice the ring's size.
    pub weight: Signal<Out, Bits<10>>,
    /// Rows that can be read: all below this.
    pub weights: Signal<Out, Bits<10>>,
    /// Passes whose list stands, modulo 256.
    pub listed: Signal<Out, Bits<8>>,
    /// Entries of the present even pass.
    pub entries_even: Signal<Out, Bits<9>>,
    /// Entries of the present odd pass.
    pub entries_odd: Signal<Out, Bits<9>>,
    stream: DFF<Bits<16>>,
    passes: DFF<Bits<9>>,
    spread: DFF<Bit>,
    state: DFF<Bits<3>>,
    at: DFF<Bits<16>>,
    head: DFF<Bits<16>>,
    list_end: DFF<Bits<16>>,
    count: DFF<Bits<10>>,
    passes_left: DFF<Bits<9>>,
    begun: DFF<Bits<8>>,
    allowed: DFF<Bit>,
    room: DFF<Bit>,
    asked: DFF<Bits<10>>,
    known: DFF<Bit>,
    settled: DFF<Bit>,
    pause: DFF<Bits<2>>,
    next_list: DFF<Bits<9>>,
    next_entries: DFF<Bits<9>>,
    next_rows: DFF<Bits<10>>,
    next_parameters: DFF<Bit>,
    rows: DFF<Bits<10>>,
    has_parameters: DFF<Bit>,
    parameters_at: DFF<Bits<16>>,
    lists_at: DFF<Bits<16>>,
    weights_at: DFF<Bits<16>>,
    next_at: DFF<Bits<16>>,
    tags: [DFF<Bits<3>>; 4],
    parameter_word: DFF<Bits<5>>,
    list_entry: DFF<Bits<9>>,
    list_asked: DFF<Bit>,
    list_second: DFF<Bit>,
    list_ends: DFF<Bit>,
    weight_row: DFF<Bits<10>>,
    lists: DFF<Bits<8>>,
    even: DFF<Bits<9>>,
    odd: DFF<Bits<9>>,
    slot: DFF<Bits<5>>,
    flags: Signal<Local, Bits<8>>,
    ahead: Signal<Local, Bits<8>>,
    lag: Signal<Local, Bits<8>>,
    held: Signal<Local, Bits<10>>,
    held_after: Signal<Local, Bits<10>>,
    wants: Signal<Local, Bit>,
    granted: Signal<Local, Bit>,
    last: Signal<Local, Bit>,
    more: Signal<Local, Bit>,
    leaves: Signal<Local, Bit>,
    bank: Signal<Local, Bits<2>>,
    header_weights: Signal<Local, Bits<16>>,
    begins: Signal<Local, Bit>,
    tag: Signal<Local, Bits<3>>,
    list_arrives: Signal<Local, Bit>,
    arrived: Signal<Local, Bits<3>>,
    ahead_words: Signal<Local, Bits<16>>,
    rounding: Signal<Local, Bits<16>>,
    rounded: Signal<Local, Bits<16>>,
    weight_words: Signal<Local, Bits<16>>,
    parameter_count: Signal<Local, Bits<10>>,
    parameters_end: Signal<Local, Bits<5>>,
    slot_bits: Signal<Local, Bits<8>>,
    ring: Constant<Bits<10>>,
}

impl QuadLoader {
    /// A loader for a ring of this many rows, up to 512.
    pub fn new(rows: usize) -> Self {
        Self {
            clock: Default::default(),
            descriptor: Default::default(),
            load: Default::default(),
            start: Default::default(),
            fetched: Default::default(),
            issued: Default::default(),
            released: Default::default(),
            request: Default::default(),
            row: Default::default(),
            addr: Default::default(),
            free: Default::default(),
            header: Default::default(),
            write_parameter: Default::default(),
            parameter_at: Default::default(),
            write_list: Default::default(),
            list_at: Default::default(),
            write_weight: Default::default(),
            weight: Default::default(),
            weights: Default::default(),
            listed: Default::default(),
            entries_even: Default::default(),
            entries_odd: Default::default(),
            stream: Default::default(),
            passes: Default::default(),
            spread: Default::default(),
            state: Default::default(),
            at: Default::default(),
            head: Default::default(),
            list_end: Default::default(),
            count: Default::default(),
            passes_left: Default::default(),
            begun: Default::default(),
            allowed: Default::default(),
            room: Default::default(),
            asked: Default::default(),
            known: Default::default(),
            settled: Default::default(),
            pause: Default::default(),
            next_list: Default::default(),
            next_entries: Default::default(),
            next_rows: Default::default(),
            next_parameters: Default::default(),
            rows: Default::default(),
            has_parameters: Default::default(),
            parameters_at: Default::default(),
            lists_at: Default::default(),
            weights_at: Default::default(),
            next_at: Default::default(),
            tags: Default::default(),
            parameter_word: Default::default(),
            list_entry: Default::default(),
            list_asked: Default::default(),
            list_second: Default::default(),
            list_ends: Default::default(),
            weight_row: Default::default(),
            lists: Default::default(),
            even: Default::default(),
            odd: Default::default(),
            slot: Default::default(),
            next_slot: Default::default(),
            flags: Default::default(),
            ahead: Default::default(),
            lag: Default::default(),
            held: Default::default(),
            held_after: Default::default(),
            wants: Default::default(),
            granted: Default::default(),
            last: Default::default(),
            more: Default::default(),
            leaves: Default::default(),
            bank: Default::default(),
            header_weights: Default::default(),
            begins: Default::default(),
            tag: Default::default(),
            list_arrives: Default::default(),
            arrived: Default::default(),
            ahead_words: Default::default(),
            rounding: Default::default(),
            rounded: Default::default(),
            weight_words: Default::default(),
            parameter_count: Default::default(),
            parameters_end: Default::default(),
            slot_bits: Default::default(),
            ring: Constant::new((rows.min(512) as u64).into()),
        }
    }
}

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

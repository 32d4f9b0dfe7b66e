//! The loader: a layer's stream from memory into the array's own memories, ahead of their use.

mod kernel;

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

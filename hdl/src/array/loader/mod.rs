//! The loader: a layer's stream from memory into the array's own memories, ahead of their use.

mod kernel;

use rust_hdl::prelude::*;

/// Reads, for each group, its header word, parameters, entry list and weights, whenever the memory is free.
///
/// It begins a group when the fetcher is at the group before it (the list memory holds two lists) and the parameter
/// slot is free, and writes a weight when the ring has room. `listed` counts the groups whose list stands in its
/// memory, one clock after the last write; `weights` is where the next weight goes, one clock late, so that a word
/// below it can be read.
///
/// A group's part of the stream lies behind that of the group before it, or comes from the ring of the flash's reader,
/// which is the end of memory; the header before says which, and for the first group the descriptor. The reader knows
/// which it is: it `streams` or not, and each request waits for `filled`.
#[derive(LogicBlock)]
pub struct Loader {
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
    /// Groups that the fetcher has done, modulo 256.
    pub fetched: Signal<In, Bits<8>>,
    /// Groups that the issuer has done, modulo 256.
    pub issued: Signal<In, Bits<8>>,
    /// Weights below this are done with.
    pub released: Signal<In, Bits<12>>,
    /// Asks for a word.
    pub request: Signal<Out, Bit>,
    /// Its address.
    pub addr: Signal<Out, Bits<16>>,
    /// The memory takes the request in this clock.
    pub free: Signal<In, Bit>,
    /// The present group's part of the stream comes from the flash's ring.
    pub streams: Signal<In, Bit>,
    /// The ring's next word.
    pub place: Signal<In, Bits<8>>,
    /// The word to ask for stands.
    pub filled: Signal<In, Bit>,
    /// A word is taken in this clock.
    pub taken: Signal<Out, Bit>,
    /// All of a group has been asked for; the next one comes from the ring if `turn_to_ring`.
    pub turn: Signal<Out, Bit>,
    /// See `turn`.
    pub turn_to_ring: Signal<Out, Bit>,
    /// The header's list words, the memory's bytes 0 and 1 of the clock after.
    pub header_list: Signal<In, Bits<16>>,
    /// The header's entries.
    pub header_entries: Signal<In, Bits<16>>,
    /// The header's weight words.
    pub header_weights: Signal<In, Bits<16>>,
    /// The header's flags: parameters follow, the next group's part comes from the ring.
    pub header_flags: Signal<In, Bits<8>>,
    /// The memory's word goes into parameter memory at `parameter_at`.
    pub write_parameter: Signal<Out, Bit>,
    /// Parameter word: slot and word.
    pub parameter_at: Signal<Out, Bits<8>>,
    /// The memory's word goes into list memory at `list_at`.
    pub write_list: Signal<Out, Bit>,
    /// List word, modulo the memory's size.
    pub list_at: Signal<Out, Bits<9>>,
    /// The memory's word goes into the weight ring at `weight`.
    pub write_weight: Signal<Out, Bit>,
    /// Weight word, modulo the ring's size.
    pub weight: Signal<Out, Bits<12>>,
    /// Weights that can be read: all below this.
    pub weights: Signal<Out, Bits<12>>,
    /// Groups whose list stands, modulo 256.
    pub listed: Signal<Out, Bits<8>>,
    /// Entries of the present even group.
    pub entries_even: Signal<Out, Bits<10>>,
    /// Entries of the present odd group.
    pub entries_odd: Signal<Out, Bits<10>>,
    stream: DFF<Bits<16>>,
    groups: DFF<Bits<9>>,
    state: DFF<Bits<3>>,
    at: DFF<Bits<16>>,
    count: DFF<Bits<12>>,
    weights_left: DFF<Bits<12>>,
    list_left: DFF<Bits<10>>,
    brings_parameters: DFF<Bit>,
    next_streams: DFF<Bit>,
    groups_left: DFF<Bits<9>>,
    group: DFF<Bits<8>>,
    arriving: DFF<Bits<3>>,
    arriving_last: DFF<Bit>,
    parameter_word: DFF<Bits<3>>,
    list_word: DFF<Bits<9>>,
    weight_word: DFF<Bits<12>>,
    readable: DFF<Bits<12>>,
    lists: DFF<Bits<8>>,
    even: DFF<Bits<10>>,
    odd: DFF<Bits<10>>,
    slot: DFF<Bits<5>>,
    allowed: DFF<Bit>,
    room: DFF<Bit>,
    ahead: Signal<Local, Bits<8>>,
    lag: Signal<Local, Bits<8>>,
    wants: Signal<Local, Bit>,
    granted: Signal<Local, Bit>,
    last: Signal<Local, Bit>,
    after: Signal<Local, Bits<3>>,
    has_weights: Signal<Local, Bit>,
    finished: Signal<Local, Bit>,
    held: Signal<Local, Bits<12>>,
    counted: Signal<Local, Bits<12>>,
    used: Signal<Local, Bits<12>>,
    ring: Constant<Bits<12>>,
    flash_ring: Constant<Bits<16>>,
}

impl Loader {
    /// A loader for a ring of this many weight words, and the first word of the flash's ring, a multiple of its size; 0
    /// if there is none.
    pub fn new(ring: usize, flash_ring: usize) -> Self {
        Self {
            clock: Default::default(),
            field: Default::default(),
            word: Default::default(),
            load: Default::default(),
            start: Default::default(),
            fetched: Default::default(),
            issued: Default::default(),
            released: Default::default(),
            request: Default::default(),
            addr: Default::default(),
            free: Default::default(),
            streams: Default::default(),
            place: Default::default(),
            filled: Default::default(),
            taken: Default::default(),
            turn: Default::default(),
            turn_to_ring: Default::default(),
            header_list: Default::default(),
            header_entries: Default::default(),
            header_weights: Default::default(),
            header_flags: Default::default(),
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
            groups: Default::default(),
            state: Default::default(),
            at: Default::default(),
            count: Default::default(),
            weights_left: Default::default(),
            list_left: Default::default(),
            brings_parameters: Default::default(),
            next_streams: Default::default(),
            groups_left: Default::default(),
            group: Default::default(),
            arriving: Default::default(),
            arriving_last: Default::default(),
            parameter_word: Default::default(),
            list_word: Default::default(),
            weight_word: Default::default(),
            readable: Default::default(),
            lists: Default::default(),
            even: Default::default(),
            odd: Default::default(),
            slot: Default::default(),
            ahead: Default::default(),
            lag: Default::default(),
            allowed: Default::default(),
            wants: Default::default(),
            granted: Default::default(),
            last: Default::default(),
            after: Default::default(),
            has_weights: Default::default(),
            finished: Default::default(),
            held: Default::default(),
            counted: Default::default(),
            room: Default::default(),
            used: Default::default(),
            ring: Constant::new((ring as u64).into()),
            flash_ring: Constant::new((flash_ring as u64).into()),
        }
    }
}

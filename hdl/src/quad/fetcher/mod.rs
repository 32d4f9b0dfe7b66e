//! The fetcher: the accesses of a layer, in the order in which the array uses the words.

mod kernel;

use rust_hdl::prelude::*;

use super::{QuadAdvance, QuadColumn};
use crate::num::Bus;

/// What an entry's accesses have in common.
#[derive(Clone, Copy, Debug, Default, PartialEq, LogicStruct)]
struct EntryMarks {
    /// Its mask.
    mask: Bits<16>,
    /// Its products move over the pixels.
    slide: Bit,
    /// It is the list's last.
    last: Bit,
}

/// What is known of an access.
#[derive(Clone, Copy, Debug, Default, PartialEq, LogicStruct)]
struct AccessMarks {
    /// There is one.
    valid: Bit,
    /// Place of its first word among its entry's words.
    position: Bits<5>,
    /// It is its entry's last.
    complete: Bit,
    /// Its entry's mask.
    mask: Bits<16>,
    /// Its entry's products move over the pixels.
    slide: Bit,
    /// Its entry is the list's last.
    last: Bit,
}

/// Walks passes, blocks, the pass's entries and their runs, and asks the memory for four words a clock.
///
/// Its shape comes from the descriptor, which stands in the clock of `load`; `start` follows at least a clock later.
/// A pass waits until its list has arrived (`listed`). While there is `space`, an access is begun in every clock, as
/// long as an entry has two or more; an entry with one takes two clocks.
///
/// | clock | what |
/// |---|---|
/// | 0 | the entry of the list, and the block |
/// | 1 | a run's start |
/// | 2 | it, turned into the next row if it lies beyond the end of this one |
/// | 3 | the access: its first word |
/// | 4 | its words, and whether they lie beside the image |
/// | 5 | their addresses, and whether they lie above or below it: the request |
/// | 9 | the words stand; `push` and the access's marks |
///
/// What has been begun goes on when there is no more `space`: up to seven accesses follow.
///
/// Words that no pixel uses have the address of one that is used. Columns plus the columns of any
/// step must stay below 1,024.
#[derive(LogicBlock, Default)]
pub struct QuadFetcher {
    /// Clock.
    pub clock: Signal<In, Clock>,
    /// Descriptor.
    pub descriptor: Signal<In, Bus<64>>,
    /// Stores the descriptor.
    pub load: Signal<In, Bit>,
    /// Begins a layer.
    pub start: Signal<In, Bit>,
    /// Passes whose list has arrived, modulo 256.
    pub listed: Signal<In, Bits<8>>,
    /// Entries of the present even pass.
    pub entries_even: Signal<In, Bits<9>>,
    /// Entries of the present odd pass.
    pub entries_odd: Signal<In, Bits<9>>,
    /// Entry to read from the list.
    pub entry: Signal<Out, Bits<9>>,
    /// The entry one clock later: its mask.
    pub mask: Signal<In, Bits<16>>,
    /// Its word offset.
    pub offset: Signal<In, Bits<16>>,
    /// Its position in the plane, from the block's.
    pub delta: Signal<In, Bits<16>>,
    /// Its column, from the block's, two's complement.
    pub dx: Signal<In, Bits<6>>,
    /// Its accesses for each run.
    pub accesses: Signal<In, Bits<4>>,
    /// Its products move over the pixels.
    pub slide: Signal<In, Bit>,
    /// Another access may be begun.
    pub space: Signal<In, Bit>,
    /// Asks for four words.
    pub request: Signal<Out, Bit>,
    /// Address of word 0.
    pub addr_0: Signal<Out, Bits<16>>,
    /// Address of word 1.
    pub addr_1: Signal<Out, Bits<16>>,
    /// Address of word 2.
    pub addr_2: Signal<Out, Bits<16>>,
    /// Address of word 3.
    pub addr_3: Signal<Out, Bits<16>>,
    /// The words of the request of four clocks before stand.
    pub push: Signal<Out, Bit>,
    /// Words of it that lie outside the image.
    pub push_outside: Signal<Out, Bits<4>>,
    /// Place of its first word among its entry's words.
    pub push_position: Signal<Out, Bits<5>>,
    /// Its entry's mask.
    pub push_mask: Signal<Out, Bits<16>>,
    /// It is its entry's last access.
    pub push_complete: Signal<Out, Bit>,
    /// Its entry is the list's last.
    pub push_last: Signal<Out, Bit>,
    /// Its entry's products move over the pixels.
    pub push_slide: Signal<Out, Bit>,
    /// Passes whose list is done with, modulo 256.
    pub pass: Signal<Out, Bits<8>>,
    passes: DFF<Bits<9>>,
    list_shared: DFF<Bit>,
    in_base: DFF<Bits<16>>,
    pass_step: DFF<Bits<16>>,
    block_step: DFF<Bits<16>>,
    row_step: DFF<Bits<16>>,
    width: DFF<Bits<10>>,
    run_step: DFF<Bits<16>>,
    blocks_x: DFF<Bits<12>>,
    blocks_y: DFF<Bits<9>>,
    pitch: DFF<Bits<10>>,
    gap: DFF<Bits<16>>,
    x_block: DFF<Bits<10>>,
    size: DFF<Bits<16>>,
    words: DFF<Bits<3>>,
    access_step: DFF<Bits<8>>,
    runs: DFF<Bits<3>>,
    running: DFF<Bit>,
    waiting: DFF<Bit>,
    passes_left: DFF<Bits<9>>,
    done: DFF<Bits<8>>,
    base: DFF<Bits<9>>,
    index: DFF<Bits<9>>,
    left: DFF<Bits<9>>,
    x_left: DFF<Bits<12>>,
    y_left: DFF<Bits<9>>,
    stands: DFF<Bit>,
    entry_valid: DFF<Bit>,
    entry_marks: DFF<EntryMarks>,
    entry_offset: DFF<Bits<16>>,
    entry_delta: DFF<Bits<16>>,
    entry_dx: DFF<Bits<6>>,
    entry_accesses: DFF<Bits<4>>,
    ends_row: DFF<Bit>,
    ends_pass: DFF<Bit>,
    plane: DFF<Bits<16>>,
    line: DFF<Bits<16>>,
    block_x: DFF<Bits<11>>,
    block: DFF<Bits<16>>,
    run_valid: DFF<Bit>,
    run_marks: DFF<EntryMarks>,
    run_x: DFF<Bits<11>>,
    run_at: DFF<Bits<16>>,
    run_plane: DFF<Bits<16>>,
    run_accesses: DFF<Bits<4>>,
    run_first: DFF<Bit>,
    runs_left: DFF<Bits<3>>,
    turned_valid: DFF<Bit>,
    turned_marks: DFF<EntryMarks>,
    turned_x: DFF<Bits<11>>,
    turned_at: DFF<Bits<16>>,
    turned_plane: DFF<Bits<16>>,
    turned_accesses: DFF<Bits<4>>,
    turned_first: DFF<Bit>,
    turned_final: DFF<Bit>,
    valid: DFF<Bit>,
    at_marks: DFF<EntryMarks>,
    at_x: DFF<Bits<11>>,
    at: DFF<Bits<16>>,
    at_plane: DFF<Bits<16>>,
    at_left: DFF<Bits<4>>,
    at_position: DFF<Bits<5>>,
    at_final: DFF<Bit>,
    place_plane: DFF<Bits<16>>,
    place_marks: DFF<AccessMarks>,
    word_0: DFF<Bits<16>>,
    word_1: DFF<Bits<16>>,
    word_2: DFF<Bits<16>>,
    word_3: DFF<Bits<16>>,
    word_outside: DFF<Bits<4>>,
    word_marks: DFF<AccessMarks>,
    outside: [DFF<Bits<4>>; 4],
    marks: [DFF<AccessMarks>; 4],
    next_block: QuadAdvance,
    run_start: QuadAdvance,
    next_access: QuadAdvance,
    place: [QuadColumn; 4],
    here: Signal<Local, Bits<8>>,
    entries: Signal<Local, Bits<9>>,
    entries_up: Signal<Local, Bits<9>>,
    next_index: Signal<Local, Bits<9>>,
    next_base: Signal<Local, Bits<9>>,
    next_line: Signal<Local, Bits<16>>,
    next_plane: Signal<Local, Bits<16>>,
    reads_entry: Signal<Local, Bit>,
    uses_entry: Signal<Local, Bit>,
    wide_dx: Signal<Local, Bits<11>>,
    emits_run: Signal<Local, Bit>,
    uses_run: Signal<Local, Bit>,
    steps: Signal<Local, Bit>,
    one_left: Signal<Local, Bit>,
    far_position: Signal<Local, Bits<5>>,
    above: [Signal<Local, Bits<4>>; 4],
}

//! The FIFO of fetched accesses.

use rust_hdl::prelude::*;

use crate::memory::{by_lane, by_word};
use crate::num::Bus;

/// Accesses that the FIFO holds.
const DEPTH: usize = 64;
/// Free places below which `space` is low: reads on their way, and a clock until their begin is seen.
const RESERVE: usize = 12;
/// Bits of an item: words, marks of lying outside, position, mask, three flags.
pub(super) const BITS: usize = DATA + 4 + 5 + 16 + 3;
/// Bits of its words.
const DATA: usize = 512;
/// Words of an access.
const WORDS: usize = 4;

/// Fetched accesses of four words with their marks, in block RAM.
///
/// The oldest access stands at the output while `valid` is high, from the second clock after its `push` on; `pop`
/// takes it, and the next one stands there in the clock after. `space` is low while fewer than 12 places are
/// free, one clock late.
#[derive(LogicBlock)]
pub struct QuadFifo {
    /// Clock.
    pub clock: Signal<In, Clock>,
    /// Forgets all accesses.
    pub clear: Signal<In, Bit>,
    /// Stores the access.
    pub push: Signal<In, Bit>,
    /// Its words: word j is bytes 16 j to 16 j + 15.
    pub words: Signal<In, Bus<64>>,
    /// Which of them lie outside the image.
    pub outside: Signal<In, Bits<4>>,
    /// Where the first one goes in the window.
    pub position: Signal<In, Bits<5>>,
    /// Mask of its entry.
    pub mask: Signal<In, Bits<16>>,
    /// It completes its entry's window.
    pub complete: Signal<In, Bit>,
    /// Its entry is the last of the list.
    pub last: Signal<In, Bit>,
    /// Its entry's operands slide.
    pub slide: Signal<In, Bit>,
    /// Takes the oldest access.
    pub pop: Signal<In, Bit>,
    /// There is an oldest access.
    pub valid: Signal<Out, Bit>,
    /// Its words.
    pub out_words: Signal<Out, Bus<64>>,
    /// Which of them lie outside.
    pub out_outside: Signal<Out, Bits<4>>,
    /// Its position in the window.
    pub out_position: Signal<Out, Bits<5>>,
    /// Its mask.
    pub out_mask: Signal<Out, Bits<16>>,
    /// Its mark of completeness.
    pub out_complete: Signal<Out, Bit>,
    /// Its mark of the last entry.
    pub out_last: Signal<Out, Bit>,
    /// Its mark of sliding.
    pub out_slide: Signal<Out, Bit>,
    /// Another read may be begun.
    pub space: Signal<Out, Bit>,
    _items: Vec<Item>,
    _written: usize,
    _read: usize,
    _text: String,
}

#[derive(Clone, Copy)]
struct Item {
    words: Bus<64>,
    outside: u64,
    position: u64,
    mask: u64,
    complete: bool,
    last: bool,
    slide: bool,
}

const EMPTY: Item = Item {
    words: Bus([0; 64]),
    outside: 0,
    position: 0,
    mask: 0,
    complete: false,
    last: false,
    slide: false,
};

impl Default for QuadFifo {
    fn default() -> Self {
        Self {
            clock: Default::default(),
            clear: Default::default(),
            push: Default::default(),
            words: Default::default(),
            outside: Default::default(),
            position: Default::default(),
            mask: Default::default(),
            complete: Default::default(),
            last: Default::default(),
            slide: Default::default(),
            pop: Default::default(),
            valid: Default::default(),
            out_words: Default::default(),
            out_outside: Default::default(),
            out_position: Default::default(),
            out_mask: Default::default(),
            out_complete: Default::default(),
            out_last: Default::default(),
            out_slide: Default::default(),
            space: Default::default(),
            _items: vec![EMPTY; DEPTH],
            _written: 0,
            _read: 0,
            _text: text(),
        }
    }
}

impl QuadFifo {
    fn show(&mut self, item: Item) {
        self.out_words.next = item.words;
        self.out_outside.next = item.outside.into();
        self.out_position.next = item.position.into();
        self.out_mask.next = item.mask.into();
        self.out_complete.next = item.complete;
        self.out_last.next = item.last;
        self.out_slide.next = item.slide;
    }

    fn store(&mut self) {
        self._items[self._written % DEPTH] = Item {
            words: self.words.val(),
            outside: self.outside.val().to_u64(),
            position: self.position.val().to_u64(),
            mask: self.mask.val().to_u64(),
            complete: self.complete.val(),
            last: self.last.val(),
            slide: self.slide.val(),
        };
        self._written = (self._written + 1) % (2 * DEPTH);
    }
}

impl Logic for QuadFifo {
    fn update(&mut self) {
        if !self.clock.pos_edge() {
            return;
        }
        let level = (self._written + 2 * DEPTH - self._read) % (2 * DEPTH);
        self._read = (self._read + usize::from(self.pop.val())) % (2 * DEPTH);
        self.valid.next = self._read != self._written && !self.clear.val();
        self.space.next = level <= DEPTH - RESERVE || self.clear.val();
        self.show(self._items[self._read % DEPTH]);
        if self.push.val() {
            self.store();
        }
        if self.clear.val() {
            (self._written, self._read) = (0, 0);
        }
    }

    fn connect(&mut self) {
        self.valid.connect();
        self.out_words.connect();
        self.out_outside.connect();
        self.out_position.connect();
        self.out_mask.connect();
        self.out_complete.connect();
        self.out_last.connect();
        self.out_slide.connect();
        self.space.connect();
    }

    fn hdl(&self) -> Verilog {
        Verilog::Wrapper(Wrapper { code: self._text.clone(), cores: String::new() })
    }

    fn timing(&self) -> Vec<TimingInfo> {
        let inputs =
            ["clear", "push", "words", "outside", "position", "mask", "complete", "last", "slide", "pop"];
        let outputs = [
            "valid",
            "out_words",
            "out_outside",
            "out_position",
            "out_mask",
            "out_complete",
            "out_last",
            "out_slide",
            "space",
        ];
        vec![TimingInfo {
            name: "fifo".into(),
            clock: "clock".into(),
            inputs: inputs.map(String::from).to_vec(),
            outputs: outputs.map(String::from).to_vec(),
        }]
    }
}

/// Nobody uses the item that is being written: `valid` compares with the place of before.
fn text() -> String {
    let bits = DEPTH.trailing_zeros();
    format!(
        "(* no_rw_check, ram_style = \"block\" *) reg [{top}:0] items [0:{deepest}];\n\
         reg [{top}:0] q;\n\
         reg [{bits}:0] written, taken; reg valid_r, space_r;\n\
         initial begin written = 0; taken = 0; valid_r = 0; space_r = 0; end\n\
         wire [{bits}:0] next = taken + pop;\n\
         wire [{bits}:0] level = written - taken;\n\
         always @(posedge clock) begin\n\
         q <= items[next[{high}:0]];\n\
         if (push) items[written[{high}:0]] <= {{slide, last, complete, mask, position, outside, {by_lane}}};\n\
         valid_r <= next != written && !clear;\n\
         space_r <= level <= {least} || clear;\n\
         written <= clear ? 0 : written + push;\n\
         taken <= clear ? 0 : next;\n\
         end\n\
         assign valid = valid_r; assign space = space_r;\n\
         assign {{out_slide, out_last, out_complete, out_mask, out_position, out_outside}} = q[{top}:{data}];\n\
         assign out_words = {by_word};\n",
        top = BITS - 1,
        data = DATA,
        by_lane = by_lane("words", WORDS),
        by_word = by_word("q", WORDS),
        deepest = DEPTH - 1,
        high = bits - 1,
        least = DEPTH - RESERVE,
    )
}

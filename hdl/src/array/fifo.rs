//! The FIFO of fetched words.

use rust_hdl::prelude::*;

use crate::num::Bus;

/// Words that the FIFO holds: enough for the fetcher to run on while the lanes wait, and a small block RAM.
const DEPTH: usize = 64;
/// Words from which on `space` is low: three may be on their way.
const FULL: usize = DEPTH - 4;

/// Fetched words with their marks.
///
/// The oldest word stands at the output while `valid` is high, from the second clock after its `push` on; `pop`
/// takes it. `space` is low when it is all but full, one clock late.
#[derive(LogicBlock)]
pub struct WordFifo<const N: usize> {
    /// Clock.
    pub clock: Signal<In, Clock>,
    /// Forgets all words.
    pub clear: Signal<In, Bit>,
    /// Stores the word and its marks.
    pub push: Signal<In, Bit>,
    /// The word.
    pub word: Signal<In, Bus<N>>,
    /// Mask of its entry.
    pub mask: Signal<In, Bits<16>>,
    /// It completes its entry's operands.
    pub complete: Signal<In, Bit>,
    /// Its entry is the last of the list.
    pub last: Signal<In, Bit>,
    /// It lies outside the image.
    pub outside: Signal<In, Bit>,
    /// Takes the oldest word.
    pub pop: Signal<In, Bit>,
    /// There is an oldest word.
    pub valid: Signal<Out, Bit>,
    /// The oldest word.
    pub out_word: Signal<Out, Bus<N>>,
    /// Its mask.
    pub out_mask: Signal<Out, Bits<16>>,
    /// Its mark of completeness.
    pub out_complete: Signal<Out, Bit>,
    /// Its mark of the last entry.
    pub out_last: Signal<Out, Bit>,
    /// Its mark of lying outside.
    pub out_outside: Signal<Out, Bit>,
    /// Another read may be begun.
    pub space: Signal<Out, Bit>,
    _items: Vec<Item<N>>,
    _written: usize,
    _read: usize,
    _text: String,
}

#[derive(Clone, Copy)]
struct Item<const N: usize> {
    word: Bus<N>,
    mask: u16,
    complete: bool,
    last: bool,
    outside: bool,
}

impl<const N: usize> WordFifo<N> {
    /// An empty FIFO in block RAM, or `in_tables` in distributed RAM, which ECP5 has and which leaves block RAM to
    /// the main memory.
    pub fn new(in_tables: bool) -> Self {
        let empty = Item { word: Bus::default(), mask: 0, complete: false, last: false, outside: false };
        Self {
            clock: Default::default(),
            clear: Default::default(),
            push: Default::default(),
            word: Default::default(),
            mask: Default::default(),
            complete: Default::default(),
            last: Default::default(),
            outside: Default::default(),
            pop: Default::default(),
            valid: Default::default(),
            out_word: Default::default(),
            out_mask: Default::default(),
            out_complete: Default::default(),
            out_last: Default::default(),
            out_outside: Default::default(),
            space: Default::default(),
            _items: vec![empty; DEPTH],
            _written: 0,
            _read: 0,
            _text: text(N, in_tables),
        }
    }

    fn show(&mut self, item: Item<N>) {
        self.out_word.next = item.word;
        self.out_mask.next = u64::from(item.mask).into();
        self.out_complete.next = item.complete;
        self.out_last.next = item.last;
        self.out_outside.next = item.outside;
    }

    fn store(&mut self) {
        self._items[self._written % DEPTH] = Item {
            word: self.word.val(),
            mask: self.mask.val().to_u16() & (u16::MAX >> (16 - N)),
            complete: self.complete.val(),
            last: self.last.val(),
            outside: self.outside.val(),
        };
        self._written = (self._written + 1) % (2 * DEPTH);
    }
}

impl<const N: usize> Logic for WordFifo<N> {
    fn update(&mut self) {
        if !self.clock.pos_edge() {
            return;
        }
        let level = (self._written + 2 * DEPTH - self._read) % (2 * DEPTH);
        self._read = (self._read + usize::from(self.pop.val())) % (2 * DEPTH);
        self.valid.next = self._read != self._written && !self.clear.val();
        self.space.next = level < FULL || self.clear.val();
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
        self.out_word.connect();
        self.out_mask.connect();
        self.out_complete.connect();
        self.out_last.connect();
        self.out_outside.connect();
        self.space.connect();
    }

    fn hdl(&self) -> Verilog {
        Verilog::Wrapper(Wrapper { code: self._text.clone(), cores: String::new() })
    }

    fn timing(&self) -> Vec<TimingInfo> {
        vec![TimingInfo {
            name: "fifo".into(),
            clock: "clock".into(),
            inputs: ["clear", "push", "word", "mask", "complete", "last", "outside", "pop"]
                .map(String::from)
                .to_vec(),
            outputs: ["valid", "out_word", "out_mask", "out_complete", "out_last", "out_outside", "space"]
                .map(String::from)
                .to_vec(),
        }]
    }
}

/// Nobody uses the word that is being written: `valid` compares with the place of before.
///
/// `pop` comes late in its clock. Distributed RAM can be read at both places to which it may lead.
fn text(n: usize, in_tables: bool) -> String {
    let (place, next, read) = match in_tables {
        true => (", ram_style = \"distributed\"", "pop ? after : taken", "pop ? second : first"),
        false => ("", "taken + pop", "items[next[HIGH:0]]"),
    };
    let bits = DEPTH.trailing_zeros() as usize;
    let width = 9 * n + 3;
    let mask = if n == 16 {
        "q[143:128]".to_string()
    } else {
        format!("{{{}'b0, q[{}:{}]}}", 16 - n, 9 * n - 1, 8 * n)
    };
    let ahead = match in_tables {
        true => format!(
            "reg [{bits}:0] after; initial after = 1; always @(posedge clock) after <= clear ? 1 : next + 1'b1;\n\
             wire [{top}:0] first = items[taken[{high}:0]], second = items[after[{high}:0]];\n",
            top = width - 1,
            high = bits - 1,
        ),
        false => String::new(),
    };
    format!(
        "(* no_rw_check{place} *) reg [{top}:0] items [0:{deepest}];\n\
         reg [{top}:0] q;\n\
         reg [{bits}:0] written, taken; reg valid_r, space_r;\n\
         initial begin written = 0; taken = 0; valid_r = 0; space_r = 0; end\n\
         wire [{bits}:0] next;\n{ahead}assign next = {next};\n\
         wire [{bits}:0] level = written - taken;\n\
         always @(posedge clock) begin\n\
         q <= {read};\n\
         if (push) items[written[{high}:0]] <= {{outside, last, complete, mask[{mask_top}:0], word}};\n\
         valid_r <= next != written && !clear;\n\
         space_r <= level < {FULL} || clear;\n\
         written <= clear ? 0 : written + push;\n\
         taken <= clear ? 0 : next;\n\
         end\n\
         assign valid = valid_r; assign space = space_r;\n\
         assign out_word = q[{word_top}:0]; assign out_mask = {mask};\n\
         assign out_complete = q[{c}]; assign out_last = q[{l}]; assign out_outside = q[{o}];\n",
        top = width - 1,
        deepest = DEPTH - 1,
        high = bits - 1,
        mask_top = n - 1,
        word_top = 8 * n - 1,
        c = 9 * n,
        l = 9 * n + 1,
        o = 9 * n + 2,
        read = read.replace("HIGH", &(bits - 1).to_string()),
    )
}

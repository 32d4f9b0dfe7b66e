//! The FIFO of fetched words.

use rust_hdl::prelude::*;

use crate::datapath::MultiplierStyle;
use crate::num::Bus;

/// Words that the FIFO holds: enough for the fetcher to run on while the lanes wait, and a small block RAM.
const DEPTH: usize = 64;
/// Words from which on `space` is low: three may be on their way.
const FULL: usize = DEPTH - 4;

/// Where a [`WordFifo`] keeps its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FifoStyle {
    /// Block RAM.
    BlockRam,
    /// Block RAM, with the marks of the words in registers: more logic, and one block RAM less of 16 bits.
    MarksInRegisters,
    /// Distributed RAM, which ECP5 has and which leaves block RAM to the main memory.
    Distributed,
}

impl FifoStyle {
    /// The form that suits the FPGAs with such multipliers: those without any have logic to spare.
    pub fn of(multiplier: MultiplierStyle) -> Self {
        match multiplier {
            MultiplierStyle::SbMac16 => Self::BlockRam,
            MultiplierStyle::Infer => Self::MarksInRegisters,
            MultiplierStyle::Mult18Pair => Self::Distributed,
        }
    }
}

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
    /// An empty FIFO.
    pub fn new(style: FifoStyle) -> Self {
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
            _text: text(N, style),
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
fn text(n: usize, style: FifoStyle) -> String {
    let (bits, high) = (DEPTH.trailing_zeros(), DEPTH.trailing_zeros() - 1);
    let marks = format!("{{outside, last, complete, mask[{}:0]}}", n - 1);
    format!(
        "reg [{bits}:0] written, taken; reg valid_r, space_r;\n\
         initial begin written = 0; taken = 0; valid_r = 0; space_r = 0; end\n\
         wire [{bits}:0] next = taken + pop, level = written - taken;\n\
         {reading}{words}{marks}\
         always @(posedge clock) begin\n\
         space_r <= level < {FULL} || clear;\n\
         written <= clear ? 0 : written + push;\n\
         taken <= clear ? 0 : next;\n\
         end\n\
         assign valid = valid_r; assign space = space_r;\n\
         assign out_word = words_q; assign out_mask = marks_q[{mask_top}:0];\n\
         assign {{out_outside, out_last, out_complete}} = marks_q[{top}:{n}];\n",
        reading = reading(style, bits),
        words = storage("words", 8 * n, style, "word", high),
        marks = storage("marks", n + 3, style, &marks, high),
        mask_top = n - 1,
        top = n + 2,
    )
}

/// When there is a word at the output.
///
/// `pop` comes late in its clock. Distributed RAM shows the next word before it, so that `pop` only enables.
fn reading(style: FifoStyle, bits: u32) -> String {
    match style {
        FifoStyle::Distributed => format!(
            "reg [{bits}:0] behind; initial behind = 0;\n\
             wire shift = pop || !valid_r, more = behind != written;\n\
             always @(posedge clock) begin\n\
             if (shift) behind <= behind + more;\n\
             if (shift) valid_r <= more;\n\
             if (clear) begin behind <= 0; valid_r <= 0; end\n\
             end\n"
        ),
        FifoStyle::BlockRam | FifoStyle::MarksInRegisters => {
            "always @(posedge clock) valid_r <= next != written && !clear;\n".into()
        }
    }
}

/// One part of the items, read into `{name}_q`.
fn storage(name: &str, width: usize, style: FifoStyle, item: &str, high: u32) -> String {
    let place = match style {
        FifoStyle::Distributed => ", ram_style = \"distributed\"",
        FifoStyle::MarksInRegisters if name == "marks" => ", ram_style = \"registers\"",
        FifoStyle::BlockRam | FifoStyle::MarksInRegisters => "",
    };
    let read = match style {
        FifoStyle::Distributed => format!("if (shift) {name}_q <= {name}[behind[{high}:0]]"),
        FifoStyle::BlockRam | FifoStyle::MarksInRegisters => format!("{name}_q <= {name}[next[{high}:0]]"),
    };
    format!(
        "(* no_rw_check{place} *) reg [{top}:0] {name} [0:{deepest}]; reg [{top}:0] {name}_q;\n\
         always @(posedge clock) begin\n\
         {read};\n\
         if (push) {name}[written[{high}:0]] <= {item};\n\
         end\n",
        top = width - 1,
        deepest = DEPTH - 1,
    )
}

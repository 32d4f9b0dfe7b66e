//! The flash's reader, clock by clock.

use frazil_hdl::flash::LATENCY;
use frazil_hdl::top::TopSpec;

/// The flash's reader between two clocks: a ring of `ring` words, 0 if there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Reader {
    ring: u32,
    lanes: u32,
    streamed: bool,
    reading: bool,
    /// Half bytes that have come; before them, negative, steps to go.
    nibbles: i32,
    fill: u32,
    ready: bool,
}

impl Reader {
    /// The reader of a chip at the beginning of a run.
    pub fn new(spec: &TopSpec) -> Self {
        let ring = spec.flash.map_or(0, |flash| flash.ring_words as u32);
        let nibbles = -(LATENCY as i32);
        let lanes = spec.lanes as u32;
        Self { ring, lanes, streamed: false, reading: false, nibbles, fill: 0, ready: true }
    }

    /// Whether a byte is written in this clock, if memory is `blocked` or not.
    pub fn writes(&self, blocked: bool) -> bool {
        self.reading && self.nibbles > 0 && self.due() && !self.holds(blocked)
    }

    /// Whether the loader may take a word in this clock.
    pub fn filled(&self) -> bool {
        self.ready
    }

    /// One clock of a layer; `taken` says that the loader takes a word.
    pub fn clock(&mut self, blocked: bool, taken: bool) {
        self.advance(blocked, taken, None);
    }

    /// One clock in which the sequencer reads a descriptor, and perhaps gives the field that says whether its layer
    /// is streamed.
    pub fn fetch(&mut self, streamed: Option<bool>) {
        self.advance(true, false, streamed);
    }

    /// After a clock: whether what the loader takes from now on comes from the flash, if that is decided anew.
    pub fn turn(&mut self, streamed: Option<bool>) {
        self.streamed = self.ring != 0 && streamed.unwrap_or(self.streamed);
    }

    /// Bytes written since the run began, when the loader has taken so many words.
    pub fn bytes(&self, taken: u64) -> u64 {
        let part = u64::from(self.nibbles.max(0) as u32 / 2 % self.lanes);
        (taken + u64::from(self.fill)) * u64::from(self.lanes) + part
    }

    fn due(&self) -> bool {
        self.nibbles & 1 == 1
    }

    fn holds(&self, blocked: bool) -> bool {
        self.fill == self.ring || (self.due() && blocked)
    }

    fn advance(&mut self, blocked: bool, taken: bool, streamed: Option<bool>) {
        if self.ring == 0 {
            return;
        }
        let word = self.writes(blocked) && self.nibbles as u32 / 2 % self.lanes == self.lanes - 1;
        let down = taken && self.streamed;
        let ready = !self.streamed || (self.fill > 0 && !taken);
        if self.reading && !self.holds(blocked) {
            self.nibbles += 1;
            if self.nibbles == (self.ring * self.lanes * 2) as i32 {
                self.nibbles = 0;
            }
        }
        self.fill = self.fill + u32::from(word) - u32::from(down);
        self.ready = ready;
        self.reading |= self.streamed;
        self.streamed = streamed.unwrap_or(self.streamed);
    }
}

//! The flash on the board, as far as a reader sees it.

/// Fast read, quad output: eight bits of command, 24 of address and eight dummy clocks on one wire, then four bits a
/// clock on four, the high half of a byte first.
///
/// Source: Winbond W25Q128JV data sheet, 8.2.15; all flash memories with four data wires have it.
pub const COMMAND: u8 = 0x6B;

/// Clocks of command and address.
const ADDRESSED: u32 = 32;
/// Clocks before the first data.
const DUMMY_END: u32 = 40;

/// A flash memory that answers [`COMMAND`] and nothing else: after anything else its data wires stay high.
///
/// What was never written is 0xFF, and an address counts modulo 2^24.
#[derive(Clone, Debug, Default)]
pub struct FlashChip {
    first: u32,
    content: Vec<u8>,
    selected: bool,
    clocks: u32,
    received: u32,
    nibble: u32,
    driven: Option<u8>,
}

impl FlashChip {
    /// A flash with these bytes from address `first` on.
    pub fn new(first: u32, content: Vec<u8>) -> Self {
        Self { first, content, ..Self::default() }
    }

    /// The select wire, low when selected.
    pub fn select(&mut self, high: bool) {
        if high {
            (self.clocks, self.received, self.nibble, self.driven) = (0, 0, 0, None);
        }
        self.selected = !high;
    }

    /// The clock rises while the first data wire has this level.
    pub fn rise(&mut self, io0: bool) {
        if self.selected {
            if self.clocks < ADDRESSED {
                self.received = self.received << 1 | u32::from(io0);
            }
            self.clocks = (self.clocks + 1).min(DUMMY_END);
        }
    }

    /// The clock falls.
    pub fn fall(&mut self) {
        if self.selected && self.clocks == DUMMY_END && self.received >> 24 == u32::from(COMMAND) {
            let byte = self.byte(self.received.wrapping_add(self.nibble / 2) & 0xFF_FFFF);
            self.driven = Some(if self.nibble.is_multiple_of(2) { byte >> 4 } else { byte & 15 });
            self.nibble += 1;
        }
    }

    /// The four data wires; pulled up where the flash does not drive them.
    pub fn data(&self) -> u8 {
        self.driven.unwrap_or(15)
    }

    /// Whether the flash drives its data wires: nobody else may.
    pub fn drives(&self) -> bool {
        self.driven.is_some()
    }

    fn byte(&self, address: u32) -> u8 {
        let at = address.checked_sub(self.first).and_then(|at| usize::try_from(at).ok());
        at.and_then(|at| self.content.get(at)).copied().unwrap_or(0xFF)
    }
}

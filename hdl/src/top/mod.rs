//! The top blocks: a plan and a board's facts become Verilog and pin constraints.

mod assemble;
mod block;
mod constraints;
mod error;
mod stream;

pub use assemble::{Design, assemble, identity, with_top};
pub use block::{QuadTop, Top, TopBlock, UseTop};
pub use error::HdlError;
pub use stream::StreamTop;

use frazil_model::plan::ArrayStyle;
use serde::{Deserialize, Serialize};

use crate::datapath::DatapathSpec;
use crate::flash::FlashSpec;
use crate::memory::MemoryStyle;
use crate::quad::Sites;
use crate::vendor::PllStyle;

/// Lane counts that a top can be built with.
pub const LANES: [usize; 2] = [8, 16];

/// Silence after which a begun frame is dropped, in byte times: 3.3 ms at 3 Mbaud, more than a USB bridge pauses
/// within one transfer and less than a host waits before it tries again.
pub const IDLE_BYTES: u32 = 1000;

/// The constraint format, which follows from the FPGA family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConstraintFormat {
    /// `set_io` lines of nextpnr-ice40.
    Pcf,
    /// `LOCATE` and `IOBUF` lines of nextpnr-ecp5.
    Lpf,
}

/// Pins of the top block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pins {
    /// Format of the constraint file.
    pub format: ConstraintFormat,
    /// Clock input.
    pub clock: String,
    /// Serial line from the host.
    pub rx: String,
    /// Serial line to the host.
    pub tx: String,
    /// Shows that a program is running.
    pub led: String,
    /// Whether the LED lights at low level.
    pub led_active_low: bool,
    /// Frequency at the clock pin in Hz.
    pub clock_hz: u32,
    /// Pins of the flash, if it is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flash: Option<FlashPins>,
}

/// Pins of the flash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlashPins {
    /// Clock.
    pub sck: String,
    /// Select.
    pub cs: String,
    /// Data, the lowest bit first.
    pub io: [String; 4],
}

/// What a board gives to the top block. Plain values: `hdl` knows no boards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopSpec {
    /// Lanes of the MAC array and bytes of a memory word, one of [`LANES`].
    pub lanes: usize,
    /// How the array walks over a layer.
    pub style: ArrayStyle,
    /// Pixels, requantisers and widths of the array.
    pub datapath: DatapathSpec,
    /// Words of the memory.
    pub memory_words: usize,
    /// What the memory is made of.
    pub memory: MemoryStyle,
    /// Words of the weight ring, a power of two.
    pub weight_words: usize,
    /// Entries of the list ring, a power of two.
    pub list_entries: usize,
    /// System clock in Hz.
    pub clock_hz: u32,
    /// System clocks for each bit of the serial line.
    pub clocks_per_bit: u32,
    /// Clock generator.
    pub pll: PllStyle,
    /// The reader of the board's flash, if there is one.
    pub flash: Option<FlashSpec>,
    /// Pins; without them the design can be simulated but not placed.
    pub pins: Option<Pins>,
    /// Where the FPGA's hard blocks lie, if the quad array's are to be given places.
    pub sites: Option<Sites>,
}

//! What a board file says, in the file's order.

use serde::{Deserialize, Serialize};

use crate::Fabric;

/// One board.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Board {
    /// Name on the command line: lower-case letters, digits and hyphens.
    pub name: String,
    /// Name for people.
    pub title: String,
    /// Who makes it.
    pub vendor: String,
    /// Address of the board's documents.
    pub page: String,
    /// The FPGA.
    pub device: Device,
    /// What the FPGA holds.
    pub capacity: Capacity,
    /// The clock.
    pub clock: Clock,
    /// How bytes travel to and from the host.
    pub link: Link,
    /// The configuration flash, if designs may read it when they run.
    pub flash: Option<Flash>,
    /// Lights that the design may use.
    #[serde(default)]
    pub leds: Vec<Led>,
    /// How the board looks on USB.
    pub usb: Usb,
    /// How openFPGALoader reaches it.
    pub loader: Loader,
    /// The accelerator without a frozen front end.
    pub fabric: Fabric,
    /// The accelerator beside a frozen front end, where the FPGA is too small for both in full.
    pub fabric_with_front: Option<Fabric>,
    /// Remarks, each with its source.
    #[serde(default)]
    pub notes: Vec<Note>,
}

/// An FPGA family, as the open tools divide them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// Lattice iCE40, icestorm.
    Ice40,
    /// Lattice ECP5, prjtrellis.
    Ecp5,
}

/// The FPGA.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Device {
    /// Family.
    pub family: Family,
    /// Ordering code.
    pub part: String,
    /// nextpnr's name of the device, without hyphens: `up5k`, `85k`.
    pub variant: String,
    /// nextpnr's name of the package.
    pub package: String,
    /// Speed grade, where the family has one.
    pub speed_grade: Option<u8>,
    /// I/O standard of the pins named in this file.
    pub io_standard: String,
    /// Where its hard blocks lie, where a large design is placed around them; ECP5 only.
    pub sites: Option<Sites>,
}

/// Where an ECP5's block RAMs and multipliers lie, in nextpnr's coordinates. From each of the columns on there are four
/// in each row of their kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sites {
    /// First columns of the groups of four.
    pub columns: Vec<u32>,
    /// Rows of multipliers.
    pub multiplier_rows: Vec<u32>,
    /// Rows of block RAMs.
    pub block_ram_rows: Vec<u32>,
}

impl Sites {
    /// Hard blocks in a group.
    pub const GROUP: usize = 4;

    /// Block RAMs, and multipliers.
    pub fn counts(&self) -> (usize, usize) {
        let count = |rows: &[u32]| rows.len() * self.columns.len() * Self::GROUP;
        (count(&self.block_ram_rows), count(&self.multiplier_rows))
    }
}

/// What the FPGA holds, in the counts of nextpnr's utilisation report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capacity {
    /// Four-input look-up tables.
    pub logic_cells: u32,
    /// Flip-flops.
    pub flip_flops: u32,
    /// Block RAMs.
    pub block_rams: u32,
    /// Bits of one block RAM.
    pub block_ram_bits: u32,
    /// Single-port RAMs (SPRAM); 0 where there are none.
    pub sprams: u32,
    /// Bits of one SPRAM.
    pub spram_bits: u32,
    /// Hardware multipliers; 0 where there are none.
    pub multipliers: u32,
}

/// How an iCE40 PLL gets the oscillator's clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PllInput {
    /// From its own pin.
    #[default]
    Pad,
    /// From the fabric, because the oscillator is at another pin.
    Core,
}

/// The clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    /// Frequency of the oscillator in Hz.
    pub crystal_hz: u32,
    /// Pin of the oscillator.
    pub pin: String,
    /// How the PLL is fed; of no meaning on ECP5.
    #[serde(default)]
    pub pll: PllInput,
    /// Frequency that the PLL makes and the design must meet, in Hz.
    pub target_hz: u32,
}

/// Kinds of link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LinkKind {
    /// Asynchronous serial, 8 data bits, no parity, one stop bit.
    Uart,
}

/// How bytes travel to and from the host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// Kind of link.
    pub kind: LinkKind,
    /// Pin on which the FPGA receives.
    pub rx: String,
    /// Pin on which the FPGA sends.
    pub tx: String,
    /// Bits a second.
    pub baud: u32,
}

/// The configuration flash: an SPI flash with four data wires.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flash {
    /// Pin of its clock.
    pub sck: String,
    /// Pin of its select wire.
    pub cs: String,
    /// Pins of its data wires, the lowest bit first.
    pub io: [String; 4],
    /// Its size.
    pub bytes: u32,
    /// First byte of what a design reads; bitstreams lie before it.
    pub offset: u32,
}

/// The level that lights a LED.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Active {
    /// Lit by 0.
    Low,
    /// Lit by 1.
    High,
}

/// A light.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Led {
    /// Its colour or label.
    pub name: String,
    /// Its pin.
    pub pin: String,
    /// The level that lights it.
    pub active: Active,
}

/// How the board looks on USB.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Usb {
    /// Vendor id.
    pub vid: u16,
    /// Product id; many boards share that of their serial chip.
    pub pid: u16,
    /// Text that the product string contains.
    pub product: String,
    /// Number of the USB interface that carries the link.
    pub interface: u8,
}

/// How openFPGALoader reaches the board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Loader {
    /// Its name of the board.
    pub id: String,
    /// The FPGA itself can be loaded; gone when power goes.
    pub volatile: bool,
    /// The board's flash can be written.
    pub persistent: bool,
}

/// A remark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// The remark.
    pub text: String,
    /// Where it comes from.
    pub source: String,
}

impl Board {
    /// The accelerator that is built with or without a frozen front end.
    pub fn fabric(&self, with_front: bool) -> &Fabric {
        self.fabric_with_front.as_ref().filter(|_| with_front).unwrap_or(&self.fabric)
    }

    /// Clocks of the design in one bit of the link, rounded to the nearest.
    pub fn clocks_per_bit(&self) -> u32 {
        let (clock, baud) = (u64::from(self.clock.target_hz), u64::from(self.link.baud.max(1)));
        u32::try_from((clock + baud / 2) / baud).unwrap_or(u32::MAX)
    }

    /// Every pin that the file names, with its key.
    pub fn pins(&self) -> Vec<(String, &str)> {
        let mut pins = vec![
            ("clock.pin".to_owned(), self.clock.pin.as_str()),
            ("link.rx".to_owned(), self.link.rx.as_str()),
            ("link.tx".to_owned(), self.link.tx.as_str()),
        ];
        if let Some(flash) = &self.flash {
            let io = flash.io.iter().enumerate().map(|(i, pin)| (format!("flash.io[{i}]"), pin.as_str()));
            pins.extend([
                ("flash.sck".to_owned(), flash.sck.as_str()),
                ("flash.cs".to_owned(), flash.cs.as_str()),
            ]);
            pins.extend(io);
        }
        pins.extend(self.leds.iter().map(|led| (format!("leds.{}.pin", led.name), led.pin.as_str())));
        pins
    }
}

//! Resources under one set of names for all families.

use std::collections::BTreeMap;

use frazil_boards::Family;
use serde::{Deserialize, Serialize};

/// How much of a resource is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// Used by the design.
    pub used: u64,
    /// On the device.
    pub available: u64,
}

/// What a design uses of its device.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Utilisation {
    /// Sites of four-input look-up tables after packing, those that serve as carry or route-through included.
    pub lut: Resource,
    /// Flip-flops.
    pub ff: Resource,
    /// Block RAMs.
    pub block_ram: Resource,
    /// Single-port RAMs.
    pub spram: Resource,
    /// Hardware multipliers.
    pub dsp: Resource,
    /// Phase-locked loops.
    pub pll: Resource,
    /// Input and output pins.
    pub io: Resource,
    /// nextpnr's own counts, by its names: used and available.
    pub placed: BTreeMap<String, (u64, u64)>,
    /// Yosys's own counts of cells, by type.
    pub cells: BTreeMap<String, u64>,
}

/// nextpnr's names of the resources; flip-flops of iCE40 share the logic cells and have none.
struct Names {
    lut: &'static str,
    ff: Option<&'static str>,
    block_ram: &'static str,
    spram: &'static str,
    dsp: &'static str,
    pll: &'static str,
    io: &'static str,
}

const ICE40: Names = Names {
    lut: "ICESTORM_LC",
    ff: None,
    block_ram: "ICESTORM_RAM",
    spram: "ICESTORM_SPRAM",
    dsp: "ICESTORM_DSP",
    pll: "ICESTORM_PLL",
    io: "SB_IO",
};

const ECP5: Names = Names {
    lut: "TRELLIS_COMB",
    ff: Some("TRELLIS_FF"),
    block_ram: "DP16KD",
    spram: "",
    dsp: "MULT18X18D",
    pll: "EHXPLLL",
    io: "TRELLIS_IO",
};

impl Utilisation {
    /// From nextpnr's and Yosys's counts.
    pub(crate) fn new(
        family: Family,
        placed: BTreeMap<String, (u64, u64)>,
        cells: BTreeMap<String, u64>,
    ) -> Self {
        let names = match family {
            Family::Ice40 => ICE40,
            Family::Ecp5 => ECP5,
        };
        let of = |name: &str| {
            let (used, available) = placed.get(name).copied().unwrap_or_default();
            Resource { used, available }
        };
        let lut = of(names.lut);
        let ff = names.ff.map(of).unwrap_or(Resource { used: ice40_flip_flops(&cells), ..lut });
        let (block_ram, spram, dsp) = (of(names.block_ram), of(names.spram), of(names.dsp));
        let (pll, io) = (of(names.pll), of(names.io));
        Self { lut, ff, block_ram, spram, dsp, pll, io, placed, cells }
    }
}

fn ice40_flip_flops(cells: &BTreeMap<String, u64>) -> u64 {
    cells.iter().filter(|(kind, _)| kind.starts_with("SB_DFF")).map(|(_, count)| count).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts<T: Copy>(pairs: &[(&str, T)]) -> BTreeMap<String, T> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect()
    }

    #[test]
    fn ice40_counts_flip_flops_by_their_cells() {
        let placed = counts(&[("ICESTORM_LC", (100, 5280)), ("ICESTORM_SPRAM", (4, 4))]);
        let cells = counts(&[("SB_DFF", 10), ("SB_DFFESR", 5), ("SB_LUT4", 80)]);
        let all = Utilisation::new(Family::Ice40, placed, cells);
        assert_eq!(all.lut, Resource { used: 100, available: 5280 });
        assert_eq!(all.ff, Resource { used: 15, available: 5280 });
        assert_eq!(all.spram, Resource { used: 4, available: 4 });
        assert_eq!(all.dsp, Resource::default());
    }

    #[test]
    fn ecp5_counts_what_nextpnr_counts() {
        let placed =
            counts(&[("TRELLIS_COMB", (9, 83640)), ("TRELLIS_FF", (3, 83640)), ("DP16KD", (2, 208))]);
        let all = Utilisation::new(Family::Ecp5, placed, BTreeMap::new());
        assert_eq!((all.lut.used, all.ff.used, all.block_ram.available), (9, 3, 208));
        assert_eq!(all.spram, Resource::default());
    }
}

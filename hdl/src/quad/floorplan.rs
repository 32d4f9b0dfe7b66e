//! Where the array's hard blocks go on the FPGA.
//!
//! Left alone, placement scatters the multipliers of a pixel over the whole device, and wires are what a large ECP5
//! runs out of first. With the hard blocks in order the rest follows: a strip of columns for each pair of pixels, lanes
//! from one end of it to the other, and the memories of a byte beside each other, near the lane of that number.

use serde::{Deserialize, Serialize};

use super::fifo;
use super::memory::parts;
use crate::datapath::QuadSpec;

/// Lanes, and bytes of a word.
const LANES: usize = 16;
/// Pairs of pixels, which share multipliers.
const PAIRS: usize = 8;
/// Bits of a row of a block RAM at its widest.
const BLOCK_BITS: usize = 36;
/// Rows of a block RAM at its widest.
const BLOCK_ROWS: usize = 512;

/// Where block RAMs and multipliers of an ECP5 lie, in nextpnr's coordinates: from each column on there are four in
/// each row of their kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sites {
    /// First columns of the groups of four.
    pub columns: Vec<u32>,
    /// Rows of multipliers.
    pub multiplier_rows: Vec<u32>,
    /// Rows of block RAMs.
    pub block_ram_rows: Vec<u32>,
}

/// A cell and its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    /// Name of the cell, from the top down with a dot between two.
    pub cell: String,
    /// nextpnr's name of the site (bel).
    pub site: String,
}

/// Column, row and name.
type Site = (u32, u32, String);

impl Sites {
    /// A group's multipliers are in these columns of it; the name has the same number.
    const MULTIPLIERS: [u32; 4] = [0, 1, 4, 5];

    fn all(&self, rows: &[u32], offsets: [(u32, String); 4]) -> Vec<Site> {
        let group = |x: u32, y: u32| {
            offsets.clone().map(|(offset, name)| (x + offset, y, format!("X{}/Y{y}/{name}", x + offset)))
        };
        let rows = |x: u32| rows.iter().flat_map(move |&y| group(x, y)).collect::<Vec<_>>();
        let mut sites: Vec<Site> = self.columns.iter().flat_map(|&x| rows(x)).collect();
        sites.sort();
        sites
    }

    fn multipliers(&self) -> Vec<Site> {
        self.all(&self.multiplier_rows, Self::MULTIPLIERS.map(|at| (at, format!("MULT18_{at}"))))
    }

    fn block_rams(&self, row: u32) -> Vec<Site> {
        self.all(&[row], [0, 1, 2, 3].map(|i| (2 * i, format!("EBR{i}"))))
    }
}

/// The places of the hard blocks of a chip named `chip` with so many words of memory and rows of weights; none where
/// there are too few.
pub fn anchors(
    chip: &str,
    spec: &QuadSpec,
    memory_words: usize,
    weight_rows: usize,
    sites: &Sites,
) -> Vec<Anchor> {
    let multipliers = multipliers(spec, sites);
    let memories = memories(memory_words, weight_rows, sites);
    let name = |(cell, site): (String, String)| Anchor { cell: format!("{chip}.{cell}"), site };
    [multipliers, memories].into_iter().flatten().flatten().map(name).collect()
}

/// Strips of columns, one for each pair of pixels: lanes from the first row to the last, and the multipliers of the
/// requantisers among them.
fn multipliers(spec: &QuadSpec, sites: &Sites) -> Option<Vec<(String, String)>> {
    let all = sites.multipliers();
    let first_row = sites.multiplier_rows.first()?;
    let mut from = 0;
    let mut placed = Vec::new();
    for pair in 0..PAIRS {
        let pixels = [2 * pair, 2 * pair + 1];
        let requantisers = pixels.into_iter().filter(|p| *p < spec.dsp_requantisers);
        let others = requantisers.flat_map(|p| ["under", "over"].map(|part| cell(p, part)));
        let others: Vec<String> = others.collect();
        let mut strip = all.get(from..from + LANES + others.len())?.to_vec();
        from += strip.len();
        strip.sort_by_key(|(x, y, _)| (*y, *x));
        let before = strip.iter().filter(|(_, y, _)| y == first_row).count().min(LANES - 1) + 1;
        let lanes = |range: std::ops::Range<usize>| range.map(|l| cell(2 * pair, l));
        let cells = lanes(0..before).chain(others).chain(lanes(before..LANES));
        placed.extend(cells.zip(strip.into_iter().map(|(_, _, name)| name)));
    }
    Some(placed)
}

fn cell(pixel: usize, part: impl std::fmt::Display) -> String {
    format!("datapath.mult_{pixel}_{part}")
}

/// The memories of each byte: of the main memory, and between them those of the queue and of the weights.
fn memories(memory_words: usize, weight_rows: usize, sites: &Sites) -> Option<Vec<(String, String)>> {
    let rows = sites.block_ram_rows.len();
    let bytes = LANES.checked_div(rows).filter(|bytes| bytes * rows == LANES)?;
    let mut placed = Vec::new();
    for (r, y) in sites.block_ram_rows.iter().enumerate() {
        let here = r * bytes..(r + 1) * bytes;
        let mut main: Vec<_> =
            parts(memory_words).into_iter().filter(|part| here.contains(&part.byte)).collect();
        main.sort_by_key(|part| part.byte);
        let all = sites.block_rams(*y);
        let (each, used) = (all.len() / bytes, main.len().div_ceil(bytes));
        let is_main = |k: &usize| k % each < used;
        let names = |k: usize| all.get(k).map(|(_, _, name)| name.clone());
        if used > each {
            return None;
        }
        let main_sites = (0..all.len()).filter(is_main).filter_map(names);
        placed.extend(main.into_iter().map(|part| format!("memory.{}", part.cell)).zip(main_sites));
        for (i, byte) in here.enumerate() {
            let free = (i * each + used..(i + 1) * each).filter_map(names);
            placed.extend(beside(byte, weight_rows).into_iter().zip(free));
        }
    }
    Some(placed)
}

/// Block RAMs of queue and weights whose middle is a bit of this byte of the row's words.
fn beside(byte: usize, weight_rows: usize) -> Vec<String> {
    const ROW_BYTE_BITS: usize = 32;
    let slices = |name: &'static str, bits: usize| {
        let middle = move |i: &usize| (BLOCK_BITS * i + BLOCK_BITS / 2) / ROW_BYTE_BITS;
        (0..bits.div_ceil(BLOCK_BITS))
            .filter(move |i| middle(i) == byte)
            .map(move |i| format!("{name}.0.{i}"))
    };
    let weights = slices("weights.mem", LANES * ROW_BYTE_BITS).filter(|_| weight_rows <= BLOCK_ROWS);
    slices("fifo.items", fifo::BITS).chain(weights).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn sites() -> Sites {
        let columns = (0..13).map(|i| 4 + 9 * i + if i > 6 { 2 } else { 0 }).collect();
        Sites { columns, multiplier_rows: vec![10, 34, 58], block_ram_rows: vec![22, 46, 70, 82] }
    }

    #[test]
    fn every_cell_and_every_site_stands_once() {
        let anchors = anchors("chip", &QuadSpec::default(), 20480, 512, &sites());
        let cells: HashSet<&str> = anchors.iter().map(|anchor| anchor.cell.as_str()).collect();
        let places: HashSet<&str> = anchors.iter().map(|anchor| anchor.site.as_str()).collect();
        assert_eq!((cells.len(), places.len()), (anchors.len(), anchors.len()));
        let count = |part: &str| cells.iter().filter(|cell| cell.contains(part)).count();
        assert_eq!((count(".mult_"), count(".mem_")), (156, 160));
        assert!(count(".fifo.") + count(".weights.") > 24, "{cells:?}");
    }

    #[test]
    fn a_pair_lies_in_a_strip() {
        let anchors = anchors("chip", &QuadSpec::default(), 20480, 512, &sites());
        let column = |anchor: &Anchor| -> u32 {
            anchor.site[1..].split('/').next().and_then(|x| x.parse().ok()).expect("a column")
        };
        for pair in 0..PAIRS {
            let prefix = format!("chip.datapath.mult_{}_", 2 * pair);
            let columns = anchors.iter().filter(|anchor| anchor.cell.starts_with(&prefix)).map(column);
            let (least, most) = columns.fold((u32::MAX, 0), |(least, most), x| (least.min(x), most.max(x)));
            assert!(most - least < 24, "pair {pair}: columns {least} to {most}");
        }
    }

    #[test]
    fn a_device_that_is_too_small_has_no_anchors() {
        let small = Sites { columns: vec![4, 13], ..sites() };
        assert_eq!(anchors("chip", &QuadSpec::default(), 20480, 512, &small), []);
    }
}

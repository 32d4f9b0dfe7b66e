//! Where the array's hard blocks go on the FPGA.
//!
//! Left alone, placement scatters the multipliers of a pixel over the whole device, and wires are what a large ECP5
//! runs out of first. With the hard blocks in order the rest follows: a strip of columns for each pair of pixels, lanes
//! from one end of it to the other, and the main memory's bytes around what control reads.

use serde::{Deserialize, Serialize};

use super::memory::parts;
use super::{ROW_WORDS, fifo};
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

/// The main memory's block RAMs byte by byte in the outer parts of the rows, two halves of a row's bytes. In the middle
/// are the queue and the weights, which control reads, and room for all else that it reads.
fn memories(memory_words: usize, weight_rows: usize, sites: &Sites) -> Option<Vec<(String, String)>> {
    let rows = sites.block_ram_rows.len();
    let bytes = LANES.checked_div(rows).filter(|bytes| bytes * rows == LANES)?;
    let mut placed = Vec::new();
    let mut middle = Vec::new();
    for (r, y) in sites.block_ram_rows.iter().enumerate() {
        let here = r * bytes..(r + 1) * bytes;
        let mut main: Vec<_> =
            parts(memory_words).into_iter().filter(|part| here.contains(&part.byte)).collect();
        main.sort_by_key(|part| part.byte);
        let mut left: Vec<String> = sites.block_rams(*y).into_iter().map(|(_, _, name)| name).collect();
        let half = main.len() / 2;
        let right = left.split_off(left.len().checked_sub(main.len() - half)?);
        middle.push(left.split_off(left.len().min(half)));
        let cells = main.into_iter().map(|part| format!("memory.{}", part.cell));
        placed.extend(cells.zip(left.into_iter().chain(right)));
    }
    // Control lies in the last rows, where no row of multipliers is.
    let queue = middle.split_off(rows / 2);
    let weights = slices("weights.mem", 8 * LANES * ROW_WORDS).filter(|_| weight_rows <= BLOCK_ROWS);
    placed.extend(slices("fifo.items", fifo::BITS).zip(queue.into_iter().flatten()));
    placed.extend(weights.zip(middle.into_iter().rev().flatten()));
    Some(placed)
}

/// Block RAMs of a memory of rows of so many bits.
fn slices(name: &str, bits: usize) -> impl Iterator<Item = String> {
    (0..bits.div_ceil(BLOCK_BITS)).map(move |i| format!("{name}.0.{i}"))
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
        assert_eq!((count(".fifo."), count(".weights.")), (15, 15));
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

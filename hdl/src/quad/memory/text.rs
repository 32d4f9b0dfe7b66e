//! Verilog of the main memory.
//!
//! A bank is made of segments, each a power of two deep and as wide as one block RAM is at that depth: the fewer
//! segments, the fewer choices behind them.

use std::fmt::Write as _;

use super::{BANKS, BYTES};
use crate::vendor::wide_mux;

/// Rows of a bank in block RAMs of one depth.
struct Segment {
    start: usize,
    depth: usize,
    /// Bits of one block RAM.
    width: usize,
}

/// Depths and widths of an ECP5 block RAM that whole bytes or nibbles fit.
const SHAPES: [(usize, usize); 3] = [(4096, 4), (2048, 8), (1024, 16)];

fn segments(rows: usize) -> Vec<Segment> {
    let mut start = 0;
    let mut list = Vec::new();
    for (depth, width) in SHAPES {
        while rows - start >= depth {
            list.push(Segment { start, depth, width });
            start += depth;
        }
    }
    if start < rows {
        let depth = (rows - start).next_power_of_two().max(2);
        list.push(Segment { start, depth, width: BYTES });
    }
    list
}

/// A block RAM.
pub(in crate::quad) struct Part {
    /// Name of its cell in the module.
    pub cell: String,
    /// The byte of a word that it holds, or the first one.
    pub byte: usize,
}

/// All block RAMs of a memory of so many rows.
pub(super) fn parts(rows: usize) -> Vec<Part> {
    let segment = |b: usize, s: usize, segment: &Segment| -> Vec<Part> {
        let part = |i| Part { cell: format!("{}.0.0", array_name(b, s, i)), byte: segment.width * i / 8 };
        (0..128 / segment.width).map(part).collect()
    };
    let segments = segments(rows);
    let bank =
        |b| segments.iter().enumerate().flat_map(move |(s, one)| segment(b, s, one)).collect::<Vec<_>>();
    (0..BANKS).flat_map(bank).collect()
}

fn array_name(bank: usize, segment: usize, i: usize) -> String {
    format!("mem_{bank}_{segment}_{i}")
}

/// The body of the module.
pub fn memory(rows: usize) -> String {
    let segments = segments(rows);
    let banks = (0..BANKS).map(|b| bank(b, &segments)).collect::<String>();
    head() + &banks + &words()
}

/// Registers that all banks share: the written data, and the bank of each word read on its way.
fn head() -> String {
    let mut text = "reg [511:0] data_1; reg [15:0] mask_1; always @(posedge clock) begin data_1 <= wr_data; mask_1 <= wr_mask; end\n"
        .to_string();
    for j in 0..BANKS {
        let _ = writeln!(
            text,
            "wire [127:0] write_{j} = data_1[{}:{}];\n\
             reg [1:0] from_{j}_1, from_{j}_2, from_{j}; always @(posedge clock) begin from_{j}_1 <= rd_addr_{j}[1:0]; from_{j}_2 <= from_{j}_1; from_{j} <= from_{j}_2; end",
            128 * j + 127,
            128 * j,
        );
    }
    text
}

/// One bank: row addresses, the crossing of the written words, the block RAMs, the choice of the segment.
fn bank(b: usize, segments: &[Segment]) -> String {
    let arrays = segments.iter().enumerate().map(|(s, segment)| arrays(b, s, segment)).collect::<String>();
    let mut read = format!("data_{b}_0");
    for s in 1..segments.len() {
        read = format!("hit_{b}_{s} ? data_{b}_{s} : ({read})");
    }
    format!("{}{arrays}reg [127:0] bank_{b}; always @(posedge clock) bank_{b} <= {read};\n", ports(b))
}

/// The row of a bank that is read, and its write: the lowest-numbered word of the bank is meant.
fn ports(b: usize) -> String {
    let row = |port: &str, meant: &dyn Fn(usize) -> String| {
        let at = |j: usize| format!("{port}_addr_{j}[15:2]");
        format!("{} ? {} : {} ? {} : {} ? {} : {}", meant(0), at(0), meant(1), at(1), meant(2), at(2), at(3))
    };
    let reads = |j: usize| format!("(rd_addr_{j}[1:0] == 2'd{b})");
    let writes = |j: usize| format!("to_{b}[{j}]");
    let to = (0..BANKS).rev().map(|j| format!("wr_en[{j}] & wr_addr_{j}[1:0] == 2'd{b}"));
    let to = to.collect::<Vec<_>>().join(", ");
    format!(
        "reg [13:0] row_{b}; always @(posedge clock) row_{b} <= {read};\n\
         wire [3:0] to_{b} = {{{to}}};\n\
         reg on_{b}_1; reg [1:0] pick_{b}; reg [13:0] at_{b}_1, at_{b};\n\
         initial on_{b}_1 = 0;\n\
         always @(posedge clock) begin\n\
         on_{b}_1 <= |to_{b}; pick_{b} <= {{~|to_{b}[1:0], ~to_{b}[0] & (to_{b}[1] | ~to_{b}[2])}};\n\
         at_{b}_1 <= {write}; at_{b} <= at_{b}_1;\n\
         end\n{cross}\
         reg [127:0] put_{b}; always @(posedge clock) put_{b} <= cross_{b};\n",
        read = row("rd", &reads),
        write = row("wr", &writes),
        cross = wide_mux::four(
            &format!("cross_{b}"),
            128,
            ["write_0", "write_1", "write_2", "write_3"],
            &format!("pick_{b}")
        ),
    )
}

/// The block RAMs of a segment, its write enables and its mark for the words read.
fn arrays(b: usize, s: usize, segment: &Segment) -> String {
    let name = format!("{b}_{s}");
    let bits = segment.depth.ilog2();
    let hit = |row: &str| format!("{row}[13:{bits}] == {}", segment.start >> bits);
    let mut text = format!(
        "reg hit_{name}; reg [15:0] en_{name}; initial en_{name} = 0;\n\
         always @(posedge clock) begin hit_{name} <= {}; en_{name} <= {{16{{on_{b}_1 & {}}}}} & mask_1; end\n\
         wire [127:0] data_{name};\n",
        hit(&format!("row_{b}")),
        hit(&format!("at_{b}_1")),
    );
    for i in 0..128 / segment.width {
        text += &array(b, s, segment, i);
    }
    text
}

fn array(b: usize, s: usize, segment: &Segment, i: usize) -> String {
    let (low, width) = (segment.width * i, segment.width);
    let top = segment.depth.ilog2().max(1) - 1;
    let name = format!("{b}_{s}");
    let (mem, out) = (array_name(b, s, i), format!("out_{name}_{i}"));
    let part = |at: usize, bits: usize| {
        let inside = at - low;
        format!(
            "if (en_{name}[{}]) {mem}[at_{b}[{top}:0]][{}:{inside}] <= put_{b}[{}:{at}];\n",
            at / 8,
            inside + bits - 1,
            at + bits - 1
        )
    };
    let writes = (0..width.div_ceil(8)).map(|k| part(low + 8 * k, width.min(8))).collect::<String>();
    format!(
        "(* no_rw_check, ram_style = \"block\" *) reg [{w}:0] {mem} [0:{last}]; reg [{w}:0] {out};\n\
         always @(posedge clock) begin\n{writes}{out} <= {mem}[row_{b}[{top}:0]];\nend\n\
         assign data_{name}[{high}:{low}] = {out};\n",
        w = width - 1,
        last = segment.depth - 1,
        high = low + width - 1,
    )
}

/// The words read, from their banks.
fn words() -> String {
    let word = |j: usize| {
        let banks = ["bank_0", "bank_1", "bank_2", "bank_3"];
        wide_mux::four(&format!("word_{j}"), 128, banks, &format!("from_{j}"))
            + &format!(
                "reg [127:0] word_{j}_q; always @(posedge clock) word_{j}_q <= word_{j}; \
                 assign rd_data[{}:{}] = word_{j}_q;\n",
                128 * j + 127,
                128 * j
            )
    };
    (0..BANKS).map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_cover_the_rows() {
        let shapes =
            |rows: usize| -> Vec<_> { segments(rows).iter().map(|s| (s.start, s.depth, s.width)).collect() };
        assert_eq!(shapes(5120), [(0, 4096, 4), (4096, 1024, 16)]);
        assert_eq!(shapes(7200), [(0, 4096, 4), (4096, 2048, 8), (6144, 1024, 16), (7168, 32, 16)]);
        assert_eq!(shapes(8), [(0, 8, 16)]);
    }
}

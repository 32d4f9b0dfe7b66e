//! Verilog of the memories.

/// A word-wide array with one write and one read port; `depth` is a power of two.
pub fn words(bytes: usize, depth: usize) -> String {
    let top = depth.ilog2() - 1;
    format!(
        "(* no_rw_check *) reg [{width}:0] mem [0:{last}]; reg [{width}:0] out;\n\
         always @(posedge clock) begin\n\
         if (wr_en) mem[wr_addr[{top}:0]] <= wr_data;\n\
         out <= mem[rd_addr[{top}:0]];\n\
         end\n\
         assign rd_data = out;\n",
        width = 8 * bytes - 1,
        last = depth - 1,
    )
}

/// The same for rows of several words of 16 bytes: bytes of one place lie beside each other, so that a block RAM holds
/// those of a lane or two, and lies near them.
pub fn rows(bytes: usize, depth: usize) -> String {
    let (top, width) = (depth.ilog2() - 1, 8 * bytes - 1);
    format!(
        "(* no_rw_check *) reg [{width}:0] mem [0:{last}]; reg [{width}:0] out;\n\
         always @(posedge clock) begin\n\
         if (wr_en) mem[wr_addr[{top}:0]] <= {by_lane};\n\
         out <= mem[rd_addr[{top}:0]];\n\
         end\n\
         assign rd_data = {by_word};\n",
        last = depth - 1,
        by_lane = by_lane("wr_data", bytes / LANES),
        by_word = by_word("out", bytes / LANES),
    )
}

/// Bytes of a word in a row of several.
const LANES: usize = 16;

/// The bytes of a row of so many words: lane 0 of all words, lane 1 of all words and so on.
pub(crate) fn by_lane(row: &str, words: usize) -> String {
    bytes(row, (0..LANES).flat_map(|lane| (0..words).map(move |word| LANES * word + lane)).collect())
}

/// The inverse of [`by_lane`].
pub(crate) fn by_word(lanes: &str, words: usize) -> String {
    bytes(lanes, (0..words).flat_map(|word| (0..LANES).map(move |lane| words * lane + word)).collect())
}

/// Bytes of a name, the first one lowest.
fn bytes(name: &str, order: Vec<usize>) -> String {
    let byte = |&at: &usize| format!("{name}[{}:{}]", 8 * at + 7, 8 * at);
    format!("{{{}}}", order.iter().rev().map(byte).collect::<Vec<_>>().join(", "))
}

/// An array of which one element is read and one or two are written: block RAM ports may differ in width.
fn widened(width: usize, depth: usize, writes: &str, read: &str) -> String {
    format!(
        "(* no_rw_check *) reg [{top}:0] mem [0:{last}]; reg [{top}:0] out;\n\
         always @(posedge clock) begin\n\
         if (wr_en) begin {writes} end\n\
         out <= mem[{read}];\n\
         end\n",
        top = width - 1,
        last = depth - 1,
    )
}

/// Parameters: words of one or two channels in, one channel out.
pub fn parameters(bytes: usize, slots: usize) -> String {
    let (depth, channel) = (slots * bytes, bytes.ilog2());
    let word_bits = (slots * 8).ilog2();
    let slot = if slots == 1 { String::new() } else { format!("rd_addr[{}:4], ", 3 + slots.ilog2()) };
    let read = format!("{{{slot}rd_addr[{}:0]}}", channel - 1);
    let word = format!("wr_addr[{}:0]", word_bits - 1);
    let writes = match bytes {
        8 => format!("mem[{word}] <= wr_data;"),
        _ => format!("mem[{{{word}, 1'b0}}] <= wr_data[63:0]; mem[{{{word}, 1'b1}}] <= wr_data[127:64];"),
    };
    widened(64, depth, &writes, &read) + "assign rd_data = out;\n"
}

/// Entries: two in, one out, without the bits that no field uses; the last fields have `x` and `y` bits.
pub fn entries(bytes: usize, depth: usize, (x, y): (usize, usize)) -> String {
    let (column, row) = (bytes + 16, bytes + 16 + x);
    let (used, top) = (row + y, depth.ilog2() - 1);
    let half = |i: usize| format!("wr_data[{}:{}]", 4 * bytes * i + used - 1, 4 * bytes * i);
    let word = format!("wr_addr[{}:0]", top - 1);
    let writes = format!("mem[{{{word}, 1'b0}}] <= {}; mem[{{{word}, 1'b1}}] <= {};", half(0), half(1));
    let fields = format!(
        "assign mask = out[{}:0];\nassign offset = out[{}:{bytes}];\nassign dx = out[{}:{column}];\nassign dy = out[{}:{row}];\n",
        bytes - 1,
        column - 1,
        row - 1,
        used - 1
    );
    widened(used, depth, &writes, &format!("rd_addr[{top}:0]")) + &fields
}

/// One byte-wide array for each byte, all read or some written.
pub fn single_port(bytes: usize, depth: usize) -> String {
    let top = (depth - 1).ilog2();
    // A depth that is no power of two leaves addresses that no element has.
    let in_range = match depth.is_power_of_two() {
        true => "1'b1".to_string(),
        false => format!("addr[{top}:0] < {}'d{depth}", top + 1),
    };
    let head = format!("wire reads = wr_mask[{}:0] == 0; wire in_range = {in_range};\n", bytes - 1);
    let lane = |i: usize| {
        let (low, high) = (8 * i, 8 * i + 7);
        format!(
            "(* no_rw_check *) reg [7:0] mem{i} [0:{last}]; reg [7:0] out{i};\n\
             always @(posedge clock) begin\n\
             if (wr_mask[{i}] & in_range) mem{i}[addr[{top}:0]] <= wr_data[{high}:{low}];\n\
             if (reads) out{i} <= mem{i}[addr[{top}:0]];\n\
             end\n\
             assign rd_data[{high}:{low}] = out{i};\n",
            last = depth - 1,
        )
    };
    head + &(0..bytes).map(lane).collect::<String>()
}

/// `bytes / 2` single-port memories side by side; a nibble mask selects the bytes written.
pub fn spram_single_port(bytes: usize) -> String {
    let head = format!("wire writes = wr_mask[{}:0] != 0;\n", bytes - 1);
    let bank = |i: usize| {
        let (low, high) = (16 * i, 16 * i + 15);
        format!(
            "SB_SPRAM256KA bank{i} (.ADDRESS(addr[13:0]), .DATAIN(wr_data[{high}:{low}]), \
             .MASKWREN({{{{2{{wr_mask[{o}]}}}}, {{2{{wr_mask[{e}]}}}}}}), .WREN(writes), .CHIPSELECT(1'b1), .CLOCK(clock), \
             .STANDBY(1'b0), .SLEEP(1'b0), .POWEROFF(1'b1), .DATAOUT(rd_data[{high}:{low}]));\n",
            o = 2 * i + 1,
            e = 2 * i,
        )
    };
    head + &(0..bytes / 2).map(bank).collect::<String>()
}

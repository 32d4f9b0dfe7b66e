//! Verilog of the two memory styles.

/// One byte-wide array for each byte of the word: Yosys maps each to block RAM without write masks.
///
/// `no_rw_check` says that nobody reads the word being written; without it Yosys adds a bypass register and a
/// comparator to each array.
pub fn block_ram(bytes: usize, depth: usize) -> String {
    let shift = bytes.trailing_zeros();
    let bits = (depth.max(2) - 1).ilog2() + 1;
    let lane = |i: usize| {
        let hit = if bytes == 1 { String::new() } else { format!(" && wr_addr[{}:0] == {i}", shift - 1) };
        let (low, high) = (8 * i, 8 * i + 7);
        format!(
            "(* no_rw_check *) reg [7:0] mem{i} [0:{last}];\n\
             reg [7:0] out{i};\n\
             always @(posedge clock) begin\n\
             if (wr_en && in_range{hit}) mem{i}[wr_word] <= wr_data;\n\
             out{i} <= mem{i}[rd_addr[{top}:0]];\n\
             end\n\
             assign rd_data[{high}:{low}] = out{i};\n",
            last = depth - 1,
            top = bits - 1,
        )
    };
    let word = format!(
        "wire [23:0] wr_index = wr_addr >> {shift};\nwire [{}:0] wr_word = wr_index[{}:0];\n",
        bits - 1,
        bits - 1
    );
    let in_range = format!("wire in_range = wr_index < 24'd{depth};\n");
    word + &in_range + &(0..bytes).map(lane).collect::<String>()
}

/// `bytes / 2` single-port memories side by side, 16,384 words; a nibble mask selects the byte written.
pub fn spram(bytes: usize) -> String {
    let shift = bytes.trailing_zeros();
    let bank = |i: usize| {
        let hit = if bytes == 2 { "1'b1".into() } else { format!("wr_addr[{}:1] == {i}", shift - 1) };
        let (low, high) = (16 * i, 16 * i + 15);
        format!(
            "wire hit{i} = {hit};\n\
             SB_SPRAM256KA bank{i} (.ADDRESS(address), .DATAIN({{wr_data, wr_data}}), \
             .MASKWREN(wr_addr[0] ? 4'b1100 : 4'b0011), .WREN(wr_en && hit{i}), .CHIPSELECT(hit{i} || !wr_en), .CLOCK(clock), \
             .STANDBY(1'b0), .SLEEP(1'b0), .POWEROFF(1'b1), .DATAOUT(rd_data[{high}:{low}]));\n"
        )
    };
    let address = format!("wire [13:0] address = wr_en ? wr_addr[{}:{shift}] : rd_addr[13:0];\n", shift + 13);
    address + &(0..bytes / 2).map(bank).collect::<String>()
}

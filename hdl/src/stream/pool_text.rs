//! Verilog of the average pool.

use frazil_model::plan::Shape;

use super::PIXEL;
use super::text::{assign_bus, counter, counter_bits};

/// Widths that the text needs.
struct Widths {
    /// `log2(size)`.
    shift: usize,
    /// Bits of a sum over one row of a block.
    run: usize,
    /// Bits of a sum over a block.
    sum: usize,
}

/// The module's body.
pub(super) fn text(input: Shape, size: usize) -> String {
    let shift = size.ilog2() as usize;
    let widths = Widths { shift, run: 8 + shift, sum: 8 + 2 * shift };
    let mut code = String::from("wire take;\n");
    code += &counter("col", input.w, "take");
    code += &counter("row", input.h, "take && col_last");
    code += &control(input, &widths);
    code += &memory(input, &widths);
    code += &(0..input.c).map(|c| channel(c, &widths)).collect::<String>();
    code + &outputs(input.c, &widths)
}

fn control(input: Shape, widths: &Widths) -> String {
    let size = 1 << widths.shift;
    let below = |name: &str, count: usize| match count % size {
        0 => "1'b1".to_string(),
        rest => format!("{name} < {}'d{}", counter_bits(count), count - rest),
    };
    format!(
        "wire whole = {} && {};\n\
         wire row_start = whole && col[{top}:0] == 0;\n\
         wire row_end = whole && (&col[{top}:0]);\n\
         wire first_row = row[{top}:0] == 0;\n\
         wire last_row = &row[{top}:0];\n\
         wire emits = row_end && last_row;\n\
         reg valid; initial valid = 0;\n\
         wire ready = !emits || !valid || y_ready;\n\
         assign take = ready && x_valid;\n\
         always @(posedge clock) valid <= (valid && !y_ready) || (take && emits);\n",
        below("row", input.h),
        below("col", input.w),
        top = widths.shift - 1
    )
}

/// A block's sum is read at its first pixel and written at its last, so never in the same clock.
fn memory(input: Shape, widths: &Widths) -> String {
    let (blocks, top) = (input.w >> widths.shift, input.c * widths.sum - 1);
    let bits = counter_bits(blocks);
    let last_bit = counter_bits(input.w) - 1;
    let block = if blocks == 1 {
        "1'b0".to_string()
    } else {
        format!("col[{}:{}]", last_bit.min(widths.shift as u32 + bits - 1), widths.shift)
    };
    format!(
        "(* no_rw_check *) reg [{top}:0] sums [0:{last}];\n\
         integer k; initial for (k = 0; k < {blocks}; k = k + 1) sums[k] = 0;\n\
         reg [{top}:0] stored;\n\
         wire [{top}:0] totals;\n\
         wire [{block_top}:0] block = {block};\n\
         always @(posedge clock) begin\n\
         if (take && row_end && !last_row) sums[block] <= totals;\n\
         if (take && row_start) stored <= sums[block];\n\
         end\n",
        last = blocks - 1,
        block_top = bits - 1
    )
}

/// `bits` low bits of `source` (`width` bits, two's complement) as `bits` bits.
fn extended(source: &str, width: usize, bits: usize) -> String {
    format!("{{{{{}{{{source}[{}]}}}}, {source}}}", bits - width, width - 1)
}

fn channel(c: usize, widths: &Widths) -> String {
    let Widths { shift, run, sum } = *widths;
    let half = 1u32 << (2 * shift - 1);
    format!(
        "reg [{run_top}:0] run{c}; reg [7:0] data{c}; initial begin run{c} = 0; data{c} = 0; end\n\
         wire [7:0] byte{c} = x[{high}:{low}];\n\
         wire [{run_top}:0] partial{c} = run{c} + {byte};\n\
         wire [{sum_top}:0] above{c} = first_row ? {sum}'d0 : stored[{stored_top}:{stored_low}];\n\
         wire [{sum_top}:0] total{c} = {partial} + above{c};\n\
         wire [{sum_top}:0] rounded{c} = total{c} + (total{c}[{sum_top}] ? {sum}'d{less} : {sum}'d{half});\n\
         assign totals[{stored_top}:{stored_low}] = total{c};\n\
         always @(posedge clock) begin\n\
         if (take && whole) run{c} <= row_end ? {run}'d0 : partial{c};\n\
         if (take && emits) data{c} <= rounded{c}[{sum_top}:{dropped}];\n\
         end\n",
        run_top = run - 1,
        sum_top = sum - 1,
        low = 8 * c,
        high = 8 * c + 7,
        byte = extended(&format!("byte{c}"), 8, run),
        partial = extended(&format!("partial{c}"), run, sum),
        stored_low = c * sum,
        stored_top = c * sum + sum - 1,
        less = half - 1,
        dropped = 2 * shift
    )
}

fn outputs(channels: usize, widths: &Widths) -> String {
    debug_assert_eq!(widths.sum - 2 * widths.shift, 8);
    let names: Vec<String> = (0..channels).rev().map(|c| format!("data{c}")).collect();
    let pixel = format!("wire [{}:0] pixel = {{{}}};\n", 8 * channels - 1, names.join(", "));
    pixel + &assign_bus("y", "pixel", channels, PIXEL) + "assign x_ready = ready;\nassign y_valid = valid;\n"
}

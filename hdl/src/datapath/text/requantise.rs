//! A requantiser: bias, multiplication by rows, rounding shift, zero point, clamp, packer.
//!
//! TFLite rounds twice: the product at 2^31, halves up, then the shifted result, halves away from zero. Both are
//! one floor, of the product with an offset of 2^30, or of -2^30 if the sum is negative and there is a shift, plus
//! half of the last place. The rows start from that offset; the half comes from the last bit shifted out.

use super::{PRODUCT, Shape, iterative, pipelined};
use crate::datapath::RequantiserStyle;

pub fn slice(shape: &Shape, r: usize) -> String {
    let product = match shape.spec.requantiser {
        RequantiserStyle::Pipelined { rows_per_stage } => pipelined::product(shape, r, rows_per_stage),
        RequantiserStyle::Iterative { rows_per_clock } => iterative::product(shape, r, rows_per_clock),
    };
    parameters(r) + &arithmetic(shape, r, &format!("hold_{r}_0"), &product) + &packer(shape, r)
}

/// The parameter word of this slice.
fn parameters(r: usize) -> String {
    match r {
        0 => "wire [63:0] param_0 = params;\n".to_string(),
        _ => format!("reg [63:0] param_{r}; always @(posedge clock) param_{r} <= param_{};\n", r - 1),
    }
}

/// From the sum in front and the parameters `param_R` to the byte `clamped_R`; `product` multiplies.
pub fn arithmetic(shape: &Shape, r: usize, front: &str, product: &str) -> String {
    biased(shape, r, front) + product + &shifted(shape, r) + &finish(r)
}

/// The sum in front with its bias, and whether the result is shifted.
fn biased(shape: &Shape, r: usize, front: &str) -> String {
    format!(
        "wire signed [27:0] bias_{r} = param_{r}[27:0];\n\
         wire signed [{top}:0] biased_{r} = {front} + bias_{r};\n\
         wire shifts_{r} = |param_{r}[63:59];\n",
        top = shape.spec.requant_bits - 1,
    )
}

/// The high product shifted right by `by`, its last bit shifted out kept, saturated to 9 bits and that bit.
fn shifted(shape: &Shape, r: usize) -> String {
    let bits = shape.spec.requant_bits;
    // Weight 2^31 of the product is bit 31 - bits of what the rows leave; one bit more is kept below.
    let (width, low) = (bits + 2, 31 - bits);
    let sign = format!("near_{r}[{}]", width - 1);
    // Which bits of the result do not fit after a shift by 4 * i: those of the next shift, and four more.
    let over = |i: usize| {
        let (from, to) = (9 + 4 * i, (12 + 4 * i).min(width - 2));
        match from > to {
            true => format!("wire over_{r}_{i} = 1'b0;\n"),
            false => format!(
                "wire over_{r}_{i} = over_{r}_{} | near_{r}[{to}:{from}] != {{{}{{{sign}}}}};\n",
                i + 1,
                to - from + 1
            ),
        }
    };
    let overs: String = (0..8).rev().map(over).collect();
    let over_names = (0..8).rev().map(|i| format!("over_{r}_{i}")).collect::<Vec<_>>().join(", ");
    format!(
        "wire signed [{w}:0] high_{r} = {{whole_{r}[{p}:{low}], 1'b0}};\n\
         wire signed [{w}:0] near_{r} = high_{r} >>> by_{r}[1:0];\n\
         wire [39:0] far_{r} = {{{{{fill}{{{sign}}}}}, near_{r}}};\n\
         {overs}wire [7:0] over_{r} = {{{over_names}}};\n\
         wire [8:0] kept_{r} = far_{r}[{{by_{r}[4:2], 2'b00}} +: 9];\n\
         reg [9:0] narrow_{r};\n\
         always @(posedge clock) narrow_{r} <= {{{sign}, over_{r}[by_{r}[4:2]] ? {{9{{~{sign}}}}} : kept_{r}}};\n",
        w = width - 1,
        p = PRODUCT - 1,
        fill = 40 - width,
    )
}

/// Rounding, zero point, clamp.
fn finish(r: usize) -> String {
    format!(
        "wire [10:0] rounded_{r} = {{narrow_{r}[9], narrow_{r}[9:1], 1'b1}} + {{{{2{{zero_point[7]}}}}, zero_point, narrow_{r}[0]}};\n\
         reg signed [9:0] offset_{r}; always @(posedge clock) offset_{r} <= rounded_{r}[10:1];\n\
         wire below_{r} = offset_{r} < $signed(low); wire above_{r} = offset_{r} > $signed(high);\n\
         wire [7:0] clamped_{r} = below_{r} ? low : above_{r} ? high : offset_{r}[7:0];\n"
    )
}

fn packer(shape: &Shape, r: usize) -> String {
    let top = 8 * shape.lanes - 1;
    let byte = shape.spec.byte_clocks() + r;
    format!(
        "reg [{top}:0] pack_{r}; always @(posedge clock) if (load_q[{byte}]) pack_{r} <= {{clamped_{r}, pack_{r}[{top}:8]}};\n"
    )
}

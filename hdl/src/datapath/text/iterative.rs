//! The small multiplication: a few rows, used again and again.
//!
//! A row adds the multiplier if its bit of the biased sum is set, and drops a bit of the product, which is final.

use super::{PRODUCT, Shape};

/// `rows` rows, used again and again; the multiplier stays at `params` meanwhile.
pub fn product(shape: &Shape, r: usize, rows: usize) -> String {
    let bits = shape.spec.requant_bits;
    let mut text = format!(
        "reg [{a}:0] left_{r}; reg [{p}:0] part_{r}; reg [4:0] by_{r};\n\
         wire down_{r} = shifts_{r} & biased_{r}[{a}];\n\
         wire final_{r} = final_q[{r}]; wire [30:0] mul_{r} = param_{r}[58:28];\n",
        a = bits - 1,
        p = PRODUCT - 1,
    );
    let mut product = format!("part_{r}");
    for row in 0..rows - 1 {
        let made = format!("row_{r}_{row}");
        let bit = format!("left_{r}[{row}]");
        let multiplier = format!("mul_{r}");
        text += &plain_row(&product, &bit, &multiplier, &made, shape.masks_rows());
        product = made;
    }
    text + &last_row(r, rows - 1, &product) + &passes(shape, r, rows)
}

/// The last row subtracts in the last pass, where its bit is the sign or its copy. Its operand has look-up tables
/// of its own for that, which take in the row's bit too; so the adder's have an input left, for the load.
fn last_row(r: usize, row: usize, product: &str) -> String {
    let top = PRODUCT - 1;
    format!(
        "wire minus_{r} = final_{r} & left_{r}[{row}];\n\
         wire [30:0] signed_{r} = (mul_{r} ^ {{31{{final_{r}}}}}) & {{31{{left_{r}[{row}]}}}};\n\
         wire [{more}:0] row_{r}_{row}_w = {{{product}[{top}], {product}, 1'b1}} + {{{{2{{minus_{r}}}}}, signed_{r}, minus_{r}}};\n\
         wire [{top}:0] row_{r}_{row} = row_{r}_{row}_w[{more}:2];\n",
        more = PRODUCT + 1,
    )
}

fn passes(shape: &Shape, r: usize, rows: usize) -> String {
    let p = PRODUCT - 1;
    // The load is an and-or, not a choice of constants: that would become a synchronous reset, and a carry chain
    // whose look-up tables use all their inputs has no wire left for one in its tiles.
    // Of the passes' rows those beyond the sum's bits see copies of its sign, and shift all the same.
    let extra = shape.spec.row_clocks() * rows - shape.spec.requant_bits;
    let whole = format!("wire [{p}:0] whole_{r} = {{part_{r}, {{{extra}{{1'b0}}}}}};\n");
    let whole = if extra == 0 { format!("wire [{p}:0] whole_{r} = part_{r};\n") } else { whole };
    format!(
        "always @(posedge clock) begin\n\
         part_{r} <= ({{{PRODUCT}{{~load_q[{r}]}}}} & row_{r}_{last}) | {{load_q[{r}] & down_{r}, load_q[{r}], 30'd0}};\n\
         left_{r} <= load_q[{r}] ? biased_{r} : $signed(left_{r}) >>> {rows};\n\
         if (load_q[{r}]) by_{r} <= param_{r}[63:59];\n\
         end\n{whole}",
        last = rows - 1,
    )
}

/// `next` from `product`, `bit` and `multiplier`. `masked`: the multiplier is masked before the adder; otherwise
/// the choice comes after it.
fn plain_row(product: &str, bit: &str, multiplier: &str, next: &str, masked: bool) -> String {
    let top = PRODUCT - 1;
    let before = format!("{{{product}[{top}], {product}}}");
    let after = match masked {
        true => format!("{before} + {{2'b00, {multiplier} & {{31{{{bit}}}}}}}"),
        false => format!("{bit} ? {before} + {{2'b00, {multiplier}}} : {before}"),
    };
    format!("wire [{PRODUCT}:0] {next}_w = {after};\nwire [{top}:0] {next} = {next}_w[{PRODUCT}:1];\n")
}

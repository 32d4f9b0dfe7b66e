//! The fast multiplication: all rows in hardware, a register after every few.
//!
//! A row takes two bits of the biased sum, as a digit from -2 to 2 (Booth's recoding, radix 4): half as many rows
//! as bits, and so half as many registers for the multiplier on its way. It drops two bits of the product, which
//! are final.

use super::{PRODUCT, Shape};
use crate::vendor::carry::{self, Bit};

/// All rows, `rows` to a stage.
pub fn product(shape: &Shape, r: usize, rows: usize) -> String {
    let (bits, digits) = (shape.spec.requant_bits, shape.spec.requant_bits.div_ceil(2));
    let stages = digits.div_ceil(rows);
    let p = PRODUCT - 1;
    let head = format!(
        "reg [{bits}:0] sum_{r}_s0; reg [30:0] mul_{r}_s0; reg [4:0] by_{r}_s0; reg shifts_{r}_q;\n\
         always @(posedge clock) begin sum_{r}_s0 <= {{biased_{r}, 1'b0}}; mul_{r}_s0 <= param_{r}[58:28]; \
         by_{r}_s0 <= param_{r}[63:59]; shifts_{r}_q <= shifts_{r}; end\n\
         wire down_{r} = shifts_{r}_q & sum_{r}_s0[{bits}];\n\
         wire [{p}:0] part_{r}_s0 = {{down_{r}, 1'b1, 30'd0}};\n{first}",
        first = decoded(r, 0, ["1'b0".into(), format!("biased_{r}[0]"), format!("biased_{r}[1]")]),
    );
    let stage = |s: usize| stage(shape, r, s, s * rows..digits.min((s + 1) * rows));
    // With an odd number of bits the last digit drops one bit more than there are.
    let whole = match bits % 2 {
        0 => format!("part_{r}_s{stages}"),
        _ => format!("{{part_{r}_s{stages}, 1'b0}}"),
    };
    head + &(0..stages).map(stage).collect::<String>()
        + &format!("wire [{p}:0] whole_{r} = {whole}; wire [4:0] by_{r} = by_{r}_s{stages};\n")
}

/// Rows and the registers behind them. A stage's `sum` begins with the bit below its first digit.
pub fn stage(shape: &Shape, r: usize, stage: usize, digits: std::ops::Range<usize>) -> String {
    let (next, start, count) = (stage + 1, digits.start, digits.len());
    let bits_here = shape.spec.requant_bits + 1 - 2 * start;
    let mut text = String::new();
    let mut product = format!("part_{r}_s{stage}");
    for i in 0..count {
        let made = format!("row_{r}_{}", start + i);
        // The sign stands for the bits above it.
        let bit = |at: usize| format!("sum_{r}_s{stage}[{}]", (2 * i + at).min(bits_here - 1));
        let sign = bit(2);
        let (on, two) = match i {
            0 => (format!("on_{r}_s{stage}"), format!("two_{r}_s{stage}")),
            _ => (is_on(&bit(0), &bit(1), &sign), is_two(&bit(0), &bit(1))),
        };
        let digit = Digit { on, two, sign };
        text += &row(shape, &product, &digit, &format!("mul_{r}_s{stage}"), &made);
        product = made;
    }
    text += &format!(
        "reg [{p}:0] part_{r}_s{next}; reg [4:0] by_{r}_s{next};\n\
         always @(posedge clock) begin part_{r}_s{next} <= {product}; by_{r}_s{next} <= by_{r}_s{stage}; end\n",
        p = PRODUCT - 1,
    );
    if bits_here > 2 * count + 1 {
        text += &format!(
            "reg [{top}:0] sum_{r}_s{next}; reg [30:0] mul_{r}_s{next};\n\
             always @(posedge clock) begin sum_{r}_s{next} <= sum_{r}_s{stage} >> {shift}; mul_{r}_s{next} <= mul_{r}_s{stage}; end\n",
            top = bits_here - 2 * count - 1,
            shift = 2 * count,
        );
        let bit = |at: usize| format!("sum_{r}_s{stage}[{}]", (2 * count + at).min(bits_here - 1));
        text += &decoded(r, next, [bit(0), bit(1), bit(2)]);
    }
    text
}

/// A digit of the sum, -2 to 2: whether it is not 0, whether it is even, its sign.
struct Digit {
    on: String,
    two: String,
    sign: String,
}

fn is_on(below: &str, low: &str, sign: &str) -> String {
    format!("!({sign} == {low} && {low} == {below})")
}

fn is_two(below: &str, low: &str) -> String {
    format!("{low} == {below}")
}

/// A stage's first digit is taken apart in the stage before, as nothing else of its row can begin without it.
pub fn decoded(r: usize, stage: usize, [below, low, sign]: [String; 3]) -> String {
    format!(
        "reg on_{r}_s{stage}, two_{r}_s{stage};\n\
         always @(posedge clock) begin on_{r}_s{stage} <= {}; two_{r}_s{stage} <= {}; end\n",
        is_on(&below, &low, &sign),
        is_two(&below, &low)
    )
}

/// `next` from `product`, a digit and `multiplier`.
fn row(shape: &Shape, product: &str, digit: &Digit, multiplier: &str, next: &str) -> String {
    match shape.cells {
        true => row_of_cells(product, digit, multiplier, next),
        false => plain_row(product, digit, multiplier, next, shape.masks_rows()),
    }
}

/// The sign and the choice of 0 are made in the carry cells; the bit below them adds the sign's 1.
fn row_of_cells(product: &str, digit: &Digit, multiplier: &str, next: &str) -> String {
    let top = PRODUCT - 1;
    let bits = PRODUCT + 3;
    let Digit { on, two, sign } = digit;
    let before = format!("{{{{2{{{product}[{top}]}}}}, {product}, 1'b1}}");
    let chosen = format!("{{{next}_two ? {{2'b00, {multiplier}, 1'b0}} : {{3'b000, {multiplier}}}, 1'b0}}");
    let [sign, on_all] = [sign, &format!("{next}_on")].map(|x| format!("{{{bits}{{{x}}}}}"));
    format!("wire {next}_on = {on}; wire {next}_two = {two};\n")
        + &carry::add(&format!("{next}_w"), bits, Bit::XorIf, [&before, &chosen, &sign, &on_all])
        + &format!("wire [{top}:0] {next} = {next}_w[{}:3];\n", bits - 1)
}

/// `next` from `product`, a digit and `multiplier`. `masked`: the operand is masked before the adder; otherwise
/// the choice comes after it, and shares its look-up tables.
fn plain_row(product: &str, digit: &Digit, multiplier: &str, next: &str, masked: bool) -> String {
    let top = PRODUCT - 1;
    let Digit { on, two, sign } = digit;
    let before = format!("{{{{2{{{product}[{top}]}}}}, {product}}}");
    let (operand, plus, after) = match masked {
        true => (format!("{{34{{{next}_on}}}} & "), format!("{next}_on & {sign}"), format!("{next}_w[34:1]")),
        false => (String::new(), sign.clone(), format!("{next}_on ? {next}_w[34:1] : {before}")),
    };
    format!(
        "wire {next}_on = {on}; wire {next}_two = {two};\n\
         wire [33:0] {next}_x = {operand}({{34{{{sign}}}}} ^ ({next}_two ? {{2'b00, {multiplier}, 1'b0}} : {{3'b000, {multiplier}}}));\n\
         wire [34:0] {next}_w = {{{before}, 1'b1}} + {{{next}_x, {plus}}};\n\
         wire [33:0] {next}_a = {after};\nwire [{top}:0] {next} = {next}_a[33:2];\n"
    )
}

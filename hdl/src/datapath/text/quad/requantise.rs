//! Held sums, requantisers in step, packers and the output.

use std::fmt::Write as _;

use super::super::{PRODUCT, Shape, count_bits, pipelined, requantise};
use super::copy;
use crate::datapath::QuadSpec;
use crate::datapath::quad::{DSP_BITS, LANES, PIXELS, QUAD, QUADS};
use crate::vendor::wide_mux;

pub fn text(shape: &Shape, spec: &QuadSpec) -> String {
    let pixels = (0..PIXELS).map(|p| pixel(shape, spec, p)).collect::<String>();
    control() + &pixels + &output(shape)
}

/// Parameters in their registers, one for each quad.
fn control() -> String {
    let bank = |q: usize| format!("reg [63:0] bank_{q}; always @(posedge clock) bank_{q} <= params_{q};\n");
    (0..QUADS).map(bank).collect()
}

fn pixel(shape: &Shape, spec: &QuadSpec, p: usize) -> String {
    let product = match spec.dsp_rows().filter(|_| p < spec.dsp_requantisers) {
        Some(rows) => dsp_product(shape, p, rows),
        None => pipelined::product(shape, p, spec.rows_per_stage),
    };
    let parameters = format!("wire [63:0] param_{p} = bank_{};\n", p / QUAD);
    let byte = requantise::arithmetic(shape, p, &format!("front_{p}"), &product);
    hold(shape, p) + &parameters + &byte + &packer(p)
}

/// The sums of a pixel, held while the next ones grow. They move on by a lane a clock, so that each in turn stands in
/// front: a step to the neighbour is a short wire, where a choice of sixteen would pull all lanes to one place.
fn hold(shape: &Shape, p: usize) -> String {
    let top = shape.sum_bits() - 1;
    let one = |l: usize| {
        let next = match l + 1 {
            LANES => format!("if (capture_{p}) hold_{p}_{l} <= sum_{p}_{l}"),
            above => format!("hold_{p}_{l} <= capture_{p} ? sum_{p}_{l} : hold_{p}_{above}"),
        };
        format!("reg signed [{top}:0] hold_{p}_{l}; always @(posedge clock) {next};\n")
    };
    copy(&format!("capture_{p}"), 1, &format!("last_q[{}]", shape.product_clocks() - 1))
        + &(0..LANES).rev().map(one).collect::<String>()
        + &format!("reg signed [{top}:0] front_{p}; always @(posedge clock) front_{p} <= hold_{p}_0;\n")
}

/// Packers of later quads are longer, so that the quads leave one after the other.
fn packer(p: usize) -> String {
    let top = 8 * (LANES + p / QUAD) - 1;
    format!(
        "reg [{top}:0] pack_{p}; always @(posedge clock) pack_{p} <= {{clamped_{p}, pack_{p}[{top}:8]}};\n"
    )
}

/// The words of the quad whose packers are full.
fn output(shape: &Shape) -> String {
    // A clock later than in a block: the sum in front has a register.
    let (byte, last) = (shape.spec.byte_clocks() + 1, LANES - 1);
    let mut text = format!(
        "reg [{bits}:0] byte_count; initial byte_count = 0; reg [3:0] done; initial done = 0;\n\
         reg out_valid_q; reg [1:0] out_quad_q; reg [511:0] out_words_q; initial begin out_valid_q = 0; out_quad_q = 0; end\n\
         wire full = load_q[{byte}] & byte_count == {last};\n\
         always @(posedge clock) begin\n\
         if (load_q[{byte}]) byte_count <= byte_count + 1'b1;\n\
         done <= {{done, full}};\n\
         out_valid_q <= |done; out_quad_q <= {{done[3] | done[2], done[3] | done[1]}};\n\
         end\n",
        bits = count_bits(LANES) - 1,
    );
    for j in 0..QUAD {
        let (high, low) = (128 * j + 127, 128 * j);
        // Which quad leaves, as `done` says it in the same clock.
        text += &copy(&format!("leaving_{j}"), 2, "{done[2] | done[1], done[2] | done[0]}");
        text += &copy(&format!("leaves_{j}"), 1, "full | done[0] | done[1] | done[2]");
        for p in (j..PIXELS).step_by(QUAD) {
            let _ = writeln!(text, "wire [127:0] full_{p} = pack_{p}[127:0];");
        }
        let names: [String; QUADS] = std::array::from_fn(|q| format!("full_{}", QUAD * q + j));
        let names = names.each_ref().map(String::as_str);
        text += &wide_mux::four(&format!("result_{j}"), 128, names, &format!("leaving_{j}"));
        let _ = writeln!(
            text,
            "always @(posedge clock) if (leaves_{j}) out_words_q[{high}:{low}] <= result_{j};"
        );
    }
    text + "assign out_valid = out_valid_q; assign out_quad = out_quad_q; assign out_words = out_words_q;\n"
}

/// The multiplication by two `MULT18X18D` and a few rows.
///
/// The biased sum is `low + 2^18 high`, low a two's complement number: Booth's digits of the bits from 18 on make
/// `high`. The multiplier is `under + 2^17 over`. The multipliers make `low * under` and `low * over`; with the
/// rounding offset their sum, without its 18 low bits, is where the rows for `high` start.
fn dsp_product(shape: &Shape, r: usize, rows: usize) -> String {
    let bits = shape.spec.requant_bits;
    let digits = DSP_BITS / 2..bits.div_ceil(2);
    let whole = match bits % 2 {
        0 => String::new(),
        _ => ", 1'b0".to_string(),
    };
    let stages = digits.len().div_ceil(rows);
    let stage = |s: usize| {
        let from = digits.start + s * rows;
        pipelined::stage(shape, r, s, from..digits.end.min(from + rows))
    };
    waiting(bits, r)
        + &multipliers(r)
        + &(0..stages).map(stage).collect::<String>()
        + &format!(
            "wire [{p}:0] whole_{r} = {{part_{r}_s{stages}{whole}}}; wire [4:0] by_{r} = by_{r}_s{stages};\n",
            p = PRODUCT - 1
        )
}

/// What the rows need, while the multipliers work.
fn waiting(bits: usize, r: usize) -> String {
    let (top, low) = (bits - DSP_BITS, DSP_BITS - 1);
    let [below, first, sign] = [0, 1, 2].map(|i| format!("high_{r}_w3[{i}]"));
    format!(
        "reg [{top}:0] high_{r}_w1, high_{r}_w2, high_{r}_w3, sum_{r}_s0;\n\
         reg [30:0] mul_{r}_w1, mul_{r}_w2, mul_{r}_w3, mul_{r}_s0; reg [4:0] by_{r}_w1, by_{r}_w2, by_{r}_w3, by_{r}_s0;\n\
         reg shifts_{r}_1, down_{r}_2, down_{r}_3;\n\
         always @(posedge clock) begin\n\
         high_{r}_w1 <= biased_{r}[{b}:{low}]; high_{r}_w2 <= high_{r}_w1; high_{r}_w3 <= high_{r}_w2; sum_{r}_s0 <= high_{r}_w3;\n\
         mul_{r}_w1 <= param_{r}[58:28]; mul_{r}_w2 <= mul_{r}_w1; mul_{r}_w3 <= mul_{r}_w2; mul_{r}_s0 <= mul_{r}_w3;\n\
         by_{r}_w1 <= param_{r}[63:59]; by_{r}_w2 <= by_{r}_w1; by_{r}_w3 <= by_{r}_w2; by_{r}_s0 <= by_{r}_w3;\n\
         shifts_{r}_1 <= shifts_{r}; down_{r}_2 <= shifts_{r}_1 & high_{r}_w1[{top}]; down_{r}_3 <= down_{r}_2;\n\
         end\n{decoded}",
        b = bits - 1,
        decoded = pipelined::decoded(r, 0, [below, first, sign]),
    )
}

/// Both products and their sum with the rounding offset.
fn multipliers(r: usize) -> String {
    let low = format!("low_{r}_x");
    let (under, over) = (format!("under_{r}_x"), format!("over_{r}_x"));
    format!(
        "wire [17:0] {low} = biased_{r}[17:0]; wire [17:0] {under} = {{1'b0, param_{r}[44:28]}}; wire [17:0] {over} = {{4'b0000, param_{r}[58:45]}};\n\
         wire [35:0] {under}_w, {over}_w;\n{first}{second}\
         wire [6:0] offset_{r}_x = {{{under}_w[35], {under}_w[35:30]}} + {{{{6{{down_{r}_3}}}}, 1'b1}};\n\
         wire [32:0] start_{r}_x = {over}_w[32:0] + {{{{13{{offset_{r}_x[6]}}}}, offset_{r}_x, {under}_w[29:17]}};\n\
         reg [{top}:0] part_{r}_s0; always @(posedge clock) part_{r}_s0 <= start_{r}_x[32:1];\n",
        first = super::super::multiply::signed_18(
            &format!("mult_{r}_under"),
            &low,
            &under,
            &format!("{under}_w")
        ),
        second =
            super::super::multiply::signed_18(&format!("mult_{r}_over"), &low, &over, &format!("{over}_w")),
        top = PRODUCT - 1,
    )
}

#[cfg(test)]
mod tests {
    /// The steps of the Verilog: what the rows leave, and what they should.
    fn whole(x: i64, m: i64, shifts: bool) -> (i64, i64) {
        let signed = |x: i64, bits: u32| (x << (64 - bits)) >> (64 - bits);
        let down = i64::from(shifts && x < 0);
        let low = signed(x, 18);
        let (under, over) = (signed(low * (m & 0x1ffff), 36), signed(low * (m >> 17), 36));
        let offset = signed((under >> 30) + if down == 1 { -1 } else { 1 }, 7);
        let start = signed(over + (offset << 13 | (under >> 17 & 0x1fff)), 33);
        // What the rows add, and the bits they drop.
        let high = (x - low) >> 18;
        let rows = ((start >> 1) + high * m) >> 8;
        (signed(rows, 32), (x * m + (1 << 30) - (down << 31)) >> 26)
    }

    #[test]
    fn two_multipliers_and_rows_are_exact() {
        let sums =
            [-(1 << 25), 1 - (1 << 25), -(1 << 18), -(1 << 17) - 1, -(1 << 17), -1, 0, 1, (1 << 17) - 1]
                .into_iter()
                .chain([1 << 17, (1 << 18) - 1, 1 << 18, (1 << 25) - 1]);
        let multipliers = [0, 1, (1 << 17) - 1, 1 << 17, 1 << 30, (1 << 30) + 1, i64::from(i32::MAX)];
        let check = |x: i64, m: i64| {
            for shifts in [false, true] {
                let (found, expected) = whole(x, m, shifts);
                assert_eq!(found, expected, "{x} * {m}");
            }
        };
        sums.for_each(|x| multipliers.iter().for_each(|m| check(x, *m)));
        let mut random = 1u64;
        for _ in 0..1_000_000 {
            random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            check((random as i64) >> 38, (random >> 7 & 0x7fff_ffff) as i64);
        }
    }
}

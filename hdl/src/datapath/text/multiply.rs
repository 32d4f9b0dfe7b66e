//! The products `product_P_L`, a fixed number of clocks after their operands.

use super::Shape;
use crate::datapath::MultiplierStyle;
use crate::vendor::carry::{self, Bit};

pub fn text(shape: &Shape) -> String {
    let (pixels, lanes) = (shape.spec.pixels, shape.lanes);
    let all = |step: usize, across: usize, cell: fn(usize, usize) -> String| -> String {
        let places = (0..pixels).step_by(step).flat_map(|p| (0..lanes).step_by(across).map(move |l| (p, l)));
        places.map(|(p, l)| cell(p, l)).collect()
    };
    match shape.spec.multiplier {
        MultiplierStyle::Infer => weights("", lanes) + &all(1, 1, plain),
        MultiplierStyle::SbMac16 => all(1, 2, dual),
        MultiplierStyle::Mult18Pair => {
            pair_weights("", lanes) + &all(2, 1, |p, l| pair("", p, l, &short_product(p, l)))
        }
    }
}

/// The products of several groups of pixels, each with its own weights: bus `weights_G` for group G.
pub fn grouped_pairs(groups: usize, pixels: usize, lanes: usize) -> String {
    let group = |g: usize| {
        let label = format!("_{g}");
        let places = (0..pixels).step_by(2).flat_map(|p| (0..lanes).map(move |l| (g * pixels + p, l)));
        let one = |(p, l)| pair(&label, p, l, &short_product_of_cells(&label, p, l));
        pair_weights(&label, lanes) + &places.map(one).collect::<String>()
    };
    (0..groups).map(group).collect()
}

/// A byte of the weight word. `label` tells weights apart, where there are several.
fn weight(label: &str, l: usize) -> String {
    format!("weights{label}[{}:{}]", 8 * l + 7, 8 * l)
}

fn weights(label: &str, lanes: usize) -> String {
    let one = |l: usize| {
        let from = weight(label, l);
        format!("reg signed [7:0] weight{label}_{l}; always @(posedge clock) weight{label}_{l} <= {from};\n")
    };
    (0..lanes).map(one).collect()
}

fn pair_weights(label: &str, lanes: usize) -> String {
    weights(label, lanes) + &(0..lanes).map(|l| weight_copy(label, l)).collect::<String>()
}

fn plain(p: usize, l: usize) -> String {
    format!(
        "reg signed [7:0] operand_{p}_{l}; reg signed [15:0] product_{p}_{l};\n\
         always @(posedge clock) begin operand_{p}_{l} <= act_{p}_{l}; product_{p}_{l} <= operand_{p}_{l} * weight_{l}; end\n"
    )
}

/// Two lanes in one `SB_MAC16`: input and product registers inside, adders unused.
fn dual(p: usize, l: usize) -> String {
    let h = l + 1;
    format!(
        "wire signed [15:0] product_{p}_{l}, product_{p}_{h};\n\
         SB_MAC16 #(.A_REG(1'b1), .B_REG(1'b1), .TOP_8x8_MULT_REG(1'b1), .BOT_8x8_MULT_REG(1'b1), .MODE_8x8(1'b1), \
         .A_SIGNED(1'b1), .B_SIGNED(1'b1), .TOPOUTPUT_SELECT(2'b10), .BOTOUTPUT_SELECT(2'b10)) mac_{p}_{l} (.CLK(clock), \
         .CE(1'b1), .A({{act_{p}_{h}, act_{p}_{l}}}), .B({{{wh}, {wl}}}), .C(16'd0), .D(16'd0), \
         .O({{product_{p}_{h}, product_{p}_{l}}}), .AHOLD(1'b0), .BHOLD(1'b0), .CHOLD(1'b0), .DHOLD(1'b0), \
         .IRSTTOP(1'b0), .IRSTBOT(1'b0), .ORSTTOP(1'b0), .ORSTBOT(1'b0), .OLOADTOP(1'b0), .OLOADBOT(1'b0), \
         .ADDSUBTOP(1'b0), .ADDSUBBOT(1'b0), .OHOLDTOP(1'b0), .OHOLDBOT(1'b0), .CI(1'b0), .ACCUMCI(1'b0), .SIGNEXTIN(1'b0));\n",
        wh = weight("", h),
        wl = weight("", l),
    )
}

/// A name that no pixel's `bent_P_L` has.
fn bent(label: &str, l: usize) -> String {
    if label.is_empty() { format!("bent_{l}") } else { format!("bend{label}_of_{l}") }
}

/// The weight one clock later, offset for the pair's repair.
fn weight_copy(label: &str, l: usize) -> String {
    let bent = bent(label, l);
    format!(
        "reg signed [8:0] {bent}; always @(posedge clock) {bent} <= {{weight{label}_{l}[7], weight{label}_{l}}} - 9'sd64;\n"
    )
}

/// Two pixels a and b, one weight w, one `MULT18X18D`: `(1024 a + b + 512) * w`.
///
/// 512 keeps the operand within 18 bits for all a and b, and makes it a mere concatenation. Of the product x,
/// bits 0 to 8 are those of `b w`. The rest is `x >> 9 = 2 a w + w + (b w >> 9)`, where the last term is within
/// -64 to 63. The low 6 bits `t` of `a w` are formed apart; then with
/// `y = (x >> 9) - 2 t - w + 64` the high bits of `a w` are `y >> 7`, and `(b w >> 9) + 64` is `y` modulo 128.
///
/// `short` declares what `short_P_L`, t, is made of.
fn pair(label: &str, p: usize, l: usize, short: &str) -> String {
    let q = p + 1;
    let [name, one, other, out] = ["mult", "pair", "factor", "whole"].map(|x| format!("{x}_{p}_{l}"));
    format!(
        "wire [17:0] pair_{p}_{l} = {{act_{p}_{l}, ~act_{q}_{l}[7], act_{q}_{l}[7], act_{q}_{l}}};\n\
         wire [17:0] factor_{p}_{l} = {{{{10{{weights{label}[{w7}]}}}}, {wl}}};\n\
         wire [35:0] whole_{p}_{l};\n{multiplier}\
         reg [5:0] low_{p}_{l}, tail_{p}_{l}, tail2_{p}_{l}; reg signed [8:0] bend_{p}_{l};\n\
         reg signed [15:0] product_{p}_{l}, product_{q}_{l};\n\
         wire [5:0] short_{p}_{l};\n{short}\
         wire signed [16:0] bent_{p}_{l} = $signed(whole_{p}_{l}[25:9]) - bend_{p}_{l};\n\
         always @(posedge clock) begin\n\
         low_{p}_{l} <= act_{p}_{l};\n\
         tail_{p}_{l} <= short_{p}_{l}; tail2_{p}_{l} <= tail_{p}_{l};\n\
         bend_{p}_{l} <= $signed({{2'b00, tail_{p}_{l}, 1'b0}}) + {bent};\n\
         product_{p}_{l} <= {{bent_{p}_{l}[16:7], tail2_{p}_{l}}};\n\
         product_{q}_{l} <= {{~bent_{p}_{l}[6], bent_{p}_{l}[5:0], whole_{p}_{l}[8:0]}};\n\
         end\n",
        wl = weight(label, l),
        bent = bent(label, l),
        w7 = 8 * l + 7,
        multiplier = signed_18(&name, &one, &other, &out),
    )
}

/// `out`, 36 bits, is the product of `one` and `other`, two's complement numbers of 18 bits, three clocks later.
pub fn signed_18(name: &str, one: &str, other: &str, out: &str) -> String {
    let bits = |port: char, name: &str, count: usize| -> String {
        (0..count).map(|i| format!(".{port}{i}({name}[{i}]), ")).collect()
    };
    format!(
        "MULT18X18D #(.REG_INPUTA_CLK(\"CLK0\"), .REG_INPUTB_CLK(\"CLK0\"), .REG_PIPELINE_CLK(\"CLK0\"), .REG_OUTPUT_CLK(\"CLK0\")) \
         {name} ({a}{b}{o}.SIGNEDA(1'b1), .SIGNEDB(1'b1), .SOURCEA(1'b0), .SOURCEB(1'b0), \
         .CLK0(clock), .CLK1(1'b0), .CLK2(1'b0), .CLK3(1'b0), .CE0(1'b1), .CE1(1'b1), .CE2(1'b1), .CE3(1'b1), \
         .RST0(1'b0), .RST1(1'b0), .RST2(1'b0), .RST3(1'b0));\n",
        a = bits('A', one, 18),
        b = bits('B', other, 18),
        o = bits('P', out, 36),
    )
}

/// The product of two 6-bit numbers modulo 64.
fn short_product(p: usize, l: usize) -> String {
    let term = |i: usize| match i {
        0 => format!("({{6{{low_{p}_{l}[0]}}}} & weight_{l}[5:0])"),
        _ => {
            format!("{{({{{k}{{low_{p}_{l}[{i}]}}}} & weight_{l}[{top}:0]), {i}'d0}}", k = 6 - i, top = 5 - i)
        }
    };
    let sum = (0..6).map(term).collect::<Vec<_>>();
    format!(
        "assign short_{p}_{l} = (({} + {}) + ({} + {})) + ({} + {});\n",
        sum[0], sum[1], sum[2], sum[3], sum[4], sum[5]
    )
}

/// The same: three rows as carry cells, the rest so short that tables do better.
fn short_product_of_cells(label: &str, p: usize, l: usize) -> String {
    let (a, w) = (format!("low_{p}_{l}"), format!("weight{label}_{l}"));
    let [two, three] = ["two", "three"].map(|rows| format!("{rows}_{p}_{l}"));
    let times = |i: usize, bits: usize| format!("{{{bits}{{{a}[{i}]}}}}");
    let first = [&format!("{w}[5:0]"), &times(0, 6), &format!("{{{w}[4:0], 1'b0}}"), &times(1, 6)];
    let second = [&format!("{two}[5:2]"), &format!("{w}[3:0]"), &times(2, 4), &"4'b1111".to_string()];
    carry::add(&two, 6, Bit::Products, first.map(String::as_str))
        + &carry::add(&three, 4, Bit::If, second.map(String::as_str))
        + &format!(
            "wire [2:0] rest_{p}_{l} = {{{a}[3] & {w}[2] ^ {a}[4] & {w}[1] ^ {a}[3] & {w}[1] & {a}[4] & {w}[0], \
             {a}[3] & {w}[1] ^ {a}[4] & {w}[0], {a}[3] & {w}[0]}};\n\
             wire spill_{p}_{l} = {three}[2] & rest_{p}_{l}[1] | ({three}[2] | rest_{p}_{l}[1]) & {three}[1] & rest_{p}_{l}[0];\n\
             assign short_{p}_{l} = {{{three}[3] ^ rest_{p}_{l}[2] ^ {a}[5] & {w}[0] ^ spill_{p}_{l}, \
             {three}[2] ^ rest_{p}_{l}[1] ^ {three}[1] & rest_{p}_{l}[0], {three}[1] ^ rest_{p}_{l}[0], {three}[0], {two}[1:0]}};\n"
        )
}

#[cfg(test)]
mod tests {
    /// The steps of a pair's Verilog, with its widths.
    fn pair(a: i32, b: i32, w: i32) -> (i32, i32) {
        let signed = |x: i32, bits: u32| (x << (32 - bits)) >> (32 - bits);
        let low_of_b = b & 0xff;
        let joined = (a & 0xff) << 10 | (!b >> 7 & 1) << 9 | (b >> 7 & 1) << 8 | low_of_b;
        let whole = signed(joined, 18) * w;
        let tail = ((a & 63) * (w & 63)) & 63;
        let bend = signed(2 * tail + w - 64, 9);
        let bent = signed((whole >> 9 & 0x1ffff) - bend, 17);
        let first = (bent >> 7 & 0x3ff) << 6 | tail;
        let second = (!bent >> 6 & 1) << 15 | (bent & 63) << 9 | whole & 511;
        (signed(first, 16), signed(second, 16))
    }

    /// All 2^24 operands.
    #[test]
    fn a_pair_is_exact() {
        let bytes = -128..128;
        for (a, b) in bytes.clone().flat_map(|a| bytes.clone().map(move |b| (a, b))) {
            for w in bytes.clone() {
                assert_eq!(pair(a, b, w), (a * w, b * w), "{a} {b} {w}");
            }
        }
    }
}

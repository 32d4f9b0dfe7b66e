//! From the accesses to the operands and weights of the products.

use std::fmt::Write as _;

use super::copy;
use crate::datapath::quad::{LANES, PIXELS, QUAD, QUADS, WINDOW};
use crate::vendor::wide_mux;

/// Wires `act_P_L` and `weights_Q`: operands and weights, three clocks after the ports.
pub fn text() -> String {
    let words = (0..WINDOW).rev().map(word).collect::<String>();
    inputs() + &lanes() + &places() + &words + &(0..PIXELS).map(pixel).collect::<String>() + &weights()
}

/// Inputs in their registers; words and pad value have met.
fn inputs() -> String {
    let word = |j: usize| {
        format!(
            "reg [127:0] word_{j}; always @(posedge clock) word_{j} <= outside[{j}] ? {{16{{pad}}}} : words[{}:{}];\n",
            128 * j + 127,
            128 * j
        )
    };
    "reg load_1, take_1, slide_1, vector_1, spread_1; initial begin load_1 = 0; take_1 = 0; slide_1 = 0; end\n\
     reg [4:0] position_1; reg [2:0] wpa_1; reg [3:0] sel_1;\n\
     always @(posedge clock) begin\n\
     load_1 <= load; position_1 <= position; wpa_1 <= wpa; spread_1 <= spread;\n\
     take_1 <= take; slide_1 <= slide;\n\
     vector_1 <= vector_mode; sel_1 <= sel;\n\
     end\n"
        .to_string()
        + &(0..QUAD).map(word).collect::<String>()
}

/// The word for the places of each number modulo 4.
fn lanes() -> String {
    "reg [127:0] place_0, place_1, place_2, place_3;\n\
     always @(posedge clock) begin\n\
     place_0 <= word_0;\n\
     place_1 <= wpa_1[0] & ~wpa_1[2] ? word_0 : word_1;\n\
     place_2 <= wpa_1[2] ? word_2 : word_0;\n\
     place_3 <= wpa_1[2] ? word_3 : wpa_1[0] ? word_0 : word_1;\n\
     end\n"
        .to_string()
}

/// Which places of the window an access fills.
fn places() -> String {
    let place = |k: usize| {
        format!(
            "reg fill_{k}; always @(posedge clock) fill_{k} <= load_1 & (spread_1 | position_1[4:2] == {}) \
             & (wpa_1[2] | position_1[1] == {}) & (wpa_1[2] | ~wpa_1[0] | position_1[0] == {});\n",
            k / 4,
            k / 2 % 2,
            k % 2
        )
    };
    (0..WINDOW).map(place).collect()
}

/// A place of the window and its operand word.
fn word(k: usize) -> String {
    let (enable, next) = match k + 1 == WINDOW {
        true => (format!("take_{k}_2"), format!("window_{k}")),
        false => (format!("moves_{k}_2"), format!("take_{k}_2 ? window_{k} : operand_{}", k + 1)),
    };
    let controls =
        copy(&format!("take_{k}_2"), 1, "take_1") + &copy(&format!("moves_{k}_2"), 1, "take_1 | slide_1");
    controls
        + &format!(
            "reg [127:0] window_{k}; always @(posedge clock) if (fill_{k}) window_{k} <= place_{};\n\
         reg [127:0] operand_{k}; always @(posedge clock) if ({enable}) operand_{k} <= {next};\n",
            k % QUAD
        )
}

/// Each lane's operand: the byte that all lanes of a pixel use, or its own.
fn pixel(p: usize) -> String {
    let byte = |k: usize| format!("operand_{p}[{}:{}]", 8 * k + 7, 8 * k);
    let mut text = copy(&format!("sel_{p}_2"), 4, "sel_1") + &copy(&format!("vector_{p}_2"), 1, "vector_1");
    text += &wide_mux::sixteen_apart(&format!("chosen_{p}"), 8, byte, &format!("sel_{p}_2"));
    for l in 0..LANES {
        let _ = writeln!(
            text,
            "reg signed [7:0] act_{p}_{l}; always @(posedge clock) act_{p}_{l} <= vector_{p}_2 ? {} : chosen_{p};",
            byte(l)
        );
    }
    text
}

/// Each quad's word of the row. Block RAM is slow: its words have a register before the choice.
fn weights() -> String {
    let mut text =
        "reg [1:0] weight_word_1; always @(posedge clock) weight_word_1 <= weight_word;\n".to_string();
    for j in 0..QUAD {
        let (high, low) = (128 * j + 127, 128 * j);
        let _ =
            writeln!(text, "reg [127:0] row_{j}; always @(posedge clock) row_{j} <= weights[{high}:{low}];");
    }
    let quad = |q: usize| {
        let rows = ["row_0", "row_1", "row_2", "row_3"];
        format!("wire [1:0] from_{q} = spread_1 ? 2'd{q} : weight_word_1;\n")
            + &wide_mux::four(&format!("factors_{q}"), 128, rows, &format!("from_{q}"))
            + &format!(
                "reg [127:0] factors_{q}_1, weights_{q};\n\
                 always @(posedge clock) begin factors_{q}_1 <= factors_{q}; weights_{q} <= factors_{q}_1; end\n"
            )
    };
    text + &(0..QUADS).map(quad).collect::<String>()
}

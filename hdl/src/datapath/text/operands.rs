//! The operand chain and the bytes that the lanes multiply.

use super::Shape;

/// Wires `act_P_L`: the operand of a lane of a pixel, before its register.
pub fn text(shape: &Shape) -> String {
    let pixels = shape.spec.pixels;
    let top = 8 * shape.lanes - 1;
    let entering = format!("wire [{top}:0] entering = outside ? {{{}{{pad}}}} : word;\n", shape.lanes);
    let chain = |p: usize| {
        // Word p of the next operands, and the register that keeps it for pixel p - 1 of the words after.
        let next = if p + 1 == pixels { "entering".to_string() } else { format!("chain_{}", p + 1) };
        let kept = if p == 0 {
            String::new()
        } else {
            format!("reg [{top}:0] chain_{p}; always @(posedge clock) if (shift) chain_{p} <= {next};\n")
        };
        kept + &format!(
            "reg [{top}:0] current_{p};\n\
             always @(posedge clock) if (take) current_{p} <= {next};\n\
             wire [7:0] dense_{p} = current_{p}[{{sel[{sel}:0], 3'b000}} +: 8];\n",
            sel = shape.lanes.ilog2() - 1,
        )
    };
    let operand = |p: usize, l: usize| {
        format!(
            "wire signed [7:0] act_{p}_{l} = vector_mode ? current_{p}[{}:{}] : dense_{p};\n",
            8 * l + 7,
            8 * l
        )
    };
    let lanes = |p: usize| chain(p) + &(0..shape.lanes).map(|l| operand(p, l)).collect::<String>();
    entering + &(0..pixels).rev().map(lanes).collect::<String>()
}

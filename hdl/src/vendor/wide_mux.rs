//! Multiplexers from the wide-function cells of ECP5.
//!
//! Two look-up tables whose outputs meet in a `PFUMX` choose one of four bits. The synthesis tool knows that cell
//! only as part of a table with five inputs, and spends three tables; so these stand here cell by cell.

use super::repeat;

/// Declares wire `name` of `bits` bits: input `select` of four equally wide names; `select` has two bits.
pub(crate) fn four(name: &str, bits: usize, inputs: [&str; 4], select: &str) -> String {
    let cells = quarter("o", &inputs.map(|x| format!("{x}[{name}_i]")), select, &format!("{name}[{name}_i]"));
    format!("wire [{}:0] {name};\n{}", bits - 1, repeat(name, bits, &cells))
}

/// Declares wire `name` of `bits` bits: input `select` of sixteen equally wide ones; `select` has four bits. `input`
/// prints input k. In two steps of four, that placement may keep apart: near the inputs, and where they meet.
pub(crate) fn sixteen_apart(
    name: &str,
    bits: usize,
    input: impl Fn(usize) -> String,
    select: &str,
) -> String {
    let quarter = |q: usize| {
        let part = |k: usize| format!("{name}_{q}_{k}");
        let declared = (0..4).map(|k| format!("wire [{}:0] {} = {};\n", bits - 1, part(k), input(4 * q + k)));
        let parts: [String; 4] = std::array::from_fn(part);
        declared.collect::<String>()
            + &four(&format!("{name}_{q}"), bits, parts.each_ref().map(String::as_str), select)
    };
    let quarters: [String; 4] = std::array::from_fn(|q| format!("{name}_{q}"));
    let high = format!("{name}_high");
    (0..4).map(quarter).collect::<String>()
        + &format!("wire [1:0] {high} = {select}[3:2];\n")
        + &four(name, bits, quarters.each_ref().map(String::as_str), &high)
}

/// The cells that choose one of four bits by the low two of `select`.
fn quarter(cell: &str, inputs: &[String; 4], select: &str, out: &str) -> String {
    let [a, b, c, d] = inputs;
    format!(
        "wire {cell}l, {cell}h;\n\
         LUT4 #(.INIT(16'hCACA)) {cell}0 (.A({a}), .B({b}), .C({select}[0]), .D(1'b0), .Z({cell}l));\n\
         LUT4 #(.INIT(16'hCACA)) {cell}1 (.A({c}), .B({d}), .C({select}[0]), .D(1'b0), .Z({cell}h));\n\
         PFUMX {cell}m (.ALUT({cell}h), .BLUT({cell}l), .C0({select}[1]), .Z({out}));\n"
    )
}

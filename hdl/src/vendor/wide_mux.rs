//! Multiplexers from the wide-function cells of ECP5.
//!
//! Two look-up tables whose outputs meet in a `PFUMX` choose one of four bits. The synthesis tool knows that cell
//! only as part of a table with five inputs, and spends three tables; so these stand here cell by cell.

use std::fmt::Write as _;

use super::repeat;

/// Declares wire `name` of `bits` bits: input `select` of four equally wide names; `select` has two bits.
pub(crate) fn four(name: &str, bits: usize, inputs: [&str; 4], select: &str) -> String {
    let cells = quarter("o", &inputs.map(|x| format!("{x}[{name}_i]")), select, &format!("{name}[{name}_i]"));
    format!("wire [{}:0] {name};\n{}", bits - 1, repeat(name, bits, &cells))
}

/// Declares wire `name` of `bits` bits: bit i is bit `select` of `inputs(i)`, sixteen bits; `select` has four.
/// `input` prints input k of bit i, given k and the text of i.
pub(crate) fn sixteen(
    name: &str,
    bits: usize,
    input: impl Fn(usize, &str) -> String,
    select: &str,
) -> String {
    let mut cells = String::new();
    let index = format!("{name}_i");
    for quad in 0..4 {
        let inputs = std::array::from_fn(|k| input(4 * quad + k, &index));
        let _ = writeln!(cells, "wire z{quad};");
        cells += &quarter(&format!("q{quad}"), &inputs, select, &format!("z{quad}"));
    }
    let _ = write!(
        cells,
        "wire y0, y1;\n\
         L6MUX21 m0 (.D0(z0), .D1(z1), .SD({select}[2]), .Z(y0));\n\
         L6MUX21 m1 (.D0(z2), .D1(z3), .SD({select}[2]), .Z(y1));\n\
         L6MUX21 m2 (.D0(y0), .D1(y1), .SD({select}[3]), .Z({name}[{index}]));\n"
    );
    format!("wire [{}:0] {name};\n{}", bits - 1, repeat(name, bits, &cells))
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

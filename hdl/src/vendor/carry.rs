//! Additions from the carry cells of ECP5.
//!
//! A bit of such a cell has four inputs: a carry is passed on where their look-up table gives 1, and elsewhere made
//! by the part of the table that sees only the first two. So one of the two numbers that are added may be formed
//! within the cell, of what the synthesis tool would spend look-up tables of their own on.
//!
//! Simulators get the same sums in one expression, without thousands of cells.

use super::repeat;

/// The table of a bit: input A is bit 0 of its index, D bit 3; its low four bits are the carry made.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Bit {
    /// `a + (b unless c)`; d is 1.
    Unless,
    /// `a + (b if c)`; d is 1.
    If,
    /// `a * b + c * d`, of single bits.
    Products,
    /// `a + (b xor c if d)`.
    XorIf,
}

impl Bit {
    const fn table(self) -> u16 {
        match self {
            Self::Unless => 0xA6AA,
            Self::If => 0x6AAA,
            Self::Products => 0x7888,
            Self::XorIf => 0x96AA,
        }
    }

    /// The two numbers that are added.
    fn sum(self, name: &str) -> String {
        let [a, b, c, d] = ['A', 'B', 'C', 'D'].map(|port| format!("{name}_{port}"));
        match self {
            Self::Unless => format!("{a} + ({b} & ~{c})"),
            Self::If => format!("{a} + ({b} & {c})"),
            Self::Products => format!("({a} & {b}) + ({c} & {d})"),
            Self::XorIf => format!("{a} + (({b} ^ {c}) & {d})"),
        }
    }
}

/// Declares wire `name` of `bits` bits, the sum of the two numbers that `bit` forms of the expressions `inputs`,
/// `bits` wide each, A first.
pub(crate) fn add(name: &str, bits: usize, bit: Bit, inputs: [&str; 4]) -> String {
    let [a, b, c, d] = inputs;
    let pairs = bits.div_ceil(2);
    format!(
        "wire [{top}:0] {name}_A = {a}, {name}_B = {b}, {name}_C = {c}, {name}_D = {d}, {name}_S;\n\
         `ifdef SYNTHESIS\n{cells}`else\nassign {name}_S = {sum};\n`endif\n\
         wire [{last}:0] {name} = {name}_S[{last}:0];\n",
        top = 2 * pairs - 1,
        last = bits - 1,
        cells = cells(name, pairs, bit),
        sum = bit.sum(name),
    )
}

fn cells(name: &str, pairs: usize, bit: Bit) -> String {
    let half = |h: usize| {
        let port = |p: char| format!(".{p}{h}({name}_{p}[2 * {name}_i + {h}]), ");
        ['A', 'B', 'C', 'D'].map(port).concat() + &format!(".S{h}({name}_S[2 * {name}_i + {h}]), ")
    };
    let chain = format!(
        "CCU2C #(.INIT0({t}), .INIT1({t}), .INJECT1_0(\"NO\"), .INJECT1_1(\"NO\")) cell_i (\
         .CIN({name}_carry[{name}_i]), {low}{high}.COUT({name}_carry[{name}_i + 1]));\n",
        t = format!("16'h{:04X}", bit.table()),
        low = half(0),
        high = half(1),
    );
    format!("wire [{pairs}:0] {name}_carry; assign {name}_carry[0] = 1'b0;\n{}", repeat(name, pairs, &chain))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers' bits for the inputs that an index stands for.
    fn numbers(bit: Bit, index: u16) -> (bool, bool) {
        let [a, b, c, d] = [0, 1, 2, 3].map(|i| index >> i & 1 == 1);
        match bit {
            Bit::Unless => (a, b && !c),
            Bit::If => (a, b && c),
            Bit::Products => (a && b, c && d),
            Bit::XorIf => (a, (b ^ c) && d),
        }
    }

    /// A chain adds if it passes the carry on where the bits differ, and else makes what both are.
    #[test]
    fn tables_add() {
        for bit in [Bit::Unless, Bit::If, Bit::Products, Bit::XorIf] {
            let one = matches!(bit, Bit::Unless | Bit::If);
            for index in (0..16).filter(|index| !one || index & 8 != 0) {
                let (x, y) = numbers(bit, index);
                let (passes, makes) = (bit.table() >> index & 1 == 1, bit.table() >> (index & 3) & 1 == 1);
                assert_eq!(passes, x != y, "{bit:?} {index}");
                assert!(passes || makes == x, "{bit:?} {index}");
            }
        }
    }
}

//! Sums of products.

use super::super::Shape;
use crate::datapath::quad::{LANES, PIXELS};
use crate::vendor::carry::{self, Bit};

/// Registers `sum_P_L`: a new sum leaves the old one out in the adder itself.
pub fn text(shape: &Shape) -> String {
    let bits = shape.sum_bits();
    let one = |p: usize, l: usize| {
        let name = format!("grown_{p}_{l}");
        let inputs = [
            &format!("wide_{p}_{l}"),
            &format!("sum_{p}_{l}"),
            &format!("{{{bits}{{starts}}}}"),
            &format!("{{{bits}{{1'b1}}}}"),
        ];
        format!(
            "reg signed [{top}:0] sum_{p}_{l}; wire signed [{top}:0] wide_{p}_{l} = product_{p}_{l};\n{}\
             always @(posedge clock) if (summed) sum_{p}_{l} <= {name};\n",
            carry::add(&name, bits, Bit::Unless, inputs.map(String::as_str)),
            top = bits - 1,
        )
    };
    (0..PIXELS).flat_map(|p| (0..LANES).map(move |l| (p, l))).map(|(p, l)| one(p, l)).collect()
}

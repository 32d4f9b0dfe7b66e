//! Sums of products.

use super::super::Shape;
use super::copy;
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
            &format!("{{{bits}{{starts_{p}}}}}"),
            &format!("{{{bits}{{1'b1}}}}"),
        ];
        format!(
            "reg signed [{top}:0] sum_{p}_{l}; wire signed [{top}:0] wide_{p}_{l} = product_{p}_{l};\n{}\
             always @(posedge clock) if (summed_{p}) sum_{p}_{l} <= {name};\n",
            carry::add(&name, bits, Bit::Unless, inputs.map(String::as_str)),
            top = bits - 1,
        )
    };
    let before = shape.product_clocks() - 2;
    let pixel = |p: usize| {
        copy(&format!("summed_{p}"), 1, &format!("valid_q[{before}]"))
            + &copy(&format!("starts_{p}"), 1, &format!("first_q[{before}]"))
            + &(0..LANES).map(|l| one(p, l)).collect::<String>()
    };
    (0..PIXELS).map(pixel).collect()
}

//! Sums, and the chain that hands them to a requantiser one by one.

use super::Shape;

pub fn sums(shape: &Shape) -> String {
    let top = shape.sum_bits() - 1;
    let one = |p: usize, l: usize| {
        // The choice comes after the sum, so that it shares the adder's look-up tables.
        format!(
            "reg signed [{top}:0] sum_{p}_{l}; wire signed [{top}:0] wide_{p}_{l} = product_{p}_{l};\n\
             always @(posedge clock) if (summed) sum_{p}_{l} <= starts ? wide_{p}_{l} : sum_{p}_{l} + wide_{p}_{l};\n"
        )
    };
    let places = (0..shape.spec.pixels).flat_map(|p| (0..shape.lanes).map(move |l| (p, l)));
    places.map(|(p, l)| one(p, l)).collect()
}

/// The hold registers of a slice, first result in front.
pub fn hold(shape: &Shape, slice: usize) -> String {
    let top = shape.sum_bits() - 1;
    let count = shape.results();
    let one = |i: usize| {
        let (p, l) = shape.place(slice, i);
        let next = format!("capture ? sum_{p}_{l} : hold_{slice}_{}", i + 1);
        let (enable, value) = match i + 1 == count {
            true => ("capture".to_string(), format!("sum_{p}_{l}")),
            false => (format!("capture | load_q[{slice}]"), next),
        };
        format!(
            "reg signed [{top}:0] hold_{slice}_{i}; always @(posedge clock) if ({enable}) hold_{slice}_{i} <= {value};\n"
        )
    };
    (0..count).rev().map(one).collect()
}

//! Linear maps over GF(2): what a CRC does to a byte.

use rust_hdl::prelude::*;

/// `y` is the exclusive or of one constant for each set bit of `x`. Combinational, no clock.
///
/// A CRC is linear, so one step of it over a byte is such a map of (register's top byte) xor (byte). The constants
/// are the images of the eight unit bytes under the bit-serial definition in `frazil_wire`, and the Verilog is one
/// equation for each bit of `y`, printed from them.
#[derive(LogicBlock)]
pub struct XorMap<const M: usize> {
    /// Argument.
    pub x: Signal<In, Bits<8>>,
    /// Image.
    pub y: Signal<Out, Bits<M>>,
    _table: Vec<Bits<M>>,
    _text: String,
}

impl<const M: usize> XorMap<M> {
    /// The linear map that agrees with `map` on the eight unit bytes. `M` is at most 64.
    pub fn new(map: impl Fn(u8) -> u64) -> Self {
        let columns: Vec<u64> = (0..8).map(|bit| map(1 << bit)).collect();
        let image = |x: u8| (0..8).filter(|b| (x >> b) & 1 == 1).fold(0, |y, b| y ^ columns[b]);
        Self {
            x: Default::default(),
            y: Default::default(),
            _table: (0..=255).map(|x| image(x).into()).collect(),
            _text: (0..M).map(|row| equation(&columns, row)).collect(),
        }
    }
}

/// The Verilog of bit `row`.
fn equation(columns: &[u64], row: usize) -> String {
    let terms = columns.iter().enumerate().filter(|(_, c)| (*c >> row) & 1 == 1);
    let terms: Vec<String> = terms.map(|(bit, _)| format!("x[{bit}]")).collect();
    let sum = if terms.is_empty() { "1'b0".to_string() } else { terms.join(" ^ ") };
    format!("assign y[{row}] = {sum};\n")
}

impl<const M: usize> Logic for XorMap<M> {
    fn update(&mut self) {
        self.y.next = self._table[self.x.val().index()];
    }

    fn connect(&mut self) {
        self.y.connect();
    }

    fn hdl(&self) -> Verilog {
        Verilog::Wrapper(Wrapper { code: self._text.clone(), cores: String::new() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use frazil_wire::{crc8_step, crc16_step};

    #[test]
    fn is_the_crc_of_a_byte() {
        let mut one = XorMap::<8>::new(|b| crc8_step(0, b).into());
        let mut two = XorMap::<16>::new(|b| crc16_step(0, b).into());
        one.connect_all();
        two.connect_all();
        for x in 0..=255u8 {
            one.x.next = u64::from(x).into();
            two.x.next = u64::from(x).into();
            assert!(simulate(&mut one, 10) && simulate(&mut two, 10));
            assert_eq!(one.y.val().to_u64(), u64::from(crc8_step(0, x)));
            assert_eq!(two.y.val().to_u64(), u64::from(crc16_step(0, x)));
        }
    }

    #[test]
    fn prints_one_equation_for_each_bit() {
        let map = XorMap::<3>::new(|b| u64::from(b & 1) | (u64::from(b >> 6) << 1));
        assert_eq!(map._text, "assign y[0] = x[0];\nassign y[1] = x[6];\nassign y[2] = x[7];\n");
        assert_eq!(XorMap::<1>::new(|_| 0)._text, "assign y[0] = 1'b0;\n");
    }
}

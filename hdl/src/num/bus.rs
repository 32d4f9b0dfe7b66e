//! Packed bytes that pass between modules at native speed.

use rust_hdl::prelude::*;

/// `N` bytes side by side: byte `i` is bits `8 * i + 7 ..= 8 * i`.
///
/// Whether a byte is signed is the reader's business; here they are int8, as activations and weights are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bus<const N: usize>(pub [i8; N]);

impl<const N: usize> Default for Bus<N> {
    fn default() -> Self {
        Self([0; N])
    }
}

impl<const N: usize> Bus<N> {
    /// The bytes of a slice, zeros behind them; what does not fit is left out.
    pub fn from_slice(bytes: &[i8]) -> Self {
        let mut bus = Self::default();
        bus.0.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        bus
    }

    /// `M` bits, up to 64, from bit `offset` on; in Verilog a part select. Only whole bytes can be taken.
    pub fn get_bits<const M: usize>(&self, offset: usize) -> Bits<M> {
        assert!(M.is_multiple_of(8) && offset.is_multiple_of(8), "a bus is read byte by byte");
        let bytes = &self.0[offset / 8..(offset + M) / 8];
        Bits::<M>::from(bytes.iter().rev().fold(0, |bits, byte| bits << 8 | u64::from(*byte as u8)))
    }
}

impl<const N: usize> Synth for Bus<N> {
    const BITS: usize = 8 * N;

    fn descriptor() -> TypeDescriptor {
        TypeDescriptor { name: format!("Bus{N}"), kind: TypeKind::Bits(8 * N) }
    }

    fn vcd(self) -> VCDValue {
        let bit = |i: usize| (self.0[i / 8] as u8 >> (i % 8)) & 1 == 1;
        let value = |i| if bit(i) { vcd::Value::V1 } else { vcd::Value::V0 };
        VCDValue::Vector((0..8 * N).rev().map(value).collect())
    }

    /// A literal of the low 16 bytes: RustHDL cannot print more, and only prints it for constants, not for wires.
    fn verilog(self) -> VerilogLiteral {
        let low = self.0.iter().take(16).rev().fold(0u128, |x, b| (x << 8) | u128::from(*b as u8));
        low.into()
    }
}

/// A two-byte bus as a word, byte 0 low. The kernel macro prints `$unsigned(..)` for names that begin so.
pub fn unsigned_cast_bus(x: Bus<2>) -> Bits<16> {
    Bits::from(u64::from(u16::from_le_bytes(x.0.map(|b| b as u8))))
}

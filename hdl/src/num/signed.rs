//! Two's complement words with native arithmetic.

use std::ops::{Add, Mul, Neg, Sub};

use rust_hdl::prelude::*;

/// An `N`-bit two's complement word, `N` from 1 to 63, held sign-extended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct S<const N: usize>(i64);

/// An operator's result before it is assigned: what Verilog calls a context-determined width.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct W(i64);

impl<const N: usize> S<N> {
    /// The low `N` bits of `x`.
    pub fn wrap(x: i64) -> Self {
        Self((x << (64 - N)) >> (64 - N))
    }

    /// The value.
    pub fn get(self) -> i64 {
        self.0
    }

    /// Bit `i`; in Verilog a bit select.
    pub fn get_bit(&self, i: usize) -> bool {
        (self.0 >> i) & 1 == 1
    }

    /// `M` bits from bit `offset`; in Verilog a part select, unsigned.
    pub fn get_bits<const M: usize>(&self, offset: usize) -> Bits<M> {
        Bits::<M>::from(((self.0 >> offset) as u64) & (u64::MAX >> (64 - M)))
    }

    fn raw(self) -> u64 {
        self.0 as u64 & (u64::MAX >> (64 - N))
    }
}

impl<const N: usize> Synth for S<N> {
    const BITS: usize = N;

    fn descriptor() -> TypeDescriptor {
        TypeDescriptor { name: format!("S::<{N}>"), kind: TypeKind::Signed(N) }
    }

    fn vcd(self) -> VCDValue {
        Bits::<N>::from(self.raw()).vcd()
    }

    fn verilog(self) -> VerilogLiteral {
        Bits::<N>::from(self.raw()).into()
    }
}

impl<const N: usize> From<S<N>> for W {
    fn from(x: S<N>) -> W {
        W(x.0)
    }
}

impl<const N: usize> From<W> for S<N> {
    fn from(x: W) -> S<N> {
        S::wrap(x.0)
    }
}

macro_rules! operator {
    ($trait:ident, $method:ident, $native:ident) => {
        impl<const N: usize, const M: usize> $trait<S<M>> for S<N> {
            type Output = W;

            fn $method(self, rhs: S<M>) -> W {
                W(self.0.$native(rhs.0))
            }
        }
    };
}
operator!(Add, add, wrapping_add);
operator!(Sub, sub, wrapping_sub);
operator!(Mul, mul, wrapping_mul);

impl<const N: usize> Neg for S<N> {
    type Output = W;

    fn neg(self) -> W {
        W(self.0.wrapping_neg())
    }
}

/// Bits as a signed word of the same width. The kernel macro prints `$signed(..)` for names that begin so.
pub fn signed_cast_s<const N: usize>(x: Bits<N>) -> S<N> {
    S::wrap(u64::from(x) as i64)
}

/// A signed word's bits. The kernel macro prints `$unsigned(..)` for names that begin so.
pub fn unsigned_cast_s<const N: usize>(x: S<N>) -> Bits<N> {
    Bits::from(x.raw())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn arithmetic_wraps_at_the_assigned_width(a in any::<i16>(), b in any::<i16>()) {
            let (x, y) = (S::<16>::wrap(a.into()), S::<16>::wrap(b.into()));
            prop_assert_eq!(S::<16>::from(x + y).get(), i64::from(a.wrapping_add(b)));
            prop_assert_eq!(S::<16>::from(x - y).get(), i64::from(a.wrapping_sub(b)));
            prop_assert_eq!(S::<32>::from(x * y).get(), i64::from(a) * i64::from(b));
            prop_assert_eq!(signed_cast_s(unsigned_cast_s(x)), x);
        }
    }
}

//! Numbers in a FlatBuffer: little endian, at any address.

/// A number of fixed width.
pub trait Scalar: Copy {
    /// Bytes that it takes.
    const WIDTH: usize;

    /// The number that `bytes` begin with; none when they are too few.
    fn read(bytes: &[u8]) -> Option<Self>;
}

macro_rules! scalars {
    ($($number:ty),*) => {$(
        impl Scalar for $number {
            const WIDTH: usize = size_of::<Self>();

            fn read(bytes: &[u8]) -> Option<Self> {
                bytes.first_chunk().map(|bytes| Self::from_le_bytes(*bytes))
            }
        }
    )*};
}

scalars!(i8, u8, u16, i32, u32, i64, u64, f32);

impl Scalar for bool {
    const WIDTH: usize = 1;

    fn read(bytes: &[u8]) -> Option<Self> {
        u8::read(bytes).map(|byte| byte != 0)
    }
}

/// The number at byte `at`; none when it does not lie within `bytes`.
pub(super) fn get<T: Scalar>(bytes: &[u8], at: usize) -> Option<T> {
    T::read(bytes.get(at..)?)
}

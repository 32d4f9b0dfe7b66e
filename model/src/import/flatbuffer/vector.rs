//! Vectors of numbers and of tables.

use std::marker::PhantomData;

use super::scalar::{self, Scalar};
use super::{Field, FlatbufferError, Table};

/// A vector of numbers within a file.
#[derive(Clone, Copy, Debug)]
pub struct Vector<'a, T> {
    bytes: &'a [u8],
    number: PhantomData<T>,
}

impl<T> Default for Vector<'_, T> {
    fn default() -> Self {
        Self { bytes: &[], number: PhantomData }
    }
}

impl<'a, T: Scalar> Vector<'a, T> {
    /// The vector at byte `at`, to which `field` refers.
    pub(super) fn open(bytes: &'a [u8], at: usize, field: Field) -> Result<Self, FlatbufferError> {
        Ok(Self { bytes: elements(bytes, at, T::WIDTH, field)?, number: PhantomData })
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        self.bytes.len() / T::WIDTH
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The elements in order.
    pub fn iter(&self) -> impl Iterator<Item = T> + use<'a, T> {
        self.bytes.chunks_exact(T::WIDTH).filter_map(T::read)
    }

    /// The elements as the file has them.
    pub fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }
}

/// A vector of tables within a file.
#[derive(Clone, Copy, Debug)]
pub struct Tables<'a> {
    bytes: &'a [u8],
    /// Where the first element, an offset, begins.
    start: usize,
    count: usize,
    field: Field,
    depth: u8,
}

impl<'a> Tables<'a> {
    /// The vector at byte `at`, to which `field` of a table at `depth` refers.
    pub(super) fn open(bytes: &'a [u8], at: usize, field: Field, depth: u8) -> Result<Self, FlatbufferError> {
        let count = elements(bytes, at, u32::WIDTH, field)?.len() / u32::WIDTH;
        Ok(Self { bytes, start: at + u32::WIDTH, count, field, depth })
    }

    /// No tables.
    pub(super) fn empty(field: Field) -> Self {
        Self { bytes: &[], start: 0, count: 0, field, depth: 0 }
    }

    /// Number of tables.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are no tables.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// One of the tables; none beyond the end.
    pub fn get(&self, index: usize) -> Option<Result<Table<'a>, FlatbufferError>> {
        let at = (index < self.count).then(|| self.start + index * u32::WIDTH)?;
        let forward = scalar::get::<u32>(self.bytes, at)?;
        let at = at.saturating_add(forward as usize);
        Some(Table::open(self.bytes, at, self.field, self.depth + 1))
    }

    /// The tables in order.
    pub fn iter(&self) -> impl Iterator<Item = Result<Table<'a>, FlatbufferError>> + use<'a> {
        let tables = *self;
        (0..tables.count).map_while(move |index| tables.get(index))
    }
}

/// The elements of the vector at byte `at`.
fn elements(bytes: &[u8], at: usize, width: usize, field: Field) -> Result<&[u8], FlatbufferError> {
    let end = bytes.len();
    let count = scalar::get::<u32>(bytes, at).ok_or(FlatbufferError::Offset { field, at, end })?;
    let rest = &bytes[at + u32::WIDTH..];
    let length = (count as usize).checked_mul(width);
    length.and_then(|length| rest.get(..length)).ok_or(FlatbufferError::Length { field, at, count, end })
}

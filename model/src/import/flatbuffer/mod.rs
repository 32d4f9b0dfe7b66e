//! A reader of FlatBuffers that trusts nothing.
//!
//! A [`Table`] is opened with its list of field offsets (the vtable); every field, string, vector and sub-table is
//! checked against the table's and the file's end when it is read. Nothing is copied and nothing is read ahead, so
//! a file costs no more than what its reader asks for. Numbers are little endian; alignment does not matter.
//!
//! Tables may be shared or refer to themselves: nesting is limited to [`MAX_DEPTH`], but bounding how often the
//! same bytes are decoded is the caller's part.

#[cfg(test)]
pub(crate) mod builder;
mod error;
mod scalar;
#[cfg(test)]
mod tests;
mod vector;

pub use error::FlatbufferError;
pub use scalar::Scalar;
pub use vector::{Tables, Vector};

/// Largest file, in bytes: a table refers to its field offsets by a signed 32-bit number.
pub const MAX_BYTES: usize = i32::MAX as usize;
/// Deepest nesting of tables, the root included.
pub const MAX_DEPTH: u8 = 16;
/// Bytes of the file's head: the root's offset and the identifier.
const HEAD: usize = 8;

/// A field of a table of some schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Name of the table's type.
    pub table: &'static str,
    /// Name of the field.
    pub name: &'static str,
    /// Number of the field in its table, from 0.
    pub slot: u16,
}

impl Field {
    /// Field number `slot` of a table.
    pub const fn new(table: &'static str, name: &'static str, slot: u16) -> Self {
        Self { table, name, slot }
    }
}

impl std::fmt::Display for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.table, self.name)
    }
}

/// Checks the length of the file and gives the four bytes that identify its schema.
pub fn identifier(bytes: &[u8]) -> Result<[u8; 4], FlatbufferError> {
    if bytes.len() > MAX_BYTES {
        return Err(FlatbufferError::TooLarge { found: bytes.len(), most: MAX_BYTES });
    }
    scalar::get::<u32>(bytes, 4)
        .map(u32::to_le_bytes)
        .ok_or(FlatbufferError::TooShort { found: bytes.len(), needed: HEAD })
}

/// A table and its list of field offsets.
#[derive(Clone, Copy, Debug)]
pub struct Table<'a> {
    bytes: &'a [u8],
    /// Where the table begins.
    at: usize,
    /// The table's own bytes, which begin with the offset of its vtable.
    object: &'a [u8],
    /// The vtable's field offsets, 16 bits each.
    slots: &'a [u8],
    depth: u8,
}

impl<'a> Table<'a> {
    /// The table that the head refers to; `field` names it in errors.
    pub fn root(bytes: &'a [u8], field: Field) -> Result<Self, FlatbufferError> {
        identifier(bytes)?;
        let at = scalar::get::<u32>(bytes, 0).unwrap_or_default() as usize;
        Self::open(bytes, at, field, 1)
    }

    /// A table without any field: all its fields have their defaults.
    pub const fn empty() -> Self {
        Self { bytes: &[], at: 0, object: &[], slots: &[], depth: 0 }
    }

    /// The table at byte `at`, to which `field` refers.
    fn open(bytes: &'a [u8], at: usize, field: Field, depth: u8) -> Result<Self, FlatbufferError> {
        if depth > MAX_DEPTH {
            return Err(FlatbufferError::TooDeep { field, most: MAX_DEPTH });
        }
        let back =
            scalar::get::<i32>(bytes, at).ok_or(FlatbufferError::Offset { field, at, end: bytes.len() })?;
        let (object, slots) = body(bytes, at, back).ok_or(FlatbufferError::Vtable { field, at })?;
        Ok(Self { bytes, at, object, slots, depth })
    }

    /// Where a field lies in its table, when it is present.
    fn offset(&self, field: Field) -> Option<usize> {
        let offset = scalar::get::<u16>(self.slots, 2 * usize::from(field.slot))?;
        (offset != 0).then_some(usize::from(offset))
    }

    /// The number at an offset in the table.
    fn number<T: Scalar>(&self, field: Field, offset: usize) -> Result<T, FlatbufferError> {
        // The first four bytes of a table refer to its vtable and belong to no field.
        let found = if offset < 4 { None } else { scalar::get(self.object, offset) };
        found.ok_or(FlatbufferError::FieldOffset { field, offset, size: self.object.len() })
    }

    /// A number, or the schema's default when the field is absent.
    pub fn scalar<T: Scalar>(&self, field: Field, default: T) -> Result<T, FlatbufferError> {
        self.offset(field).map_or(Ok(default), |offset| self.number(field, offset))
    }

    /// Where the string, vector or table begins to which a field refers, not yet checked.
    fn target(&self, field: Field) -> Result<Option<usize>, FlatbufferError> {
        let Some(offset) = self.offset(field) else { return Ok(None) };
        let forward: u32 = self.number(field, offset)?;
        Ok(Some((self.at + offset).saturating_add(forward as usize)))
    }

    /// A sub-table; the table of a union too.
    pub fn table(&self, field: Field) -> Result<Option<Self>, FlatbufferError> {
        let open = |at| Self::open(self.bytes, at, field, self.depth + 1);
        self.target(field)?.map(open).transpose()
    }

    /// A vector of numbers.
    pub fn vector<T: Scalar>(&self, field: Field) -> Result<Option<Vector<'a, T>>, FlatbufferError> {
        let open = |at| Vector::open(self.bytes, at, field);
        self.target(field)?.map(open).transpose()
    }

    /// The bytes of a string or of a vector of bytes; none when the field is absent.
    pub fn bytes(&self, field: Field) -> Result<&'a [u8], FlatbufferError> {
        Ok(self.vector::<u8>(field)?.unwrap_or_default().as_bytes())
    }

    /// A vector of tables; empty when the field is absent.
    pub fn tables(&self, field: Field) -> Result<Tables<'a>, FlatbufferError> {
        let open = |at| Tables::open(self.bytes, at, field, self.depth);
        Ok(self.target(field)?.map(open).transpose()?.unwrap_or_else(|| Tables::empty(field)))
    }
}

/// A table's own bytes and the field offsets of its vtable, which lies `back` bytes before it.
fn body(bytes: &[u8], at: usize, back: i32) -> Option<(&[u8], &[u8])> {
    let vtable = usize::try_from(i64::try_from(at).ok()? - i64::from(back)).ok()?;
    let length = usize::from(scalar::get::<u16>(bytes, vtable)?);
    let size = usize::from(scalar::get::<u16>(bytes, vtable + 2)?);
    let slots = bytes.get(vtable + 4..vtable + length)?;
    let object = bytes.get(at..at + size)?;
    (size >= 4 && slots.len().is_multiple_of(2)).then_some((object, slots))
}

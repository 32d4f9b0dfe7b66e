//! What can be wrong with a FlatBuffer.

use super::Field;

/// A file that is not a FlatBuffer of its schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FlatbufferError {
    /// More bytes than offsets can reach.
    #[error("the file has {found} bytes, at most {most} are supported")]
    TooLarge {
        /// Bytes of the file.
        found: usize,
        /// Most bytes.
        most: usize,
    },
    /// Not even a head.
    #[error("the file has {found} bytes, its head alone takes {needed}")]
    TooShort {
        /// Bytes of the file.
        found: usize,
        /// Bytes of the head.
        needed: usize,
    },
    /// An offset leads out of the file.
    #[error("{field} refers to byte {at}, but the file ends at byte {end}: is it truncated?")]
    Offset {
        /// What refers.
        field: Field,
        /// Where to.
        at: usize,
        /// Bytes of the file.
        end: usize,
    },
    /// A vector or string is longer than the file.
    #[error(
        "{field} at byte {at} claims {count} elements, but the file ends at byte {end}: is it truncated?"
    )]
    Length {
        /// What refers to the vector.
        field: Field,
        /// Where it begins.
        at: usize,
        /// Elements that it claims.
        count: u32,
        /// Bytes of the file.
        end: usize,
    },
    /// A table whose vtable or whose own bytes are not within the file, or whose vtable makes no sense.
    #[error("{field} refers to a table at byte {at} that has no valid list of fields")]
    Vtable {
        /// What refers to the table.
        field: Field,
        /// Where it begins.
        at: usize,
    },
    /// A field that is not within its table.
    #[error("{field} lies at offset {offset} of a table of {size} bytes")]
    FieldOffset {
        /// The field.
        field: Field,
        /// Its offset.
        offset: usize,
        /// Bytes of the table.
        size: usize,
    },
    /// Tables within tables within tables.
    #[error("{field} is nested deeper than {most} tables")]
    TooDeep {
        /// What refers to the deepest table.
        field: Field,
        /// Deepest nesting.
        most: u8,
    },
}

//! How much memory a file may take.

use super::ReadProblem;
use crate::import::flatbuffer::{Scalar, Vector};

/// Decoded bytes for each byte of the file. Honest files need about one.
const FACTOR: usize = 4;
/// Decoded bytes besides: small files are mostly lists, which grow when they are decoded.
const BASE: usize = 1 << 20;

/// Bytes that may yet be allocated. Parts of a file may share bytes, so its length alone bounds nothing.
pub(super) struct Budget {
    left: usize,
    most: usize,
}

impl Budget {
    /// The budget of a file of so many bytes.
    pub(super) fn new(file_bytes: usize) -> Self {
        let most = file_bytes.saturating_mul(FACTOR).saturating_add(BASE);
        Self { left: most, most }
    }

    /// Takes bytes, before they are allocated.
    pub(super) fn take(&mut self, bytes: usize) -> Result<(), ReadProblem> {
        self.left = self.left.checked_sub(bytes).ok_or(ReadProblem::TooMuch { most: self.most })?;
        Ok(())
    }

    /// An empty vector with room for `count` elements.
    pub(super) fn vector<T>(&mut self, count: usize) -> Result<Vec<T>, ReadProblem> {
        self.take(count.saturating_mul(size_of::<T>()))?;
        Ok(Vec::with_capacity(count))
    }

    /// A copy of numbers.
    pub(super) fn collect<T: Scalar>(&mut self, numbers: Vector<T>) -> Result<Vec<T>, ReadProblem> {
        let mut copy = self.vector(numbers.len())?;
        copy.extend(numbers.iter());
        Ok(copy)
    }

    /// A copy of bytes.
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> Result<Vec<u8>, ReadProblem> {
        let mut copy = self.vector(bytes.len())?;
        copy.extend_from_slice(bytes);
        Ok(copy)
    }

    /// A copy of a text; what is no UTF-8 is replaced, because names do not matter to a network.
    pub(super) fn text(&mut self, bytes: &[u8]) -> Result<String, ReadProblem> {
        // A replaced byte becomes the three of U+FFFD.
        let width = if str::from_utf8(bytes).is_ok() { 1 } else { 3 };
        let most = bytes.len().saturating_mul(width);
        self.take(most)?;
        let mut text = String::with_capacity(most);
        for chunk in bytes.utf8_chunks() {
            text.push_str(chunk.valid());
            if !chunk.invalid().is_empty() {
                text.push(char::REPLACEMENT_CHARACTER);
            }
        }
        Ok(text)
    }
}

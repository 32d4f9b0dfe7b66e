//! The memory as words, and what is written late.

use super::{InterpretError, Writes};

/// What the flash holds, read from its beginning on and never twice.
pub struct Flash<'a> {
    left: &'a [u8],
    read: usize,
}

impl<'a> Flash<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { left: bytes, read: 0 }
    }

    /// The next words.
    pub fn words(&mut self, lanes: usize, count: usize) -> Result<&'a [u8], InterpretError> {
        self.read += count;
        let words = self.read - count + self.left.len() / lanes;
        let beyond = InterpretError::Flash { address: self.read, words };
        let (words, left) = self.left.split_at_checked(count * lanes).ok_or(beyond)?;
        self.left = left;
        Ok(words)
    }
}

/// A memory of words of `N` bytes.
pub struct Memory<'a, const N: usize> {
    bytes: &'a mut [u8],
    /// Results that are not in memory yet.
    late: Vec<(u16, [u8; N])>,
}

impl<'a, const N: usize> Memory<'a, N> {
    pub fn new(bytes: &'a mut [u8]) -> Self {
        Self { bytes, late: Vec::new() }
    }

    /// A word; what lies outside the memory is undefined, here 0.
    pub fn word(&self, address: u16) -> [u8; N] {
        let at = usize::from(address) * N;
        self.bytes.get(at..at + N).and_then(|word| word.try_into().ok()).unwrap_or([0; N])
    }

    /// Successive words.
    pub fn words(&self, address: usize, count: usize) -> Result<&[u8], InterpretError> {
        let beyond = InterpretError::Address { address: address + count, words: self.bytes.len() / N };
        self.bytes.get(address * N..(address + count) * N).ok_or(beyond)
    }

    /// Writes a word now or at the layer's end.
    pub fn write(&mut self, address: u16, word: [u8; N], writes: Writes) -> Result<(), InterpretError> {
        match writes {
            Writes::AtOnce => self.store(address, word),
            Writes::AtEnd => {
                self.late.push((address, word));
                Ok(())
            }
        }
    }

    /// Ends a layer.
    pub fn settle(&mut self) -> Result<(), InterpretError> {
        let late = std::mem::take(&mut self.late);
        late.into_iter().try_for_each(|(address, word)| self.store(address, word))
    }

    fn store(&mut self, address: u16, word: [u8; N]) -> Result<(), InterpretError> {
        let (at, words) = (usize::from(address), self.bytes.len() / N);
        let place = self.bytes.get_mut(at * N..(at + 1) * N);
        place.ok_or(InterpretError::Address { address: at, words })?.copy_from_slice(&word);
        Ok(())
    }
}

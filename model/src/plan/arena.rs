//! Where tensors lie in activation memory.

/// A buffer and the steps during which it must keep its bytes, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Buffer {
    /// Bytes.
    pub len: usize,
    /// Step that writes it.
    pub first: usize,
    /// Last step that reads it; `usize::MAX` keeps it for good.
    pub last: usize,
}

impl Buffer {
    /// A buffer that is never reused, neither before nor after.
    pub fn kept(len: usize) -> Self {
        Self { len, first: 0, last: usize::MAX }
    }

    fn lives_with(&self, other: &Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }
}

/// Addresses of the buffers, each the lowest that is free while it lives, and the bytes that they take together.
///
/// Kept buffers are placed first, so that those that come and go share what is above them.
pub(super) fn place(buffers: &[Buffer]) -> (Vec<usize>, usize) {
    let mut order: Vec<usize> = (0..buffers.len()).collect();
    order.sort_by_key(|&index| (buffers[index].last != usize::MAX, index));
    let mut placed: Vec<(usize, usize)> = Vec::new();
    for index in order {
        let mut taken: Vec<(usize, usize)> = placed
            .iter()
            .filter(|(other, _)| buffers[*other].lives_with(&buffers[index]))
            .map(|&(other, address)| (address, address + buffers[other].len))
            .collect();
        taken.sort_unstable();
        placed.push((index, first_gap(&taken, buffers[index].len)));
    }
    let total = placed.iter().map(|&(index, address)| address + buffers[index].len).max().unwrap_or(0);
    placed.sort_unstable();
    (placed.into_iter().map(|(_, address)| address).collect(), total)
}

/// The lowest address at which `len` bytes fit between the taken ranges, which are sorted by their start.
fn first_gap(taken: &[(usize, usize)], len: usize) -> usize {
    let mut address = 0;
    for &(start, end) in taken {
        if address + len <= start {
            break;
        }
        address = address.max(end);
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_that_do_not_meet_share_their_place() {
        let buffers = [
            Buffer::kept(100),
            Buffer { len: 50, first: 0, last: 1 },
            Buffer { len: 30, first: 1, last: 2 },
            Buffer { len: 40, first: 2, last: 3 },
            Buffer::kept(10),
        ];
        let (addresses, total) = place(&buffers);
        assert_eq!(addresses, [0, 110, 160, 110, 100]);
        assert_eq!(total, 190);
    }

    #[test]
    fn nothing_takes_nothing() {
        assert_eq!(place(&[]), (vec![], 0));
    }
}

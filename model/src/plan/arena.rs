//! Where tensors lie in memory while they are needed.

/// Orders of placement tried beyond the first ones.
const TRIES: usize = 400;

/// A buffer and the steps during which it must keep its words, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Buffer {
    /// Words.
    pub len: usize,
    /// Step that writes it.
    pub first: usize,
    /// Last step that reads it.
    pub last: usize,
    /// A buffer that this one may overlap if it begins at least so many words below it: what is written then has
    /// been read.
    pub below: Option<(usize, usize)>,
}

impl Buffer {
    fn lives_with(&self, other: &Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }
}

/// Addresses of the buffers and the words that they take together: the best of several orders of first fit.
///
/// `enough` ends the search early.
pub(super) fn place(buffers: &[Buffer], enough: usize) -> (Vec<usize>, usize) {
    let mut order: Vec<usize> = (0..buffers.len()).collect();
    let mut best = fit(buffers, &order);
    order.sort_by_key(|&index| {
        std::cmp::Reverse((buffers[index].len, buffers[index].last - buffers[index].first))
    });
    let largest_first = fit(buffers, &order);
    if largest_first.1 < best.1 {
        best = largest_first;
    }
    let mut random = 1u64;
    for _ in 0..TRIES {
        if best.1 <= enough || order.len() < 2 {
            break;
        }
        let (a, b) = (below(&mut random, order.len()), below(&mut random, order.len()));
        order.swap(a, b);
        let found = fit(buffers, &order);
        match found.1 <= best.1 {
            true => best = found,
            false => order.swap(a, b),
        }
    }
    best
}

/// The next number of a linear congruential sequence.
fn below(random: &mut u64, end: usize) -> usize {
    *random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*random >> 33) as usize % end
}

/// First fit in this order.
fn fit(buffers: &[Buffer], order: &[usize]) -> (Vec<usize>, usize) {
    let mut placed: Vec<(usize, usize)> = Vec::new();
    for &index in order {
        let others: Vec<(usize, usize)> =
            placed.iter().copied().filter(|&(other, _)| buffers[other].lives_with(&buffers[index])).collect();
        let apart = |address: usize, &(other, at): &(usize, usize)| {
            let (under, over) = (distance(buffers, index, other), distance(buffers, other, index));
            address + under <= at || at + over <= address
        };
        let after = others.iter().map(|&(other, at)| at + distance(buffers, other, index));
        let mut candidates: Vec<usize> = after.chain([0]).collect();
        candidates.sort_unstable();
        let free = candidates.into_iter().find(|&address| others.iter().all(|other| apart(address, other)));
        // Behind the farthest of the others there is always room.
        placed.push((index, free.unwrap_or(0)));
    }
    let total = placed.iter().map(|&(index, address)| address + buffers[index].len).max().unwrap_or(0);
    placed.sort_unstable();
    (placed.into_iter().map(|(_, address)| address).collect(), total)
}

/// Words from the beginning of one buffer to that of another above it.
fn distance(buffers: &[Buffer], lower: usize, upper: usize) -> usize {
    match buffers[lower].below {
        Some((above, words)) if above == upper => words,
        _ => buffers[lower].len,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buffer(len: usize, first: usize, last: usize) -> Buffer {
        Buffer { len, first, last, below: None }
    }

    #[test]
    fn buffers_that_do_not_meet_share_their_place() {
        let buffers =
            [buffer(100, 0, 9), buffer(50, 0, 1), buffer(30, 1, 2), buffer(40, 2, 3), buffer(10, 0, 9)];
        let (addresses, total) = place(&buffers, 0);
        assert_eq!(total, 190);
        for (a, at) in buffers.iter().zip(&addresses) {
            let meets =
                |b: &Buffer, bt: usize| a != b && a.lives_with(b) && *at < bt + b.len && bt < at + a.len;
            assert!(!buffers.iter().zip(&addresses).any(|(b, &bt)| meets(b, bt)), "{addresses:?}");
        }
    }

    #[test]
    fn a_layer_follows_its_input_behind_what_it_has_read() {
        let mut buffers = [buffer(80, 0, 1), buffer(80, 1, 2), buffer(5, 0, 2)];
        assert_eq!(place(&buffers, 0).1, 165);
        buffers[1].below = Some((0, 20));
        let (addresses, total) = place(&buffers, 0);
        assert_eq!(total, 105);
        assert!(addresses[1] + 20 <= addresses[0]);
    }

    #[test]
    fn buffers_that_may_begin_together_leave_room_for_others() {
        let mut buffers = [buffer(5, 1, 11), buffer(5, 2, 3), buffer(5, 3, 10)];
        buffers[2].below = Some((1, 0));
        let (addresses, total) = place(&buffers, 0);
        assert_eq!(total, 10);
        assert!(addresses[2] <= addresses[1]);
        for other in [1, 2] {
            assert!(addresses[0].abs_diff(addresses[other]) >= 5, "{addresses:?}");
        }
    }

    #[test]
    fn nothing_takes_nothing() {
        assert_eq!(place(&[], 0), (vec![], 0));
    }
}

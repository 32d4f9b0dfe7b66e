//! Groups of rows with ones in the same places.

use crate::graph::Op;

/// Most word operations of a search; larger ones are not worth their time.
const MOST_WORK: usize = 1 << 26;
/// Most passes over all pairs of rows.
const PASSES: usize = 16;

/// A set of columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bits(Vec<u64>);

impl Bits {
    /// The columns for which the iterator gives true.
    pub fn new(columns: impl Iterator<Item = bool>) -> Self {
        let mut words = Vec::new();
        for (column, set) in columns.enumerate() {
            if column % 64 == 0 {
                words.push(0);
            }
            if let (true, Some(word)) = (set, words.last_mut()) {
                *word |= 1 << (column % 64);
            }
        }
        Self(words)
    }

    /// Columns of both, side by side.
    pub fn append(&mut self, other: &Self) {
        self.0.extend(&other.0);
    }

    fn with(&self, other: &Self) -> Self {
        let words = self.0.len().max(other.0.len());
        let word = |bits: &Self, at: usize| bits.0.get(at).copied().unwrap_or(0);
        Self((0..words).map(|at| word(self, at) | word(other, at)).collect())
    }

    fn count(&self) -> u64 {
        self.0.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// Columns of the union.
    fn count_with(&self, other: &Self) -> u64 {
        debug_assert!(self.0.is_empty() || self.0.len() == other.0.len());
        if self.0.is_empty() {
            return other.count();
        }
        self.0.iter().zip(&other.0).map(|(a, b)| u64::from((a | b).count_ones())).sum()
    }
}

/// The weights of an output channel other than zero.
pub fn support(op: &Op, channel: usize) -> Bits {
    Bits::new(op.channel_weights(channel).into_iter().map(|weight| weight != 0))
}

/// Columns in which a group of so many successive rows has a one, summed over the groups.
pub fn cost(rows: &[Bits], lanes: usize) -> u64 {
    rows.chunks(lanes).map(|group| union(group.iter()).count()).sum()
}

fn union<'a>(rows: impl Iterator<Item = &'a Bits>) -> Bits {
    rows.fold(Bits::default(), |all, row| all.with(row))
}

/// An order of the rows with a lower cost; none if none is found or hardly any is possible.
pub fn order(rows: &[Bits], lanes: usize) -> Option<Vec<usize>> {
    let words = rows.first().map_or(0, |row| row.0.len());
    if rows.len().saturating_mul(rows.len()).saturating_mul(words) > MOST_WORK {
        return None;
    }
    if bound(rows, lanes) * 200 >= cost(rows, lanes) * 199 {
        return None;
    }
    let starts = [greedy(rows, lanes, true), greedy(rows, lanes, false), (0..rows.len()).collect()];
    let orders = starts.into_iter().map(|start| exchanged(rows, lanes, start));
    let cost_of =
        |order: &Vec<usize>| cost(&order.iter().map(|&row| rows[row].clone()).collect::<Vec<_>>(), lanes);
    let best = orders.min_by_key(|order| cost_of(order))?;
    (cost_of(&best) < cost(rows, lanes)).then_some(best)
}

/// The cost if in every group one row had all columns of the others.
fn bound(rows: &[Bits], lanes: usize) -> u64 {
    let mut counts: Vec<u64> = rows.iter().map(Bits::count).collect();
    counts.sort_by_key(|&count| std::cmp::Reverse(count));
    counts.iter().step_by(lanes).sum()
}

/// Each group starts with the fullest or emptiest row that is left and takes those that add least.
fn greedy(rows: &[Bits], lanes: usize, fullest: bool) -> Vec<usize> {
    let mut left: Vec<usize> = (0..rows.len()).collect();
    left.sort_by_key(|&row| rows[row].count());
    if fullest {
        left.reverse();
    }
    let mut order = Vec::with_capacity(rows.len());
    let mut group = Bits::default();
    while !left.is_empty() {
        if order.len() % lanes == 0 {
            group = Bits::default();
        }
        let first = order.len() % lanes == 0;
        // Of rows that add the same, the one that shares most.
        let added = |&row: &usize| (group.count_with(&rows[row]), u64::MAX - rows[row].count());
        let best = if first { Some(0) } else { (0..left.len()).min_by_key(|&at| added(&left[at])) };
        let row = left.remove(best.unwrap_or(0));
        group = group.with(&rows[row]);
        order.push(row);
    }
    order
}

/// Exchanges rows of different groups as long as that lowers the cost.
fn exchanged(rows: &[Bits], lanes: usize, mut order: Vec<usize>) -> Vec<usize> {
    for _ in 0..PASSES {
        let mut changed = false;
        for first in (0..order.len()).step_by(lanes) {
            for second in (first + lanes..order.len()).step_by(lanes) {
                while exchange(rows, lanes, &mut order, first, second) {
                    changed = true;
                }
            }
        }
        if !changed {
            break;
        }
    }
    order
}

/// Makes the best exchange between the groups that start at these places, if it lowers the cost.
fn exchange(rows: &[Bits], lanes: usize, order: &mut [usize], first: usize, second: usize) -> bool {
    let group = |start: usize| start..(start + lanes).min(order.len());
    let others = |start: usize| -> Vec<(usize, Bits)> {
        let without = |at: usize| {
            union(group(start).filter(move |&other| other != at).map(|other| &rows[order[other]]))
        };
        group(start).map(|at| (at, without(at))).collect()
    };
    let whole = |start: usize| union(group(start).map(|at| &rows[order[at]])).count();
    let before = whole(first) + whole(second);
    let (a, b) = (others(first), others(second));
    let pairs = a.iter().flat_map(|a| b.iter().map(move |b| (a, b)));
    let after = |((i, without_i), (j, without_j)): (&(usize, Bits), &(usize, Bits))| {
        (without_i.count_with(&rows[order[*j]]) + without_j.count_with(&rows[order[*i]]), *i, *j)
    };
    match pairs.map(after).min() {
        Some((cost, i, j)) if cost < before => {
            order.swap(i, j);
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_one_kind_come_together() {
        let kinds = 6;
        let rows: Vec<Bits> =
            (0..24).map(|row| Bits::new((0..90).map(|c| c % kinds == row % kinds))).collect();
        let found = order(&rows, 4).unwrap();
        let sorted: Vec<Bits> = found.iter().map(|&row| rows[row].clone()).collect();
        assert_eq!((cost(&rows, 4), cost(&sorted, 4)), (6 * 60, 6 * 15));
        let mut all = found.clone();
        all.sort();
        assert_eq!(all, (0..24).collect::<Vec<_>>());
        assert_eq!(order(&sorted, 4), None, "nothing is better");
    }

    #[test]
    fn full_rows_and_none_stay() {
        assert_eq!(order(&vec![Bits::new([true; 70].into_iter()); 20], 8), None);
        assert_eq!(order(&[], 8), None);
        assert_eq!(cost(&vec![Bits::new([true; 70].into_iter()); 20], 8), 210);
    }
}

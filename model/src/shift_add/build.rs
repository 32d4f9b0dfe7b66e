//! From a matrix of constants to a shift-add graph.
//!
//! Every constant becomes canonical signed digits; then the two-term pattern whose sharing saves most is made a
//! node and replaced wherever it occurs, again and again over the whole matrix, as long as one occurs twice
//! (Hartley's sub-expression sharing, Hosangadi's two-term divisors); what remains is summed in balanced trees.

use std::collections::BinaryHeap;

use super::nodes::Nodes;
use super::pattern::{Counts, Digit, Pattern, Sum};
use super::{Output, ShiftAdd, csd};

/// How sub-expressions are shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// Not at all: each output is the balanced sum of its own signed digits. The yardstick.
    None,
    /// Over the whole matrix, with at most this many adders more on the longest path than without sharing.
    ExtraDepth(u32),
}

impl Default for Sharing {
    fn default() -> Self {
        Self::ExtraDepth(2)
    }
}

impl ShiftAdd {
    /// The graph of `outputs[o] = sum over i of weights[o][i] * inputs[i] + constants[o]`.
    ///
    /// `weights` is `[output][input]`; a short row ends in zeros, a missing constant is zero. Every input lies in
    /// `input_range`, both ends included. Ranges and values are 64 bits: weights, range and constants must leave
    /// every sum within them, which 32-bit accumulators always do.
    pub fn from_matrix(weights: &[Vec<i32>], constants: &[i64], input_range: (i64, i64)) -> Self {
        Self::with_sharing(weights, constants, input_range, Sharing::default())
    }

    /// [`ShiftAdd::from_matrix`] with a choice of sharing.
    pub fn with_sharing(
        weights: &[Vec<i32>],
        constants: &[i64],
        input_range: (i64, i64),
        sharing: Sharing,
    ) -> Self {
        let inputs = weights.iter().map(Vec::len).max().unwrap_or(0);
        let mut builder = Builder::new(weights, inputs, input_range);
        if let Sharing::ExtraDepth(extra) = sharing {
            builder.share(extra);
        }
        let outputs = (0..weights.len()).map(|o| builder.output(o, constants.get(o).copied().unwrap_or(0)));
        let outputs = outputs.collect();
        Self { inputs, input_range, nodes: builder.nodes.list, outputs }
    }
}

struct Builder {
    nodes: Nodes,
    sums: Vec<Sum>,
    counts: Counts,
    /// Patterns by what they seemed to save when they were pushed; checked when popped.
    queue: BinaryHeap<(u64, std::cmp::Reverse<Pattern>)>,
}

impl Builder {
    fn new(weights: &[Vec<i32>], inputs: usize, input_range: (i64, i64)) -> Self {
        let mut counts = Counts::default();
        let mut sums = vec![Sum::default(); weights.len()];
        for (row, sum) in weights.iter().zip(&mut sums) {
            for (value, &weight) in row.iter().enumerate() {
                for digit in csd::digits(i64::from(weight)) {
                    counts.insert(sum, Digit { value, shift: digit.shift, negative: digit.negative }, 0);
                }
            }
        }
        Self { nodes: Nodes::new(inputs, input_range), sums, counts, queue: BinaryHeap::new() }
    }

    fn share(&mut self, extra_depth: u32) {
        let load = self.sums.iter().map(|sum| sum.load).max().unwrap_or(0).max(1);
        let limit = load.next_power_of_two() << extra_depth.min(32);
        self.enqueue();
        while let Some((saving, std::cmp::Reverse(pattern))) = self.queue.pop() {
            let now = self.saving(pattern);
            if now == saving && now > 0 {
                self.extract(pattern, limit);
                self.enqueue();
            } else if now > 0 {
                self.queue.push((now, std::cmp::Reverse(pattern)));
            }
        }
    }

    fn enqueue(&mut self) {
        for pattern in self.counts.take_grown() {
            self.queue.push((self.saving(pattern), std::cmp::Reverse(pattern)));
        }
    }

    /// Adder bits that sharing the pattern saves, an estimate as occurrences may overlap.
    fn saving(&self, pattern: Pattern) -> u64 {
        let others = self.counts.get(pattern).saturating_sub(1);
        u64::from(others) * u64::from(self.nodes.shared_bits(pattern))
    }

    /// Makes the pattern a node and uses it, if two disjoint occurrences allow it.
    fn extract(&mut self, pattern: Pattern, limit: u128) {
        let (da, db) = (self.nodes.depth(pattern.a), self.nodes.depth(pattern.b));
        let depth = da.max(db) + 1;
        let growth = (1u128 << depth) - (1u128 << da) - (1u128 << db);
        let found: Vec<_> = self.sums.iter().map(|sum| sum.occurrences(pattern, growth, limit)).collect();
        if found.iter().map(Vec::len).sum::<usize>() < 2 {
            return;
        }
        let node = self.nodes.add_pattern(pattern);
        for (sum, pairs) in self.sums.iter_mut().zip(found) {
            for (a, b) in pairs {
                self.counts.remove(sum, a, da);
                self.counts.remove(sum, b, db);
                let digit = Digit { value: node, shift: a.shift.min(b.shift), negative: a.negative };
                self.counts.insert(sum, digit, depth);
            }
        }
    }

    fn output(&mut self, index: usize, constant: i64) -> Output {
        let digits = self.sums[index].digits().collect();
        let term = self.nodes.balanced(digits);
        let (lo, hi) = term.map_or((0, 0), |term| self.nodes.term_range(term));
        let term = term.map(|digit| self.nodes.term(digit));
        Output { term, constant, lo: lo.saturating_add(constant), hi: hi.saturating_add(constant) }
    }
}

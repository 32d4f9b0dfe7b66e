//! The nodes of a graph while it grows, with what is known of every value.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use super::pattern::{Digit, Pattern, Value};
use super::range::range;
use super::{Node, Source, Term, signed_width};

/// What is known of an input or a node.
struct Known {
    /// Its weight of every input.
    coefficients: Vec<i64>,
    lo: i64,
    hi: i64,
    depth: u32,
}

/// Inputs and nodes.
pub(super) struct Nodes {
    inputs: usize,
    input_range: (i64, i64),
    known: Vec<Known>,
    /// Each sum is built once.
    made: HashMap<(Term, Term), Value>,
    /// The nodes in topological order.
    pub list: Vec<Node>,
}

impl Nodes {
    pub fn new(inputs: usize, input_range: (i64, i64)) -> Self {
        let (lo, hi) = input_range;
        let unit = |i| (0..inputs).map(|k| i64::from(k == i)).collect();
        let known = (0..inputs).map(|i| Known { coefficients: unit(i), lo, hi, depth: 0 }).collect();
        Self { inputs, input_range, known, made: HashMap::new(), list: Vec::new() }
    }

    /// Adders before the value.
    pub fn depth(&self, value: Value) -> u32 {
        self.known[value].depth
    }

    fn width(&self, value: Value) -> u32 {
        signed_width(self.known[value].lo, self.known[value].hi)
    }

    /// Bits in which the two terms of a pattern overlap, at least 1: what an adder less saves.
    pub fn shared_bits(&self, pattern: Pattern) -> u32 {
        let (low, high) = if pattern.shift >= 0 { (pattern.a, pattern.b) } else { (pattern.b, pattern.a) };
        let shift = pattern.shift.unsigned_abs();
        self.width(low).min(self.width(high) + shift).saturating_sub(shift).max(1)
    }

    /// The graph's term for a digit.
    pub fn term(&self, digit: Digit) -> Term {
        let source = match digit.value.checked_sub(self.inputs) {
            None => Source::Input(digit.value),
            Some(node) => Source::Node(node),
        };
        Term { source, shift: digit.shift, negative: digit.negative }
    }

    /// Range of a digit's value.
    pub fn term_range(&self, digit: Digit) -> (i64, i64) {
        let factor = (if digit.negative { -1 } else { 1 }) * (1i64 << digit.shift);
        let coefficients = self.known[digit.value].coefficients.iter().map(|c| c.wrapping_mul(factor));
        range(coefficients, self.input_range)
    }

    /// The node of a pattern.
    pub fn add_pattern(&mut self, pattern: Pattern) -> Value {
        let up = |shift: i32| shift.max(0).unsigned_abs();
        let a = Digit { value: pattern.a, shift: up(-pattern.shift), negative: false };
        let b = Digit { value: pattern.b, shift: up(pattern.shift), negative: pattern.opposite };
        self.node(a, b)
    }

    /// The sum of two digits, with what both share, shift and sign, taken outside.
    fn add(&mut self, x: Digit, y: Digit) -> Digit {
        let shift = x.shift.min(y.shift);
        let negative = x.negative && y.negative;
        let inner = |d: Digit| Digit { shift: d.shift - shift, negative: d.negative && !negative, ..d };
        let (x, y) = (inner(x), inner(y));
        let swap = x.negative || (!y.negative && (y.value, y.shift) < (x.value, x.shift));
        let (a, b) = if swap { (y, x) } else { (x, y) };
        Digit { value: self.node(a, b), shift, negative }
    }

    fn node(&mut self, a: Digit, b: Digit) -> Value {
        let terms = (self.term(a), self.term(b));
        if let Some(&value) = self.made.get(&terms) {
            return value;
        }
        let value = self.known.len();
        let known = self.know(a, b);
        self.list.push(Node { a: terms.0, b: terms.1, lo: known.lo, hi: known.hi, depth: known.depth });
        self.known.push(known);
        self.made.insert(terms, value);
        value
    }

    fn know(&self, a: Digit, b: Digit) -> Known {
        let scaled = |d: Digit, c: i64| {
            let shifted = c.wrapping_shl(d.shift);
            if d.negative { shifted.wrapping_neg() } else { shifted }
        };
        let (x, y) = (&self.known[a.value], &self.known[b.value]);
        let pairs = x.coefficients.iter().zip(&y.coefficients);
        let coefficients: Vec<i64> = pairs.map(|(&p, &q)| scaled(a, p).wrapping_add(scaled(b, q))).collect();
        let (lo, hi) = range(coefficients.iter().copied(), self.input_range);
        Known { coefficients, lo, hi, depth: x.depth.max(y.depth) + 1 }
    }

    /// Sums digits with the fewest adders on the longest path: always the two shallowest first, and of those the
    /// two with the lowest bits, which makes narrow adders.
    pub fn balanced(&mut self, digits: Vec<Digit>) -> Option<Digit> {
        let mut open: BinaryHeap<_> = digits.into_iter().map(|digit| Reverse(self.rank(digit))).collect();
        while open.len() > 1 {
            if let (Some(Reverse(x)), Some(Reverse(y))) = (open.pop(), open.pop()) {
                let sum = self.add(digit_of(x), digit_of(y));
                open.push(Reverse(self.rank(sum)));
            }
        }
        open.pop().map(|Reverse(rank)| digit_of(rank))
    }

    fn rank(&self, digit: Digit) -> Rank {
        let top = digit.shift + self.width(digit.value);
        (self.depth(digit.value), digit.shift, top, digit.value, digit.negative)
    }
}

/// Depth, shift, highest bit, value, sign: the order in which digits are summed.
type Rank = (u32, u32, u32, Value, bool);

fn digit_of((_, shift, _, value, negative): Rank) -> Digit {
    Digit { value, shift, negative }
}

//! Two-term patterns and how often they occur in the sums that are being built.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, Hash, Hasher};

/// Index of a value: inputs first, then nodes.
pub(super) type Value = usize;

/// The sum of one value and another, shifted and perhaps subtracted: `a ± (b << shift)`; with a negative shift,
/// `(a << -shift) ± b`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pattern {
    pub a: Value,
    pub b: Value,
    pub shift: i32,
    pub opposite: bool,
}

impl Hash for Pattern {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let shift = u64::from(self.shift.unsigned_abs()) << 2;
        let signs = u64::from(self.shift < 0) << 1 | u64::from(self.opposite);
        state.write_u64((self.a as u64) << 36 ^ (self.b as u64) << 12 ^ shift ^ signs);
    }
}

/// Hash of one word by multiplication: millions of counts change, and nobody chooses the keys to collide.
#[derive(Default)]
struct WordHasher(u64);

impl Hasher for WordHasher {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

/// A digit: the value, its shift, its sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Digit {
    pub value: Value,
    pub shift: u32,
    pub negative: bool,
}

impl Pattern {
    /// The pattern of two digits, whichever comes first.
    pub fn of(x: Digit, y: Digit) -> Self {
        let (a, b) = if (x.value, x.shift) <= (y.value, y.shift) { (x, y) } else { (y, x) };
        let shift = b.shift as i32 - a.shift as i32;
        Self { a: a.value, b: b.value, shift, opposite: a.negative != b.negative }
    }
}

/// One output's sum: its digits by value and shift, and the load that bounds its depth.
///
/// The load is the sum of `2^depth` over the digits: the sum can be built with at most `d` adders on every path
/// exactly when the load is at most `2^d`.
#[derive(Clone, Debug, Default)]
pub(super) struct Sum {
    digits: BTreeMap<(Value, u32), bool>,
    pub load: u128,
}

impl Sum {
    /// The digits, by value and shift.
    pub fn digits(&self) -> impl Iterator<Item = Digit> {
        self.digits.iter().map(|(&(value, shift), &negative)| Digit { value, shift, negative })
    }

    /// Disjoint occurrences of a pattern that leave the load within `limit`, as pairs of digits; `growth` is what
    /// one of them adds to the load.
    pub fn occurrences(&self, pattern: Pattern, growth: u128, limit: u128) -> Vec<(Digit, Digit)> {
        let mut found: Vec<(Digit, Digit)> = Vec::new();
        let mut load = self.load;
        for (&(value, shift), &negative) in self.digits.range((pattern.a, 0)..=(pattern.a, u32::MAX)) {
            let a = Digit { value, shift, negative };
            let taken = found.iter().any(|(_, b)| *b == a);
            let Some(b) = self.partner(pattern, a).filter(|_| !taken && load + growth <= limit) else {
                continue;
            };
            load += growth;
            found.push((a, b));
        }
        found
    }

    fn partner(&self, pattern: Pattern, a: Digit) -> Option<Digit> {
        let shift = a.shift.checked_add_signed(pattern.shift)?;
        let &negative = self.digits.get(&(pattern.b, shift))?;
        let digit = Digit { value: pattern.b, shift, negative };
        ((a.negative != negative) == pattern.opposite).then_some(digit)
    }
}

/// How many pairs of digits of one sum make each pattern, over all sums.
#[derive(Default)]
pub(super) struct Counts {
    counts: HashMap<Pattern, u32, BuildHasherDefault<WordHasher>>,
    /// Patterns whose count has grown to two or more since it was last taken.
    grown: Vec<Pattern>,
}

impl Counts {
    /// Occurrences, overlapping ones included.
    pub fn get(&self, pattern: Pattern) -> u32 {
        self.counts.get(&pattern).copied().unwrap_or(0)
    }

    /// Adds a digit to a sum.
    pub fn insert(&mut self, sum: &mut Sum, digit: Digit, depth: u32) {
        for other in sum.digits() {
            let pattern = Pattern::of(digit, other);
            let count = self.counts.entry(pattern).or_insert(0);
            *count += 1;
            if *count >= 2 {
                self.grown.push(pattern);
            }
        }
        sum.digits.insert((digit.value, digit.shift), digit.negative);
        sum.load += 1 << depth;
    }

    /// Takes a digit out of a sum.
    pub fn remove(&mut self, sum: &mut Sum, digit: Digit, depth: u32) {
        sum.digits.remove(&(digit.value, digit.shift));
        sum.load -= 1 << depth;
        for other in sum.digits() {
            if let Some(count) = self.counts.get_mut(&Pattern::of(digit, other)) {
                *count -= 1;
            }
        }
    }

    /// The patterns that have become more frequent, each once.
    pub fn take_grown(&mut self) -> Vec<Pattern> {
        let mut grown = std::mem::take(&mut self.grown);
        grown.sort_unstable();
        grown.dedup();
        grown
    }
}

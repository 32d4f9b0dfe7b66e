//! The adders of a frozen layer: the shift-add graph, then each channel's requantiser as more of the same.

use std::collections::BTreeMap;

use frazil_model::shift_add::{Source, Term, signed_width};

/// What an adder reads: `value << shift`, or a constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operand {
    /// A value, shifted left.
    Value { source: Source, shift: u32 },
    /// A constant.
    Constant(i64),
}

/// One adder or subtractor.
#[derive(Clone, Debug)]
pub(super) struct Adder {
    pub a: Operand,
    pub b: Operand,
    pub subtract: bool,
    /// Width of the result in bits, two's complement; the sum is taken modulo `2^width`.
    pub width: u32,
    /// Operators on the longest path from an input to this result, this one included.
    pub level: u32,
}

/// `clamp(value >> shift, low, high)`.
#[derive(Clone, Debug)]
pub(super) struct Byte {
    pub value: Operand,
    pub shift: u32,
    /// Width of `value >> shift`.
    pub width: u32,
    /// Lower limit, unless nothing is below it.
    pub low: Option<i8>,
    /// Upper limit, unless nothing is above it.
    pub high: Option<i8>,
    /// Operators on the longest path, the limits counting as one.
    pub level: u32,
}

/// A layer's operators in topological order, and its results. `Source::Node` is an index into `adders`.
#[derive(Clone, Debug)]
pub(super) struct Netlist {
    pub inputs: usize,
    pub input_width: u32,
    pub adders: Vec<Adder>,
    pub bytes: Vec<Byte>,
}

impl Netlist {
    pub fn level(&self, operand: Operand) -> u32 {
        match operand {
            Operand::Value { source: Source::Node(n), .. } => self.adders[n].level,
            _ => 0,
        }
    }

    /// Bits of a source, before any shift.
    pub fn width(&self, source: Source) -> u32 {
        match source {
            Source::Input(_) => self.input_width,
            Source::Node(n) => self.adders[n].width,
        }
    }

    /// Operators on the longest path.
    pub fn depth(&self) -> u32 {
        self.bytes.iter().map(|byte| byte.level).max().unwrap_or(0)
    }

    /// Adds the two terms of a graph's node.
    pub fn push_node(&mut self, a: Term, b: Term, range: (i64, i64)) {
        let operand = |t: Term| Operand::Value { source: t.source, shift: t.shift };
        let (a, b, subtract) = match (a.negative, b.negative) {
            (true, _) => (operand(b), operand(a), true),
            (false, subtract) => (operand(a), operand(b), subtract),
        };
        self.push(a, b, subtract, range);
    }

    fn push(&mut self, a: Operand, b: Operand, subtract: bool, range: (i64, i64)) -> Operand {
        let level = 1 + self.level(a).max(self.level(b));
        self.adders.push(Adder { a, b, subtract, width: signed_width(range.0, range.1), level });
        Operand::Value { source: Source::Node(self.adders.len() - 1), shift: 0 }
    }

    /// Sums `multiplier * source + constant` over items with the fewest operators on the longest path.
    ///
    /// `range` is the source's; each partial sum's range follows exactly from its share of the multiplier.
    pub fn sum(&mut self, items: Vec<Item>, range: (i64, i64)) -> Option<(Operand, (i64, i64))> {
        let mut queue: BTreeMap<(u32, usize), Item> = BTreeMap::new();
        let mut serial = 0;
        let mut add = |queue: &mut BTreeMap<_, _>, level: u32, item: Item| {
            queue.insert((level, serial), item);
            serial += 1;
        };
        items.into_iter().for_each(|item| add(&mut queue, self.level(item.operand), item));
        while queue.len() > 1 {
            if let (Some((_, x)), Some((_, y))) = (queue.pop_first(), queue.pop_first()) {
                let item = self.pair(x, y, range);
                add(&mut queue, self.level(item.operand), item);
            }
        }
        let (_, last) = queue.pop_first()?;
        let whole = last.range(range);
        match last.negative {
            false => Some((last.operand, whole)),
            true => {
                let negated = (-whole.1, -whole.0);
                Some((self.push(Operand::Constant(0), last.operand, true, negated), negated))
            }
        }
    }

    fn pair(&mut self, x: Item, y: Item, range: (i64, i64)) -> Item {
        let (x, y) = if x.negative && !y.negative { (y, x) } else { (x, y) };
        let subtract = x.negative != y.negative;
        let sign = if subtract { -1 } else { 1 };
        let factor = x.factor + sign * y.factor;
        let constant = x.constant + sign * y.constant;
        let mut sum = Item { operand: x.operand, negative: x.negative, factor, constant };
        let width = sum.range(range);
        sum.operand = self.push(x.operand, y.operand, subtract, width);
        sum
    }
}

/// A part of `±(factor * source + constant)`; the operand is what is within the brackets.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    pub operand: Operand,
    pub negative: bool,
    pub factor: i64,
    pub constant: i64,
}

impl Item {
    /// Range of the operand for a source in `range`.
    fn range(&self, (lo, hi): (i64, i64)) -> (i64, i64) {
        let (x, y) = (self.factor * lo + self.constant, self.factor * hi + self.constant);
        (x.min(y), x.max(y))
    }
}

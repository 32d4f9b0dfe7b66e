//! The ports of a block and their values, found by RustHDL's own probe.

use rust_hdl::core::atom::{Atom, AtomKind};
use rust_hdl::core::probe::Probe;
use rust_hdl::prelude::*;

/// A port of the block under test, its clock excepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// Name in the emitted Verilog.
    pub name: String,
    /// Width in bits.
    pub bits: usize,
    /// Whether it is an input.
    pub input: bool,
}

/// All ports but the clock, in the order in which RustHDL visits them.
pub fn of(block: &dyn Block) -> Vec<Port> {
    let mut visitor = Visitor::default();
    block.accept("top", &mut visitor);
    visitor.ports
}

/// The value of each port in hexadecimal, most significant digit first, in the order of [`of`].
pub fn values(block: &dyn Block) -> Vec<String> {
    let mut visitor = Visitor { with_values: true, ..Visitor::default() };
    block.accept("top", &mut visitor);
    visitor.values
}

#[derive(Default)]
struct Visitor {
    path: Vec<String>,
    depth: usize,
    with_values: bool,
    ports: Vec<Port>,
    values: Vec<String>,
}

impl Probe for Visitor {
    fn visit_start_scope(&mut self, _name: &str, _node: &dyn Block) {
        self.depth += 1;
    }

    fn visit_end_scope(&mut self, _name: &str, _node: &dyn Block) {
        self.depth -= 1;
    }

    fn visit_start_namespace(&mut self, name: &str, _node: &dyn Block) {
        self.path.push(name.to_string());
    }

    fn visit_end_namespace(&mut self, _name: &str, _node: &dyn Block) {
        self.path.pop();
    }

    fn visit_atom(&mut self, name: &str, signal: &dyn Atom) {
        let input = match signal.kind() {
            AtomKind::InputParameter => true,
            AtomKind::OutputParameter | AtomKind::OutputPassthrough => false,
            _ => return,
        };
        if self.depth != 1 || name == "clock" {
            return;
        }
        if self.with_values {
            self.values.push(hex(&signal.vcd()));
            return;
        }
        let mut path = self.path.clone();
        path.push(name.to_string());
        self.ports.push(Port { name: path.join("$"), bits: signal.bits(), input });
    }
}

/// A wave value as hexadecimal digits.
fn hex(value: &VCDValue) -> String {
    let mut bits = Vec::new();
    flatten(value, &mut bits);
    let first = (4 - bits.len() % 4) % 4;
    bits.splice(0..0, std::iter::repeat_n(false, first));
    let digit = |d: &[bool]| d.iter().fold(0u32, |x, b| 2 * x + u32::from(*b));
    bits.chunks(4).filter_map(|d| char::from_digit(digit(d), 16)).collect()
}

/// Bits of a wave value, most significant first.
fn flatten(value: &VCDValue, bits: &mut Vec<bool>) {
    match value {
        VCDValue::Single(v) => bits.push(is_one(v)),
        VCDValue::Vector(v) => bits.extend(v.iter().map(is_one)),
        VCDValue::String(_) => {}
        VCDValue::Composite(parts) => parts.iter().for_each(|p| flatten(p, bits)),
    }
}

fn is_one<V: std::fmt::Display>(bit: &V) -> bool {
    bit.to_string() == "1"
}

//! Verilog of the operators, in pipeline stages.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use frazil_model::shift_add::Source;

use super::netlist::{Byte, Netlist, Operand};
use crate::stream::PIXEL;

/// Operators between two registers. Three 12-bit carry chains meet 24 MHz on an iCE40UP5K and 60 MHz on an ECP5.
pub(super) const LEVELS: u32 = 3;

/// Pipeline stages of a layer: clocks from a window to its pixel.
pub(super) fn stages(netlist: &Netlist) -> usize {
    netlist.depth().max(1).div_ceil(LEVELS) as usize
}

/// The stage in which an operator of this level works, from 0.
fn stage(level: u32) -> usize {
    (level.max(1) - 1) as usize / LEVELS as usize
}

/// The body of the module.
pub(super) fn text(netlist: &Netlist) -> String {
    let mut printer = Printer { netlist, delays: BTreeSet::new(), code: String::new() };
    (0..netlist.adders.len()).for_each(|n| printer.adder(n));
    let pixel: Vec<String> = (0..netlist.bytes.len()).map(|c| printer.byte(c)).collect();
    let code = std::mem::take(&mut printer.code);
    let (declared, loaded) = printer.registers();
    control(stages(netlist))
        + &inputs(netlist)
        + &declared
        + &code
        + &loaded
        + &outputs(&pixel, stages(netlist))
}

/// Valid bits and enables. The pipeline moves as a whole; a register only loads when a beat moves into it.
fn control(stages: usize) -> String {
    let mut code = format!("wire free = !valid{stages} || y_ready;\nwire valid0 = x_valid;\n");
    for i in 0..stages {
        let next = i + 1;
        code += &format!(
            "reg valid{next}; initial valid{next} = 0;\n\
             wire move{i} = free && valid{i};\n\
             always @(posedge clock) if (free) valid{next} <= valid{i};\n"
        );
    }
    code + &format!("assign x_ready = free;\nassign y_valid = valid{stages};\n")
}

fn inputs(netlist: &Netlist) -> String {
    let wire = |i: usize| format!("wire [7:0] x{i} = x[{}:{}];\n", 8 * i + 7, 8 * i);
    (0..netlist.inputs).map(wire).collect()
}

fn outputs(pixel: &[String], stages: usize) -> String {
    let bits = 8 * pixel.len();
    let names: Vec<&str> = pixel.iter().rev().map(String::as_str).collect();
    let last = stages - 1;
    let above = if pixel.len() == PIXEL { String::new() } else { format!("{}'d0, ", 8 * PIXEL - bits) };
    format!(
        "reg [{top}:0] pixel; initial pixel = 0;\n\
         always @(posedge clock) if (move{last}) pixel <= {{{names}}};\n\
         assign y = {{{above}pixel}};\n",
        top = bits - 1,
        names = names.join(", ")
    )
}

struct Printer<'a> {
    netlist: &'a Netlist,
    /// Values that are needed in a later stage, and which: `(is a node, index, stage)`.
    delays: BTreeSet<(bool, usize, usize)>,
    code: String,
}

impl Printer<'_> {
    fn line(&mut self, text: std::fmt::Arguments) {
        // Writing to a string cannot fail.
        self.code.write_fmt(text).unwrap_or_default();
    }

    fn adder(&mut self, n: usize) {
        let adder = &self.netlist.adders[n];
        let (now, width) = (stage(adder.level), adder.width);
        let (a, b) = (self.operand(adder.a, now, width), self.operand(adder.b, now, width));
        let operator = if adder.subtract { '-' } else { '+' };
        self.line(format_args!("wire [{}:0] n{n} = {a} {operator} {b};\n", width - 1));
    }

    /// Prints the shift and the limits of a channel; returns the name of the byte.
    fn byte(&mut self, channel: usize) -> String {
        let byte = &self.netlist.bytes[channel];
        let full = byte.width + byte.shift;
        let last = stages(self.netlist) - 1;
        // The limits are an operator: the stage they are in may be later than the value's.
        let value = self.operand(byte.value, stage(byte.level), full);
        self.line(format_args!("wire [{}:0] v{channel} = {value};\n", full - 1));
        self.line(format_args!(
            "wire [{}:0] q{channel} = v{channel}[{}:{}];\n",
            byte.width - 1,
            full - 1,
            byte.shift
        ));
        let limited = limits(channel, byte);
        self.line(format_args!("wire [7:0] b{channel} = {limited};\n"));
        self.delayed_byte(channel, stage(byte.level), last)
    }

    /// Registers that carry a finished byte to the last stage.
    fn delayed_byte(&mut self, channel: usize, from: usize, to: usize) -> String {
        let mut name = format!("b{channel}");
        for i in from..to {
            let next = format!("b{channel}_{}", i + 1);
            self.line(format_args!(
                "reg [7:0] {next}; initial {next} = 0; always @(posedge clock) if (move{i}) {next} <= {name};\n"
            ));
            name = next;
        }
        name
    }

    /// An operand in stage `now` as exactly `width` bits, sign-extended or cut.
    fn operand(&mut self, operand: Operand, now: usize, width: u32) -> String {
        let (source, shift) = match operand {
            Operand::Constant(value) => return constant(value, width),
            Operand::Value { source, shift } => (source, shift.min(width)),
        };
        let (name, bits) = (self.name(source, now), self.netlist.width(source));
        let kept = bits.min(width - shift);
        let sign = width - shift - kept;
        let mut parts = Vec::new();
        if sign > 0 {
            parts.push(format!("{{{sign}{{{name}[{}]}}}}", bits - 1));
        }
        if kept > 0 {
            parts.push(format!("{name}[{}:0]", kept - 1));
        }
        if shift > 0 {
            parts.push(format!("{shift}'d0"));
        }
        format!("{{{}}}", parts.join(", "))
    }

    /// The name of a value in stage `now`, noting the registers that bring it there.
    fn name(&mut self, source: Source, now: usize) -> String {
        let (node, index, made) = match source {
            Source::Input(i) => (false, i, 0),
            Source::Node(n) => (true, n, stage(self.netlist.adders[n].level)),
        };
        self.delays.extend((made + 1..=now).map(|s| (node, index, s)));
        value_name(node, index, if now > made { Some(now) } else { None })
    }

    /// The registers between stages: declared before the operators that read them, loaded after those that
    /// they read.
    fn registers(&self) -> (String, String) {
        let (mut declared, mut loaded) = (String::new(), String::new());
        for &(node, index, to) in &self.delays {
            let source = if node { Source::Node(index) } else { Source::Input(index) };
            let made = if node { stage(self.netlist.adders[index].level) } else { 0 };
            let (name, top) = (value_name(node, index, Some(to)), self.netlist.width(source) - 1);
            let before = value_name(node, index, if to - 1 > made { Some(to - 1) } else { None });
            declared += &format!("reg [{top}:0] {name}; initial {name} = 0;\n");
            loaded += &format!("always @(posedge clock) if (move{}) {name} <= {before};\n", to - 1);
        }
        (declared, loaded)
    }
}

/// A value where it is made, or its copy in a later stage.
fn value_name(node: bool, index: usize, at: Option<usize>) -> String {
    let letter = if node { 'n' } else { 'x' };
    at.map_or_else(|| format!("{letter}{index}"), |stage| format!("{letter}{index}_{stage}"))
}

/// A constant modulo `2^width`.
fn constant(value: i64, width: u32) -> String {
    let mask = if width >= 64 { u64::MAX } else { (1 << width) - 1 };
    let (high, low) = (width.saturating_sub(64), width.min(64));
    let word = format!("{low}'h{:x}", value as u64 & mask);
    match (high, value < 0) {
        (0, _) => word,
        (_, negative) => format!("{{{{{high}{{1'b{}}}}}, {word}}}", u8::from(negative)),
    }
}

/// The expression of a channel's limits on `q`.
fn limits(channel: usize, byte: &Byte) -> String {
    let q = format!("q{channel}");
    let literal = |limit: i8| format!("8'h{limit:02x}");
    let mut result = format!("{q}[7:0]");
    if let Some(low) = byte.low {
        result = format!("({} ? {} : {result})", below(&q, byte.width, low), literal(low));
    }
    if let Some(high) = byte.high {
        result = format!("({} ? {} : {result})", above(&q, byte.width, high), literal(high));
    }
    result
}

/// `q > limit`. Above 127 needs no comparator: it is a positive number with a bit beyond the seventh.
fn above(q: &str, width: u32, limit: i8) -> String {
    match limit {
        127 if width > 8 => format!("(!{q}[{}] && (|{q}[{}:7]))", width - 1, width - 2),
        _ => format!("($signed({q}) > $signed({}))", constant(limit.into(), width)),
    }
}

/// `q < limit`. Below -128 needs no comparator: it is a negative number with a zero beyond the seventh bit.
fn below(q: &str, width: u32, limit: i8) -> String {
    match limit {
        -128 if width > 8 => format!("({q}[{}] && !(&{q}[{}:7]))", width - 1, width - 2),
        _ => format!("($signed({q}) < $signed({}))", constant(limit.into(), width)),
    }
}

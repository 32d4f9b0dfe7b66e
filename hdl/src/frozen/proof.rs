//! The proof obligation of a frozen layer: its emitted Verilog equals its constants.
//!
//! [`obligation`] prints what Yosys needs to prove, for all inputs, that the emitted [`FrozenConv`] gives
//! `clamp(((sum of weight * input + bias) * m + b) >> s)`. The pipeline registers become wires first; that they
//! keep beats in step is the business of the differential test.
//!
//! The reference is written from weights and biases alone, as products with constants. Only the grouping of its
//! sum follows the datapath, as solvers cannot re-associate long sums. That is sound for any datapath: the constants of an
//! input are made to add up to its weight, so a wrong datapath leaves a remainder in the reference, and the proof
//! fails.

use std::fmt::Write as _;

use frazil_model::plan::FrozenLayer;
use frazil_model::shift_add::Source;
use rust_hdl::prelude::*;

use super::netlist::{Netlist, Operand};
use super::{FrozenConv, FrozenConvStage, FrozenError, lower};
use crate::stream::{PIXEL, WINDOW};

/// Where the reference may take the datapath's word for a value that was proved before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Nowhere: each channel is one sum of products of inputs, and its width is proved too. For small kernels.
    Nothing,
    /// At every adder: each is proved to be the sum of its two operands. That their composition has the constants
    /// is then integer algebra, done while the reference is printed, and that no width overflows is the exact
    /// range of each value. For any size.
    Adders,
}

/// Texts for Yosys; the file names are those that `script` reads.
#[derive(Clone, Debug)]
pub struct Obligation {
    /// `reference.v`: module `reference`.
    pub reference: String,
    /// `gate.v`: module `top`, the emitted Verilog of [`FrozenConv`], unchanged.
    pub gate: String,
    /// `registers.v`: turns registers into wires.
    pub registers: String,
    /// `proof.ys`: fails unless everything is proved.
    pub script: String,
}

/// What has to be proved for a layer with `weights[channel][tap]` and `biases[channel]`; a bias includes the
/// input's zero point.
///
/// # Errors
/// The layer is not sound or not supported.
pub fn obligation(
    layer: &FrozenLayer,
    weights: &[Vec<i32>],
    biases: &[i64],
    cut: Cut,
) -> Result<Obligation, FrozenError> {
    let stage = FrozenConvStage::new(layer).map_err(|cause| cause.of(&layer.name))?;
    let netlist = lower::lower(layer).map_err(|cause| cause.of(&layer.name))?;
    let mut block = Box::new(FrozenConv::of(stage));
    block.connect_all();
    let reference = Reference { layer, weights, biases, cut, netlist: &netlist };
    Ok(Obligation {
        reference: reference.text(),
        gate: generate_verilog(block.as_ref()),
        registers: REGISTERS.into(),
        script: SCRIPT.into(),
    })
}

/// Plain registers and registers with enable; `proc` and `opt_dff -nosdff` leave no others.
const REGISTERS: &str = r#"(* techmap_celltype = "$dff" *)
module plain (CLK, D, Q);
parameter WIDTH = 1; parameter CLK_POLARITY = 1;
input CLK; input [WIDTH-1:0] D; output [WIDTH-1:0] Q; assign Q = D;
endmodule
(* techmap_celltype = "$dffe" *)
module enabled (CLK, EN, D, Q);
parameter WIDTH = 1; parameter CLK_POLARITY = 1; parameter EN_POLARITY = 1;
input CLK, EN; input [WIDTH-1:0] D; output [WIDTH-1:0] Q; assign Q = D;
endmodule
"#;

const SCRIPT: &str = "\
read_verilog gate.v
hierarchy -check -top top
proc
opt_dff -nosdff
techmap -map registers.v
setattr -unset init w:*
select -assert-none t:$*dff* t:$*latch*
opt_clean
read_verilog reference.v
proc reference
opt_clean reference
equiv_make reference top equiv
hierarchy -top equiv
opt -full equiv
equiv_simple -short -seq 1
equiv_simple -seq 1
equiv_status -assert
";

struct Reference<'a> {
    layer: &'a FrozenLayer,
    weights: &'a [Vec<i32>],
    biases: &'a [i64],
    cut: Cut,
    netlist: &'a Netlist,
}

/// `sum of factors[i] * input i + constant`.
struct Linear {
    factors: Vec<i128>,
    constant: i128,
}

impl Reference<'_> {
    fn text(&self) -> String {
        let mut code = format!(
            "module reference (clock, x, x_valid, x_ready, y, y_valid, y_ready);\n\
             input clock, x_valid, y_ready; input [{}:0] x;\n\
             output x_ready, y_valid; output [{}:0] y;\n\
             assign y_valid = x_valid;\nassign x_ready = !x_valid || y_ready;\n",
            8 * WINDOW - 1,
            8 * PIXEL - 1
        );
        for i in 0..self.netlist.inputs {
            writeln!(code, "wire signed [7:0] i{i} = x[{}:{}];", 8 * i + 7, 8 * i).unwrap_or_default();
        }
        if self.cut == Cut::Adders {
            (0..self.netlist.adders.len()).for_each(|n| code += &self.adder(n));
        }
        let channels = self.netlist.bytes.len();
        (0..channels).for_each(|channel| code += &self.channel(channel));
        code += &format!("assign y[{}:{}] = 0;\n", 8 * PIXEL - 1, 8 * channels);
        if channels == PIXEL {
            code.truncate(code.rfind("assign").unwrap_or(code.len()));
        }
        code + "endmodule\n"
    }

    /// An adder as the sum of its operands, modulo its own width.
    fn adder(&self, n: usize) -> String {
        let adder = &self.netlist.adders[n];
        let sign = if adder.subtract { -1 } else { 1 };
        let (a, b) = (self.term(adder.a, 1, adder.width), self.term(adder.b, sign, adder.width));
        format!("wire signed [{}:0] n{n} = {a} + {b};\n", adder.width - 1)
    }

    /// A named value times a constant.
    fn term(&self, operand: Operand, sign: i128, width: u32) -> String {
        match operand {
            Operand::Constant(value) => literal(sign * i128::from(value), width),
            Operand::Value { source, shift } => {
                let name = match source {
                    Source::Input(i) => format!("i{i}"),
                    Source::Node(n) => format!("n{n}"),
                };
                if sign << shift == 1 {
                    name
                } else {
                    format!("({name} * {})", literal(sign << shift, width))
                }
            }
        }
    }

    /// The channel's byte: sum of products, shift, limits.
    fn channel(&self, channel: usize) -> String {
        let r = &self.layer.requant[channel];
        let byte = &self.netlist.bytes[channel];
        let wanted = self.wanted(channel);
        let width = wanted.width().max(byte.width + byte.shift + 1).max(10);
        let mut sum = match self.cut {
            Cut::Nothing => self.expand(byte.value, 1, width),
            Cut::Adders => self.term(byte.value, 1, width),
        };
        let found = self.linear(byte.value);
        for (i, (wanted, found)) in wanted.factors.iter().zip(&found.factors).enumerate() {
            if wanted != found {
                sum += &format!(" + (i{i} * {})", literal(wanted - found, width));
            }
        }
        if wanted.constant != found.constant {
            sum += &format!(" + {}", literal(wanted.constant - found.constant, width));
        }
        // A limit that the datapath leaves out is out of reach, which a cut hides from the solver.
        let whole = self.cut == Cut::Nothing;
        let mut limited = format!("shifted{channel}");
        for (limit, sign, there) in [(r.hi, '>', byte.high.is_some()), (r.lo, '<', byte.low.is_some())] {
            if whole || there {
                let limit = literal(limit.into(), width);
                limited = format!("shifted{channel} {sign} {limit} ? {limit} : {limited}");
            }
        }
        format!(
            "wire signed [{top}:0] sum{channel} = {sum};\n\
             wire signed [{top}:0] shifted{channel} = sum{channel} >>> {};\n\
             wire signed [{top}:0] limited{channel} = {limited};\n\
             assign y[{}:{}] = limited{channel}[7:0];\n",
            r.s,
            8 * channel + 7,
            8 * channel,
            top = width - 1
        )
    }

    /// What the channel's sum has to be, from weights, bias and requantiser.
    fn wanted(&self, channel: usize) -> Linear {
        let r = &self.layer.requant[channel];
        let m = i128::from(r.m);
        let weight = |i: usize| self.weights.get(channel).and_then(|row| row.get(i)).copied().unwrap_or(0);
        let bias = i128::from(self.biases.get(channel).copied().unwrap_or(0));
        Linear {
            factors: (0..self.netlist.inputs).map(|i| m * i128::from(weight(i))).collect(),
            constant: m * bias + i128::from(r.b),
        }
    }

    /// The datapath's tree down to products of inputs.
    fn expand(&self, operand: Operand, factor: i128, width: u32) -> String {
        match operand {
            Operand::Value { source: Source::Node(n), shift } => {
                let adder = &self.netlist.adders[n];
                let a = factor << shift;
                let b = if adder.subtract { -a } else { a };
                format!("({} + {})", self.expand(adder.a, a, width), self.expand(adder.b, b, width))
            }
            leaf => self.term(leaf, factor, width),
        }
    }

    /// The constants of an operand: the datapath carried out on symbols.
    fn linear(&self, operand: Operand) -> Linear {
        let mut found: Vec<Linear> = Vec::new();
        for adder in &self.netlist.adders {
            let mut sum = Linear::zero(self.netlist.inputs);
            sum.add(adder.a, 1, &found);
            sum.add(adder.b, if adder.subtract { -1 } else { 1 }, &found);
            found.push(sum);
        }
        let mut sum = Linear::zero(self.netlist.inputs);
        sum.add(operand, 1, &found);
        sum
    }
}

impl Linear {
    fn zero(inputs: usize) -> Self {
        Self { factors: vec![0; inputs], constant: 0 }
    }

    fn add(&mut self, operand: Operand, sign: i128, nodes: &[Linear]) {
        match operand {
            Operand::Constant(value) => self.constant += sign * i128::from(value),
            Operand::Value { source: Source::Input(i), shift } => self.factors[i] += sign << shift,
            Operand::Value { source: Source::Node(n), shift } => {
                let pairs = self.factors.iter_mut().zip(&nodes[n].factors);
                pairs.for_each(|(sum, factor)| *sum += (sign * factor) << shift);
                self.constant += (sign * nodes[n].constant) << shift;
            }
        }
    }

    /// Bits of any value for int8 inputs, and of all partial sums.
    fn width(&self) -> u32 {
        let reach = self.factors.iter().map(|f| f.abs() * 128).sum::<i128>() + self.constant.abs();
        129 - reach.leading_zeros()
    }
}

/// A signed literal.
fn literal(value: i128, width: u32) -> String {
    if value < 0 { format!("-{width}'sd{}", -value) } else { format!("{width}'sd{value}") }
}

//! The multiply-accumulate lanes.

use rust_hdl::prelude::*;

use crate::num::{Bus, S};

/// `N` lanes: each multiplies the same activation with its own weight and accumulates 32 bits.
///
/// A dot product is a run of clocks with `valid`, the first marked `first`, the last marked `last`; there may be
/// gaps. Three clocks after the clock of `last` its sums stand in the hold registers, `captured` is high for one
/// clock and `sum` is lane 0's; each clock with `shift` moves the next lane's sum there. A new dot product may
/// start in the clock after `last`; it must not end before the hold registers have been read.
///
/// Registers: operands, product, accumulator, which are the three of a DSP block. Sums wrap at 32 bits.
#[derive(LogicBlock)]
pub struct Lanes<const N: usize> {
    /// Clock.
    pub clock: Signal<In, Clock>,
    /// Activation, int8, for all lanes.
    pub act: Signal<In, Bits<8>>,
    /// One int8 weight for each lane.
    pub weights: Signal<In, Bus<N>>,
    /// Whether the operands count.
    pub valid: Signal<In, Bit>,
    /// The first product of a sum.
    pub first: Signal<In, Bit>,
    /// The last product of a sum.
    pub last: Signal<In, Bit>,
    /// Moves the next lane's sum to `sum`.
    pub shift: Signal<In, Bit>,
    /// High for one clock when new sums have been captured.
    pub captured: Signal<Out, Bit>,
    /// The sum of the lane in front.
    pub sum: Signal<Out, S<32>>,
    _state: Box<State<N>>,
    _text: String,
}

#[derive(Clone, Copy, Default)]
struct Flags {
    valid: bool,
    first: bool,
    last: bool,
}

struct State<const N: usize> {
    operands: (i8, [i8; N], Flags),
    products: ([i32; N], Flags),
    sums: [i32; N],
    hold: [i32; N],
}

impl<const N: usize> Default for Lanes<N> {
    fn default() -> Self {
        Self {
            clock: Default::default(),
            act: Default::default(),
            weights: Default::default(),
            valid: Default::default(),
            first: Default::default(),
            last: Default::default(),
            shift: Default::default(),
            captured: Default::default(),
            sum: Default::default(),
            _state: Box::new(State {
                operands: (0, [0; N], Flags::default()),
                products: ([0; N], Flags::default()),
                sums: [0; N],
                hold: [0; N],
            }),
            _text: text(N),
        }
    }
}

impl<const N: usize> State<N> {
    /// One rising edge, last register first; returns whether sums were captured.
    fn clock(&mut self, act: i8, weights: [i8; N], flags: Flags, shift: bool) -> bool {
        let (products, now) = self.products;
        if now.valid {
            let sum = |i: usize| (if now.first { 0 } else { self.sums[i] }).wrapping_add(products[i]);
            self.sums = std::array::from_fn(sum);
        }
        let captured = now.valid && now.last;
        if captured {
            self.hold = self.sums;
        } else if shift {
            self.hold.rotate_left(1);
            self.hold[N - 1] = 0;
        }
        let (a, w, f) = self.operands;
        self.products = (w.map(|w| i32::from(a) * i32::from(w)), f);
        self.operands = (act, weights, flags);
        captured
    }
}

impl<const N: usize> Logic for Lanes<N> {
    fn update(&mut self) {
        if self.clock.pos_edge() {
            let flags = Flags { valid: self.valid.val(), first: self.first.val(), last: self.last.val() };
            let act = self.act.val().to_u8() as i8;
            let captured = self._state.clock(act, self.weights.val().0, flags, self.shift.val());
            self.captured.next = captured;
            self.sum.next = S::wrap(i64::from(self._state.hold[0]));
        }
    }

    fn connect(&mut self) {
        self.captured.connect();
        self.sum.connect();
    }

    fn hdl(&self) -> Verilog {
        Verilog::Wrapper(Wrapper { code: self._text.clone(), cores: String::new() })
    }

    fn timing(&self) -> Vec<TimingInfo> {
        vec![TimingInfo {
            name: "lanes".into(),
            clock: "clock".into(),
            inputs: ["act", "weights", "valid", "first", "last", "shift"].map(String::from).to_vec(),
            outputs: ["captured", "sum"].map(String::from).to_vec(),
        }]
    }
}

/// The Verilog. Operand and product registers have neither initial value nor enable, so that a DSP block absorbs
/// them; what they hold before the first `valid` is never added.
fn text(n: usize) -> String {
    let mut code = String::from(
        "reg valid0, first0, last0, valid1, first1, last1, captured_r;\n\
         initial begin valid0 = 0; first0 = 0; last0 = 0; valid1 = 0; first1 = 0; last1 = 0; captured_r = 0; end\n\
         always @(posedge clock) begin\n\
         valid0 <= valid; first0 <= first; last0 <= last;\n\
         valid1 <= valid0; first1 <= first0; last1 <= last0;\n\
         captured_r <= valid1 && last1;\n\
         end\n\
         reg signed [7:0] act0;\n\
         always @(posedge clock) act0 <= act;\n",
    );
    (0..n).for_each(|i| code.push_str(&lane(i, i + 1 == n)));
    code + "assign captured = captured_r;\nassign sum = hold0;\n"
}

fn lane(i: usize, is_last: bool) -> String {
    let (low, high) = (8 * i, 8 * i + 7);
    let behind = if is_last { "32'sd0".to_string() } else { format!("hold{}", i + 1) };
    format!(
        "reg signed [7:0] weight{i}; reg signed [15:0] product{i}; reg signed [31:0] acc{i}, hold{i};\n\
         initial begin acc{i} = 0; hold{i} = 0; end\n\
         wire signed [31:0] base{i} = first1 ? 32'sd0 : acc{i};\n\
         wire signed [31:0] next{i} = base{i} + product{i};\n\
         always @(posedge clock) begin\n\
         weight{i} <= weights[{high}:{low}];\n\
         product{i} <= act0 * weight{i};\n\
         if (valid1) acc{i} <= next{i};\n\
         if (valid1 && last1) hold{i} <= next{i}; else if (shift) hold{i} <= {behind};\n\
         end\n"
    )
}
